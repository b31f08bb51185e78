// Reads Tensorizer's files: a list of tensors, and each tensor behind a head of its own.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Tensors;

namespace Assay.Formats.Tensorizer;

/// <summary>
/// Tensorizer (<c>.tensors</c>): a magic, a head, a list with the place of each tensor, then for each tensor a head that says the same again, and its bytes. Nothing of it is run. Loaders that stream take the
/// heads, others the list, so two that differ are two models; places outside of the file are read nonetheless. Specification: <c>tensorizer/serialization.py</c>, versions 1 to 4.
/// </summary>
internal sealed class TensorizerFormat : IFormat
{
    private const int EntryCost = 256;
    private const int LongestType = 256;

    private readonly record struct Entry(string Name, string Type, List<long> Shape, long Head, ByteRange Data);

    public string Id => "tensorizer";

    public string Name => "Tensorizer";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".tensors"];

    public Claim? Probe(ProbeView view) => view.IsWhole && view.StartsWith("|TZR|"u8) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteRange range = claim.Range;
        ByteCursor cursor = new(context.Artifact.Bytes, range, context.Budget);
        List<Entry> entries = [];
        try
        {
            cursor.Skip(5);
            uint version = cursor.U32();
            cursor.Skip(48);
            ulong count = cursor.U64();
            context.Meta("version", version.ToString(CultureInfo.InvariantCulture));
            context.Meta("tensors", count.ToString(CultureInfo.InvariantCulture));
            if (version is 0 or > 4)
            {
                throw new MalformedException(range.Offset + 5, "The version is not known.");
            }

            ulong size = cursor.U64();
            long list = cursor.Offset;
            if (size > (ulong)cursor.Left || (size > 0 && count > size / 30))
            {
                context.Anomaly("tensorizer.count", range.Offset + 57, 16, string.Create(CultureInfo.InvariantCulture, $"The file declares {count} tensors in a list of {size} bytes; {cursor.Left} bytes are left."));
                throw new MalformedException(list, "The list of tensors is longer than the file.");
            }

            for (ulong i = 0; size > 0 && i < count; i++)
            {
                context.Held.Add(EntryCost);
                Entry entry = ReadEntry(cursor, range, context);
                entries.Add(entry);
                if (cursor.Offset > list + (long)size)
                {
                    context.Anomaly("tensorizer.count", list, 0, "The list of tensors is longer than it says.");
                    throw new MalformedException(cursor.Offset, "The list of tensors is longer than it says.");
                }
            }

            // The list is filled up with zeros.
            context.Cover(new ByteRange(range.Offset, cursor.Offset - range.Offset), CoverageKind.Parsed);
            Heads(cursor, range, list + (long)size, entries, version, context);
        }
        catch (MalformedException e)
        {
            context.Unread(cursor.RanOut ? UnreadCause.Truncated : UnreadCause.Malformed, Math.Min(e.Offset, range.End), 0, e.Message);
        }

        context.ReadTensors(Id, group => Fill(group, entries, context));
    }

    private static Entry ReadEntry(ByteCursor cursor, ByteRange range, ReadContext context)
    {
        long at = cursor.Offset;
        string name = Encoding.UTF8.GetString(cursor.Keep(cursor.U16(), 1024));
        cursor.Skip(1);
        string type = Encoding.UTF8.GetString(cursor.Keep(cursor.U8(), LongestType));
        List<long> shape = Shape(cursor);
        ulong head = cursor.U64();
        ulong data = cursor.U64();
        ulong length = cursor.U64();
        if (head > (ulong)range.Length || data > (ulong)range.Length || length > (ulong)range.Length - data || head > data)
        {
            context.Anomaly("tensorizer.outside", at, 0, string.Create(CultureInfo.InvariantCulture, $"The tensor {Shown(name)} lies at {data} with {length} bytes; the file has {range.Length}."));
            throw new MalformedException(at, "A tensor lies outside of the file.");
        }

        return new Entry(name, type, shape, range.Offset + (long)head, new ByteRange(range.Offset + (long)data, (long)length));
    }

    /// <summary>The heads must say what the list says.</summary>
    private static void Heads(ByteCursor cursor, ByteRange range, long first, List<Entry> entries, uint version, ReadContext context)
    {
        _ = first;
        long last = -1;
        foreach (Entry entry in entries.OrderBy(e => e.Head))
        {
            if (entry.Head < last)
            {
                context.Anomaly("tensorizer.overlap", entry.Head, 0, $"The tensor {Shown(entry.Name)} lies over another one.");
            }

            cursor.Seek(entry.Head);
            ulong size = cursor.U64();
            cursor.Skip(3);
            string name = Encoding.UTF8.GetString(cursor.Keep(cursor.U16(), 1024));
            string type = Encoding.UTF8.GetString(cursor.Keep(cursor.U8(), LongestType));
            List<long> shape = Shape(cursor);
            bool isSame = name == entry.Name && type == entry.Type && shape.SequenceEqual(entry.Shape) && size == (ulong)(entry.Data.Offset - entry.Head);
            if (!isSame)
            {
                context.Anomaly("tensorizer.differs", entry.Head, 0, $"The list and the head of the tensor {Shown(entry.Name)} disagree.");
            }

            (ElementType? element, bool isOpaque) = ElementOf(entry.Type);
            if (element is { } known && ArrayExtent.Of(entry.Shape, known.Size()) is var extent && (extent.Error != ExtentError.None || (version < 3 && extent.Bytes != entry.Data.Length)))
            {
                context.Anomaly("tensorizer.size", entry.Head, 0, string.Create(CultureInfo.InvariantCulture, $"The tensor {Shown(entry.Name)} has {entry.Data.Length} bytes, and its shape asks for {extent.Bytes}."));
            }
            else if (element is null && !isOpaque && entry.Type.Contains('O', StringComparison.Ordinal))
            {
                context.Anomaly("tensorizer.object", entry.Head, 0, $"The elements of {Shown(entry.Name)} are objects.");
            }

            context.Cover(new ByteRange(entry.Head, entry.Data.Offset - entry.Head), CoverageKind.Parsed);
            context.Cover(entry.Data, CoverageKind.Data);
            last = entry.Data.End;
        }
    }

    private static void Fill(TensorGroup group, List<Entry> entries, ReadContext context)
    {
        foreach (Entry entry in entries)
        {
            if (ElementOf(entry.Type).Element is { } type && ArrayExtent.Of(entry.Shape, type.Size()).Bytes == entry.Data.Length)
            {
                group.Add(entry.Name, TensorView.RowMajor(type, entry.Shape), new TensorStorage("", context.Artifact.Bytes, entry.Data));
            }
            else
            {
                group.Leave(entry.Name, $"a tensor of the type {Shown(entry.Type)}", "Its type is not known, or its bytes are packed.");
            }
        }
    }

    private static List<long> Shape(ByteCursor cursor)
    {
        byte dimensions = cursor.U8();
        List<long> shape = [];
        for (int i = 0; i < dimensions; i++)
        {
            shape.Add(cursor.U32());
        }

        return shape;
    }

    /// <summary>Types are NumPy's; those that it lacks are bytes, and behind a zero the name that PyTorch has.</summary>
    private static (ElementType? Element, bool IsOpaque) ElementOf(string type)
    {
        string[] parts = type.Split('\0');
        return parts.Length > 1 ? (TorchElementTypes.OfDtype("torch." + parts[1].Split('.')[^1]), true)
            : (NumpyPlainType.OfText(parts[0]) is { BigEndian: false } plain ? plain.Type : null, false);
    }

    private static string Shown(string text) => text.Length > 120 ? text[..120] + "..." : text;
}
