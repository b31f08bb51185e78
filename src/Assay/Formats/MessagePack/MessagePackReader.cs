// Reads the tokens of MessagePack of any length.
using System.Buffers.Binary;
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.MessagePack;

/// <summary>What a token of MessagePack is.</summary>
internal enum MessagePackType
{
    Nil,
    Boolean,
    Integer,
    Float,
    Text,
    Binary,
    List,
    Map,
    Extension,
}

/// <summary>
/// Reads the tokens of MessagePack one after the other; the payloads of texts, bytes and extensions are stepped over and read where they lie. A count that the bytes
/// at hand cannot fill breaks the format. Specification: msgpack/spec.md.
/// </summary>
internal sealed class MessagePackReader(ByteSource source, ByteRange range, ScanBudget budget)
{
    private const int Window = 16 << 10;
    private readonly byte[] _buffer = new byte[(int)Math.Min(Window, Math.Max(0, range.Length))];
    private long _base = -1;
    private int _filled;

    /// <summary>Where the next token begins.</summary>
    public long Next { get; private set; } = range.Offset;

    /// <summary>Where the current token begins.</summary>
    public long Offset { get; private set; }

    /// <summary>What the current token is.</summary>
    public MessagePackType Type { get; private set; }

    /// <summary>Of a list the items, of a map the pairs.</summary>
    public long Count { get; private set; }

    /// <summary>Of an extension its type.</summary>
    public int Extension { get; private set; }

    /// <summary>Of a number its value, as far as it is whole.</summary>
    public long Number { get; private set; }

    /// <summary>Of a text, bytes and an extension: where the payload lies.</summary>
    public ByteRange Payload { get; private set; }

    /// <summary>Whether a list or map said that it has more items than there are bytes.</summary>
    public bool DeclaresMore { get; private set; }

    /// <summary>Whether nothing follows.</summary>
    public bool IsAtEnd => Next >= range.End;

    /// <summary>Reads the next token; false at the end.</summary>
    /// <exception cref="MalformedException">The bytes end within a token, or have no meaning.</exception>
    public bool Read()
    {
        if (IsAtEnd)
            return false;

        Offset = Next;
        int head = Bytes(1)[0];
        switch (head)
        {
            case <= 0x7F:
                Whole(head);
                break;
            case <= 0x8F:
                Container(MessagePackType.Map, head & 0xF);
                break;
            case <= 0x9F:
                Container(MessagePackType.List, head & 0xF);
                break;
            case <= 0xBF:
                Load(MessagePackType.Text, head & 0x1F);
                break;
            case 0xC0:
                Type = MessagePackType.Nil;
                break;
            case 0xC2 or 0xC3:
                (Type, Number) = (MessagePackType.Boolean, head & 1);
                break;
            case 0xC4 or 0xC5 or 0xC6:
                Load(MessagePackType.Binary, Unsigned(1 << (head - 0xC4)));
                break;
            case 0xC7 or 0xC8 or 0xC9:
                Extended(Unsigned(1 << (head - 0xC7)));
                break;
            case 0xCA or 0xCB:
                Bytes(head == 0xCA ? 4 : 8);
                Type = MessagePackType.Float;
                break;
            case >= 0xCC and <= 0xCF:
                Whole(Unsigned(1 << (head - 0xCC)));
                break;
            case >= 0xD0 and <= 0xD3:
                Whole(Signed(1 << (head - 0xD0)));
                break;
            case >= 0xD4 and <= 0xD8:
                Extended(1L << (head - 0xD4));
                break;
            case 0xD9 or 0xDA or 0xDB:
                Load(MessagePackType.Text, Unsigned(1 << (head - 0xD9)));
                break;
            case 0xDC or 0xDD:
                Container(MessagePackType.List, Unsigned(head == 0xDC ? 2 : 4));
                break;
            case 0xDE or 0xDF:
                Container(MessagePackType.Map, Unsigned(head == 0xDE ? 2 : 4));
                break;
            case >= 0xE0:
                Whole((sbyte)head);
                break;
            default:
                throw new MalformedException(Offset, "A byte begins no value of MessagePack.");
        }

        budget.SpendWork(8, Offset);
        return true;
    }

    /// <summary>The text that the current token is, up to so many bytes.</summary>
    public string Text(int most = 4096) => Encoding.UTF8.GetString(source.ReadUpTo(Payload.Offset, (int)Math.Min(most, Payload.Length)));

    private void Whole(long number) => (Type, Number) = (MessagePackType.Integer, number);

    private void Container(MessagePackType type, long count)
    {
        // Every item takes a byte at least.
        if (count > (range.End - Next) / (type is MessagePackType.Map ? 2 : 1))
        {
            DeclaresMore = true;
            throw new MalformedException(Offset, "A list or map has more items than there are bytes.");
        }

        (Type, Count) = (type, count);
    }

    private void Load(MessagePackType type, long length)
    {
        if (length > range.End - Next)
            throw new MalformedException(Offset, "A text or bytes reach beyond the end.");

        (Type, Payload) = (type, new ByteRange(Next, length));
        Next += length;
    }

    private void Extended(long length)
    {
        Extension = (sbyte)Bytes(1)[0];
        Load(MessagePackType.Extension, length);
    }

    private long Unsigned(int size)
    {
        ReadOnlySpan<byte> bytes = Bytes(size);
        ulong number = 0;
        foreach (byte one in bytes)
            number = (number << 8) | one;

        return number > long.MaxValue ? long.MaxValue : (long)number;
    }

    private long Signed(int size)
    {
        ReadOnlySpan<byte> bytes = Bytes(size);
        return size switch
        {
            1 => (sbyte)bytes[0],
            2 => BinaryPrimitives.ReadInt16BigEndian(bytes),
            4 => BinaryPrimitives.ReadInt32BigEndian(bytes),
            _ => BinaryPrimitives.ReadInt64BigEndian(bytes),
        };
    }

    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > range.End - Next)
            throw new MalformedException(Offset, "The bytes end within a value.");

        if (_base < 0 || Next < _base || Next + count > _base + _filled)
        {
            budget.Poll(Next);
            _base = Next;
            _filled = source.ReadAt(Next, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, range.End - Next)));
            if (_filled < count)
                throw new ScanStopException(StopReason.Changed, "The bytes ended while they were read.", Next);
        }

        ReadOnlySpan<byte> bytes = _buffer.AsSpan((int)(Next - _base), count);
        Next += count;
        return bytes;
    }
}
