// Reading back what the leaves of the value tree hold: texts, bytes, numbers.
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Python.Literals;
using Assay.Python.Syntax;

namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    /// <summary>
    /// The bytes of a string or bytes constant, up to <paramref name="max"/>; the text opcodes are decoded as their loader does.
    /// </summary>
    public byte[] GetBytes(PickleValue leaf, int max, out long length)
    {
        if (IsFilled(leaf))
        {
            List<byte> filled = _filled[leaf.Payload].Bytes;
            length = filled.Count;
            return [.. filled[..Math.Min(filled.Count, max)]];
        }

        LeafSpan span = Locate(leaf);
        length = span.Length;
        if (span.Opcode is Op.STRING)
        {
            byte[] inside = ReadLeaf(span.Offset, Math.Max(0, span.Length), max + 2);
            byte[] unquoted = inside.Length >= 2 ? inside[1..^1] : inside;
            byte[] unescaped = EscapedText.Bytes(unquoted) ?? (inside.Length < span.Length ? EscapedText.Bytes(BeforeCutEscape(unquoted)) : null) ?? unquoted;
            length = inside.Length < span.Length ? span.Length - 2 : unescaped.Length;
            return unescaped;
        }

        return ReadLeaf(span.Offset, span.Length, max);
    }

    /// <summary>A text that was cut where it was long, without the escape that the cut may have gone through.</summary>
    private static byte[] BeforeCutEscape(byte[] text) => Array.LastIndexOf(text, (byte)'\\') is >= 0 and int last ? text[..last] : text;

    /// <summary>
    /// Where the payload of a string or bytes constant lies; for STRING its quoted line. The end of a line is not looked for beyond
    /// <paramref name="longest"/> bytes.
    /// </summary>
    public (long Offset, long Length) GetRange(PickleValue leaf, long longest = long.MaxValue)
    {
        LeafSpan span = Locate(leaf, longest);
        return (span.Offset, span.Length);
    }

    /// <summary>The text of a string constant, cut at <paramref name="max"/> bytes; bytes map to the characters of the same number.</summary>
    public string GetText(PickleValue leaf, int max, out long length)
    {
        byte[] bytes = GetBytes(leaf, max, out length);
        if (leaf.Kind is PickleKind.Bytes or PickleKind.ByteArray)
        {
            return Encoding.Latin1.GetString(bytes);
        }

        if (leaf.Kind == PickleKind.PyString)
        {
            // One encoding is that of the loader; where several go on, UTF-8 tells more.
            return (Encodings & Strict) != 0 && System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
        }

        LeafSpan span = Locate(leaf);
        if (span.Opcode is Op.UNICODE)
        {
            return EscapedText.Text(bytes, StringEscapes.CodePoints)
                ?? (bytes.Length < span.Length ? EscapedText.Text(BeforeCutEscape(bytes), StringEscapes.CodePoints) : null) ?? Encoding.Latin1.GetString(bytes);
        }

        return SurrogateText.Decode(bytes);
    }

    /// <summary>The text of a number constant, cut where it is long.</summary>
    public string GetNumber(PickleValue leaf)
    {
        switch (leaf.Kind)
        {
            case PickleKind.True: return "True";
            case PickleKind.False: return "False";
        }

        Span<byte> raw = stackalloc byte[9];
        int got = ReadSource(leaf.Payload, raw);
        raw[got..].Clear();
        Op opcode = (Op)raw[0];
        switch (opcode)
        {
            case Op.BININT: return BinaryPrimitives.ReadInt32LittleEndian(raw[1..]).ToString(CultureInfo.InvariantCulture);
            case Op.BININT1: return raw[1].ToString(CultureInfo.InvariantCulture);
            case Op.BININT2: return BinaryPrimitives.ReadUInt16LittleEndian(raw[1..]).ToString(CultureInfo.InvariantCulture);
            case Op.BINFLOAT: return BinaryPrimitives.ReadDoubleBigEndian(raw[1..]).ToString("R", CultureInfo.InvariantCulture);
        }

        LeafSpan span = Locate(leaf);
        byte[] bytes = ReadLeaf(span.Offset, span.Length, 256);
        if (opcode is Op.LONG1 or Op.LONG4)
        {
            return span.Length > 256
                ? $"<int of {span.Length} bytes>"
                : new BigInteger(bytes).ToString(CultureInfo.InvariantCulture);
        }

        string text = Encoding.Latin1.GetString(bytes);
        return opcode == Op.LONG && text.EndsWith('L') ? text[..^1] : opcode == Op.INT && text is "00" ? "False" : opcode == Op.INT && text is "01" ? "True" : text;
    }

    /// <summary>The number of an int constant; false where it is something else or too large.</summary>
    public bool TryGetInt(PickleValue leaf, out long number)
    {
        number = 0;
        if (leaf.Kind != PickleKind.Int)
        {
            return false;
        }

        ReadOnlySpan<byte> raw = _reader.InWindow(leaf.Payload, 5);
        if (raw.IsEmpty)
        {
            return long.TryParse(GetNumber(leaf), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
        }

        switch ((Op)raw[0])
        {
            case Op.BININT: number = BinaryPrimitives.ReadInt32LittleEndian(raw[1..]); return true;
            case Op.BININT1: number = raw[1]; return true;
            case Op.BININT2: number = BinaryPrimitives.ReadUInt16LittleEndian(raw[1..]); return true;
            default: return long.TryParse(GetNumber(leaf), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
        }
    }

    /// <summary>Whether an INT constant is one of protocol 0's two bools.</summary>
    public bool IsTextBool(PickleValue leaf)
    {
        Span<byte> raw = stackalloc byte[4];
        return ReadSource(leaf.Payload, raw) == 4 && (raw.SequenceEqual("I00\n"u8) || raw.SequenceEqual("I01\n"u8));
    }

    /// <summary>Remembers where the payload of a leaf lies, where that is not right behind its opcode, or its end far away.</summary>
    private void NoteMoved(long offset)
    {
        if (_reader.PayloadMoved || IsLongLine)
        {
            _held.Add(LateRowSize);
            _moved[offset] = (_reader.PayloadOffset, _reader.PayloadLength);
        }
    }

    private LeafSpan Locate(PickleValue leaf, long longest = long.MaxValue)
    {
        _budget?.SpendWork(LeafWork);
        Span<byte> raw = stackalloc byte[9];
        int got = ReadSource(leaf.Payload, raw);
        raw[got..].Clear();
        Op opcode = (Op)raw[0];
        if (_moved.Count > 0 && _moved.TryGetValue(leaf.Payload, out (long Offset, long Length) moved))
        {
            return new LeafSpan(opcode, moved.Offset, moved.Length);
        }

        byte layout = OpcodeTable.Layout[raw[0]];
        if ((layout & OpcodeTable.CountedFlag) != 0)
        {
            int width = layout & 15;
            long length = width switch
            {
                1 => raw[1],
                4 => BinaryPrimitives.ReadUInt32LittleEndian(raw[1..]),
                _ => BinaryPrimitives.ReadInt64LittleEndian(raw[1..]),
            };
            return new LeafSpan(opcode, leaf.Payload + 1 + width, length);
        }

        // A line: it was found once, so it ends within the line limit.
        long start = leaf.Payload + 1;
        long at = start;
        Span<byte> step = stackalloc byte[256];
        longest = Math.Min(longest, _limits.LineBytes);
        while (at < _end && at - start <= longest)
        {
            _budget?.SpendWork(LeafWork);
            int count = ReadSource(at, step[..(int)Math.Min(step.Length, _end - at)]);
            int newline = step[..count].IndexOf((byte)'\n');
            if (newline >= 0)
            {
                return new LeafSpan(opcode, start, at + newline - start);
            }

            if (count == 0)
            {
                break;
            }

            at += count;
        }

        return new LeafSpan(opcode, start, at - start);
    }

    private byte[] ReadLeaf(long offset, long length, int max)
    {
        _budget?.SpendWork(TextWork * Math.Clamp(length, 0, max), offset);
        byte[] bytes = new byte[(int)Math.Clamp(Math.Min(length, max), 0, Math.Max(0, _end - offset))];
        int got = ReadSource(offset, bytes);
        return got == bytes.Length ? bytes : bytes[..got];
    }

    /// <summary>Reads from the window where the bytes are still there, else from the source.</summary>
    internal int ReadSource(long offset, Span<byte> destination)
    {
        ReadOnlySpan<byte> window = _reader.InWindow(offset, destination.Length);
        if (window.Length == destination.Length)
        {
            window.CopyTo(destination);
            return destination.Length;
        }

        return _source.ReadAt(offset, destination);
    }

    private readonly record struct LeafSpan(Op Opcode, long Offset, long Length);
}
