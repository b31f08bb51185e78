// Reads sorted tables of keys and values, as LevelDB and TensorFlow's checkpoints have them.
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.TensorFlow;

/// <summary>
/// A sorted table: blocks of keys and values, a block that says where they lie, and 48 bytes at the end. Specification: "table_format" of LevelDB. A
/// key shares its beginning with the one before.
/// </summary>
internal sealed class SortedTable(ByteSource bytes, ByteRange range, ScanBudget budget, HeldMemory held)
{
    /// <summary>The bytes at the end of every table.</summary>
    public const int FooterSize = 48;

    private const int TrailerSize = 5;
    private const int LongestKey = 64 << 10;
    private const int LargestBlock = 64 << 20;

    /// <summary>The last eight bytes.</summary>
    public static ReadOnlySpan<byte> Magic => [0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB];

    /// <summary>Called with the range of everything that was read.</summary>
    public Action<ByteRange>? OnRead { get; init; }

    /// <summary>Goes through all keys and values.</summary>
    /// <exception cref="MalformedException">The table is broken; what came before was handed out.</exception>
    public void Read(Action<string, byte[]> entry)
    {
        long footerAt = range.End - FooterSize;
        byte[] footer = bytes.ReadUpTo(Math.Max(range.Offset, footerAt), FooterSize);
        if (footer.Length < FooterSize || !footer.AsSpan(FooterSize - 8).SequenceEqual(Magic))
        {
            throw new MalformedException(range.Offset, "The table does not end as tables do.");
        }

        OnRead?.Invoke(new ByteRange(footerAt, FooterSize));
        int at = 0;
        ByteRange meta = Handle(footer, ref at, footerAt);
        ByteRange index = Handle(footer, ref at, footerAt);
        OnRead?.Invoke(new ByteRange(meta.Offset, Math.Min(meta.Length + TrailerSize, footerAt - meta.Offset)));
        HashSet<long> seen = [];
        Block(index, (_, value) =>
        {
            int from = 0;
            ByteRange block = Handle(value, ref from, footerAt);
            if (seen.Add(block.Offset))
            {
                Block(block, entry);
            }
        });
    }

    private ByteRange Handle(ReadOnlySpan<byte> text, ref int at, long limit)
    {
        long offset = (long)Math.Min(Varint(text, ref at), long.MaxValue);
        long size = (long)Math.Min(Varint(text, ref at), long.MaxValue);
        long start = range.Offset + Math.Min(offset, range.Length);
        return start <= limit && size <= limit - start && size <= LargestBlock ? new ByteRange(start, size) : throw new MalformedException(limit, "A block lies outside of the table.");
    }

    private void Block(ByteRange where, Action<string, byte[]> entry)
    {
        budget.SpendWork(where.Length + WorkCosts.FarRead, where.Offset);
        held.Add(where.Length);
        byte[] block = bytes.ReadUpTo(where.Offset, (int)where.Length);
        byte kind = bytes.ReadUpTo(where.End, 1) is [var one] ? one : (byte)0;
        OnRead?.Invoke(new ByteRange(where.Offset, Math.Min(where.Length + TrailerSize, range.End - where.Offset)));
        if (kind > 1)
        {
            throw new MalformedException(where.End, "A block is packed in a way that tables do not know.");
        }

        byte[] text = kind == 0 ? block : SnappyBlock.Unpack(block, held) ?? throw new MalformedException(where.Offset, "A block cannot be unpacked.");
        if (text.Length < 4)
        {
            throw new MalformedException(where.Offset, "A block is too short.");
        }

        long restarts = BitConverter.ToUInt32(text.AsSpan(text.Length - 4));
        long end = text.Length - 4 - (4 * restarts);
        if (end < 0)
        {
            throw new MalformedException(where.Offset, "A block says that it has more restarts than fit.");
        }

        byte[] key = [];
        for (int at = 0; at < end;)
        {
            budget.SpendWork(WorkCosts.NearRead, where.Offset);
            ulong shared = Varint(text, ref at);
            ulong more = Varint(text, ref at);
            ulong length = Varint(text, ref at);
            if (shared > (ulong)key.Length || more > (ulong)(end - at) || length > (ulong)(end - at) - more || shared + more > LongestKey)
            {
                throw new MalformedException(where.Offset, "An entry of a block is longer than the block.");
            }

            key = [.. key.AsSpan(0, (int)shared), .. text.AsSpan(at, (int)more)];
            at += (int)more;
            entry(Encoding.UTF8.GetString(key), text.AsSpan(at, (int)length).ToArray());
            at += (int)length;
        }
    }

    private static ulong Varint(ReadOnlySpan<byte> text, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; at < text.Length && shift < 64; shift += 7)
        {
            byte one = text[at++];
            value |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80)
            {
                return value;
            }
        }

        throw new MalformedException(at, "A number of a table does not end.");
    }
}
