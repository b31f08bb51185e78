// Reads JSON documents of any length as Python's json does, value by value, through a small window.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Configuration;

namespace Assay.Formats.Json;

/// <summary>
/// Reads JSON as the loaders of configurations do, which is Python's <c>json</c>: RFC 8259, and beside it NaN and Infinity, halves of surrogate pairs and
/// control characters in texts. Comments and commas behind the last item, which other readers take, are stepped over and told. Several documents may
/// follow each other, one a line. Nothing is kept of what was read but the long texts' beginnings.
/// </summary>
internal sealed class JsonValueReader(ByteSource source, ByteRange range, ScanBudget budget, IValueSink sink)
{
    /// <summary>Characters of a text that are kept.</summary>
    public const int LongestText = 1 << 20;

    /// <summary>Maps and lists that may stand in each other; Python's reader gives up at about a thousand.</summary>
    public const int MaxDepth = 1024;
    private const int OpenWork = 40;

    private const int Window = 64 << 10;
    private const int LongestNumber = 64;
    private readonly byte[] _buffer = new byte[(int)Math.Min(Window, Math.Max(1, range.Length))];
    private readonly StringBuilder _text = new();
    private readonly List<bool> _open = [];
    private int _at;
    private int _end;
    private long _next = range.Offset;

    /// <summary>How many documents were read.</summary>
    public long Documents { get; private set; }

    /// <summary>Where the first thing stands that only lenient readers take, or -1.</summary>
    public long LenientAt { get; private set; } = -1;

    /// <summary>Where the reader stands.</summary>
    public long Position => _next - (_end - _at);

    /// <summary>Reads all documents of the range.</summary>
    /// <exception cref="MalformedException">The document breaks; what came before was handed on.</exception>
    public void Read()
    {
        if (Peek() == 0xEF && range.Length >= 3)
        {
            Skip(3);
        }

        while (Blank() >= 0)
        {
            Document();
            Documents++;
        }
    }

    private void Document()
    {
        bool wantsValue = true;
        do
        {
            int c = Blank();
            if (wantsValue)
            {
                wantsValue = Value(c);
            }
            else if (_open[^1] && c is '}')
            {
                Close();
            }
            else if (!_open[^1] && c is ']')
            {
                Close();
            }
            else if (c is ',')
            {
                Skip(1);
                c = Blank();
                if (c is '}' or ']')
                {
                    Lenient();
                    if (_open[^1] != c is '}')
                    {
                        throw Broken("A bracket does not fit");
                    }

                    Close();
                    continue;
                }

                wantsValue = _open[^1] ? Key() : true;
            }
            else
            {
                throw Broken(c < 0 ? "The document ends too early" : "A comma or a bracket is missing");
            }
        }
        while (_open.Count > 0);
    }

    /// <summary>Reads a value; whether another one comes next without a comma, because a map or list began.</summary>
    private bool Value(int c)
    {
        long at = Position;
        switch (c)
        {
            case '{':
                Open(isMap: true);
                sink.StartMap(at);
                if (Blank() is '}')
                {
                    Close();
                    return false;
                }

                return Key();
            case '[':
                Open(isMap: false);
                sink.StartList(at);
                if (Blank() is ']')
                {
                    Close();
                    return false;
                }

                return true;
            case '"' or '\'':
                string text = Text(c, out bool isCut);
                sink.Scalar(new ScalarValue(EntryKind.Text, text, at, isCut));
                return false;
            case 't' or 'f' or 'n' or 'N' or 'I' or '-' or (>= '0' and <= '9'):
                Word(at);
                return false;
            default:
                throw Broken(c < 0 ? "The document ends too early" : "No value begins here");
        }
    }

    private bool Key()
    {
        int quote = Blank();
        long at = Position;
        string key = quote is '"' or '\'' ? Text(quote, out _) : Name();
        if (Blank() is not ':')
        {
            throw Broken("A colon is missing");
        }

        Skip(1);
        sink.Key(key, at);
        return true;
    }

    private void Open(bool isMap)
    {
        if (_open.Count >= MaxDepth)
        {
            throw Broken($"More than {MaxDepth} maps and lists stand in each other");
        }

        // Whoever follows the document keeps something for each that is open: much for one byte.
        budget.SpendWork(OpenWork, Position);
        Skip(1);
        _open.Add(isMap);
    }

    private void Close()
    {
        Skip(1);
        _open.RemoveAt(_open.Count - 1);
        sink.End(Position);
    }

    private void Word(long at)
    {
        _text.Clear();
        bool isWhole = true;
        for (int c = Peek(); c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '+' or '-' or '.'; c = Peek())
        {
            isWhole &= c is (>= '0' and <= '9') or '-';
            if (_text.Length < LongestNumber)
            {
                _text.Append((char)c);
            }

            _at++;
        }

        string word = _text.ToString();
        bool isNumber = word[0] is '-' or (>= '0' and <= '9') && word is not "-Infinity";
        EntryKind kind = word switch
        {
            "true" or "false" => EntryKind.Boolean,
            "null" => EntryKind.Null,
            "NaN" or "Infinity" or "-Infinity" => EntryKind.Number,
            _ when isNumber => isWhole ? EntryKind.Integer : EntryKind.Number,
            _ => throw Broken($"'{word}' is no value"),
        };
        sink.Scalar(new ScalarValue(kind, word, at));
    }

