// Writes messages of protocol buffers, field by field, right or wrong.
using System.Buffers.Binary;
using System.Text;

namespace Assay.Tests.Builders;

/// <summary>Writes messages of protocol buffers, field by field.</summary>
internal sealed class ProtobufBuilder
{
    private readonly List<byte> _bytes = [];

    public byte[] Build() => [.. _bytes];

    public ProtobufBuilder Number(int field, long value) => Key(field, 0).Varint((ulong)value);

    public ProtobufBuilder Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public ProtobufBuilder Bytes(int field, ReadOnlySpan<byte> bytes) => Key(field, 2).Varint((ulong)bytes.Length).Raw(bytes);

    public ProtobufBuilder Message(int field, ProtobufBuilder message) => Bytes(field, message.Build());

    public ProtobufBuilder Message(int field, Action<ProtobufBuilder> fill)
    {
        ProtobufBuilder inner = new();
        fill(inner);
        return Message(field, inner);
    }

    public ProtobufBuilder Four(int field, float value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return Key(field, 5).Raw(bytes);
    }

    public ProtobufBuilder Eight(int field, double value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        return Key(field, 1).Raw(bytes);
    }

    public ProtobufBuilder Packed(int field, params ReadOnlySpan<long> values)
    {
        ProtobufBuilder inner = new();
        foreach (long value in values)
        {
            inner.Varint((ulong)value);
        }

        return Bytes(field, inner.Build());
    }

    /// <summary>The key of a field, whatever follows.</summary>
    public ProtobufBuilder Key(int field, int wire) => Varint(((ulong)field << 3) | (uint)wire);

    public ProtobufBuilder Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        _bytes.Add((byte)value);
        return this;
    }

    public ProtobufBuilder Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }
}
