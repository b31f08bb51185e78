// The encoding of protocol buffers: keys, numbers of variable length, payloads and groups, read through one small window.
using System.Buffers.Binary;
using Assay.Bytes;

namespace Assay.Formats.Protobuf;

/// <summary>
/// Reads the fields of messages from their bytes. Specification: "Encoding" in the protocol buffers' documentation. Payloads are never copied: a
/// field says where its payload lies, and who wants it reads it. Reading is charged, and follows no nesting.
/// </summary>
/// <param name="bytes">The bytes.</param>
/// <param name="budget">The meter.</param>
internal sealed class ProtobufWire(ByteSource bytes, ScanBudget budget)
{
    /// <summary>A number of variable length.</summary>
    public const int Varint = 0;

    /// <summary>Eight bytes.</summary>
    public const int Eight = 1;

    /// <summary>A length and as many bytes.</summary>
    public const int Payload = 2;

    /// <summary>The start of a group.</summary>
    public const int Group = 3;

    /// <summary>The end of a group.</summary>
    public const int GroupEnd = 4;

    /// <summary>Four bytes.</summary>
    public const int Four = 5;

    /// <summary>The real parsers refuse messages that are nested deeper.</summary>
    public const int MaxDepth = 100;

    /// <summary>Work for one field.</summary>
    private const long FieldCost = 12;

    /// <summary>Key and length, each a number of variable length.</summary>
    private const int LongestHead = 20;

    private readonly byte[] _window = new byte[(int)Math.Clamp(bytes.Length, LongestHead, 4096)];
    private long _windowAt;
    private int _windowLength;

    /// <summary>The bytes.</summary>
    public ByteSource Bytes => bytes;

    /// <summary>The meter.</summary>
    public ScanBudget Budget => budget;

    /// <summary>
    /// Reads the field that starts at <paramref name="at"/> of a message that ends at <paramref name="end"/>.
    /// </summary>
    /// <param name="at">Where the key starts.</param>
    /// <param name="end">Where the message ends.</param>
    /// <param name="field">The field. A payload that runs over the end is cut there, and says so.</param>
    /// <returns>Why there is no field, or null where there is one.</returns>
    public string? TryRead(long at, long end, out ProtobufWireField field)
    {
        field = default;
        budget.SpendWork(FieldCost, at);
        ReadOnlySpan<byte> head = Peek(at, end);
        int used = 0;
        if (!TryVarint(head, ref used, out ulong key))
        {
            return "A key ends too early or is too long.";
        }

        if (key >> 3 is 0 or > 0x1FFF_FFFF)
        {
            return "A field has a number that no field can have.";
        }

        int wire = (int)(key & 7);
        ulong value = 0;
        long length = 0;
        switch (wire)
        {
            case Varint or Payload:
                if (!TryVarint(head, ref used, out value))
                {
                    return "A number ends too early or is too long.";
                }

                length = wire == Varint ? 0 : value > long.MaxValue ? long.MaxValue : (long)value;
                break;
            case Eight or Four:
                length = wire == Eight ? 8 : 4;
                if (head.Length - used >= length)
                {
                    value = wire == Eight ? BinaryPrimitives.ReadUInt64LittleEndian(head[used..]) : BinaryPrimitives.ReadUInt32LittleEndian(head[used..]);
                }

                break;
            case Group:
                return TryGroup(at, used, end, (int)(key >> 3), out field);
            default:
                return wire == GroupEnd ? "A group ends that was not begun." : "A field has a wire type that there is not.";
        }

        long start = at + used;
        ByteRange payload = new(start, Math.Min(length, end - start));
        field = new ProtobufWireField((int)(key >> 3), wire, value, at, payload, payload.End, length > payload.Length);
        return null;
    }

    /// <summary>Reads the number of variable length at <paramref name="at"/>, and moves behind it; false where it is none.</summary>
    public bool TryVarint(ref long at, long end, out ulong value)
    {
        budget.SpendWork(FieldCost, at);
        int used = 0;
        bool read = TryVarint(Peek(at, end), ref used, out value);
        at += used;
        return read;
    }

    /// <summary>Reads a number of variable length, and moves behind it; false where it ends too early or is too long.</summary>
    public static bool TryVarint(ReadOnlySpan<byte> bytes, ref int used, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 70 && used < bytes.Length; shift += 7)
        {
            byte part = bytes[used++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads up to <paramref name="most"/> bytes of a range.</summary>
    public byte[] Copy(ByteRange range, int most) => bytes.ReadUpTo(range.Offset, (int)Math.Min(range.Length, most));

    /// <summary>Groups are of old; they are stepped over as a whole, with what is nested in them.</summary>
    private string? TryGroup(long at, int used, long end, int number, out ProtobufWireField field)
    {
        field = default;
        Stack<int> open = new([number]);
        long start = at + used;
        for (long inner = start; inner < end;)
        {
            budget.SpendWork(FieldCost, inner);
            ReadOnlySpan<byte> head = Peek(inner, end);
            int took = 0;
            if (!TryVarint(head, ref took, out ulong key) || key >> 3 is 0 or > 0x1FFF_FFFF)
            {
                return "A field of a group is broken.";
            }

            long next = inner + took;
            switch ((int)(key & 7))
            {
                case GroupEnd:
                    if (open.Pop() != (int)(key >> 3))
                    {
                        return "A group ends with the number of another.";
                    }

                    if (open.Count == 0)
                    {
                        field = new ProtobufWireField(number, Group, 0, at, new ByteRange(start, inner - start), next, false);
                        return null;
                    }

                    break;
                case Group:
                    open.Push((int)(key >> 3));
                    if (open.Count > MaxDepth)
                    {
                        return "Groups are nested deeper than parsers take.";
                    }

                    break;
                default:
                    if (TryRead(inner, end, out ProtobufWireField one) is { } problem)
                    {
                        return problem;
                    }

                    next = one.End;
                    break;
            }

            inner = next;
        }

        return "A group does not end.";
    }

    private ReadOnlySpan<byte> Peek(long at, long end)
    {
        int wanted = (int)Math.Clamp(end - at, 0, LongestHead);
        if (at < _windowAt || at + wanted > _windowAt + _windowLength)
        {
            _windowAt = at;
            _windowLength = bytes.ReadAt(at, _window);
        }

        int from = (int)(at - _windowAt);
        return _window.AsSpan(from, Math.Min(wanted, _windowLength - from));
    }
}

/// <summary>A field as it is encoded.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Wire">How it is encoded.</param>
/// <param name="Value">The number, where it is one; the declared length of a payload.</param>
/// <param name="Offset">Where its key starts.</param>
/// <param name="Payload">Its payload as far as the message reaches: of a group what is in it, of a number of variable length nothing.</param>
/// <param name="End">Where the next field starts.</param>
/// <param name="IsCut">Whether the payload is longer than the message.</param>
internal readonly record struct ProtobufWireField(int Number, int Wire, ulong Value, long Offset, ByteRange Payload, long End, bool IsCut);
