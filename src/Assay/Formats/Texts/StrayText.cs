// Texts of no known language: what stands in them and would do harm as a command.
using System.Collections.Frozen;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Shell;

namespace Assay.Formats.Texts;

/// <summary>
/// Texts of which nothing is known but that they are no prose and no words: settings of tools and editors, build descriptions. What stands in them in quotes and behind names of settings is looked at for commands
/// that do harm, whatever starts them; XML has a reader of its own (<see cref="XmlText"/>).
/// </summary>
internal static class StrayText
{
    private const long Longest = 1 << 20;
    private const long LongestBare = 64 << 10;
    private const int MostTold = 16;
    private const int ShortestPipe = 8;

    /// <summary>Texts that people read, or that are rows and words.</summary>
    private static readonly FrozenSet<string> s_prose = new[]
    {
        ".txt", ".text", ".log", ".srt", ".vtt", ".sub", ".bib", ".tex", ".bst", ".cls", ".sty", ".po", ".pot", ".out", ".err", ".diff", ".patch", ".asc", ".sum", ".lock", ".vocab", ".merges", ".model", ".dic", ".aff", ".csv", ".tsv", ".md", ".rst", ".adoc", ".org", ".svg", ".obj", ".mtl", ".ply", ".vcf", ".fasta", ".jsonl",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether people read texts with that extension, or they are rows and words.</summary>
    public static bool IsProse(string extension) => s_prose.Contains(extension);

    /// <summary>Looks at a text.</summary>
    public static void Tell(Claim claim, ReadContext context)
    {
        Artifact artifact = context.Artifact;
        if (claim.Range.Length > Longest)
        {
            return;
        }

        bool isProse = IsProse(artifact.Extension) || (artifact.Extension.Length == 0 && claim.Range.Length > LongestBare && !artifact.Name[(artifact.Name.LastIndexOf('/') + 1)..].StartsWith('.'));

        TextDocument document = TextDocument.Read(artifact.Bytes, claim.Range, context.Budget);
        context.Budget.SpendWork(4L * document.Text.Length);
        int at = 0;
        int told = 0;
        foreach (string line in document.Text.Split('\n'))
        {
            foreach (string text in isProse ? [] : StrayCommands.Of(line))
            {
                told += Say(text, document.Offset(at), context);
            }

            if (Piped(line) is { } piped && told < MostTold)
            {
                told += Say(piped, document.Offset(at), context);
                Hand(piped, document.Offset(at), context);
            }

            if (told >= MostTold)
            {
                return;
            }

            at += line.Length + 1;
        }
    }

    /// <summary>
    /// The command of a line whose last sign is a bar, behind the name that it is for: readers of Kaldi's lists run it and take what it prints. Rows of a table have bars on both sides.
    /// </summary>
    private static string? Piped(string line)
    {
        ReadOnlySpan<char> trimmed = line.AsSpan().Trim();
        if (trimmed.Length < ShortestPipe || trimmed[0] is '|' || trimmed[^1] is not '|' || trimmed[^2] is '|')
        {
            return null;
        }

        int blank = trimmed.IndexOfAny(' ', '\t');
        return blank < 0 ? null : trimmed[(blank + 1)..^1].Trim().ToString();
    }

    /// <summary>Code of other languages that such a command hands to an interpreter.</summary>
    private static void Hand(string command, long offset, ReadContext context)
    {
        foreach (InlineSource inline in InlineCode.In(command))
        {
            byte[] source = Encoding.UTF8.GetBytes(inline.Source);
            context.Budget.SpendWork(source.Length, offset);
            context.Submit(new Artifact($"source@0x{offset:x}", new MemorySource(source), context.Artifact, inline.Language is "python" ? PythonSources.PythonSourceFormat.FormatId : BracedSources.BracedSourceFormat.JavaScriptId) { When = "use" });
        }
    }

    private static int Say(string text, long offset, ReadContext context)
    {
        int told = 0;
        // What sets up a machine of a cloud formats the disk that it adds to it.
        bool isInfrastructure = context.Artifact.Extension is ".tf" or ".hcl" or ".tftpl";
        foreach (ShellUse use in StrayCommands.In(text, context.Budget).Where(u => !(isInfrastructure && u.Code is "shell.destroys" && text.Contains("mkfs", StringComparison.Ordinal) && !text.Contains("rm ", StringComparison.Ordinal) && !text.Contains("dd ", StringComparison.Ordinal))))
        {
            context.Anomaly("settings.command", offset, 0, use.Detail);
            told++;
        }

        return told;
    }
}
