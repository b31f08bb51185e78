// Reads classic netCDF: dimensions, attributes and variables in the head, numbers behind it.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.NetCdf;

/// <summary>
/// netCDF in its classic forms (<c>CDF</c> and version 1, 2 or 5), which SciPy reads as well; netCDF-4 is HDF5. Nothing in it runs or leads elsewhere. Specification: "The NetCDF Classic Format Specification".
/// </summary>
internal sealed class NetCdfFormat : IFormat
{
    private const int MostItems = 1_000_000;
    private const int ItemCost = 96;

    private readonly record struct Variable(string Name, int Type, List<long> Shape, bool IsRecord, ByteRange Data);

    public string Id => "netcdf";

    public string Name => "netCDF (classic)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".nc"];

    public Claim? Probe(ProbeView view) => view.IsWhole && view.Head.Span is [(byte)'C', (byte)'D', (byte)'F', 1 or 2 or 5, ..] ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget) { IsBigEndian = true };
        List<Variable> variables = [];
        try
        {
            cursor.Skip(3);
            int version = cursor.U8();
            long records = Size(cursor, version);
            List<long> dimensions = [];
            for (long left = Items(cursor, version, context); left > 0; left--)
            {
                Text(cursor, version);
                dimensions.Add(Size(cursor, version));
            }

            Attributes(cursor, version, context);
            long row = 0;
            List<(Variable Variable, long Begin, long Length)> found = [];
            for (long left = Items(cursor, version, context); left > 0; left--)
            {
                string name = Text(cursor, version);
                List<long> shape = [];
                bool isRecord = false;
                long rank = Counted(cursor, version, 4);
                for (long i = 0; i < rank; i++)
                {
                    long dimension = Size(cursor, version);
                    if (dimension < 0 || dimension >= dimensions.Count)
                    {
                        context.Anomaly("netcdf.count", cursor.Offset - 4, 4, string.Create(CultureInfo.InvariantCulture, $"A variable has the dimension {dimension} of {dimensions.Count}."));
                        throw new MalformedException(cursor.Offset, "A variable has a dimension that there is not.");
                    }

                    isRecord |= i == 0 && dimensions[(int)dimension] == 0;
                    shape.Add(i == 0 && isRecord ? 1 : dimensions[(int)dimension]);
                }

                Attributes(cursor, version, context);
                int type = cursor.I32();
                Size(cursor, version);
                long begin = version == 1 ? cursor.U32() : cursor.I64();
                ArrayExtent extent = ArrayExtent.Of(shape, Bytes(type));
                long length = (extent.Bytes + 3) / 4 * 4;
                bool isOutside = extent.Error != ExtentError.None || begin < 0 || begin > claim.Range.Length || (!isRecord && extent.Bytes > claim.Range.Length - begin);
                if (isOutside)
                {
                    if (extent.Error != ExtentError.None || begin < 0 || ArrayExtent.IsAbsurd(extent.Bytes, claim.Range.Length))
                    {
                        context.Anomaly("netcdf.count", cursor.Offset, 0, string.Create(CultureInfo.InvariantCulture, $"The variable {name} lies at {begin} with {extent.Bytes} bytes; the file has {claim.Range.Length}."));
                    }

                    context.Unread(UnreadCause.Truncated, claim.Range.End, 0, $"The variable {name} lies outside of the file.");
                    continue;
                }

                row += isRecord ? length : 0;
                context.Held.Add(ItemCost);
                found.Add((new Variable(name, type, shape, isRecord, new ByteRange(claim.Range.Offset + begin, extent.Bytes)), begin, length));
            }

            context.Cover(new ByteRange(claim.Range.Offset, cursor.Offset - claim.Range.Offset), CoverageKind.Parsed);
            foreach ((Variable variable, long begin, long length) in found)
            {
                // Records of all variables lie in turns from the first one on.
                long covered = variable.IsRecord ? records < 0 || row > (claim.Range.Length - begin) / Math.Max(1, records) ? claim.Range.Length - begin : (row * Math.Max(0, records - 1)) + length : length;
                context.Cover(new ByteRange(claim.Range.Offset + begin, Math.Min(covered, claim.Range.Length - begin)), CoverageKind.Data);
                variables.Add(variable);
            }
        }
        catch (MalformedException e)
        {
            context.Cover(new ByteRange(claim.Range.Offset, cursor.Offset - claim.Range.Offset), CoverageKind.Parsed);
            context.Unread(cursor.RanOut ? UnreadCause.Truncated : UnreadCause.Malformed, Math.Min(e.Offset, claim.Range.End), 0, e.Message);
        }

        context.Meta("variables", variables.Count.ToString(CultureInfo.InvariantCulture));
        context.ReadTensors(Id, group =>
        {
            foreach (Variable one in variables)
            {
                if (!one.IsRecord && Element(one.Type) is { } type)
                {
                    group.Add(one.Name, TensorView.RowMajor(type, one.Shape), new TensorStorage("", context.Artifact.Bytes, one.Data, BigEndian: true));
                }
                else
                {
                    group.Leave(one.Name, one.IsRecord ? "a variable of records" : "text", "Its elements do not lie next to each other as numbers.");
                }
            }
        });
    }

    private static void Attributes(ByteCursor cursor, int version, ReadContext context)
    {
        for (long left = Items(cursor, version, context); left > 0; left--)
        {
            long at = cursor.Offset;
            string name = Text(cursor, version);
            int type = cursor.I32();
            long size = Bytes(type);
            long count = Counted(cursor, version, (int)size);
            byte[] value = cursor.Keep(count * size, 4096);
            cursor.Skip(Math.Min(cursor.Left, (4 - (count * size % 4)) % 4));
            if (type == 2 && name.Length > 0)
            {
                string text = Encoding.UTF8.GetString(value);
                context.Meta(name, text);
                context.Add(new EntryFact { Path = context.Artifact.Path, Offset = at, Source = "metadata", Key = name, Value = text, IsCut = count > value.Length });
            }
        }
    }

    /// <summary>How many items a list has: a tag and a count, both zero where there is none.</summary>
    private static long Items(ByteCursor cursor, int version, ReadContext context)
    {
        int tag = cursor.I32();
        long count = Size(cursor, version);
        if (tag is not (0 or 10 or 11 or 12) || (tag == 0 && count != 0) || count < 0 || count > cursor.Left / 8 || count > MostItems)
        {
            context.Anomaly("netcdf.count", cursor.Offset - 8, 8, string.Create(CultureInfo.InvariantCulture, $"A list declares {count} items; {cursor.Left} bytes are left."));
            throw new MalformedException(cursor.Offset, "A list of the head is broken.");
        }

        context.Held.Add(16 * count);
        return count;
    }

    private static string Text(ByteCursor cursor, int version)
    {
        long length = Counted(cursor, version, 1);
        string text = Encoding.UTF8.GetString(cursor.Keep(length, 1024));
        cursor.Skip(Math.Min(cursor.Left, (4 - (length % 4)) % 4));
        return text;
    }

    private static long Counted(ByteCursor cursor, int version, int size)
    {
        long count = Size(cursor, version);
        return count >= 0 && count <= cursor.Left / Math.Max(1, size) ? count : throw new MalformedException(cursor.Offset, "A text or a list is longer than the file.");
    }

    private static long Size(ByteCursor cursor, int version) => version == 5 ? cursor.I64() : cursor.I32();

    private static long Bytes(int type) => type switch { 1 or 2 or 7 => 1, 3 or 8 => 2, 4 or 5 or 9 => 4, 6 or 10 or 11 => 8, _ => 1 };

    private static ElementType? Element(int type) => type switch
    {
        1 => ElementType.I8,
        3 => ElementType.I16,
        4 => ElementType.I32,
        5 => ElementType.F32,
        6 => ElementType.F64,
        7 => ElementType.U8,
        8 => ElementType.U16,
        9 => ElementType.U32,
        10 => ElementType.I64,
        11 => ElementType.U64,
        _ => null,
    };
}
