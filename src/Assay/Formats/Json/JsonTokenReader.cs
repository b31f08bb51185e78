// Reads the tokens of a JSON document of any length through a small window.
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Bytes;

namespace Assay.Formats.Json;

/// <summary>
/// Reads the tokens of a JSON document (RFC 8259) that may be larger than memory. The window grows to the longest token, up to the limit of
/// lines; nothing is kept of what was read.
/// </summary>
internal sealed class JsonTokenReader
{
    private const int Window = 32 << 10;
    private readonly ByteSource _source;
    private readonly ByteRange _range;
    private readonly ScanBudget _budget;
    private byte[] _buffer;
    private int _start;
    private int _end;
    private long _next;
    private int _tokenStart;
    private int _tokenEnd;
    private JsonReaderState _state;

    /// <summary>Creates a reader of the document that begins at the start of <paramref name="range"/>.</summary>
    public JsonTokenReader(ByteSource source, ByteRange range, ScanBudget budget, int maxDepth)
    {
        _source = source;
        _range = range.ClampTo(source.Length);
        _budget = budget;
        _next = _range.Offset;
        _buffer = new byte[(int)Math.Min(Window, _range.Length)];
        _state = new JsonReaderState(new JsonReaderOptions { MaxDepth = maxDepth });
    }

    /// <summary>The current token.</summary>
    public JsonTokenType Type { get; private set; }

    /// <summary>In how many objects and lists the current token stands.</summary>
    public int Depth { get; private set; }

    /// <summary>Where the current token starts in the source.</summary>
    public long Offset => Base + _tokenStart;

    /// <summary>Where it ends.</summary>
    public long End => Base + _tokenEnd;

    private long Base => _next - _end;

    /// <summary>Moves to the next token; false at the end of the document.</summary>
    /// <exception cref="MalformedException">The document breaks, or ends too early.</exception>
    /// <exception cref="ScanStopException">A token is longer than the limit of lines.</exception>
    public bool Read()
    {
        while (true)
        {
            bool last = _next >= _range.End;
            Utf8JsonReader reader = new(_buffer.AsSpan(_start, _end - _start), last, _state);
            try
            {
                if (reader.Read())
                {
                    (Type, Depth) = (reader.TokenType, reader.CurrentDepth);
                    _tokenStart = _start + (int)reader.TokenStartIndex;
                    _start += (int)reader.BytesConsumed;

                    // Behind the name of a property the colon is consumed, too.
                    _tokenEnd = Type is JsonTokenType.PropertyName ? _tokenStart + reader.ValueSpan.Length + 2 : _start;
                    _state = reader.CurrentState;
                    return true;
                }
            }
            catch (JsonException e)
            {
                throw new MalformedException(Base + _start + Math.Max(0, reader.BytesConsumed), $"The JSON breaks: {e.Message}");
            }

            if (last)
            {
                return false;
            }

            Refill();
        }
    }

    /// <summary>Steps over the value that begins with the current token, or that the current name has.</summary>
    public void Skip()
    {
        if (Type == JsonTokenType.PropertyName)
        {
            Read();
        }

        int depth = Depth;
        if (Type is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            while (Read() && !(Depth == depth && Type is JsonTokenType.EndObject or JsonTokenType.EndArray))
            {
            }
        }
    }

    /// <summary>The text that the current token is: a string or a name, without its escapes.</summary>
    /// <exception cref="MalformedException">It is no valid Unicode, which also strict readers refuse.</exception>
    public string Text()
    {
        Utf8JsonReader reader = new(_buffer.AsSpan(_tokenStart, _tokenEnd - _tokenStart), isFinalBlock: true, default);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() ?? "" : "";
        }
        catch (InvalidOperationException)
        {
            throw new MalformedException(Offset, "A text is no valid Unicode.");
        }
    }

    /// <summary>The same for readers that let broken Unicode and halves of surrogate pairs pass, as Python's does.</summary>
    public string LooseText()
    {
        try
        {
            return Text();
        }
        catch (MalformedException)
        {
            return Unescape(Encoding.UTF8.GetString(_buffer.AsSpan(_tokenStart, _tokenEnd - _tokenStart)).Trim('"'));
        }
    }

    /// <summary>The whole number that the current token is.</summary>
    public bool TryNumber(out long number)
    {
        number = 0;
        ReadOnlySpan<byte> text = _buffer.AsSpan(_tokenStart, _tokenEnd - _tokenStart);
        return Type == JsonTokenType.Number && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>The start of the current token as it stands there, for people.</summary>
    public string Shown() => Encoding.UTF8.GetString(_buffer.AsSpan(_tokenStart, Math.Min(64, _tokenEnd - _tokenStart)));

    private static string Unescape(string text)
    {
        StringBuilder plain = new(text.Length);
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] != '\\' || at + 1 == text.Length)
            {
                plain.Append(text[at]);
                continue;
            }

            at++;
            bool isCode = text[at] == 'u' && at + 4 < text.Length;
            plain.Append(isCode && ushort.TryParse(text.AsSpan(at + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ushort code) ? (char)code : text[at] switch
            {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\b',
                'f' => '\f',
                var other => other,
            });
            at += isCode ? 4 : 0;
        }

        return plain.ToString();
    }

    private void Refill()
    {
        _budget.Poll(_next);
        int left = _end - _start;
        if (left == _buffer.Length && left > 0)
        {
            if (left >= _budget.Limits.LineBytes)
            {
                throw ScanBudget.Spent("line-bytes", _budget.Limits.LineBytes, Base + _start);
            }

            Array.Resize(ref _buffer, Clamp.Count(2L * left, 1, _range.Length));
        }

        Buffer.BlockCopy(_buffer, _start, _buffer, 0, left);
        (_start, _end) = (0, left);
        int got = _source.ReadAt(_next, _buffer.AsSpan(_end, (int)Math.Min(_buffer.Length - _end, _range.End - _next)));
        if (got == 0)
        {
            throw new ScanStopException(StopReason.Changed, "The bytes ended while they were read.", _next);
        }

        (_end, _next) = (_end + got, _next + got);
    }
}
