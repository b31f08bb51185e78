// Reads what marshal writes, code objects of CPython 2.7 and 3 above all.
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Assay.Evaluation.Marshalled;

/// <summary>
/// Reads marshalled values with an explicit stack: strings, numbers, containers, references and code objects. Bytecode is stepped
/// over; names and constants are what is wanted. Anything that does not fit makes the whole unknown.
/// </summary>
internal sealed class MarshalReader
{
    /// <summary>Work for each byte that is read: in the worst case each is an object of its own.</summary>
    public const int WorkPerByte = 40;

    private const int MaxDepth = 200;
    private const int MaxNodes = 200_000;
    private readonly byte[] _bytes;
    private readonly List<object?> _references = [];
    private readonly Stack<MarshalFrame> _open = new();
    private int _at;
    private int _nodes;

    /// <summary>Whether a code object has a header that more than one version could have written.</summary>
    private bool _isAmbiguous;

    /// <summary>Whether names stand as Python 2 writes them, which counts each as a reference; Python 3 counts those with a flag.</summary>
    private bool _hasOldNames;
    private bool _hasFlags;
    private bool _isThree;

    private MarshalReader(byte[] bytes) => _bytes = bytes;

    private static object Null { get; } = new();

    /// <summary>The first code object that the bytes hold, with all that is nested in it; null when there is none.</summary>
    public static PythonCode? TryRead(byte[] bytes)
    {
        MarshalReader reader = new(bytes);
        return reader.Run(out object? value) ? CodeSummary.Of(value) : null;
    }

    /// <summary>The code object that the bytes are; null where they are none, or where two versions would read them as different ones.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="isThree">Whether it is known that Python 3 wrote them: there an interned text need not be one that others refer to.</param>
    public static MarshalledCode? TryReadCode(byte[] bytes, bool isThree = false)
    {
        MarshalReader reader = new(bytes) { _isThree = isThree };
        return reader.Run(out object? value) && value is MarshalledCode code && !reader._isAmbiguous && !(reader._hasOldNames && reader._hasFlags) ? code : null;
    }

    /// <summary>Whether the bytes begin as a marshalled code object does.</summary>
    public static bool MayBeCode(ReadOnlySpan<byte> bytes) => bytes.Length > 40 && (bytes[0] & 0x7F) == 'c' && bytes[4] == 0 && bytes[8] == 0;

    private bool Run(out object? result)
    {
        result = null;
        while (_at < _bytes.Length && _nodes++ < MaxNodes)
        {
            if (_open.TryPeek(out MarshalFrame? inside) && inside.NeedsLine)
            {
                // The first line of the function lies between the objects, as a bare number.
                if (!Number(out int line))
                {
                    return false;
                }

                (inside.NeedsLine, inside.FirstLine) = (false, line);
            }

            if (_at >= _bytes.Length || !ReadOne(out object? value, out bool opened))
            {
                return false;
            }

            if (opened)
            {
                if (_open.Count > MaxDepth)
                {
                    return false;
                }

                if (!_open.Peek().IsFull)
                {
                    continue;
                }

                value = Close();
            }

            while (true)
            {
                if (_open.Count == 0)
                {
                    result = value;
                    return true;
                }

                MarshalFrame frame = _open.Peek();
                frame.Add(value, ReferenceEquals(value, Null));
                if (!frame.IsFull)
                {
                    break;
                }

                value = Close();
            }
        }

        return false;
    }

    private object? Close()
    {
        MarshalFrame frame = _open.Pop();
        object value = frame.ToValue();
        if (frame.Reference >= 0)
        {
            _references[frame.Reference] = value;
        }

        return value;
    }

