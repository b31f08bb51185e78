// Reads the objects of a file of Torch7 with an explicit stack.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Torch7;

/// <summary>Reads objects one after the other: an object has a number, and is written once.</summary>
internal sealed class Torch7Reader(Torch7Tokens tokens, ReadContext context)
{
    public const int Table = 3;
    public const int Object = 4;
    public const int Function = 6;
    public const int OldFunction = 7;
    public const int NewFunction = 8;
    private const int Nil = 0;
    private const int Number = 1;
    private const int Text = 2;
    private const int Boolean = 5;
    private const int LongestText = 1024;
    private const int MostDimensions = 64;
    private const int MostFunctions = 100;
    private const int MostClasses = 10_000;
    private const int FrameCost = 96;

    private readonly Stack<Frame> _open = new();
    private readonly HashSet<int> _known = [];
    private readonly Dictionary<int, (ElementType? Type, ByteRange Place)> _storages = [];
    private readonly List<(string Path, ElementType? Type, long[] Shape, long[] Strides, long Offset, int Storage)> _tensors = [];
    private readonly Dictionary<string, (long At, long Count)> _classes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _odd = new(StringComparer.Ordinal);
    private long _functions;
    private long _parsed;

    /// <summary>What is open: how many objects are still to come, and where they stand.</summary>
    private sealed class Frame(string path, long left, bool isTable)
    {
        public string Path => path;

        public bool IsTable => isTable;

        public long Left { get; set; } = left;

        public string Key { get; set; } = "";

        /// <summary>The tensor whose storage is read.</summary>
        public int Tensor { get; init; } = -1;
    }

    /// <summary>Reads the object that the file is.</summary>
    public void Read()
    {
        _parsed = tokens.Offset;
        _open.Push(new Frame("", 1, false));
        while (_open.TryPeek(out Frame? frame))
        {
            if (frame.Left == 0)
            {
                _open.Pop();
                context.Held.Remove(FrameCost);
                continue;
            }

            frame.Left--;
            context.Budget.SpendWork(WorkCosts.NearRead, tokens.Offset);
            One(frame);
        }
    }

