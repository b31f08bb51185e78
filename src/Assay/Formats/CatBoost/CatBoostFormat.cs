// Reads CatBoost's binary models.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;

namespace Assay.Formats.CatBoost;

/// <summary>
/// CatBoost's <c>.cbm</c>: <c>CBM1</c>, the size of a FlatBuffers table (<c>TModelCore</c>), the table, and where it lists parts, the tables of categories. Nothing of it is run;
/// appliers walk trees by the counts and indices of the file. Specification: <c>catboost/libs/model/flatbuffers/model.fbs</c>.
/// </summary>
internal sealed class CatBoostFormat : IFormat
{
    private const int HeadSize = 8;
    private const int MostTexts = 1_000;
    private const int LongestText = 4096;

    public string Id => "catboost";

    public string Name => "CatBoost";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".cbm"];

    public Claim? Probe(ProbeView view) => view.StartsWith("CBM1"u8) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget);
        OddityLog oddities = new();
        long end = claim.Range.Offset;
        try
        {
            cursor.Skip(4);
            long size = (uint)cursor.I32();
            if (size > cursor.Left)
            {
                oddities.Add("catboost.declares-more", claim.Range.Offset, HeadSize, string.Create(CultureInfo.InvariantCulture, $"The model declares {size} bytes, and {cursor.Left} are left."));
                cursor.Need(size);
            }

            ByteRange core = new(cursor.Offset, size);
            CatBoostTables tables = new(context.Artifact.Bytes, core, context.Budget);
            bool parts = Core(tables, context, oddities);
            end = core.End;
            if (parts && end < claim.Range.End)
            {
                ByteRange rest = new(end, claim.Range.End - end);
                context.Cover(rest, CoverageKind.Data);
                context.Submit(new Artifact(string.Create(CultureInfo.InvariantCulture, $"parts@0x{end:x}"), context.Artifact.Bytes.Slice(rest), context.Artifact) { MayBeOpaque = true });
            }
        }
        catch (MalformedException e)
        {
            if (!cursor.RanOut)
            {
                oddities.Add("catboost.offset-outside", e.Offset, 0, e.Message);
            }

            context.Unread(cursor.RanOut ? UnreadCause.Truncated : UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }
        finally
        {
            context.Cover(new ByteRange(claim.Range.Offset, Math.Max(end - claim.Range.Offset, HeadSize)), CoverageKind.Parsed);
            foreach (Oddity odd in oddities.All)
            {
                context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Length = odd.Length, Detail = odd.Detail, Count = odd.Count });
            }
        }
    }

    /// <summary>Reads the core; whether it lists parts.</summary>
    private static bool Core(CatBoostTables tables, ReadContext context, OddityLog oddities)
    {
        long root = tables.Root();
        context.Meta("version", tables.Text(root, 0, 64));
        if (tables.Table(root, 1) is { } trees)
        {
            new CatBoostTrees(tables, trees, oddities).Check(context);
        }

        (long start, long count) = tables.Vector(root, 2, 4);
        for (long i = 0; i < Math.Min(count, MostTexts); i++)
        {
            long pair = tables.Indirect(start + (4 * i));
            string key = tables.Text(pair, 0, 256);
            string value = tables.Text(pair, 1, LongestText);
            context.Add(new EntryFact { Path = context.Artifact.Path, Offset = pair, Source = "metadata", Key = KeyPath.Append("info", key), Value = value, IsCut = value.Length >= LongestText });
        }

        return tables.Vector(root, 3, 4).Count > 0;
    }
}
