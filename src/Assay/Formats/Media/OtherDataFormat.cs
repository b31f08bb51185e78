// Recognises files of other programs that lie beside models: pictures, recordings, scenes, databases, what Git keeps.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Media;

/// <summary>
/// Files that people and other programs open, and no loader of models runs. They are told by their signatures, and stepped over; a weak signature also needs the extension that such files have.
/// What another format finds in the same bytes is read beside it.
/// </summary>
internal sealed class OtherDataFormat : IFormat
{
    private static readonly Lazy<Signature[]> s_signatures = new(() => [.. EmbeddedTable.Rows("formats/other-data.tsv").Select(Signature.Of)]);

    /// <summary>One row of the table.</summary>
    private sealed record Signature(string Name, int Offset, int Within, byte[] Bytes, string[] Extensions)
    {
        public static Signature Of(string[] row) => new(
            row[0],
            row[1][0] == '~' ? 0 : int.Parse(row[1], CultureInfo.InvariantCulture),
            row[1][0] == '~' ? int.Parse(row[1].AsSpan(1), CultureInfo.InvariantCulture) : 0,
            row[2] == "." ? [] : Convert.FromHexString(row[2]),
            row.Length > 3 ? row[3].Split(' ') : []);

        public bool Fits(ReadOnlySpan<byte> head, string extension) =>
            (Extensions.Length == 0 || Extensions.Contains(extension, StringComparer.Ordinal))
            && (Within > 0 ? head[..Math.Min(head.Length, Within)].IndexOf(Bytes) >= 0 : head.Length >= Offset + Math.Max(1, Bytes.Length) && head[Offset..].StartsWith(Bytes));
    }

    public string Id => "other-data";

    public string Name => "Data of another program";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public bool IsLastResort => true;

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole || view.Range.IsEmpty)
        {
            return null;
        }

        ReadOnlySpan<byte> head = view.Head.Span;
        if (head[0] == 0 && !FormatCatalog.PromisesModel(view.Artifact.Extension) && Padding.End(view.Artifact.Bytes, view.Range) >= view.Range.End)
        {
            return new Claim(view.Range, ClaimStrength.Weak) { Parsed = "nothing but zeros" };
        }

        foreach (Signature signature in s_signatures.Value)
        {
            if (signature.Fits(head, view.Artifact.Extension))
            {
                return new Claim(view.Range, ClaimStrength.Likely) { Parsed = signature.Name };
            }
        }

        return PlainNumbers.Are(view) ? new Claim(view.Range, ClaimStrength.Weak) { Parsed = "a table of numbers of 32 bits" } : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        context.Cover(claim.Range, CoverageKind.Data);
        context.Meta("what", claim.Parsed as string ?? "");
    }
}
