// The text form of protocol buffers, written as the bytes that it stands for, so that one reader reads both.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Protobuf;

/// <summary>
/// The text form of a message (<c>.pbtxt</c>, <c>.prototxt</c>), translated into its bytes by a schema. Specification: "Text Format Language" in the
/// protocol buffers' documentation. Fields that the schema does not know, and those whose content nobody asks for, are stepped over. Nesting takes an
/// explicit stack; what is held is charged.
/// </summary>
internal sealed class ProtobufText
{
    /// <summary>Lengths of messages are written into this many bytes once they are known; longer than needed is allowed.</summary>
    private const int LengthSize = 5;

    private readonly ProtobufTextLexer _lexer;
    private readonly HeldMemory _held;
    private readonly List<Open> _open = [];
    private readonly List<(long Bytes, long Text)> _places = [];
    private byte[] _bytes = new byte[1024];
    private int _length;

    private ProtobufText(ByteSource source, ByteRange range, ScanBudget budget, HeldMemory held)
    {
        _lexer = new ProtobufTextLexer(source, range, budget);
        _held = held;
    }

    /// <summary>The bytes of the message.</summary>
    public ByteSource Bytes { get; private set; } = new MemorySource(Array.Empty<byte>());

    /// <summary>Why the text ends before its end, or null where it does not.</summary>
    public MalformedException? Broken { get; private set; }

    /// <summary>Where the text ends that was read.</summary>
    public long End => _lexer.End;

    /// <summary>How many fields the schema does not know.</summary>
    public long Unknown { get; private set; }

    /// <summary>Translates a text. What comes before a break is kept.</summary>
    public static ProtobufText Read(ByteSource source, ByteRange range, ProtobufType root, ScanBudget budget, HeldMemory held)
    {
        ProtobufText text = new(source, range, budget, held);
        try
        {
            text.Read(root);
        }
        catch (MalformedException e)
        {
            text.Broken = e;
        }

        while (text._open.Count > 1)
        {
            text.Close();
        }

        text.Bytes = new MemorySource(text._bytes.AsMemory(0, text._length));
        return text;
    }

    /// <summary>The offset in the text of what stands at <paramref name="offset"/> of the bytes.</summary>
    public long At(long offset)
    {
        int index = _places.BinarySearch((offset, long.MaxValue));
        index = index < 0 ? ~index - 1 : index;
        return index < 0 ? 0 : _places[index].Text;
    }

    private void Read(ProtobufType root)
    {
        _open.Add(new Open(root, -1, '\0'));
        while (_lexer.Next() is { } token)
        {
            Open top = _open[^1];
            if (token is { Kind: ProtobufTextKind.Mark, Mark: ',' or ';' })
            {
                continue;
            }

            if (top.IsList)
            {
                Item(top, token);
                continue;
            }

            if (token.Kind == ProtobufTextKind.Mark && _open.Count > 1 && token.Mark == top.Closes)
            {
                Close();
                continue;
            }

            if (token.Kind == ProtobufTextKind.Mark && token.Mark == '[')
            {
                // The name of an extension or of a type: none of the formats read here has any.
                SkipTo(']');
                Value(null, token.Offset);
                continue;
            }

            if (token.Kind != ProtobufTextKind.Word)
            {
                throw new MalformedException(token.Offset, "The text has no name of a field where one must stand.");
            }

            ProtobufFieldType? field = top.Type?.Field(token.Text);
            Unknown += field is null && top.Type is not null ? 1 : 0;
            Value(field, token.Offset);
        }

        if (_open.Count > 1)
        {
            throw new MalformedException(_lexer.End, "The text ends inside of a message.");
        }
    }

    /// <summary>An item of a list, or its end.</summary>
    private void Item(Open holder, ProtobufTextToken token)
    {
        if (token is { Kind: ProtobufTextKind.Mark, Mark: ']' })
        {
            holder.IsList = false;
        }
        else if (token is { Kind: ProtobufTextKind.Mark, Mark: '{' or '<' })
        {
            Begin(holder.Item, token, token.Offset);
        }
        else
        {
            Scalar(holder.Item, token, token.Offset);
        }
    }

    /// <summary>What follows a name: a colon and a value or a list of values, or a message.</summary>
    private void Value(ProtobufFieldType? field, long at)
    {
        ProtobufTextToken token = Need();
        if (token is { Kind: ProtobufTextKind.Mark, Mark: ':' })
        {
            token = Need();
        }

        if (token is { Kind: ProtobufTextKind.Mark, Mark: '[' })
        {
            _open[^1].IsList = true;
            _open[^1].Item = field;
        }
        else if (token is { Kind: ProtobufTextKind.Mark, Mark: '{' or '<' })
        {
            Begin(field, token, at);
        }
        else
        {
            Scalar(field, token, at);
        }
    }