    /// <summary>Accounts for what was read, and tells the classes.</summary>
    public void Tell(long start)
    {
        _parsed = Math.Max(_parsed, start);
        context.Cover(new ByteRange(_parsed, tokens.Offset - _parsed), CoverageKind.Parsed);
        foreach ((string name, (long at, long count)) in _classes)
        {
            context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = at, Domain = "lua", Name = name, Count = count });
        }

        context.Meta("classes", _classes.Count.ToString(CultureInfo.InvariantCulture));
        context.Meta("functions", _functions.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Adds the tensors whose storages were read.</summary>
    public void Fill(TensorGroup group)
    {
        foreach ((string path, ElementType? type, long[] shape, long[] strides, long offset, int storage) in _tensors)
        {
            if (type is not { } known || tokens.IsText || !_storages.TryGetValue(storage, out (ElementType? Type, ByteRange Place) place))
            {
                group.Leave(path, "a tensor without a storage of numbers as memory holds them", "Its elements are texts, or not there.");
                continue;
            }

            group.Add(path, new TensorView(known, shape, strides, offset), new TensorStorage("", context.Artifact.Bytes, place.Place));
        }
    }

    private void One(Frame holder)
    {
        long at = tokens.Offset;
        bool isKey = holder.IsTable && holder.Left % 2 == 1;
        string path = isKey ? "" : holder.Key.Length == 0 ? holder.Path : holder.Path.Length == 0 ? holder.Key : Short(holder.Path) + "." + holder.Key;
        int kind = tokens.I32();
        string key = "";
        switch (kind)
        {
            case Nil:
                break;
            case Number:
                key = tokens.Double()?.ToString(CultureInfo.InvariantCulture) ?? "";
                break;
            case Boolean:
                tokens.I32();
                break;
            case Text:
                key = Encoding.UTF8.GetString(tokens.Bytes(Count(at, "text"), LongestText));
                break;
            case Function:
                Code(path, at);
                Push(path, 1, false);
                break;
            case OldFunction or NewFunction:
                if (IsNew(at))
                {
                    Code(path, at);
                    Push(path, 1, false);
                }

                break;
            case Table:
                if (IsNew(at))
                {
                    Push(path, 2 * Count(at, "table"), true);
                }

                break;
            case Object:
                Instance(path, holder, at);
                break;
            default:
                throw new MalformedException(at, string.Create(CultureInfo.InvariantCulture, $"There is no object of the kind {kind}."));
        }

        if (isKey)
        {
            holder.Key = key.Length > 256 ? key[..256] : key;
        }
    }

    private void Instance(string path, Frame holder, long at)
    {
        int number = tokens.I32();
        if (!_known.Add(number))
        {
            if (holder.Tensor >= 0)
            {
                _tensors[holder.Tensor] = _tensors[holder.Tensor] with { Storage = number };
            }

            return;
        }

        context.Held.Add(16);
        string name = Name(at);
        if (name.StartsWith("V ", StringComparison.Ordinal))
        {
            name = Name(at);
        }

        if (_classes.TryGetValue(name, out (long At, long Count) known))
        {
            _classes[name] = (known.At, known.Count + 1);
        }
        else if (_classes.Count < MostClasses)
        {
            context.Held.Add(128 + name.Length);
            _classes.Add(name, (at, 1));
        }

        (ElementType? type, int size) = ElementOf(name);
        if (name.StartsWith("torch.", StringComparison.Ordinal) && name.EndsWith("Tensor", StringComparison.Ordinal) && size > 0)
        {
            Tensor(path, type, at);
        }
        else if (name.StartsWith("torch.", StringComparison.Ordinal) && name.EndsWith("Storage", StringComparison.Ordinal) && size > 0)
        {
            long count = tokens.I64();
            if (count < 0 || count > tokens.Left)
            {
                Odd("torch7.count", at, $"A storage declares {count} elements, and {tokens.Left} bytes are left.");
                throw new MalformedException(at, "A storage has more elements than the file has room for.");
            }

            ByteRange place = tokens.Elements(count, size);
            context.Cover(new ByteRange(_parsed, place.Offset - _parsed), CoverageKind.Parsed);
            context.Cover(place, CoverageKind.Data);
            _parsed = place.End;
            context.Held.Add(64);
            _storages[number] = (type, place);
            if (holder.Tensor >= 0)
            {
                _tensors[holder.Tensor] = _tensors[holder.Tensor] with { Storage = number };
            }
        }
        else
        {
            // Classes of Lua write a table of what they hold.
            Push(path, 1, false);
        }
    }

    private void Tensor(string path, ElementType? type, long at)
    {
        int dimensions = tokens.I32();
        if (dimensions is < 0 or > MostDimensions)
        {
            Odd("torch7.count", at, $"A tensor declares {dimensions} dimensions.");
            throw new MalformedException(at, "A tensor has more dimensions than any.");
        }

        long[] shape = new long[dimensions];
        long[] strides = new long[dimensions];
        for (int i = 0; i < dimensions; i++)
        {
            shape[i] = tokens.I64();
        }

        for (int i = 0; i < dimensions; i++)
        {
            strides[i] = tokens.I64();
        }

        // Lua counts from one.
        long offset = tokens.I64() - 1;
        if (shape.Any(s => s < 0) || strides.Any(s => s < 0) || offset < -1)
        {
            Odd("torch7.count", at, $"A tensor has negative sizes, strides or a negative offset.");
        }

        context.Held.Add(128);
        _tensors.Add((path, type, shape, strides, Math.Max(0, offset), -1));
        _open.Push(new Frame(path, 1, false) { Tensor = _tensors.Count - 1 });
        context.Held.Add(FrameCost);
    }

    private void Code(string path, long at)
    {
        long size = Count(at, "function");
        long start = tokens.Offset;
        tokens.Bytes(size, 0);
        if (_functions++ < MostFunctions)
        {
            context.Add(new CodeFact { Path = context.Artifact.Path, Offset = start, Length = size, Language = "lua-bytecode", Summary = path.Length == 0 ? "a function of Lua" : $"a function of Lua at {path}", Phase = "use" });
        }
    }

    private bool IsNew(long at)
    {
        int number = tokens.I32();
        context.Held.Add(16);
        if (number < 0)
        {
            throw new MalformedException(at, "An object has a negative number.");
        }

        return _known.Add(number);
    }

    private string Name(long at)
    {
        int length = tokens.I32();
        return length is > 0 and <= LongestText ? Encoding.UTF8.GetString(tokens.Bytes(length, LongestText)) : throw new MalformedException(at, "The name of a class is none.");
    }

    private long Count(long at, string of)
    {
        int count = tokens.I32();
        if (count < 0 || count > tokens.Left)
        {
            Odd("torch7.count", at, $"A {of} declares {count} items, and {tokens.Left} bytes are left.");
            throw new MalformedException(at, $"A {of} is longer than the file.");
        }

        return count;
    }

    private void Push(string path, long left, bool isTable)
    {
        context.Held.Add(FrameCost);
        _open.Push(new Frame(path, left, isTable));
    }

    private static (ElementType? Type, int Size) ElementOf(string name)
    {
        string kind = name.Replace("torch.", "", StringComparison.Ordinal).Replace("Tensor", "", StringComparison.Ordinal).Replace("Storage", "", StringComparison.Ordinal);
        return (kind.StartsWith("Cuda", StringComparison.Ordinal) && kind.Length > 4 ? kind[4..] : kind) switch
        {
            "Byte" => (ElementType.U8, 1),
            "Char" => (ElementType.I8, 1),
            "Short" => (ElementType.I16, 2),
            "Int" => (ElementType.I32, 4),
            "Long" => (ElementType.I64, 8),
            "Half" => (ElementType.F16, 2),
            "Float" or "Cuda" => (ElementType.F32, 4),
            "Double" => (ElementType.F64, 8),
            _ => (null, 0),
        };
    }

    private static string Short(string path) => path.Length > LongestText ? path[..LongestText] : path;

    private void Odd(string code, long at, FormattableString detail)
    {
        if (_odd.Add(code))
        {
            context.Anomaly(code, at, 0, detail.ToString(CultureInfo.InvariantCulture));
        }
    }
}
