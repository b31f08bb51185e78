// Reads what systems start by themselves or at a double click: services, desktop entries, scripts for the Windows Script Host.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Shell;
using Assay.Formats.Texts;

namespace Assay.Formats.Native;

/// <summary>
/// Texts that a service manager, a desktop or Windows acts on once they lie in their place: units of systemd, desktop entries, <c>autorun.inf</c>, property lists of launchd; scripts and HTML applications of the
/// Windows Script Host. Scripts of shells and path files of Python are texts like others, and read there.
/// </summary>
internal sealed class StartUpFormat : IFormat
{
    private const int Longest = 1 << 20;
    private const StringComparison Any = StringComparison.OrdinalIgnoreCase;

    public string Id => "start-up";

    public string Name => "Start-up description or Windows script";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.IsWhole && view.Range.Length <= Longest && Language(view) is { } language ? new Claim(view.Range, ClaimStrength.Likely) { Parsed = language } : null;

    public void Read(Claim claim, ReadContext context)
    {
        string language = claim.Parsed as string ?? "service";
        TextDocument document = TextDocument.Read(context.Artifact.Bytes, claim.Range, context.Budget);
        context.Cover(claim.Range, CoverageKind.Parsed);
        context.Add(new CodeFact
        {
            Path = context.Artifact.Path, Offset = claim.Range.Offset, Length = claim.Range.Length, Language = language, Summary = language == "service" ? "a description of what a system starts by itself" : "a script for the Windows Script Host", Phase = "use",
        });
        IEnumerable<string> commands = document.Text.Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith("open", Any) || l.StartsWith("shell", Any)).Select(l => l[(l.IndexOf('=') + 1)..]);
        foreach (ShellUse use in ShellLines.Read(string.Join('\n', commands), context.Budget))
        {
            context.Anomaly(use.Code, claim.Range.Offset, 0, use.Detail);
        }
    }

    private static string? Language(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (!TextLook.IsText(head))
        {
            return null;
        }

        if (view.Artifact.Extension is ".vbs" or ".vbe" or ".wsf" or ".wsh" or ".hta" or ".jse")
        {
            return "windows-script";
        }

        // Units of systemd and desktop entries are read with the other texts whose lines a shell or a desktop runs.
        if (!(view.Artifact.Extension is ".inf" or ".plist"))
        {
            return null;
        }

        string text = "\n" + Encoding.UTF8.GetString(head);
        bool starts = (text.Contains("\n[autorun]", Any) && (text.Contains("\nopen", Any) || text.Contains("\nshell", Any))) || (text.Contains("<plist", Any) && text.Contains("<key>Program", Any));
        return starts ? "service" : null;
    }
}
