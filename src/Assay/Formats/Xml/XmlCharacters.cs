// The characters of an XML document, with the places of their bytes.
using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Xml;

/// <summary>How the characters of an XML document are written.</summary>
internal enum XmlEncoding
{
    /// <summary>UTF-8, which is also ASCII.</summary>
    Utf8,

    /// <summary>UTF-16, low byte first.</summary>
    Utf16Little,

    /// <summary>UTF-16, high byte first.</summary>
    Utf16Big,

    /// <summary>One byte a character, of a code page that agrees with ASCII; other characters are taken as those of Latin-1.</summary>
    SingleByte,
}

/// <summary>
/// Reads the characters of an XML document one by one through a small window. The encoding is told by the first bytes (XML 1.0, appendix F). Bytes that
/// are no characters read as U+FFFD.
/// </summary>
internal sealed class XmlCharacters
{
    /// <summary>What is read behind the last character.</summary>
    public const int End = -1;

    private const int NotDecoded = -2;
    private const int Window = 32 << 10;

    /// <summary>About what a byte costs to decode and to parse.</summary>
    private const int WorkPerByte = 10;

    private readonly ByteSource _source;
    private readonly ByteRange _range;
    private readonly ScanBudget _budget;
    private readonly byte[] _buffer;
    private int _at;
    private int _end;
    private long _next;
    private int _current = NotDecoded;
    private int _width;

    /// <summary>Starts at the beginning of a range, behind a byte order mark.</summary>
    public XmlCharacters(ByteSource source, ByteRange range, ScanBudget budget)
    {
        _source = source;
        _range = range.ClampTo(source.Length);
        _budget = budget;
        _next = _range.Offset;
        _buffer = new byte[(int)Math.Min(Window, Math.Max(4, _range.Length))];
        Refill();
        (Encoding, _at) = Sniff(_buffer.AsSpan(0, _end));
    }

    /// <summary>How the characters are written.</summary>
    public XmlEncoding Encoding { get; private set; }

    /// <summary>Whether some bytes were no characters.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Where the current character stands.</summary>
    public long Offset => _next - (_end - _at);

    /// <summary>The current character, or <see cref="End"/>.</summary>
    public int Current
    {
        get
        {
            if (_current == NotDecoded)
            {
                Decode();
            }

            return _current;
        }
    }

    /// <summary>Moves to the next character.</summary>
    public void Advance()
    {
        if (Current != End)
        {
            _at += _width;
            _current = NotDecoded;
        }
    }

    /// <summary>Steps over the current character where it is <paramref name="wanted"/>.</summary>
    public bool Take(char wanted)
    {
        if (Current != wanted)
        {
            return false;
        }

        Advance();
        return true;
    }

    /// <summary>Steps over white space.</summary>
    public void SkipBlanks()
    {
        while (IsBlank(Current))
        {
            Advance();
        }
    }

    /// <summary>The declaration names a code page of single bytes.</summary>
    public void UseSingleBytes()
    {
        if (Encoding == XmlEncoding.Utf8)
        {
            Encoding = XmlEncoding.SingleByte;
            _current = NotDecoded;
        }
    }

    /// <summary>Whether a character is white space in XML.</summary>
    public static bool IsBlank(int character) => character is ' ' or '\t' or '\r' or '\n';

    /// <summary>The encoding that the first bytes show, and how many of them are a mark.</summary>
    internal static (XmlEncoding Encoding, int Mark) Sniff(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xFE, ..] => (XmlEncoding.Utf16Little, 2),
        [0xFE, 0xFF, ..] => (XmlEncoding.Utf16Big, 2),
        [0xEF, 0xBB, 0xBF, ..] => (XmlEncoding.Utf8, 3),
        [not 0, 0, ..] => (XmlEncoding.Utf16Little, 0),
        [0, not 0, ..] => (XmlEncoding.Utf16Big, 0),
        _ => (XmlEncoding.Utf8, 0),
    };

    private void Decode()
    {
        if (_end - _at < 4 && _next < _range.End)
        {
            Refill();
        }

        ReadOnlySpan<byte> rest = _buffer.AsSpan(_at, _end - _at);
        if (rest.IsEmpty)
        {
            (_current, _width) = (End, 0);
        }
        else if (Encoding is XmlEncoding.Utf16Little or XmlEncoding.Utf16Big)
        {
            DecodeWide(rest);
        }
        else if (rest[0] < 0x80 || Encoding == XmlEncoding.SingleByte)
        {
            (_current, _width) = (rest[0], 1);
        }
        else
        {
            IsBroken |= Rune.DecodeFromUtf8(rest, out Rune rune, out int width) != OperationStatus.Done;
            (_current, _width) = (rune.Value, Math.Max(1, width));
        }
    }

    private void DecodeWide(ReadOnlySpan<byte> rest)
    {
        if (rest.Length < sizeof(char))
        {
            (_current, _width, IsBroken) = (Rune.ReplacementChar.Value, rest.Length, true);
            return;
        }

        char first = Unit(rest);
        (_current, _width) = (first, sizeof(char));
        if (!char.IsSurrogate(first))
        {
            return;
        }

        if (rest.Length >= 2 * sizeof(char) && char.IsSurrogatePair(first, Unit(rest[sizeof(char)..])))
        {
            (_current, _width) = (char.ConvertToUtf32(first, Unit(rest[sizeof(char)..])), 2 * sizeof(char));
            return;
        }

        (_current, IsBroken) = (Rune.ReplacementChar.Value, true);
    }

    private char Unit(ReadOnlySpan<byte> bytes) => (char)(Encoding == XmlEncoding.Utf16Big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes));

    private void Refill()
    {
        int left = _end - _at;
        Buffer.BlockCopy(_buffer, _at, _buffer, 0, left);
        (_at, _end) = (0, left);
        int wanted = (int)Math.Min(_buffer.Length - _end, _range.End - _next);
        _budget.SpendWork(wanted * (long)WorkPerByte, _next);
        int got = _source.ReadAt(_next, _buffer.AsSpan(_end, wanted));
        if (got == 0 && wanted > 0)
        {
            throw new ScanStopException(StopReason.Changed, "The bytes ended while they were read.", _next);
        }

        (_end, _next) = (_end + got, _next + got);
    }
}
