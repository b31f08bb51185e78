// The functions of Python that are computed here because they only turn constants into constants.
using System.Collections.Frozen;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Computes a function on folded arguments; unknown where Python raises or where it cannot be told.</summary>
internal delegate FoldedValue PureFunction(Folder folder, IReadOnlyList<FoldedValue> arguments);

/// <summary>The pure functions by dotted name; methods are named by their type, <c>str.join</c>.</summary>
internal static class PureFunctions
{
    private static readonly Lazy<FrozenDictionary<string, PureFunction>> s_all = new(Load);

    /// <summary>Work for each byte or character that a function reads, unless it is one of <see cref="s_quick"/>.</summary>
    private const int ReadWork = 4;

    /// <summary>Bytes or characters that a quick function copies or compares for one unit.</summary>
    private const int QuickRead = 8;

    private const int CallWork = 20;
    private const int ItemWork = 4;
    private const int PairWork = 8;

    /// <summary>Functions that look at a part of what they get, or only copy it.</summary>
    private static readonly string[] s_quick =
    [
        "str.__getitem__", "str.__len__", "str.__add__", "str.__mul__", "str.__str__", "str.startswith", "str.endswith", "str.removeprefix", "str.removesuffix",
        "bytes.__getitem__", "bytes.__len__", "tuple.__getitem__", "list.__getitem__", "dict.__getitem__", "tuple.__len__", "list.__len__", "dict.__len__", "dict.get",
        "builtins.len", "builtins.getattr", "builtins.type", "builtins.bytes", "builtins.bytearray", "builtins.memoryview", "builtins.str", "builtins.next",
        "operator.add", "operator.mul", "operator.getitem", "operator.itemgetter", "operator.attrgetter", "operator.methodcaller", "operator.call", "operator.truth",
        "operator.not_", "operator.eq", "operator.ne", "functools.partial", "typing.cast", "io.BytesIO", "io.StringIO", "file.read", "iterator.__next__",
    ];

    private static readonly Lazy<HashSet<PureFunction>> s_quickOnes = new(() => [.. s_quick.Select(name => s_all!.Value[name])]);

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyDictionary<string, PureFunction> All => s_all.Value;

    /// <summary>What calling a function costs for what it reads. What it makes beyond that, and whatever takes longer, it pays for itself.</summary>
    public static long Cost(PureFunction function, IReadOnlyList<FoldedValue> arguments)
    {
        bool quick = s_quickOnes.Value.Contains(function);
        long letters = 0;
        long items = arguments.Count;
        foreach (FoldedValue argument in arguments)
        {
            switch (argument)
            {
                case FoldedText text: letters += text.Value.Length; break;
                case FoldedBytes bytes: letters += bytes.Value.Length; break;
                case FoldedInt number: letters += number.Value.GetBitLength() / 8; break;
                case FoldedSequence sequence: items += sequence.Items.Count; break;
                case FoldedDict dict: items += PairWork / ItemWork * (long)dict.Pairs.Count; break;
            }
        }

        return CallWork + (quick ? (letters + (8 * items)) / QuickRead : (ReadWork * letters) + (ItemWork * items));
    }

    public static PureFunction? Find(string path) => s_all.Value.GetValueOrDefault(path);

    /// <summary>The function behind a method of a value, or null.</summary>
    public static PureFunction? FindMethod(FoldedValue self, string name) => TypeName(self) is { } type ? Find($"{type}.{name}") : null;

    /// <summary>The name of the type of a value, or null where that cannot be told.</summary>
    public static string? TypeName(FoldedValue value) => value switch
    {
        FoldedText => "str",
        FoldedBytes { IsArray: true } => "bytearray",
        FoldedBytes => "bytes",
        FoldedInt => "int",
        FoldedBool => "bool",
        FoldedFloat => "float",
        FoldedNone => "NoneType",
        FoldedDict => "dict",
        FoldedSequence { Kind: SequenceKind.Tuple } => "tuple",
        FoldedSequence { Kind: SequenceKind.List } => "list",
        FoldedSequence { Kind: SequenceKind.Set } => "set",
        FoldedSequence { Kind: SequenceKind.FrozenSet } => "frozenset",
        FoldedSequence => "iterator",
        FoldedSlice => "slice",
        FoldedFile => "file",
        _ => null,
    };

    private static FrozenDictionary<string, PureFunction> Load()
    {
        Dictionary<string, PureFunction> all = new(StringComparer.Ordinal);
        TextFunctions.Add(all);
        TextSearch.Add(all);
        BytesFunctions.Add(all);
        SequenceFunctions.Add(all);
        NumberFunctions.Add(all);
        OperatorFunctions.Add(all);
        CodecFunctions.Add(all);
        NameFunctions.Add(all);
        IteratorFunctions.Add(all);
        StructFunctions.Add(all);
        TransferText.Add(all);
        LiteralFunctions.Add(all);
        WrapperFunctions.Add(all);
        PathFunctions.Add(all);
        foreach ((string path, PureFunction function) in all.ToArray())
        {
            // A method is also reached through its type: builtins.str.join. A bytearray has the methods of bytes.
            int dot = path.IndexOf('.', StringComparison.Ordinal);
            if (dot > 0 && path[..dot] is "str" or "bytes" or "int" or "tuple" or "list" or "dict" or "set" or "frozenset")
            {
                all.TryAdd("builtins." + path, function);
            }

            if (path.StartsWith("bytes.", StringComparison.Ordinal))
            {
                all.TryAdd("bytearray" + path[5..], function);
                all.TryAdd("builtins.bytearray" + path[5..], function);
            }
        }

        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
