// Reads Java source: models that were exported as a program (H2O POJO, m2cgen, CatBoost).
using System.Text;
using System.Text.RegularExpressions;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Jvm;

/// <summary>
/// Java source that is a model: a class whose arrays are the weights. Whoever uses it compiles and runs it. Which classes and methods it names is told from its words, with
/// comments and texts left out; numbers cost a glance.
/// </summary>
internal sealed partial class JavaSourceFormat : IFormat
{
    private const int MostBytes = 64 << 20;
    private const int MostUses = 10_000;

    public string Id => "java-source";

    public string Name => "Java source (H2O POJO and others)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".java"];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (!view.IsWhole || head.Contains((byte)0) || view.Artifact.Extension is ".md" or ".markdown" or ".mdx" or ".rst" or ".html")
        {
            return null;
        }

        // Other languages have classes in braces as well: only what they do not share is looked for.
        bool named = view.Artifact.Extension == ".java";
        bool worth = named || head.IndexOf("import "u8) >= 0 || head.IndexOf("class "u8) >= 0;
        return worth && (named || Declaration().IsMatch(Encoding.UTF8.GetString(head))) ? new Claim(view.Range, ClaimStrength.Likely) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        if (claim.Range.Length > MostBytes || !context.Budget.TrySpendSource(claim.Range.Length / 16))
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, claim.Range.Length, "Source of more than 64 MB was not read.");
            return;
        }

        byte[] bytes = context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, (int)claim.Range.Length);
        context.Held.Add(5L * bytes.Length);
        context.Budget.SpendWork(8L * bytes.Length, claim.Range.Offset);
        context.Cover(claim.Range, CoverageKind.Parsed);
        Dictionary<string, (long Offset, long Count)> uses = new(StringComparer.Ordinal);
        string text = WithEscapesUndone(Encoding.UTF8.GetString(bytes));
        foreach ((int start, int length) in JavaWords.Of(text))
        {
            string name = Blanks().Replace(text.Substring(start, length), "");
            if (uses.TryGetValue(name, out (long Offset, long Count) known))
            {
                uses[name] = known with { Count = known.Count + 1 };
            }
            else if (uses.Count < MostUses)
            {
                uses.Add(name, (claim.Range.Offset + start, 1));
            }
        }

        // The sources of a program for a telephone or a server that somebody builds; a model is a file by itself.
        bool isProgram = ((context.Artifact.In?.Name ?? context.Artifact.Name) is var place) && (place.Contains("src/main/java/", StringComparison.Ordinal) || place.Contains("src/test/java/", StringComparison.Ordinal) || place.Contains("src/androidTest/java/", StringComparison.Ordinal));
        foreach ((string name, (long offset, long count)) in isProgram ? [] : uses)
        {
            context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = offset, Domain = "java-source", Name = name, Count = count });
        }

        context.Add(new CodeFact { Path = context.Artifact.Path, Language = "java", Summary = "Java source", Names = [.. uses.Keys.Order(StringComparer.Ordinal).Take(64)], Phase = "use" });
    }

    /// <summary>The compiler replaces numbered characters before it reads anything else (JLS 3.3).</summary>
    private static string WithEscapesUndone(string text) =>
        text.Contains("\\u", StringComparison.Ordinal) ? Escape().Replace(text, m => ((char)Convert.ToInt32(m.Groups[1].Value, 16)).ToString()) : text;

    [GeneratedRegex(@"^\s*import\s+(?:static\s+)?(?:java|javax|hex|water|org|com|ai|io|net)\.[\w.]+(?:\.\*)?\s*;|\bpublic\s+(?:final\s+|abstract\s+)*class\s+\w+\s+(?:extends|implements)\s|\bpublic\s+static\s+(?:double|float|int|void)(?:\[\])?\s+(?:score|predict|main|apply)", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();

    [GeneratedRegex(@"\\u+([0-9A-Fa-f]{4})", RegexOptions.NonBacktracking)]
    private static partial Regex Escape();
}
