// Texts of no known language: what stands in them and would do harm as a command.
using System.Collections.Frozen;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Shell;
using Assay.Formats.Xml;

namespace Assay.Formats.Texts;

/// <summary>
/// Texts of which nothing is known but that they are no prose and no words: settings of tools and editors, build descriptions, XML. What stands in them in quotes, behind names of settings, in
/// attributes and elements is looked at for commands that do harm, whatever starts them.
/// </summary>
internal static class StrayText
{
    private const long Longest = 1 << 20;
    private const int MostTold = 16;

    /// <summary>Texts that people read, or that are rows and words.</summary>
    private static readonly FrozenSet<string> s_prose = new[]
    {
        ".txt", ".text", ".log", ".srt", ".vtt", ".sub", ".bib", ".tex", ".bst", ".cls", ".sty", ".po", ".pot", ".out", ".err", ".diff", ".patch", ".asc", ".sum", ".lock", ".vocab", ".merges", ".model", ".dic", ".aff", ".csv", ".tsv", ".md", ".rst", ".adoc", ".org", ".svg", ".obj", ".mtl", ".ply", ".vcf", ".fasta", ".jsonl",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Looks at a text.</summary>
    public static void Tell(Claim claim, ReadContext context)
    {
        Artifact artifact = context.Artifact;
        if (claim.Range.Length > Longest || s_prose.Contains(artifact.Extension) || (artifact.Extension.Length == 0 && !artifact.Name[(artifact.Name.LastIndexOf('/') + 1)..].StartsWith('.')))
        {
            return;
        }

        string head = TextLook.Of(artifact.Bytes.ReadUpTo(claim.Range.Offset, 64));
        if (head.TrimStart('\ufeff', ' ', '\r', '\n', '\t') is ['<', '?' or '!' or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z'), ..])
        {
            OfXml(claim, context);
            return;
        }

        TextDocument document = TextDocument.Read(artifact.Bytes, claim.Range, context.Budget);
        context.Budget.SpendWork(4L * document.Text.Length);
        int at = 0;
        int told = 0;
        foreach (string line in document.Text.Split('\n'))
        {
            foreach (string text in StrayCommands.Of(line))
            {
                told += Say(text, document.Offset(at), context);
            }

            if (told >= MostTold)
            {
                return;
            }

            at += line.Length + 1;
        }
    }

    private static void OfXml(Claim claim, ReadContext context)
    {
        XmlTokenReader reader = new(context.Artifact.Bytes, claim.Range, context.Budget);
        int told = 0;
        try
        {
            while (told < MostTold && reader.Read())
            {
                if (reader.Type is XmlTokenType.Text)
                {
                    told += Say(reader.Text.ToString(), reader.Offset, context);
                }

                // A program and its arguments stand in attributes of one element.
                foreach (XmlAttribute attribute in reader.Type is XmlTokenType.StartElement ? reader.Attributes : [])
                {
                    told += Say(attribute.Value, attribute.Offset, context);
                }
            }
        }
        catch (MalformedException)
        {
            // It begins like XML and is something else; as text it was claimed, and what was found stays.
        }
    }

    private static int Say(string text, long offset, ReadContext context)
    {
        int told = 0;
        foreach (ShellUse use in StrayCommands.In(text, context.Budget))
        {
            context.Anomaly("settings.command", offset, 0, use.Detail);
            told++;
        }

        return told;
    }
}
