// The tables of a CatBoost model's core: FlatBuffers, read where they lie.
using System.Buffers.Binary;
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.CatBoost;

/// <summary>Follows the offsets of FlatBuffers tables; each must stay in the core. Vectors are read front to back through a window.</summary>
internal sealed class CatBoostTables(ByteSource bytes, ByteRange core, ScanBudget budget)
{
    /// <summary>Where the core starts.</summary>
    public long Start => core.Offset;

    /// <summary>The outermost table.</summary>
    public long Root() => Indirect(core.Offset);

    /// <summary>Where an offset leads.</summary>
    public long Indirect(long at) => Inside(at + UInt32(at), 4);

    /// <summary>Where a field of a table stands; -1 where the table has it not.</summary>
    public long Field(long table, int field)
    {
        long directory = Inside(table - (int)UInt32(table), 4);
        int size = UInt16(directory);
        int slot = 4 + (2 * field);
        if (slot + 2 > size)
        {
            return -1;
        }

        int offset = UInt16(directory + slot);
        return offset == 0 ? -1 : Inside(table + offset, 1);
    }

    /// <summary>The table that a field holds, or null.</summary>
    public long? Table(long table, int field) => Field(table, field) is >= 0 and long at ? Indirect(at) : null;

    /// <summary>A whole number that a field holds.</summary>
    public int Int(long table, int field, int otherwise) => Field(table, field) is >= 0 and long at ? (int)UInt32(at) : otherwise;

    /// <summary>Where the items of a vector start, and how many there are.</summary>
    public (long Start, long Count) Vector(long table, int field, int size)
    {
        if (Field(table, field) is not (>= 0 and long at))
        {
            return (0, 0);
        }

        long vector = Indirect(at);
        long count = UInt32(vector);
        Inside(vector + 4, count * size);
        return (vector + 4, count);
    }

    /// <summary>A text, or its beginning.</summary>
    public string Text(long table, int field, int keep)
    {
        (long start, long count) = Vector(table, field, 1);
        return count == 0 ? "" : Encoding.UTF8.GetString(bytes.ReadUpTo(start, (int)Math.Min(count, keep)));
    }

    /// <summary>The items of a vector of numbers, front to back.</summary>
    public ByteCursor Items((long Start, long Count) vector, int size) => new(bytes, new ByteRange(vector.Start, vector.Count * size), budget);

    private uint UInt32(long at)
    {
        budget.SpendWork(WorkCosts.NearRead, at);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes.ReadUpTo(Inside(at, 4), 4));
    }

    private ushort UInt16(long at)
    {
        budget.SpendWork(WorkCosts.NearRead, at);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes.ReadUpTo(Inside(at, 2), 2));
    }

    private long Inside(long at, long length) =>
        at >= core.Offset && length >= 0 && at <= core.End && length <= core.End - at ? at : throw new MalformedException(core.Offset, "An offset of the model leads out of it.");
}
