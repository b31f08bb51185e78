// A message and its fields, read where they lie by the names of a schema.
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Protobuf;

/// <summary>
/// A message: its bytes and what kind it is. It holds nothing; <c>foreach</c> reads its fields from the bytes, one by one, and enters no other
/// message. A reader that must follow nesting uses <see cref="ProtobufWalk"/>.
/// </summary>
/// <param name="Wire">The bytes.</param>
/// <param name="Type">The kind of message.</param>
/// <param name="Range">Where it lies.</param>
internal readonly record struct ProtobufMessage(ProtobufWire Wire, ProtobufType Type, ByteRange Range)
{
    /// <summary>The fields as far as they can be read; <see cref="ProtobufWalk"/> says where they cannot.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>The last number of a field of that name, as parsers take it; null where there is none.</summary>
    public long? Number(string name)
    {
        long? found = null;
        foreach (ProtobufField field in this)
        {
            found = field.Name == name && field.Wire == ProtobufWire.Varint ? field.Number : found;
        }

        return found;
    }

    /// <summary>The last text of a field of that name; empty where there is none.</summary>
    public string Text(string name, int most = ProtobufField.LongestText)
    {
        ProtobufField? found = Field(name);
        return found?.Text(most) ?? "";
    }

    /// <summary>The last field of that name, or null.</summary>
    public ProtobufField? Field(string name)
    {
        ProtobufField? found = null;
        foreach (ProtobufField field in this)
        {
            found = field.Name == name ? field : found;
        }

        return found;
    }

    /// <summary>The last message of a field of that name, or null.</summary>
    public ProtobufMessage? Message(string name) => Field(name)?.Message;

    /// <summary>The texts of the fields of that name.</summary>
    public IEnumerable<string> Texts(string name)
    {
        foreach (ProtobufField field in this)
        {
            if (field.Name == name)
            {
                yield return field.Text();
            }
        }
    }

    /// <summary>The messages of the fields of that name.</summary>
    public IEnumerable<ProtobufMessage> Messages(string name)
    {
        foreach (ProtobufField field in this)
        {
            if (field.Name == name && field.Message is { } message)
            {
                yield return message;
            }
        }
    }

    /// <summary>Goes through the fields.</summary>
    internal struct Enumerator(ProtobufMessage message)
    {
        private long _at = message.Range.Offset;

        /// <summary>The field.</summary>
        public ProtobufField Current { get; private set; }

        /// <summary>Moves to the next field; false at the end, and where no field can be read.</summary>
        public bool MoveNext()
        {
            if (_at >= message.Range.End || message.Wire.TryRead(_at, message.Range.End, out ProtobufWireField field) is not null)
            {
                return false;
            }

            _at = field.End;
            Current = new ProtobufField(message, field);
            return true;
        }
    }
}

/// <summary>A field of a message.</summary>
/// <param name="Holder">The message.</param>
/// <param name="Encoded">How the field is encoded.</param>
internal readonly record struct ProtobufField(ProtobufMessage Holder, ProtobufWireField Encoded)
{
    /// <summary>The most bytes of a text that are read unless more are asked for.</summary>
    public const int LongestText = 4096;

    /// <summary>What the schema says of the field; null where it does not know it, or knows it with another encoding.</summary>
    public ProtobufFieldType? Type => Holder.Type.Field(Encoded.Number) is { } type && type.Allows(Encoded.Wire) ? type : null;

    /// <summary>The name in the schema; empty where it has none.</summary>
    public string Name => Type?.Name ?? "";

    /// <summary>How it is encoded.</summary>
    public int Wire => Encoded.Wire;

    /// <summary>Where its key starts.</summary>
    public long Offset => Encoded.Offset;

    /// <summary>Where its payload lies.</summary>
    public ByteRange Payload => Encoded.Payload;

    /// <summary>The number, where it is one; unsigned numbers and those of 32 bits as parsers of 64-bit numbers read them.</summary>
    public long Number => (long)Encoded.Value;

    /// <summary>The message that it holds, or null.</summary>
    public ProtobufMessage? Message => Type is { Message: { } type } ? new ProtobufMessage(Holder.Wire, type, Payload) : null;

    /// <summary>The text, or its first <paramref name="most"/> bytes; what is no UTF-8 is replaced.</summary>
    public string Text(int most = LongestText) => Wire == ProtobufWire.Payload ? Encoding.UTF8.GetString(Holder.Wire.Copy(Payload, most)) : "";

    /// <summary>The bytes, or the first <paramref name="most"/> of them.</summary>
    public byte[] Bytes(int most = LongestText) => Wire == ProtobufWire.Payload ? Holder.Wire.Copy(Payload, most) : [];

    /// <summary>The whole numbers in the field: one, or those that are packed, at most <paramref name="most"/>.</summary>
    public IEnumerable<long> Numbers(int most)
    {
        if (Wire == ProtobufWire.Varint)
        {
            yield return Number;
            yield break;
        }

        long at = Payload.Offset;
        while (Wire == ProtobufWire.Payload && at < Payload.End && most-- > 0 && Holder.Wire.TryVarint(ref at, Payload.End, out ulong value))
        {
            yield return (long)value;
        }
    }
}