    private bool ReadOne(out object? value, out bool opened)
    {
        value = null;
        opened = false;
        byte code = _bytes[_at++];
        bool shared = (code & 0x80) != 0;
        char type = (char)(code & 0x7F);
        _hasFlags |= shared;
        _hasOldNames |= !shared && type == 't' && !_isThree;
        switch (type)
        {
            case '0': value = Null; return true;
            case 'N' or 'F' or 'T' or 'S' or '.': return true;
            case 'i': return Share(Number(out int number), shared, (BigInteger)number, out value);
            case 'I': return Share(Skip(8), shared, null, out value);
            case 'g': return Share(Skip(8), shared, null, out value);
            case 'y': return Share(Skip(16), shared, null, out value);
            case 'f': return Share(Byte(out int short1) && Skip(short1), shared, null, out value);
            case 'x': return Share(Byte(out int real) && Skip(real) && Byte(out int imaginary) && Skip(imaginary), shared, null, out value);
            case 'l': return Share(Number(out int digits) && Skip(2L * Math.Abs((long)digits)), shared, null, out value);
            case 's': return Text(Number(out int bytes), bytes, shared, raw: true, false, out value);
            case 't': return Text(Number(out int old), old, shared || !_isThree, raw: false, false, out value);
            case 'u': return Text(Number(out int unicode), unicode, shared, raw: false, false, out value);
            case 'a' or 'A': return Text(Number(out int ascii), ascii, shared, raw: false, true, out value);
            case 'z' or 'Z': return Text(Byte(out int brief), brief, shared, raw: false, true, out value);
            case 'r' or 'R':
                if (!Number(out int index) || index < 0 || index >= _references.Count)
                {
                    return false;
                }

                value = _references[index];
                return true;
            case ')': return Byte(out int small) && Open(MarshalKind.Items, small, shared, ref opened);
            case '(' or '[' or '<' or '>': return Number(out int count) && Open(MarshalKind.Items, count, shared, ref opened);
            case '{': return Open(MarshalKind.Pairs, 0, shared, ref opened);
            case ':': return Open(MarshalKind.Items, 3, shared, ref opened);
            case 'c': return OpenCode(shared, ref opened);
            default: return false;
        }
    }

    private bool Open(MarshalKind kind, int count, bool shared, ref bool opened)
    {
        // Every item takes a byte at least.
        if (count < 0 || count > _bytes.Length - _at)
        {
            return false;
        }

        opened = true;
        _open.Push(new MarshalFrame(kind, count, Reserve(shared)));
        return true;
    }

    /// <summary>The numbers before the bytecode differ from version to version; the bytecode's own header tells how many there are.</summary>
    private bool OpenCode(bool shared, ref bool opened)
    {
        int found = 0;
        foreach (int numbers in (ReadOnlySpan<int>)[5, 6, 4])
        {
            if (!HoldsBytecode(_at + (4 * numbers)))
            {
                continue;
            }

            _isAmbiguous |= found > 0;
            found = found > 0 ? found : numbers;
        }

        if (found == 0)
        {
            return false;
        }

        _at += 4 * found;
        opened = true;
        _open.Push(new MarshalFrame(MarshalKind.Code, found, Reserve(shared)) { Flags = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(_at - sizeof(int))) });
        return true;
    }

    private bool HoldsBytecode(int tag) => tag + 5 <= _bytes.Length && (_bytes[tag] & 0x7F) == 's'
        && BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(tag + 1)) <= (uint)(_bytes.Length - tag - 5);

    private int Reserve(bool shared)
    {
        if (!shared)
        {
            return -1;
        }

        _references.Add(null);
        return _references.Count - 1;
    }

    private bool Text(bool sized, int length, bool shared, bool raw, bool ascii, out object? value)
    {
        value = null;
        if (!sized || length < 0 || length > _bytes.Length - _at)
        {
            return false;
        }

        ReadOnlySpan<byte> bytes = _bytes.AsSpan(_at, length);
        _at += length;
        object text = raw ? bytes.ToArray() : ascii ? Encoding.Latin1.GetString(bytes) : Encoding.UTF8.GetString(bytes);
        return Share(true, shared, text, out value);
    }

    private bool Share(bool fits, bool shared, object? made, out object? value)
    {
        value = made;
        if (fits && shared)
        {
            _references.Add(made);
        }

        return fits;
    }

    private bool Number(out int number)
    {
        number = 0;
        if (_bytes.Length - _at < 4)
        {
            return false;
        }

        number = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(_at));
        _at += 4;
        return true;
    }

    private bool Byte(out int number)
    {
        number = _at < _bytes.Length ? _bytes[_at] : 0;
        return _at++ < _bytes.Length;
    }

    private bool Skip(long count)
    {
        if (count > _bytes.Length - _at)
        {
            return false;
        }

        _at += (int)count;
        return true;
    }
}
