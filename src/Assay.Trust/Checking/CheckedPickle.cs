// A second reading of pickles, small enough to be read by a person in one sitting.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Assay.Trust.Checking;

/// <summary>Something that a loader would do: import, call, put a state in, call a method, ask for a persistent id.</summary>
/// <param name="Offset">The offset of the opcode in the pickle.</param>
/// <param name="Kind"><c>import</c>, <c>call</c>, <c>build</c>, <c>method</c> or <c>persistent</c>.</param>
/// <param name="Callee">What is imported, called or acted on.</param>
/// <param name="Arguments">What it gets.</param>
public sealed record CheckedEvent(long Offset, string Kind, string Callee, string Arguments);

/// <summary>The bytes are not what the checker reads.</summary>
internal sealed class UncheckableException(string message) : Exception(message);

/// <summary>
/// Reads one pickle of protocols 0 to 5 from its first opcode to STOP (pickletools.py of CPython 3.13 is the reference), and tells what a loader would do. It knows nothing of the rest of
/// the program. What it does not know, it refuses: an extension code, an opcode that no pickler writes in a model.
/// </summary>
internal ref struct CheckedPickle
{
    private const int MostEvents = 1_000_000;
    private const int MostValues = 20_000_000;
    private const int LongestNumber = 1000;
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly List<CheckedValue> _stack = [];
    private readonly Dictionary<long, CheckedValue> _memo = [];
    private readonly List<CheckedEvent> _events = [];
    private int _at;
    private int _opcode;
    private int _values;

    private CheckedPickle(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Reads the pickle at the beginning of <paramref name="bytes"/>.</summary>
    /// <exception cref="UncheckableException">It is none, or holds what the checker does not know.</exception>
    public static (IReadOnlyList<CheckedEvent> Events, int End) Read(ReadOnlySpan<byte> bytes)
    {
        CheckedPickle pickle = new(bytes);
        pickle.Run();
        return (pickle._events, pickle._at);
    }

    /// <summary>Whether an unpickler that is handed bytes of another format imports something before it gives up.</summary>
    public static bool ImportsAnything(ReadOnlySpan<byte> bytes)
    {
        CheckedPickle pickle = new(bytes);
        try
        {
            pickle.Run();
        }
        catch (UncheckableException)
        {
        }

        return pickle._events.Any(e => e.Kind != "persistent");
    }

    private void Run()
    {
        while (true)
        {
            _opcode = _at;
            byte op = Byte();
            if (op == (byte)'.')
            {
                Pop();
                return;
            }

            if (++_values > MostValues || _events.Count > MostEvents)
            {
                throw Stop("it is too long for the checker");
            }

            Do((char)op);
        }
    }

    private void Do(char op)
    {
        switch (op)
        {
            case '\x80': Take(1); break;
            case '\x95': Take(8); break;
            case '(': _stack.Add(new CheckedValue(CheckedKind.Mark, "")); break;
            case '0': Pop(); break;
            case '1': Marked(); break;
            case '2': _stack.Add(Top()); break;

            case 'N': Constant("None"); break;
            case '\x88': Constant("True"); break;
            case '\x89': Constant("False"); break;
            case 'K': Number(Byte()); break;
            case 'M': Number(BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case 'J': Number(BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case 'I': Line(); Constant(Encoding.Latin1.GetString(LineBytes) switch { "00" => "False", "01" => "True", var number => Integer(number) }); break;
            case 'L': Line(); Constant(Integer(Encoding.Latin1.GetString(LineBytes).TrimEnd('L'))); break;
            case '\x8a': Large(Byte()); break;
            case '\x8b': Large(Length(4)); break;
            case 'G': Constant("float:" + Convert.ToHexStringLower(Take(8))); break;
            case 'F': Line(); Constant("float:" + Encoding.Latin1.GetString(LineBytes)); break;

            case '\x8c': Text(Take(Byte())); break;
            case 'X': Text(Take(Length(4))); break;
            case '\x8d': Text(Take(Length(8))); break;
            case 'U': Old(Take(Byte())); break;
            case 'T': Old(Take(Length(4))); break;
            case 'C': _stack.Add(CheckedValue.OfBytes(Take(Byte()))); break;
            case 'B': _stack.Add(CheckedValue.OfBytes(Take(Length(4)))); break;
            case '\x8e' or '\x96': _stack.Add(CheckedValue.OfBytes(Take(Length(8)))); break;

            case ')': _stack.Add(CheckedValue.Container("tuple", [])); break;
            case ']': _stack.Add(CheckedValue.Container("list", [])); break;
            case '}': _stack.Add(CheckedValue.Container("dict", [])); break;
            case '\x8f': _stack.Add(CheckedValue.Container("set", [])); break;
            case 't': _stack.Add(CheckedValue.Container("tuple", Marked())); break;
            case 'l': _stack.Add(CheckedValue.Container("list", Marked())); break;
            case 'd': _stack.Add(CheckedValue.Container("dict", Marked())); break;
            case '\x91': _stack.Add(CheckedValue.Container("frozenset", Marked())); break;
            case '\x85': Tuple(1); break;
            case '\x86': Tuple(2); break;
            case '\x87': Tuple(3); break;
            case 'a': Fill("list", [Pop()]); break;
            case 'e': Fill("list", Marked()); break;
            case 's': CheckedValue value = Pop(); Fill("dict", [Pop(), value]); break;
            case 'u': Fill("dict", Marked()); break;
            case '\x90': Fill("set", Marked()); break;

            case 'q': _memo[Byte()] = Top(); break;
            case 'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Top(); break;
            case 'p': Line(); _memo[Index()] = Top(); break;
            case '\x94': _memo[_memo.Count] = Top(); break;
            case 'h': Get(Byte()); break;
            case 'j': Get(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
            case 'g': Line(); Get(Index()); break;

            case 'c': Import(Strict(), Strict()); break;
            case '\x93': CheckedValue name = Pop(); Import(Named(Pop()), Named(name)); break;
            case 'i': Import(Strict(), Strict()); Call(Pop(), CheckedValue.Container("tuple", Marked())); break;
            case 'o': List<CheckedValue> all = Marked(); Call(all.Count > 0 ? all[0] : throw Stop("OBJ has no class"), CheckedValue.Container("tuple", all.Skip(1))); break;
            case 'R' or '\x81': CheckedValue arguments = Pop(); Call(Pop(), arguments); break;
            case '\x92': CheckedValue keywords = Pop(), given = Pop(); Call(Pop(), CheckedValue.Container("new", [given, keywords])); break;
            case 'b': Build(); break;
            case 'P': Line(); Persistent(CheckedValue.OfString(Encoding.Latin1.GetString(LineBytes))); break;
            case 'Q': Persistent(Pop()); break;
            default: throw Stop($"the byte 0x{(int)op:x2} is no opcode that it reads");
        }
    }

    private ReadOnlySpan<byte> LineBytes => _bytes[(_at - _line)..(_at - 1)];

    private int _line;

    private void Line()
    {
        int end = _bytes[_at..].IndexOf((byte)'\n');
        if (end < 0)
        {
            throw Stop("a line has no end");
        }

        _line = end + 1;
        _at += end + 1;
    }

    private string Strict()
    {
        Line();
        string text = Encoding.UTF8.GetString(LineBytes);
        return text.All(c => c is > ' ' and <= '~') ? text : throw Stop("a name is written with unusual letters");
    }

    private long Index()
    {
        string text = Encoding.Latin1.GetString(LineBytes);
        return text.Length is > 0 and < 12 && text.All(char.IsAsciiDigit) ? long.Parse(text, CultureInfo.InvariantCulture) : throw Stop("a number of the memo is none");
    }

    private string Integer(string text) =>
        text.Length is > 0 and < 1000 && text.TrimStart('-').Length > 0 && text.TrimStart('-').All(char.IsAsciiDigit) ? System.Numerics.BigInteger.Parse(text, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
            : throw Stop("a number is written in an unusual way");

    private byte Byte() => Take(1)[0];

    private int Length(int bytes)
    {
        ulong length = bytes == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(Take(4)) : BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
        return length <= (ulong)(_bytes.Length - _at) ? (int)length : throw Stop("it ends too early");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at)
        {
            throw Stop("it ends too early");
        }

        _at += count;
        return _bytes.Slice(_at - count, count);
    }

    private void Constant(string text) => _stack.Add(new CheckedValue(CheckedKind.Constant, text));

    /// <summary>A whole number; to write out a very long one takes longer than anything else here.</summary>
    private void Large(int length) => Constant(length <= LongestNumber ? new System.Numerics.BigInteger(Take(length)).ToString(CultureInfo.InvariantCulture) : throw Stop("a number is too long"));

    private void Number(long number) => Constant(number.ToString(CultureInfo.InvariantCulture));

    private void Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stack.Add(CheckedValue.OfString(new UTF8Encoding(false, true).GetString(bytes)));
        }
        catch (DecoderFallbackException)
        {
            throw Stop("a text is not UTF-8");
        }
    }

    /// <summary>A string of Python 2: loaders decode it in different ways, except where it is ASCII.</summary>
    private void Old(ReadOnlySpan<byte> bytes) => _stack.Add(Ascii.IsValid(bytes) ? CheckedValue.OfString(Encoding.ASCII.GetString(bytes)) : CheckedValue.OfBytes(bytes));

    private CheckedValue Top() => _stack.Count > 0 && _stack[^1].Kind != CheckedKind.Mark ? _stack[^1] : throw Stop("the stack is empty");

    private CheckedValue Pop()
    {
        CheckedValue value = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private List<CheckedValue> Marked()
    {
        int mark = _stack.FindLastIndex(v => v.Kind == CheckedKind.Mark);
        if (mark < 0)
        {
            throw Stop("there is no mark");
        }

        List<CheckedValue> values = _stack[(mark + 1)..];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private void Tuple(int count)
    {
        CheckedValue[] items = new CheckedValue[count];
        for (int at = count - 1; at >= 0; at--)
        {
            items[at] = Pop();
        }

        _stack.Add(CheckedValue.Container("tuple", items));
    }

    private void Fill(string what, List<CheckedValue> items)
    {
        CheckedValue target = Top();
        if (target.Kind == CheckedKind.Container && target.Text == what)
        {
            target.Items.AddRange(items);
        }
        else if (target.Kind == CheckedKind.Result)
        {
            Event("method", target.Name, CheckedValue.Container("items", items));
        }
        else
        {
            throw Stop("something is filled that is no container");
        }
    }

    private void Get(long index) => _stack.Add(_memo.TryGetValue(index, out CheckedValue? value) ? value : throw Stop("the memo has no such value"));

    private string Named(CheckedValue value) => value.String ?? throw Stop("a name is computed");

    private void Import(string module, string name)
    {
        Event("import", $"{module}.{name}", null);
        _stack.Add(new CheckedValue(CheckedKind.Import, $"{module}.{name}"));
    }

    private void Call(CheckedValue callee, CheckedValue arguments)
    {
        if (callee.Name.Length == 0)
        {
            throw Stop("something is called that has no name");
        }

        Event("call", callee.Name, arguments);
        _stack.Add(new CheckedValue(CheckedKind.Result, callee.Name + "()"));
    }

    private void Build()
    {
        CheckedValue state = Pop(), target = Top();
        if (target.Name.Length == 0)
        {
            throw Stop("a state is put into something that has no name");
        }

        // What is imported is shared by the whole program: a state in it changes what others call.
        if (target.Kind == CheckedKind.Import)
        {
            throw Stop("a state is put into something that is imported");
        }

        Event("build", target.Name, state);
    }

    private void Persistent(CheckedValue id)
    {
        Event("persistent", "persistent()", id);
        _stack.Add(new CheckedValue(CheckedKind.Result, "persistent()"));
    }

    private void Event(string kind, string callee, CheckedValue? arguments)
    {
        // One large value may be an argument of many calls.
        int visited = 0;
        _events.Add(new CheckedEvent(_opcode, kind, callee, arguments is null ? "" : CheckedValue.Write(arguments, out visited)));
        _values = _values > MostValues - visited ? MostValues : _values + visited;
    }

    private readonly UncheckableException Stop(string why) => new(string.Create(CultureInfo.InvariantCulture, $"at offset {_opcode} {why}"));
}
