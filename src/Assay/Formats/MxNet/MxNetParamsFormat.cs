// Reads MXNet's lists of arrays: shapes, types, bytes and names.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.MxNet;

/// <summary>
/// MXNet's <c>.params</c>: a magic, the number of arrays, each with its shape, device, type and bytes, then their names. Specification: <c>src/ndarray/ndarray.cc</c> (<c>NDArray::Save</c>), versions 0 to 3.
/// Sparse arrays are stepped over as far as their shapes allow.
/// </summary>
internal sealed class MxNetParamsFormat : IFormat
{
    private const uint FirstVersion = 0xF993FAC8;
    private const int MostDimensions = 32;
    private const int EntrySize = 200;
    private const int LongestName = 64 << 10;

    public string Id => "mxnet-params";

    public string Name => "MXNet parameters";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".params"];

    public Claim? Probe(ProbeView view) => view.IsWhole && view.StartsWith([0x12, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget);
        List<(ElementType? Type, long[] Shape, ByteRange Place)> arrays = [];
        List<string> names = [];
        long parsed = claim.Range.Offset;
        try
        {
            cursor.Skip(16);
            ulong count = cursor.U64();
            if (count > (ulong)cursor.Left / 8)
            {
                context.Anomaly("mxnet.count", claim.Range.Offset + 16, 8, string.Create(CultureInfo.InvariantCulture, $"The file declares {count} arrays, which it has no room for."));
                throw new MalformedException(claim.Range.Offset + 16, "The file declares more arrays than it has room for.");
            }

            for (ulong i = 0; i < count; i++)
            {
                context.Budget.Hold(EntrySize, cursor.Offset);
                arrays.Add(Array(cursor, context));
                context.Cover(new ByteRange(parsed, arrays[^1].Place.Offset - parsed), CoverageKind.Parsed);
                context.Cover(arrays[^1].Place, CoverageKind.Data);
                parsed = cursor.Offset;
            }

            ulong named = cursor.U64();
            if (named != 0 && named != count)
            {
                context.Anomaly("mxnet.count", cursor.Offset - 8, 8, string.Create(CultureInfo.InvariantCulture, $"The file has {count} arrays and {named} names."));
            }

            for (ulong i = 0; i < named; i++)
            {
                ulong length = cursor.U64();
                if (length > LongestName)
                {
                    context.Anomaly("mxnet.count", cursor.Offset - 8, 8, "A name is longer than any.");
                    throw new MalformedException(cursor.Offset, "A name is too long.");
                }

                names.Add(Encoding.UTF8.GetString(cursor.Bytes((long)length)));
                context.Budget.Hold(EntrySize, cursor.Offset);
            }
        }
        catch (MalformedException e)
        {
            context.Unread(e.Offset >= claim.Range.End ? UnreadCause.Truncated : UnreadCause.Malformed, Math.Min(e.Offset, claim.Range.End), 0, e.Message);
        }

        context.Cover(new ByteRange(parsed, cursor.Offset - parsed), CoverageKind.Parsed);
        context.Meta("arrays", arrays.Count.ToString(CultureInfo.InvariantCulture));
        context.ReadTensors(Id, group =>
        {
            for (int i = 0; i < arrays.Count; i++)
            {
                string name = i < names.Count ? names[i] : i.ToString(CultureInfo.InvariantCulture);
                if (arrays[i].Type is { } type)
                {
                    group.Add(name, TensorView.RowMajor(type, arrays[i].Shape), new TensorStorage("", context.Artifact.Bytes, arrays[i].Place));
                }
                else
                {
                    group.Leave(name, "an array without elements, or a sparse one", "It has no dense elements.");
                }
            }
        });
    }

    private static (ElementType? Type, long[] Shape, ByteRange Place) Array(ByteCursor cursor, ReadContext context)
    {
        long at = cursor.Offset;
        uint magic = cursor.U32();
        bool hasVersion = magic is >= FirstVersion and <= FirstVersion + 2;
        if (hasVersion && magic > FirstVersion && cursor.I32() is not (0 or -1))
        {
            throw new MalformedException(at, "A sparse array is not supported.");
        }

        long[] shape = Shape(cursor, hasVersion ? cursor.U32() : magic, hasVersion);
        if (shape.Length == 0 && !(magic == FirstVersion + 2))
        {
            return (null, shape, new ByteRange(cursor.Offset, 0));
        }

        cursor.Skip(8);
        int type = cursor.I32();
        ElementType? element = type switch
        {
            0 => ElementType.F32, 1 => ElementType.F64, 2 => ElementType.F16, 3 => ElementType.U8, 4 => ElementType.I32, 5 => ElementType.I8, 6 => ElementType.I64, 7 => ElementType.Bool,
            8 => ElementType.I16, 9 => ElementType.U16, 10 => ElementType.U32, 11 => ElementType.U64, 12 => ElementType.BF16, _ => null,
        };
        if (element is not { } known)
        {
            context.Anomaly("mxnet.type", at, 0, string.Create(CultureInfo.InvariantCulture, $"An array has elements of type {type}, which is none."));
            throw new MalformedException(at, "An array has elements of no known type.");
        }

        ArrayExtent extent = ArrayExtent.Of(shape, known.Size());
        if (extent.Error != ExtentError.None || ArrayExtent.IsAbsurd(extent.Bytes, cursor.Left))
        {
            context.Anomaly("mxnet.shape", at, 0, "The shape of an array asks for far more bytes than the file has.");
            throw new MalformedException(at, "The shape of an array asks for more bytes than there can be.");
        }

        ByteRange place = new(cursor.Offset, extent.Bytes);
        cursor.Skip(extent.Bytes);
        return (element, shape, place);
    }

    private static long[] Shape(ByteCursor cursor, uint dimensions, bool isWide)
    {
        if (dimensions > MostDimensions)
        {
            throw new MalformedException(cursor.Offset, "An array has more dimensions than any.");
        }

        long[] shape = new long[(int)dimensions];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = isWide ? cursor.I64() : cursor.U32();
        }

        return shape;
    }
}