    private void Begin(ProtobufFieldType? field, ProtobufTextToken token, long at)
    {
        if (_open.Count > ProtobufWire.MaxDepth)
        {
            throw new MalformedException(token.Offset, "Messages are nested deeper than parsers take.");
        }

        char closes = token.Mark == '{' ? '}' : '>';
        if (field is not { Message: { } type })
        {
            _open.Add(new Open(null, -1, closes));
            return;
        }

        Key(field.Number, ProtobufWire.Payload, at);
        int length = _length;
        Write(stackalloc byte[LengthSize]);
        _open.Add(new Open(type, length, closes));
    }

    private void Close()
    {
        Open open = _open[^1];
        _open.RemoveAt(_open.Count - 1);
        if (open.LengthAt < 0)
        {
            return;
        }

        long length = _length - open.LengthAt - LengthSize;
        for (int i = 0; i < LengthSize; i++)
        {
            _bytes[open.LengthAt + i] = (byte)((length & 0x7F) | (i < LengthSize - 1 ? 0x80L : 0));
            length >>= 7;
        }
    }

    private void Scalar(ProtobufFieldType? field, ProtobufTextToken token, long at)
    {
        string sign = "";
        if (token is { Kind: ProtobufTextKind.Mark, Mark: '-' })
        {
            (sign, token) = ("-", Need());
        }

        List<byte>? bytes = null;
        if (token.Kind == ProtobufTextKind.String)
        {
            // Texts that follow each other are one.
            bytes = [.. token.Bytes];
            while (_lexer.PeekString() is { } more)
            {
                bytes.AddRange(more.Bytes);
            }
        }
        else if (token.Kind == ProtobufTextKind.Mark)
        {
            throw new MalformedException(token.Offset, "The text has no value where one must stand.");
        }

        if (field is null)
        {
            return;
        }

        switch (field.Kind)
        {
            case ProtobufKind.Text or ProtobufKind.Bytes or ProtobufKind.Data when bytes is not null:
                Key(field.Number, ProtobufWire.Payload, at);
                Varint((ulong)bytes.Count);
                Write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes));
                break;
            case ProtobufKind.Integer when bytes is null:
                Key(field.Number, ProtobufWire.Varint, at);
                Varint(Integer(field, sign + token.Text));
                break;
            case ProtobufKind.Four when bytes is null:
                Key(field.Number, ProtobufWire.Four, at);
                Span<byte> four = stackalloc byte[4];
                BinaryPrimitives.WriteSingleLittleEndian(four, (float)Float(sign + token.Text));
                Write(four);
                break;
            case ProtobufKind.Eight when bytes is null:
                Key(field.Number, ProtobufWire.Eight, at);
                Span<byte> eight = stackalloc byte[8];
                BinaryPrimitives.WriteDoubleLittleEndian(eight, Float(sign + token.Text));
                Write(eight);
                break;
        }
    }

    private static ulong Integer(ProtobufFieldType field, string text)
    {
        if (field.Values?.TryGetValue(text, out long value) == true)
        {
            return (ulong)value;
        }

        return text switch
        {
            "true" or "True" or "t" => 1,
            "false" or "False" or "f" => 0,
            _ when text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong hex) => hex,
            _ when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) => number,
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) => (ulong)number,
            _ => 0,
        };
    }

    private static double Float(string text) =>
        double.TryParse(text.TrimEnd('f', 'F'), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.NaN;

    private void SkipTo(char mark)
    {
        while (Need() is var token && !(token.Kind == ProtobufTextKind.Mark && token.Mark == mark))
        {
        }
    }

    private ProtobufTextToken Need() => _lexer.Next() ?? throw new MalformedException(_lexer.End, "The text ends where a value must stand.");

    private void Key(int number, int wire, long at)
    {
        if (_places.Count == _places.Capacity)
        {
            _held.Add(2L * 16 * Math.Max(4, _places.Count));
        }

        _places.Add((_length, at));
        Varint(((ulong)number << 3) | (uint)wire);
    }

    private void Varint(ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        int count = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[count++] = (byte)(value | 0x80);
        }

        bytes[count++] = (byte)value;
        Write(bytes[..count]);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _bytes.Length - _length)
        {
            int more = Math.Max(_bytes.Length, bytes.Length);
            _held.Add(more);
            Array.Resize(ref _bytes, _bytes.Length + more);
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>A message whose end was not met: what it is (null where it is stepped over), where its length goes, and what ends it.</summary>
    private sealed class Open(ProtobufType? type, int lengthAt, char closes)
    {
        public ProtobufType? Type => type;

        public int LengthAt => lengthAt;

        public char Closes => closes;

        /// <summary>Whether a list of values is being read in it.</summary>
        public bool IsList { get; set; }

        /// <summary>The field whose values stand in the list.</summary>
        public ProtobufFieldType? Item { get; set; }
    }
}
