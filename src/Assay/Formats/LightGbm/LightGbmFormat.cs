// Reads LightGBM's text models.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;

namespace Assay.Formats.LightGbm;

/// <summary>
/// LightGBM's model in text, versions 2 to 4. Nothing of it is run; what can be wrong are counts, links, indices and the sizes of trees, by which the loader finds them in the
/// text (CVE-2024-43598). Specification: <c>GBDT::LoadModelFromString</c> and <c>Tree::Tree</c> of LightGBM's source.
/// </summary>
internal sealed class LightGbmFormat : IFormat
{
    private const string Categories = "pandas_categorical:";

    public string Id => "lightgbm";

    public string Name => "LightGBM";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        head = head[(head.StartsWith("\uFEFF"u8) ? 3 : 0)..];
        if (!head.StartsWith("tree\n"u8) && !head.StartsWith("tree\r\n"u8))
        {
            return null;
        }

        string text = Encoding.UTF8.GetString(head);
        bool known = text.Contains("\nversion=", StringComparison.Ordinal) || text.Contains("\nnum_class=", StringComparison.Ordinal) || text.Contains("\nTree=", StringComparison.Ordinal)
            || text.Contains("\nfeature_names=", StringComparison.Ordinal) || text.Contains("\nmax_feature_idx=", StringComparison.Ordinal);
        return known ? new Claim(view.Range, ClaimStrength.Certain) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        LightGbmLines lines = new(context.Artifact.Bytes, claim.Range, context.Budget);
        LightGbmModel model = new(context);
        long end = claim.Range.Offset;
        bool last = false;
        try
        {
            while (!last && lines.Read())
            {
                // The list of categories is the last line that somebody reads.
                last = lines.Line.StartsWith(Categories, StringComparison.Ordinal);
                model.Take(lines);
                end = lines.Next;
            }

            if (last)
            {
                end += Blanks(context.Artifact.Bytes, end, claim.Range.End);
            }
        }
        finally
        {
            context.Cover(new ByteRange(claim.Range.Offset, end - claim.Range.Offset), CoverageKind.Parsed);
            model.Tell(end, lines.HasCarriageReturns);
            if (!model.IsWhole)
            {
                context.Unread(UnreadCause.Truncated, end, 0, "The text ends before the trees do.");
            }
        }

        foreach (Oddity odd in model.Oddities.All)
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Length = odd.Length, Detail = odd.Detail, Count = odd.Count });
        }
    }

    private static long Blanks(ByteSource bytes, long from, long end)
    {
        byte[] rest = bytes.ReadUpTo(from, (int)Math.Min(4096, end - from));
        int first = rest.AsSpan().IndexOfAnyExcept(" \t\r\n\0"u8);
        return first < 0 ? rest.Length : first;
    }
}
