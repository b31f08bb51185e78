// Reads requirements of Python: what an installation of the model's environment would fetch.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Shell;
using Assay.Formats.Texts;

namespace Assay.Formats.Requirements;

/// <summary>Requirements files of pip: by their names, or where each line is a requirement. Installing runs what packages bring along.</summary>
internal sealed class RequirementsFormat : IFormat
{
    private const int MostLines = 100_000;

    public string Id => "requirements";

    public string Name => "Python requirements";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole || view.Range.IsEmpty || !TextLook.IsText(view.Head.Span) || view.Artifact.Extension is not (".txt" or ".in" or ".pip" or ""))
        {
            return null;
        }

        string file = view.Artifact.Name[(view.Artifact.Name.LastIndexOfAny(['/', '\\']) + 1)..];
        bool isNamed = file.Contains("requirement", StringComparison.OrdinalIgnoreCase) || file.StartsWith("constraints", StringComparison.OrdinalIgnoreCase);
        return isNamed ? new Claim(view.Range, ClaimStrength.Likely)
            : view.Range.Length <= ProbeView.HeadLength && RequirementLines.AreRequirements(TextLook.Of(view.Head.Span)) ? new Claim(view.Range, ClaimStrength.Weak) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        TextDocument document = TextDocument.Read(context.Artifact.Bytes, claim.Range, context.Budget);
        context.Cover(claim.Range, CoverageKind.Parsed);
        if (document.IsCut)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, claim.Range.Length, $"The requirements are longer than {TextDocument.Longest >> 20} MB.");
        }

        context.Lines = new LineMap(context.Artifact.Bytes, claim.Range).Of;
        int at = 0;
        int lines = 0;
        foreach (ReadOnlySpan<char> line in document.Text.AsSpan().EnumerateLines())
        {
            context.Budget.SpendWork(200 + line.Length);
            if (++lines > MostLines)
            {
                context.Unread(UnreadCause.Limit, document.Offset(at), 0, $"There are more than {MostLines} requirements.");
                break;
            }

            int found = document.Text.IndexOf(line.ToString(), at, StringComparison.Ordinal);
            at = found >= 0 ? found : at;
            foreach (ShellUse use in RequirementLines.Read(line.ToString()))
            {
                context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = document.Offset(at), Length = line.Length, Code = use.Code, Detail = $"Line {lines}: {use.Detail}", Line = context.OuterLine(lines), When = "install" });
            }
        }
    }
}
