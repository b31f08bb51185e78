// How folded values are written down for facts and for people.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Evaluation.Functions;

namespace Assay.Evaluation.Values;

/// <summary>Writes folded values down, bounded in size.</summary>
internal static class FoldedShape
{
    private const int MaxText = 4096;
    private const int MaxItems = 64;
    private const int MaxDepth = 6;
    private const int MaxValues = 512;
    private const int MaxPreview = 80;

    /// <summary>The shape of a value.</summary>
    public static ValueShape Of(FoldedValue value)
    {
        int budget = MaxValues;
        return Of(value, 0, ref budget);
    }

    // What is held many times, at each level, is written as often: the sum is bounded.
    private static ValueShape Of(FoldedValue value, int depth, ref int budget) => value switch
    {
        _ when --budget < 0 => new ValueShape(ShapeKind.Unknown) { Elided = true },
        FoldedNone => new ValueShape(ShapeKind.None),
        FoldedBool flag => new ValueShape(ShapeKind.Bool, flag.Value ? "True" : "False"),
        FoldedInt number => new ValueShape(ShapeKind.Int, number.Value.GetBitLength() < 1024 ? number.Value.ToString(CultureInfo.InvariantCulture) : "<a long int>"),
        FoldedFloat number => new ValueShape(ShapeKind.Float, number.Value.ToString("R", CultureInfo.InvariantCulture)),
        FoldedText text => Cut(ShapeKind.Str, text.Value, Encoding.UTF8.GetByteCount(text.Value)),
        FoldedBytes bytes => Cut(bytes.IsArray ? ShapeKind.ByteArray : ShapeKind.Bytes, Encoding.Latin1.GetString(bytes.Value.AsSpan(0, Math.Min(MaxText + 1, bytes.Value.Length))), bytes.Value.Length),
        FoldedName name => new ValueShape(ShapeKind.Import, name.Path),
        FoldedUnknown { Head.Length: > 0 } unknown => new ValueShape(ShapeKind.Unknown, unknown.Head) { Elided = true },
        FoldedSequence sequence when depth < MaxDepth => new ValueShape(KindOf(sequence.Kind))
        {
            Items = Inside(sequence.Items.Take(MaxItems), depth, ref budget),
            Count = sequence.Items.Count,
            Elided = sequence.Items.Count > MaxItems,
        },
        FoldedDict dict when depth < MaxDepth => new ValueShape(ShapeKind.Dict)
        {
            Items = Inside(dict.Pairs.Take(MaxItems).SelectMany(p => new[] { p.Key, p.Value }), depth, ref budget),
            Count = dict.Pairs.Count * 2L,
            Elided = dict.Pairs.Count > MaxItems,
        },
        _ => new ValueShape(ShapeKind.Unknown) { Elided = true },
    };

    private static List<ValueShape> Inside(IEnumerable<FoldedValue> values, int depth, ref int budget)
    {
        List<ValueShape> shapes = [];
        foreach (FoldedValue value in values)
        {
            shapes.Add(Of(value, depth + 1, ref budget));
        }

        return shapes;
    }

    /// <summary>A value in a few words.</summary>
    public static string Text(FoldedValue value) => value switch
    {
        FoldedText text => PythonCharacters.Quote(Short(text.Value)),
        FoldedBytes bytes => PythonCharacters.Quote(Short(Encoding.Latin1.GetString(bytes.Value.AsSpan(0, Math.Min(bytes.Value.Length, MaxPreview + 1)))), "b"),
        FoldedName name => name.Path,
        FoldedMethod method => $"{(method.Self.IsData ? Text(method.Self) : PlainText(method.Self))}.{method.Name}",
        FoldedGetter getter => $"{getter.Kind}({string.Join(", ", getter.Arguments.Take(4).Select(PlainText))})",
        FoldedPartial bound => $"partial({string.Join(", ", bound.Arguments.Take(4).Prepend(bound.Target).Select(PlainText))})",
        FoldedSequence { Kind: SequenceKind.List } list => $"[{string.Join(", ", list.Items.Take(6).Select(PlainText))}{(list.Items.Count > 6 ? ", ..." : "")}]",
        FoldedSequence sequence => $"({string.Join(", ", sequence.Items.Take(6).Select(PlainText))}{(sequence.Items.Count > 6 ? ", ..." : "")})",
        FoldedDict dict => $"a dict of {dict.Pairs.Count}",
        FoldedCode code => $"code {code.Code.Name}",
        FoldedSlice => "a slice",
        FoldedUnknown => "?",
        _ => NumberFunctions.Repr(value) is { } text ? Short(text) : "?",
    };

    // One level down only: what is inside is reported by steps of its own.
    private static string PlainText(FoldedValue value) => value.IsData || value is FoldedName ? Text(value) : value.IsUnknown ? "?" : "...";

    private static string Short(string text) => text.Length > MaxPreview ? text[..MaxPreview] + "..." : text;

    private static ValueShape Cut(ShapeKind kind, string text, long length) =>
        new(kind, text.Length > MaxText ? text[..MaxText] : text) { Count = length, Elided = text.Length > MaxText };

    private static ShapeKind KindOf(SequenceKind kind) => kind switch
    {
        SequenceKind.Tuple => ShapeKind.Tuple,
        SequenceKind.Set => ShapeKind.Set,
        SequenceKind.FrozenSet => ShapeKind.FrozenSet,
        _ => ShapeKind.List,
    };
}
