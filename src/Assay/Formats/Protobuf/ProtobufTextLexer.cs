// The tokens of the text form of protocol buffers: words, numbers, texts with escapes, marks.
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Protobuf;

/// <summary>What a token is.</summary>
internal enum ProtobufTextKind
{
    /// <summary>A name or a number.</summary>
    Word,

    /// <summary>A text in quotes, without its escapes.</summary>
    String,

    /// <summary>A mark of punctuation.</summary>
    Mark,
}

/// <summary>One token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Offset">Where it starts.</param>
/// <param name="Text">The word.</param>
/// <param name="Bytes">The bytes of a text.</param>
/// <param name="Mark">The mark.</param>
internal readonly record struct ProtobufTextToken(ProtobufTextKind Kind, long Offset, string Text, byte[] Bytes, char Mark);

/// <summary>Reads the tokens of a text through a window; comments and blanks are stepped over, however long they are.</summary>
internal sealed class ProtobufTextLexer(ByteSource source, ByteRange range, ScanBudget budget)
{
    private const int Window = 16 << 10;
    private const int LongestWord = 4096;
    private readonly byte[] _window = new byte[Window];
    private long _windowAt;
    private int _windowLength;
    private long _at = range.Offset;

    /// <summary>Where the last token ends.</summary>
    public long End => _at;

    /// <summary>The next token; null at the end.</summary>
    public ProtobufTextToken? Next()
    {
        Blanks();
        int first = Peek();
        if (first < 0)
        {
            return null;
        }

        long start = _at;
        budget.SpendWork(WorkCosts.NearRead, start);
        if (first is '"' or '\'')
        {
            return new ProtobufTextToken(ProtobufTextKind.String, start, "", Quoted((byte)first), '\0');
        }

        if (!IsWord(first))
        {
            _at++;
            return first is >= 0x20 and < 0x7F
                ? new ProtobufTextToken(ProtobufTextKind.Mark, start, "", [], (char)first)
                : throw new MalformedException(start, "The text has a character that stands for nothing.");
        }

        StringBuilder word = new();
        for (int next = first; IsWord(next) || (next is '+' or '-' && word.Length > 0 && word[^1] is 'e' or 'E' && char.IsAsciiDigit(word[0])); next = Peek())
        {
            _at++;
            word.Append((char)next);
            if (word.Length > LongestWord)
            {
                throw new MalformedException(start, "The text has a word that is none.");
            }
        }

        return new ProtobufTextToken(ProtobufTextKind.Word, start, word.ToString(), [], '\0');
    }

    /// <summary>The next token where it is a text; else nothing is read.</summary>
    public ProtobufTextToken? PeekString()
    {
        Blanks();
        return Peek() is '"' or '\'' ? Next() : null;
    }

    private static bool IsWord(int one) => one is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '_' or '.' or '/' or '%' or '$';

    private void Blanks()
    {
        bool comment = false;
        while (Peek() is >= 0 and var one)
        {
            if (comment)
            {
                comment = one is not ('\n' or '\r');
            }
            else if (one == '#')
            {
                comment = true;
            }
            else if (one == 0xEF && _at == range.Offset)
            {
                // A byte order mark.
                _at += 2;
            }
            else if (one is not (' ' or '\t' or '\r' or '\n' or '\f' or '\v'))
            {
                return;
            }

            _at++;
        }
    }

    private byte[] Quoted(byte quote)
    {
        long start = _at++;
        List<byte> bytes = [];
        while (true)
        {
            int one = Peek();
            _at++;
            if (one < 0 || one == '\n')
            {
                throw new MalformedException(start, "A text does not end.");
            }

            if (one == quote)
            {
                return [.. bytes];
            }

            if (one != '\\')
            {
                bytes.Add((byte)one);
            }
            else
            {
                Escape(bytes);
            }

            if ((bytes.Count & 0xFFF) == 0)
            {
                budget.SpendWork(0x1000, _at);
            }

            if (bytes.Count > budget.Limits.InflatedInMemory)
            {
                throw ScanBudget.Spent("inflated-in-memory", budget.Limits.InflatedInMemory, start);
            }
        }
    }

    private void Escape(List<byte> bytes)
    {
        int one = Peek();
        _at++;
        switch (one)
        {
            case 'n':
                bytes.Add((byte)'\n');
                break;
            case 't':
                bytes.Add((byte)'\t');
                break;
            case 'r':
                bytes.Add((byte)'\r');
                break;
            case 'a':
                bytes.Add(7);
                break;
            case 'b':
                bytes.Add(8);
                break;
            case 'f':
                bytes.Add(12);
                break;
            case 'v':
                bytes.Add(11);
                break;
            case >= '0' and <= '7':
                bytes.Add((byte)Digits(one - '0', 8, 2));
                break;
            case 'x' or 'X':
                bytes.Add((byte)Digits(0, 16, 2));
                break;
            case 'u' or 'U':
                int rune = Digits(0, 16, one == 'u' ? 4 : 8);
                bytes.AddRange(Encoding.UTF8.GetBytes(Rune.IsValid(rune) ? new Rune(rune).ToString() : "\uFFFD"));
                break;
            default:
                bytes.Add((byte)Math.Max(0, one));
                break;
        }
    }

    private int Digits(int value, int radix, int most)
    {
        for (; most > 0; most--)
        {
            int one = Peek();
            int digit = one is >= '0' and <= '9' ? one - '0' : one is >= 'a' and <= 'f' ? one - 'a' + 10 : one is >= 'A' and <= 'F' ? one - 'A' + 10 : 99;
            if (digit >= radix)
            {
                break;
            }

            value = (value * radix) + digit;
            _at++;
        }

        return value;
    }

    private int Peek()
    {
        if (_at >= range.End)
        {
            return -1;
        }

        if (_at < _windowAt || _at >= _windowAt + _windowLength)
        {
            _windowAt = _at;
            _windowLength = source.ReadAt(_at, _window);
            budget.SpendWork(_windowLength, _at);
            if (_windowLength == 0)
            {
                return -1;
            }
        }

        return _window[_at - _windowAt];
    }
}
