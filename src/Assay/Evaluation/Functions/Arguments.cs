// Reads folded arguments of pure functions.
using System.Numerics;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Reads folded arguments of pure functions.</summary>
internal static class Arguments
{
    private const int MaxLayers = 32;

    public static FoldedValue At(this IReadOnlyList<FoldedValue> arguments, int index) =>
        index < arguments.Count ? arguments[index] : FoldedValue.Unknown;

    public static string? Text(this IReadOnlyList<FoldedValue> arguments, int index) => (arguments.At(index) as FoldedText)?.Value;

    /// <summary>A bytes object or a bytearray.</summary>
    public static byte[]? Bytes(this IReadOnlyList<FoldedValue> arguments, int index) => (arguments.At(index) as FoldedBytes)?.Value;

    /// <summary>An int or a bool.</summary>
    public static BigInteger? Int(this IReadOnlyList<FoldedValue> arguments, int index) => IntOf(arguments.At(index));

    public static BigInteger? IntOf(FoldedValue value) => value switch
    {
        FoldedInt number => number.Value,
        FoldedBool flag => flag.Value ? 1 : 0,
        _ => null,
    };

    /// <summary>An int that fits, or the default where the argument is missing; null where it is something else.</summary>
    public static int? Small(this IReadOnlyList<FoldedValue> arguments, int index, int missing) =>
        index >= arguments.Count ? missing : arguments.Int(index) is { } number && BigInteger.Abs(number) <= int.MaxValue ? (int)number : null;

    /// <summary>Characters of a text, or bytes; 0 for anything else.</summary>
    public static long LengthOf(FoldedValue value) => value is FoldedText text ? text.Value.Length : value is FoldedBytes bytes ? bytes.Value.Length : 0;

    /// <summary>Whether the argument is missing or None.</summary>
    public static bool IsNone(this IReadOnlyList<FoldedValue> arguments, int index) => index >= arguments.Count || arguments[index] is FoldedNone;

    /// <summary>Whether Python takes the value for true; null where that cannot be told.</summary>
    public static bool? Truth(FoldedValue value) => value switch
    {
        FoldedBool flag => flag.Value,
        FoldedNone => false,
        FoldedInt number => !number.Value.IsZero,
        FoldedFloat number => number.Value != 0,
        FoldedText text => text.Value.Length > 0,
        FoldedBytes bytes => bytes.Value.Length > 0,
        FoldedSequence { Kind: not SequenceKind.Iterator } items => items.Items.Count > 0,
        FoldedDict dict => dict.Pairs.Count > 0,
        FoldedName or FoldedCode or FoldedMethod or FoldedPartial or FoldedGetter or FoldedThunk or FoldedFunction or FoldedFile => true,
        _ => null,
    };

    /// <summary>Whether two values are equal for Python; null where that cannot be told.</summary>
    public static bool? Same(FoldedValue left, FoldedValue right)
    {
        if (IntOf(left) is { } a && IntOf(right) is { } b)
        {
            return a == b;
        }

        return (left, right) switch
        {
            (FoldedText x, FoldedText y) => x.Value == y.Value,
            (FoldedBytes x, FoldedBytes y) => x.Value.AsSpan().SequenceEqual(y.Value),
            (FoldedNone, FoldedNone) => true,
            (FoldedName x, FoldedName y) => x.Path == y.Path ? true : null,
            _ when left.IsData && right.IsData && left is not FoldedFloat && right is not FoldedFloat => false,
            _ => null,
        };
    }

    /// <summary>The items that iterating over a value gives; null where that cannot be told.</summary>
    public static IReadOnlyList<FoldedValue>? Items(this Folder folder, FoldedValue value)
    {
        switch (value)
        {
            case FoldedSequence sequence:
                return sequence.Items;
            case FoldedText text when folder.Budget.Items(text.Value.Length):
                return [.. PythonCharacters.Split(text.Value).Select(c => new FoldedText(c) { Layers = text.Layers })];
            case FoldedBytes bytes when folder.Budget.Items(bytes.Value.Length):
                return [.. bytes.Value.Select(b => new FoldedInt(b) { Layers = bytes.Layers })];
            case FoldedDict dict when folder.Budget.Items(dict.Pairs.Count):
                return [.. dict.Pairs.Select(p => p.Key)];
            default:
                return null;
        }
    }

    /// <summary>The layers that several values went through, without doubles.</summary>
    public static IReadOnlyList<string> Layers(IEnumerable<FoldedValue> values)
    {
        IReadOnlyList<string>? one = null;
        foreach (FoldedValue value in values)
        {
            if (value.Layers.Count > 0)
            {
                one = one is null || ReferenceEquals(one, value.Layers) ? value.Layers : [.. one.Union(value.Layers)];
            }
        }

        return one ?? [];
    }

    /// <summary>The layers of a value, and one more; beyond some dozens further ones are not told.</summary>
    public static IReadOnlyList<string> Through(FoldedValue value, string layer) => value.Layers.Count < MaxLayers ? [.. value.Layers, layer] : value.Layers;

    /// <summary>A text, with the layers of what it was made from; unknown when it is too long.</summary>
    public static FoldedValue Made(this Folder folder, string? text, params IReadOnlyList<FoldedValue> from) =>
        text is null ? FoldedValue.Unknown : text.Length <= FoldBudget.MaxValue ? new FoldedText(text) { Layers = Layers(from) } : folder.GiveUp();

    /// <summary>Bytes, with the layers of what they were made from; a bytearray where the first of those is one.</summary>
    public static FoldedValue Made(this Folder folder, byte[]? bytes, params IReadOnlyList<FoldedValue> from) =>
        bytes is null ? FoldedValue.Unknown
        : bytes.Length <= FoldBudget.MaxValue ? new FoldedBytes(bytes, from.At(0) is FoldedBytes { IsArray: true }) { Layers = Layers(from) }
        : folder.GiveUp();

    public static FoldedValue Truth(bool? value) => value is { } known ? new FoldedBool(known) : FoldedValue.Unknown;

    public static FoldedValue Number(BigInteger? value) => value is { } known ? new FoldedInt(known) : FoldedValue.Unknown;
}
