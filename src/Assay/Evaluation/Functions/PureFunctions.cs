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
