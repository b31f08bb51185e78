// What the variables of a MATLAB file are.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Shell;
using Assay.Formats.Texts;

namespace Assay.Formats.Matlab;

/// <summary>
/// Goes through arrays and what lies in them (cells, fields of structures), with an explicit stack. Every array is a list of elements: flags, sizes, name, then the content by its class.
/// </summary>
internal sealed class MatlabContents(ReadContext context)
{
    private const int MaxDepth = 256;
    private const int LongestName = 1024;
    private const int LongestText = 1 << 20;
    private const int MostUses = 16;
    private readonly List<(string Name, TensorView View, TensorStorage Storage)> _tensors = [];
    private readonly Dictionary<string, (long At, string Detail, long Count)> _odd = new(StringComparer.Ordinal);
    private long _variables;

    /// <summary>An element of a file: its type and where its data lies.</summary>
    private readonly record struct Element(uint Type, ByteRange Data, long End);

    /// <summary>An array to be read.</summary>
    private readonly record struct Pending(ByteRange Range, string Path, int Depth, bool IsFunction = false);

    /// <summary>Reads the array whose tag stands at the start of a range, and all that lies in it.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="range">From its tag on.</param>
    /// <param name="isBig">Whether numbers have their most significant byte first.</param>
    /// <param name="cover">Where it is accounted for; null where it was unpacked.</param>
    /// <param name="at">Where the variable stands in the file.</param>
    public void Matrix(ByteSource bytes, ByteRange range, bool isBig, ReadContext? cover, long at)
    {
        Stack<Pending> open = new([new Pending(range, "", 0)]);
        _variables++;
        while (open.TryPop(out Pending next))
        {
            context.Budget.SpendWork(WorkCosts.NearRead, at);
            if (next.Depth > MaxDepth)
            {
                Odd("matlab.deep-nesting", at, "Arrays lie in each other deeper than readers take.");
                continue;
            }

            Array(bytes, next, isBig, cover, at, open);
        }

        cover?.Cover(range, CoverageKind.Parsed);
    }

