// Writes FlatBuffers from trees of tables, vectors and texts.
using System.Buffers.Binary;
using System.Text;

namespace Assay.Tests.Builders;

/// <summary>
/// A table of a FlatBuffer: fields in order, null for those that it does not have. Numbers stand in the table; texts, bytes, lists and tables are led to.
/// </summary>
internal sealed class FlatBuilder(params object?[] fields)
{
    /// <summary>Writes the buffer whose root this table is.</summary>
    public byte[] Build(string identifier, byte[]? header = null)
    {
        List<byte> bytes = [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(identifier), .. header ?? []];
        Patch(bytes, 0, Write(bytes));
        return [.. bytes];
    }

    private int Write(List<byte> bytes)
    {
        Align(bytes, 8);
        int vtable = bytes.Count;
        bytes.AddRange(new byte[4 + (2 * fields.Length)]);
        Align(bytes, 8);
        int table = bytes.Count;
        bytes.AddRange(new byte[4]);
        List<(int At, object Value)> later = [];
        for (int i = 0; i < fields.Length; i++)
        {
            if (fields[i] is not { } value)
            {
                continue;
            }

            byte[] inline = value switch { byte b => [b], bool b => [b ? (byte)1 : (byte)0], int n => BitConverter.GetBytes(n), uint n => BitConverter.GetBytes(n), ulong n => BitConverter.GetBytes(n), long n => BitConverter.GetBytes(n), _ => new byte[4] };
            Align(bytes, inline.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(Span(bytes, vtable + 4 + (2 * i), 2), (ushort)(bytes.Count - table));
            if (value is not (byte or bool or int or uint or ulong or long))
            {
                later.Add((bytes.Count, value));
            }

            bytes.AddRange(inline);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(Span(bytes, vtable, 2), (ushort)(4 + (2 * fields.Length)));
        BinaryPrimitives.WriteUInt16LittleEndian(Span(bytes, vtable + 2, 2), (ushort)(bytes.Count - table));
        BinaryPrimitives.WriteInt32LittleEndian(Span(bytes, table, 4), table - vtable);
        foreach ((int at, object value) in later)
        {
            Patch(bytes, at, Write(bytes, value));
        }

        return table;
    }

    private static int Write(List<byte> bytes, object value)
    {
        if (value is FlatBuilder table)
        {
            return table.Write(bytes);
        }

        Align(bytes, 8);
        bytes.AddRange(new byte[4]);
        int start = bytes.Count - 4;
        (int count, byte[] inline, object[] led) = value switch
        {
            string text => (Encoding.UTF8.GetByteCount(text), [.. Encoding.UTF8.GetBytes(text), 0], Array.Empty<object>()),
            byte[] raw => (raw.Length, raw, []),
            int[] numbers => (numbers.Length, [.. numbers.SelectMany(BitConverter.GetBytes)], []),
            ulong[] numbers => (numbers.Length, [.. numbers.SelectMany(BitConverter.GetBytes)], []),
            object[] items => (items.Length, new byte[4 * items.Length], items),
            _ => throw new ArgumentException("Not a value of a FlatBuffer.", nameof(value)),
        };
        Patch(bytes, start, start + count);
        bytes.AddRange(inline);
        for (int i = 0; i < led.Length; i++)
        {
            int at = start + 4 + (4 * i);
            Patch(bytes, at, Write(bytes, led[i]));
        }

        return start;
    }

    private static void Patch(List<byte> bytes, int at, int target) => BinaryPrimitives.WriteInt32LittleEndian(Span(bytes, at, 4), target - at);

    private static Span<byte> Span(List<byte> bytes, int at, int count) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes).Slice(at, count);

    private static void Align(List<byte> bytes, int to) => bytes.AddRange(new byte[(to - (bytes.Count % to)) % to]);
}
