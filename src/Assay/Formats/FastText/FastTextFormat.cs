// Reads models of fastText: settings, the dictionary, and matrices.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.FastText;

/// <summary>
/// fastText (<c>.bin</c>, <c>.ftz</c>): a magic, settings, a dictionary of words and labels, and two matrices, which may be quantised. Nothing of it is run; its loader makes room by the numbers in it
/// without a check. Specification: <c>fasttext.cc</c>, <c>dictionary.cc</c>, <c>densematrix.cc</c>, <c>quantmatrix.cc</c>, <c>productquantizer.cc</c>.
/// </summary>
internal sealed class FastTextFormat : IFormat
{
    private const uint Magic = 793_712_314;
    private const int Settings = 12;
    private const int LongestWord = 1 << 20;
    private const int Centroids = 256;
    private readonly record struct Matrix(string Name, long Rows, long Columns, ByteRange Place);

    public string Id => "fasttext";

    public string Name => "fastText";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".ftz"];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && view.Head.Length >= 8 && view.StartsWith([0xBA, 0x16, 0x4F, 0x2F]) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget);
        List<Matrix> matrices = [];
        long parsed = claim.Range.Offset;
        try
        {
            cursor.Skip(4);
            int version = cursor.I32();
            context.Meta("version", version.ToString(CultureInfo.InvariantCulture));
            if (version is < 1 or > 12)
            {
                throw new MalformedException(claim.Range.Offset + 4, "The version is not known.");
            }

            int[] settings = new int[Settings];
            for (int i = 0; i < Settings; i++)
            {
                settings[i] = cursor.I32();
            }

            cursor.Skip(8);
            context.Meta("dim", settings[0].ToString(CultureInfo.InvariantCulture));
            bool isPruned = Dictionary(cursor, context);
            bool isQuantised = cursor.U8() != 0;
            if (!isQuantised && isPruned && version >= 12)
            {
                context.Anomaly("fasttext.count", cursor.Offset - 1, 1, "The dictionary is pruned and the matrix is not quantised, which no trainer writes.");
            }

            Weights(cursor, "input", isQuantised, matrices, context, ref parsed);
            bool isOutputQuantised = cursor.U8() != 0;
            Weights(cursor, "output", isQuantised && isOutputQuantised, matrices, context, ref parsed);
        }
        catch (MalformedException e)
        {
            context.Unread(cursor.RanOut ? UnreadCause.Truncated : UnreadCause.Malformed, Math.Min(e.Offset, claim.Range.End), 0, e.Message);
        }

        context.Cover(new ByteRange(parsed, cursor.Offset - parsed), CoverageKind.Parsed);
        context.ReadTensors(Id, group =>
        {
            foreach (Matrix one in matrices)
            {
                group.Add(one.Name, TensorView.RowMajor(ElementType.F32, [one.Rows, one.Columns]), new TensorStorage("", context.Artifact.Bytes, one.Place));
            }
        });
    }

    /// <summary>Steps over the dictionary; returns whether it is pruned.</summary>
    private static bool Dictionary(ByteCursor cursor, ReadContext context)
    {
        long at = cursor.Offset;
        int size = cursor.I32();
        int words = cursor.I32();
        int labels = cursor.I32();
        cursor.Skip(8);
        long pruned = cursor.I64();
        if (size < 0 || words < 0 || labels < 0 || (long)words + labels != size || size > cursor.Left / 10)
        {
            context.Anomaly("fasttext.count", at, 12, string.Create(CultureInfo.InvariantCulture, $"The dictionary declares {size} entries, {words} words and {labels} labels; {cursor.Left} bytes are left."));
            throw new MalformedException(at, "The dictionary has no room for its entries.");
        }

        List<string> names = [];
        for (int i = 0; i < size; i++)
        {
            context.Budget.SpendWork(WorkCosts.NearRead, cursor.Offset);
            StringBuilder? label = names.Count < 20 ? new() : null;
            int length = 0;
            for (byte next = cursor.U8(); next != 0; next = cursor.U8())
            {
                label?.Append((char)next);
                if (++length > LongestWord)
                {
                    context.Anomaly("fasttext.count", at, 0, "A word of the dictionary is longer than any.");
                    throw new MalformedException(cursor.Offset, "A word does not end.");
                }
            }

            cursor.Skip(8);
            byte kind = cursor.U8();
            if (kind > 1)
            {
                context.Anomaly("fasttext.count", cursor.Offset - 1, 1, "An entry of the dictionary is neither word nor label.");
                throw new MalformedException(cursor.Offset, "An entry is of no kind.");
            }

            if (kind == 1 && label is not null)
            {
                names.Add(label.ToString());
            }
        }

        context.Meta("words", words.ToString(CultureInfo.InvariantCulture));
        context.Meta("labels", string.Join(", ", names));
        if (pruned > cursor.Left / 8)
        {
            context.Anomaly("fasttext.count", at, 0, string.Create(CultureInfo.InvariantCulture, $"The index of what was pruned declares {pruned} entries; {cursor.Left} bytes are left."));
            throw new MalformedException(cursor.Offset, "The index of what was pruned is longer than the file.");
        }

        cursor.Skip(8 * Math.Max(0, pruned));
        return pruned >= 0;
    }

    private static void Weights(ByteCursor cursor, string name, bool isQuantised, List<Matrix> matrices, ReadContext context, ref long parsed)
    {
        bool hasNorms = isQuantised && cursor.U8() != 0;
        long at = cursor.Offset;
        long rows = cursor.I64();
        long columns = cursor.I64();
        long size = isQuantised ? cursor.I32() : 0;
        ArrayExtent extent = ArrayExtent.Of([rows, columns], 4);
        if (extent.Error != ExtentError.None || (isQuantised ? size < 0 || size > cursor.Left : extent.Bytes > cursor.Left))
        {
            // A file that is cut has less as well; what is out of proportion is none.
            if (extent.Error != ExtentError.None || size < 0 || (!isQuantised && ArrayExtent.IsAbsurd(extent.Bytes, cursor.Left)))
            {
                context.Anomaly("fasttext.count", at, 16, string.Create(CultureInfo.InvariantCulture, $"A matrix declares {rows} rows of {columns}; {cursor.Left} bytes are left."));
            }

            cursor.Skip(cursor.Left);
            cursor.Need(1);
        }

        ByteRange place = new(cursor.Offset, isQuantised ? size : extent.Bytes);
        context.Cover(new ByteRange(parsed, place.Offset - parsed), CoverageKind.Parsed);
        context.Cover(place, CoverageKind.Data);
        cursor.Skip(place.Length);
        parsed = cursor.Offset;
        if (!isQuantised)
        {
            matrices.Add(new Matrix(name, rows, columns, place));
            return;
        }

        Quantizer(cursor, context);
        if (hasNorms)
        {
            cursor.Skip(rows);
            Quantizer(cursor, context);
        }
    }

    private static void Quantizer(ByteCursor cursor, ReadContext context)
    {
        long at = cursor.Offset;
        int dimension = cursor.I32();
        cursor.Skip(12);
        if (dimension < 0 || dimension > cursor.Left / (4 * Centroids))
        {
            context.Anomaly("fasttext.count", at, 16, string.Create(CultureInfo.InvariantCulture, $"A quantiser declares {dimension} dimensions; {cursor.Left} bytes are left."));
        }

        cursor.Skip(4L * Centroids * dimension);
    }
}