    /// <summary>Says what is there besides arrays of numbers and texts.</summary>
    public void Tell()
    {
        foreach ((string code, (long at, string detail, long count)) in _odd)
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = code, Offset = at, Detail = detail, Count = count });

        context.Meta("variables", _variables.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Adds the arrays of numbers.</summary>
    public void Fill(TensorGroup group)
    {
        foreach ((string name, TensorView view, TensorStorage storage) in _tensors)
            group.Add(name, view, storage);
    }

    private void Array(ByteSource bytes, Pending pending, bool isBig, ReadContext? cover, long at, Stack<Pending> open)
    {
        if (Next(bytes, pending.Range.Offset, pending.Range.End, isBig) is not { Type: MatlabTypes.Matrix } outer)
        {
            Odd("matlab.element-broken", at, "An array does not begin as one.");
            return;
        }

        // An empty element stands for an empty array.
        if (outer.Data.Length == 0)
            return;

        long next = outer.Data.Offset;
        long end = outer.Data.End;
        if (Take(bytes, ref next, end, isBig) is not { Data.Length: >= 8 } flags)
        {
            Odd("matlab.element-broken", at, "An array has no flags.");
            return;
        }

        int kind = bytes.ReadUpTo(flags.Data.Offset + (isBig ? 3 : 0), 1) is [var first] ? first : 0;
        bool isComplex = (bytes.ReadUpTo(flags.Data.Offset + (isBig ? 2 : 1), 1) is [var bits] ? bits : 0) is var flag && (flag & 8) != 0;
        bool isLogical = (flag & 2) != 0;
        if (kind == MatlabTypes.Opaque)
        {
            Opaque(bytes, next, end, isBig, at);
            return;
        }

        Element sizes = Take(bytes, ref next, end, isBig) ?? default;
        List<long> shape = Sizes(bytes, sizes, isBig);
        Element named = Take(bytes, ref next, end, isBig) ?? default;
        string name = Encoding.UTF8.GetString(bytes.ReadUpTo(named.Data.Offset, (int)Math.Min(LongestName, named.Data.Length))).TrimEnd('\0');
        string path = pending.Path.Length == 0 ? name : name.Length == 0 ? pending.Path : $"{pending.Path}.{name}";
        switch (kind)
        {
            case MatlabTypes.Cell:
                Inner(bytes, next, end, isBig, path, pending.Depth, [], open, pending.IsFunction);
                break;
            case MatlabTypes.Object:
                Element classed = Take(bytes, ref next, end, isBig) ?? default;
                Odd("matlab.object", at, $"{Shown(path)} is an object of the class {Shown(Text(bytes, classed))}.");
                Fields(bytes, ref next, end, isBig, path, pending, open);
                break;
            case MatlabTypes.Struct:
                Fields(bytes, ref next, end, isBig, path, pending, open);
                break;
            case MatlabTypes.Function:
                Odd("matlab.function-handle", at, $"{Shown(path)} is a handle of a function.");
                Inner(bytes, next, end, isBig, path, pending.Depth, [], open, isFunction: true);
                break;
            case MatlabTypes.Char:
                Chars(bytes, next, end, isBig, path, pending.IsFunction, at);
                break;
            case >= MatlabTypes.FirstNumber and <= MatlabTypes.LastNumber when Take(bytes, ref next, end, isBig) is { } data:
                Numbers(bytes, data, kind, shape, isComplex, isLogical, path, isBig, at);
                break;
            case MatlabTypes.Sparse:
                break;
            default:
                Odd("matlab.element-broken", at, string.Create(CultureInfo.InvariantCulture, $"An array is of the class {kind}, which is not known."));
                break;
        }
    }

    private void Numbers(ByteSource bytes, Element data, int kind, List<long> shape, bool isComplex, bool isLogical, string path, bool isBig, long at)
    {
        ElementType? stored = Stored(data.Type);
        ArrayExtent extent = stored is { } element ? ArrayExtent.Of(shape, element.Size()) : default;
        if (extent.Error is not ExtentError.None || (stored is not null && extent.Bytes > data.Data.Length))
        {
            Odd("matlab.shape-mismatch", at, $"{Shown(path)} has fewer elements than its sizes ask for.");
            return;
        }

        // Elements are stored in the smallest type that holds them; only those stored as what they are, are tensors as they lie.
        if (!context.Wants(ReadingParts.Tensors) || stored is not { } type || isComplex || (type != Declared(kind) && !isLogical))
            return;

        TensorStorage storage = new("", bytes, new ByteRange(data.Data.Offset, extent.Bytes), isBig);
        _tensors.Add((path, TensorView.ColumnMajor(isLogical && type == ElementType.U8 ? ElementType.Bool : type, shape), storage));
    }

    /// <summary>Texts may be code that somebody evaluates, or a file in disguise; they are told by what they are.</summary>
    private void Chars(ByteSource bytes, long next, long end, bool isBig, string path, bool isFunction, long at)
    {
        if (Take(bytes, ref next, end, isBig) is not { } text || text.Data.Length < 4)
            return;

        byte[] head = bytes.ReadUpTo(text.Data.Offset, 4);
        if (head is [0x80, <= 5, ..] or [(byte)'P', (byte)'K', 3, 4] or [0x7F, (byte)'E', (byte)'L', (byte)'F'])
            context.Submit(new Artifact(path.Length == 0 ? "text" : path, bytes.Slice(text.Data), context.Artifact) { MayBeOpaque = true });

        // The function that loads a file may evaluate what lies in it under a name that it knows.
        string said = Encoding.Latin1.GetString(bytes.ReadUpTo(text.Data.Offset, (int)Math.Min(LongestText, text.Data.Length))).Replace("\0", "", StringComparison.Ordinal);
        foreach (ShellUse use in ShellLines.Read(said + "\n" + SettingsText.Quoted(said), context.Budget).Take(MostUses))
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = text.Data.Offset, Code = use.Code, Detail = use.Detail });
        }

        if ((isFunction || said.TrimStart().StartsWith("@(", StringComparison.Ordinal)) && MatlabCode.Acts(said) is { Length: > 0 } acts)
            Odd("matlab.function-acts", at, $"The function {Shown(path)} calls {acts}: {Shown(said.Trim())}");
    }

    private void Opaque(ByteSource bytes, long next, long end, bool isBig, long at)
    {
        List<string> texts = [];
        long inner = next;
        for (int i = 0; i < 3 && Take(bytes, ref inner, end, isBig) is { } part; i++)
            texts.Add(Text(bytes, part));

        bool isJava = texts.Exists(t => t.Equals("java", StringComparison.OrdinalIgnoreCase));
        Odd(isJava ? "matlab.java-object" : "matlab.object", at, $"There is an object of the kind {Shown(string.Join(' ', texts))}.");
    }

    private void Fields(ByteSource bytes, ref long next, long end, bool isBig, string path, Pending pending, Stack<Pending> open)
    {
        Element length = Take(bytes, ref next, end, isBig) ?? default;
        Element names = Take(bytes, ref next, end, isBig) ?? default;
        byte[] size = bytes.ReadUpTo(length.Data.Offset, 4);
        int each = size.Length < 4 ? 0 : isBig ? BinaryPrimitives.ReadInt32BigEndian(size) : BinaryPrimitives.ReadInt32LittleEndian(size);
        List<string> fields = [];
        byte[] all = each > 0 ? bytes.ReadUpTo(names.Data.Offset, (int)Math.Min(LongestText, names.Data.Length)) : [];
        for (int i = 0; each > 0 && i + each <= all.Length; i += each)
            fields.Add(Encoding.Latin1.GetString(all, i, each).Split('\0')[0]);

        Inner(bytes, next, end, isBig, path, pending.Depth, fields, open, pending.IsFunction);
    }

    private void Inner(ByteSource bytes, long next, long end, bool isBig, string path, int depth, List<string> names, Stack<Pending> open, bool isFunction = false)
    {
        for (long number = 0; next + 8 <= end; number++)
        {
            long start = next;
            if (Take(bytes, ref next, end, isBig) is not { } element)
                return;

            string inner = names.Count > 0 ? names[(int)(number % names.Count)] : number.ToString(CultureInfo.InvariantCulture);
            if (element.Type == MatlabTypes.Matrix)
                open.Push(new Pending(new ByteRange(start, element.Data.End - start), path.Length > LongestName ? path : $"{path}.{inner}", depth + 1, isFunction));

            context.Budget.SpendWork(WorkCosts.NearRead);
            if (number > context.Limits.Entries)
                throw ScanBudget.Spent("entries", context.Limits.Entries, start);
        }
    }

    private static List<long> Sizes(ByteSource bytes, Element sizes, bool isBig)
    {
        byte[] all = bytes.ReadUpTo(sizes.Data.Offset, (int)Math.Min(4L * TensorView.MaxDimensions, sizes.Data.Length));
        List<long> shape = [];
        for (int i = 0; i + 4 <= all.Length; i += 4)
            shape.Add(isBig ? BinaryPrimitives.ReadInt32BigEndian(all.AsSpan(i)) : BinaryPrimitives.ReadInt32LittleEndian(all.AsSpan(i)));

        return shape;
    }

    private static Element? Take(ByteSource bytes, ref long next, long end, bool isBig)
    {
        if (Next(bytes, next, end, isBig) is not { } element)
            return null;

        next = element.End;
        return element;
    }

    /// <summary>The element at an offset: small ones keep up to four bytes in their tag.</summary>
    private static Element? Next(ByteSource bytes, long at, long end, bool isBig)
    {
        if (at < 0 || at + 8 > end)
            return null;

        byte[] tag = bytes.ReadUpTo(at, 8);
        if (tag.Length < 8)
            return null;

        uint first = isBig ? BinaryPrimitives.ReadUInt32BigEndian(tag) : BinaryPrimitives.ReadUInt32LittleEndian(tag);
        if (first >> 16 is > 0 and <= 4 and var small)
            return new Element(first & 0xFFFF, new ByteRange(at + 4, small), at + 8);

        long size = isBig ? BinaryPrimitives.ReadUInt32BigEndian(tag.AsSpan(4)) : BinaryPrimitives.ReadUInt32LittleEndian(tag.AsSpan(4));
        ByteRange data = new(at + 8, Math.Min(size, end - at - 8));
        return new Element(first, data, Math.Min(end, data.End + ((8 - (data.Length % 8)) % 8)));
    }

    private static ElementType? Stored(uint type) => type switch
    {
        1 => ElementType.I8,
        2 => ElementType.U8,
        3 => ElementType.I16,
        4 => ElementType.U16,
        5 => ElementType.I32,
        6 => ElementType.U32,
        7 => ElementType.F32,
        9 => ElementType.F64,
        12 => ElementType.I64,
        13 => ElementType.U64,
        _ => null,
    };

    private static ElementType? Declared(int kind) => kind switch
    {
        6 => ElementType.F64,
        7 => ElementType.F32,
        8 => ElementType.I8,
        9 => ElementType.U8,
        10 => ElementType.I16,
        11 => ElementType.U16,
        12 => ElementType.I32,
        13 => ElementType.U32,
        14 => ElementType.I64,
        15 => ElementType.U64,
        _ => null,
    };

    private static string Text(ByteSource bytes, Element element) =>
        Encoding.Latin1.GetString(bytes.ReadUpTo(element.Data.Offset, (int)Math.Min(LongestName, element.Data.Length))).TrimEnd('\0');

    private void Odd(string code, long at, string detail) =>
        _odd[code] = _odd.TryGetValue(code, out (long At, string Detail, long Count) known) ? known with { Count = known.Count + 1 } : (at, detail, 1);

    private static string Shown(string text) => text.Length == 0 ? "a variable" : text.Length > 120 ? text[..120] + "..." : text;
}
