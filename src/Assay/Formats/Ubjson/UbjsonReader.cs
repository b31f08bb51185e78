// Reads the tokens of a document in UBJSON, as XGBoost reads and writes it.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Formats.Ubjson;

/// <summary>
/// Reads the tokens of a document in UBJSON (draft 12), in the dialect of XGBoost's <c>UBJReader</c>: big-endian, names and lengths are <c>L</c> and 64 bits, lists may
/// have a type and a count. Elements of lists with a type are tokens like any other.
/// </summary>
internal sealed class UbjsonReader(ByteSource source, ByteRange range, ScanBudget budget) : IDocumentTokens
{
    /// <summary>XGBoost reads nested values by recursion; no model nests deeper than ten.</summary>
    public const int DeepNesting = 1_000;

    private const int MostNesting = 1_000_000;
    private const int KeptText = 64 << 10;
    private readonly ByteCursor _cursor = new(source, range, budget) { IsBigEndian = true };

    /// <summary>What is open: an object, a list up to its bracket, or how many items are left of a list with a count.</summary>
    private readonly Stack<(bool IsObject, long Left, byte Type)> _open = new();
    private bool _hasName;

    public DocumentToken Kind { get; private set; }

    public long Offset { get; private set; }

    public long End => _cursor.Offset;

    public string Text { get; private set; } = "";

    public long? Integer { get; private set; }

    /// <summary>How deep the current token lies.</summary>
    public int Depth => _open.Count;

    /// <summary>Whether a length leads past the end, and to where.</summary>
    public long? Declared { get; private set; }

    /// <summary>Whether the document ended before its structure did.</summary>
    public bool RanOut => _cursor.RanOut;

    public bool Read()
    {
        Offset = _cursor.Offset;
        (Text, Integer) = ("", null);
        if (_open.Count == 0)
        {
            return Offset == range.Offset && Value(_cursor.U8());
        }

        (bool isObject, long left, byte type) = _open.Peek();
        if (isObject && !_hasName)
        {
            return Name();
        }

        _hasName = false;
        if (isObject)
        {
            return Value(_cursor.U8());
        }

        if (left == 0 || (left < 0 && _cursor.Peek() == ']'))
        {
            _cursor.Skip(left < 0 ? 1 : 0);
            _open.Pop();
            return Is(DocumentToken.ListEnd);
        }

        if (left > 0)
        {
            _open.Pop();
            _open.Push((false, left - 1, type));
        }

        return Value(type == 0 ? _cursor.U8() : type);
    }

    private bool Is(DocumentToken kind)
    {
        Kind = kind;
        return true;
    }

    private bool Name()
    {
        byte marker = _cursor.U8();
        if (marker == '}')
        {
            _open.Pop();
            return Is(DocumentToken.ObjectEnd);
        }

        if (marker != 'L')
        {
            throw new MalformedException(Offset, "The name of a value has no length.");
        }

        Text = String();
        _hasName = true;
        return Is(DocumentToken.Key);
    }

    private bool Value(byte marker)
    {
        switch ((char)marker)
        {
            case '{':
                Push((true, -1, 0));
                return Is(DocumentToken.ObjectStart);
            case '[':
                List();
                return Is(DocumentToken.ListStart);
            case 'Z' or 'T' or 'F':
                return Is(DocumentToken.Word);
            case 'S':
                if (_cursor.U8() != 'L')
                {
                    throw new MalformedException(Offset, "A text has no length.");
                }

                Text = String();
                return Is(DocumentToken.Text);
            case 'd':
                _cursor.Skip(4);
                return Is(DocumentToken.Number);
            case 'D':
                _cursor.Skip(8);
                return Is(DocumentToken.Number);
            case 'i':
                return Number((sbyte)_cursor.U8());
            case 'U' or 'C':
                return Number(_cursor.U8());
            case 'I':
                return Number(BinaryPrimitives.ReadInt16BigEndian(_cursor.Take(2)));
            case 'l':
                return Number(_cursor.I32());
            case 'L':
                return Number(_cursor.I64());
            default:
                throw new MalformedException(Offset, string.Create(CultureInfo.InvariantCulture, $"There is no value of type 0x{marker:x2}."));
        }
    }

    private bool Number(long value)
    {
        Integer = value;
        return Is(DocumentToken.Number);
    }

    private void List()
    {
        byte type = 0;
        if (_cursor.Peek() == '$')
        {
            _cursor.U8();
            type = _cursor.U8();
        }

        if (type == 0 && _cursor.Peek() != '#')
        {
            Push((false, -1, 0));
            return;
        }

        if (_cursor.U8() != '#' || _cursor.U8() != 'L')
        {
            throw new MalformedException(Offset, "A list with a type has no count.");
        }

        long count = _cursor.I64();
        int size = (char)type switch { 'd' or 'l' => 4, 'D' or 'L' => 8, 'I' => 2, _ => 1 };
        if (count < 0 || count > _cursor.Left / size)
        {
            Declared = count;
            throw new MalformedException(Offset, string.Create(CultureInfo.InvariantCulture, $"A list declares {count} items, and {_cursor.Left} bytes are left."));
        }

        Push((false, count, type));
    }

    private string String()
    {
        long length = _cursor.I64();
        if (length < 0 || length > _cursor.Left)
        {
            Declared = length;
            throw new MalformedException(Offset, string.Create(CultureInfo.InvariantCulture, $"A text declares {length} bytes, and {_cursor.Left} are left."));
        }

        return Encoding.UTF8.GetString(_cursor.Keep(length, KeptText));
    }

    private void Push((bool IsObject, long Left, byte Type) open)
    {
        if (_open.Count == MostNesting)
        {
            throw new MalformedException(Offset, "Values lie in each other too deep.");
        }

        budget.SpendWork(WorkCosts.NearRead, Offset);
        _open.Push(open);
    }
}