    /// <summary>A key without quotes, as JSON5 has them.</summary>
    private string Name()
    {
        Lenient();
        _text.Clear();
        for (int c = Peek(); c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '$' or '-' or '.'; c = Peek())
        {
            if (_text.Length < LongestText)
            {
                _text.Append((char)c);
            }

            Skip(1);
        }

        return _text.Length > 0 ? _text.ToString() : throw Broken("A key is missing");
    }

    private string Text(int quote, out bool isCut)
    {
        if (quote is '\'')
        {
            Lenient();
        }

        Skip(1);
        _text.Clear();
        isCut = false;
        int pending = 0;
        Span<byte> bytes = stackalloc byte[4];
        Span<char> pair = stackalloc char[2];
        while (true)
        {
            // The plain run up to the next quote, backslash or byte beyond ASCII is taken at once.
            int run = _buffer.AsSpan(_at, _end - _at).IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E);
            ReadOnlySpan<byte> plain = _buffer.AsSpan(_at, run < 0 ? _end - _at : run);
            int stop = plain.IndexOfAny((byte)quote, (byte)'\\');
            plain = stop < 0 ? plain : plain[..stop];
            if (plain.Length > 0)
            {
                pending = 0;
                int kept = Math.Clamp(LongestText - _text.Length, 0, plain.Length);
                isCut |= kept < plain.Length;
                _text.EnsureCapacity(_text.Length + kept);
                foreach (byte b in plain[..kept])
                {
                    _text.Append((char)b);
                }

                _at += plain.Length;
            }

            int c = Peek();
            if (c < 0)
            {
                throw Broken("A text ends too early");
            }

            Skip(1);
            if (c == quote)
            {
                return _text.ToString();
            }

            if (c is '\\')
            {
                Append(Escape(), ref isCut);
            }
            else if (c < 0x80)
            {
                Append((char)c, ref isCut);
            }
            else
            {
                bytes[pending++] = (byte)c;
                if (Rune.DecodeFromUtf8(bytes[..pending], out Rune rune, out _) is System.Buffers.OperationStatus.Done)
                {
                    if (rune.IsBmp)
                    {
                        Append((char)rune.Value, ref isCut);
                    }
                    else
                    {
                                    rune.EncodeToUtf16(pair);
                        Append(pair[0], ref isCut);
                        Append(pair[1], ref isCut);
                    }

                    pending = 0;
                }
                else if (pending == 4 || Peek() is < 0x80 or >= 0xC0)
                {
                    Append('\uFFFD', ref isCut);
                    pending = 0;
                }
            }
        }
    }

    private void Append(char c, ref bool isCut)
    {
        if (_text.Length < LongestText)
        {
            _text.Append(c);
        }
        else
        {
            isCut = true;
        }
    }

    private char Escape()
    {
        int c = Peek();
        Skip(c < 0 ? 0 : 1);
        switch (c)
        {
            case '"' or '\'' or '\\' or '/':
                return (char)c;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                int value = 0;
                for (int i = 0; i < 4; i++)
                {
                    int digit = Peek() is var h and >= 0 && char.IsAsciiHexDigit((char)h) ? Convert.ToInt32(((char)h).ToString(), 16) : throw Broken("An escape is broken");
                    value = (value << 4) | digit;
                    Skip(1);
                }

                return (char)value;
            default:
                throw Broken("An escape is broken");
        }
    }

    /// <summary>Steps over blanks and comments; the byte that comes next, or -1.</summary>
    private int Blank()
    {
        while (true)
        {
            int c = Peek();
            if (c is ' ' or '\t' or '\r' or '\n')
            {
                int run = _buffer.AsSpan(_at, _end - _at).IndexOfAnyExcept(" \t\r\n"u8);
                _at = run < 0 ? _end : _at + run;
            }
            else if (c is '/' or '#')
            {
                Lenient();
                Comment(c);
            }
            else
            {
                return c;
            }
        }
    }

    private void Comment(int first)
    {
        Skip(1);
        bool isBlock = false;
        if (first is '/')
        {
            isBlock = Peek() is '*';
            if (!isBlock && Peek() is not '/')
            {
                throw Broken("No value begins here");
            }

            Skip(1);
        }

        int last = 0;
        for (int c = Peek(); c >= 0; c = Peek())
        {
            Skip(1);
            if (isBlock ? last is '*' && c is '/' : c is '\n')
            {
                return;
            }

            last = c;
        }
    }

    private void Lenient() => LenientAt = LenientAt < 0 ? Position : LenientAt;

    private MalformedException Broken(string what) => new(Position, $"The JSON breaks: {what}.");

    private void Skip(int count)
    {
        for (; count > 0 && Peek() >= 0; count--)
        {
            _at++;
        }
    }

    private int Peek()
    {
        if (_at < _end)
        {
            return _buffer[_at];
        }

        if (_next >= range.End)
        {
            return -1;
        }

        budget.Poll(_next);
        int got = source.ReadAt(_next, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, range.End - _next)));
        budget.SpendWork(got * 2L, _next);
        if (got == 0)
        {
            throw new ScanStopException(StopReason.Changed, "The bytes ended while they were read.", _next);
        }

        (_at, _end, _next) = (0, got, _next + got);
        return _buffer[0];
    }
}
