// Text as the programs that take it decode it, with the way back to its bytes.
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Texts;

/// <summary>
/// A text: UTF-8, UTF-16 with its mark, or else one character for each byte, which loses nothing that a reader of text looks for. Positions are told in bytes of the file.
/// </summary>
internal sealed class TextDocument
{
    /// <summary>A longer text is read up to here.</summary>
    public const int Longest = 16 << 20;

    private const int WorkPerByte = 4;
    private readonly long _start;
    private readonly int _unit;
    private readonly bool _isSingle;
    private (int Index, long Offset) _known;
    private (int Index, int Line) _line = (0, 1);

    private TextDocument(string text, long start, int unit, bool isSingle, bool isCut)
    {
        Text = text;
        _start = start;
        _unit = unit;
        _isSingle = isSingle;
        IsCut = isCut;
        _known = (0, start);
    }

    /// <summary>The text, without a byte order mark.</summary>
    public string Text { get; }

    /// <summary>Whether the bytes go on behind what was read.</summary>
    public bool IsCut { get; }

    /// <summary>Reads a range as text.</summary>
    public static TextDocument Read(ByteSource source, ByteRange range, ScanBudget budget)
    {
        int length = (int)Math.Min(range.Length, Longest);
        budget.SpendWork(WorkPerByte * (long)length, range.Offset);
        byte[] bytes = source.ReadUpTo(range.Offset, length);
        bool isCut = range.Length > length;
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            Encoding wide = bytes[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode;
            return new TextDocument(wide.GetString(bytes.AsSpan(2)), range.Offset + 2, 2, false, isCut);
        }

        int mark = bytes is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
        ReadOnlySpan<byte> rest = bytes.AsSpan(mark);

        // Where it was cut, a character may be cut too.
        bool isUtf8 = System.Text.Unicode.Utf8.IsValid(rest) || (isCut && System.Text.Unicode.Utf8.IsValid(rest[..^4]));
        return new TextDocument((isUtf8 ? Encoding.UTF8 : Encoding.Latin1).GetString(rest), range.Offset + mark, 1, !isUtf8, isCut);
    }

    /// <summary>A text that is not a file's own: what it says stands at one place.</summary>
    public static TextDocument Of(string text, long offset = 0) => new(text, offset, 0, false, false);

    /// <summary>Where the character at <paramref name="index"/> stands in the file.</summary>
    public long Offset(int index)
    {
        if (_unit != 1 || _isSingle)
        {
            return _start + (index * (long)(_isSingle ? 1 : _unit));
        }

        (int from, long offset) = index >= _known.Index ? _known : (0, _start);
        offset += Encoding.UTF8.GetByteCount(Text.AsSpan(from, Math.Min(index, Text.Length) - from));
        _known = (Math.Min(index, Text.Length), offset);
        return offset;
    }

    /// <summary>The line of the character at <paramref name="index"/>, from 1.</summary>
    public int Line(int index)
    {
        (int from, int line) = index >= _line.Index ? _line : (0, 1);
        line += Text.AsSpan(from, Math.Min(index, Text.Length) - from).Count('\n');
        _line = (Math.Min(index, Text.Length), line);
        return line;
    }
}
