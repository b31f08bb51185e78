// Finds calls that come to no end, or to one that no machine has room for.
using System.Globalization;
using Assay.Artifacts;

namespace Assay.Detection.Effects;

/// <summary>
/// Finds calls that come to no end: what goes through all of an iterator that has none, and arithmetic whose result has more digits, or a copy that has more bytes, than a machine can hold. No file of a
/// model computes such things.
/// </summary>
internal sealed class Exhaustion(EffectScope scope)
{
    private const int MostNested = 64;

    /// <summary>A number of so many bits takes minutes to compute.</summary>
    private const double MostBits = 1L << 28;

    /// <summary>So many bytes, or items, are more than a file that can say them needs.</summary>
    private const double MostBytes = 1L << 33;
    private const double MostFactorial = 1 << 20;

    /// <summary>Why a call does not end, in words; null where it does.</summary>
    public string? Of(KnownPath name, CallValues values)
    {
        if (values.IsLoose || values.Positional.Count == 0)
            return null;

        if (scope.Table.Consumers.Contains(name.Path) && values.Positional.Any(IsEndless))
            return "it goes through an iterator that has no end";

        IReadOnlyList<ValueShape> given = values.Positional;
        return name.Path switch
        {
            "builtins.pow" or "operator.pow" or "operator.ipow" when given is [var of, var times] && Number(of) is { } left && Math.Abs(left) > 1 && Number(times) is { } right && right * Math.Log2(Math.Abs(left)) > MostBits => TooLarge,
            "operator.lshift" or "operator.ilshift" when given is [_, var by] && Number(by) > MostBits => TooLarge,
            "math.factorial" when Number(given[0]) > MostFactorial => TooLarge,
            "builtins.bytes" or "builtins.bytearray" when given is [var size] && Number(size) > MostBytes => TooLarge,
            "operator.mul" or "operator.imul" or "operator.__mul__" when given is [var first, var second] && (Copies(first, second) || Copies(second, first)) => TooLarge,
            _ => null,
        };
    }

    private const string TooLarge = "its result is larger than machines have room for";

    private static bool Copies(ValueShape sequence, ValueShape times) => sequence.Kind is ShapeKind.Str or ShapeKind.Bytes or ShapeKind.ByteArray or ShapeKind.Tuple or ShapeKind.List && sequence.Count > 0 && Number(times) * sequence.Count > MostBytes;

    private static double? Number(ValueShape value) => value.Kind is ShapeKind.Int && double.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double number) ? number : null;

    /// <summary>Whether an iterator has no end: it is made so, or hands on what one gives that has none.</summary>
    private bool IsEndless(ValueShape value)
    {
        ValueShape next = value;
        for (int depth = 0; depth < MostNested && next.Kind is ShapeKind.Result or ShapeKind.Instance; depth++)
        {
            string made = scope.Names.Of(next.Text).Path;
            if (made is "builtins.range")
                return next.Items.Any(i => Number(i) > MostBytes);

            if (scope.Table.Endless.Contains(made))
                return made is not "itertools.repeat" || next is { Items.Count: 1, Keywords: null };

            if (!scope.Table.HandingOn.Contains(made) || next.Items.Count == 0)
                return false;

            // What goes through several at once ends with the shortest.
            ValueShape[] inner = [.. next.Items.Where(i => i.Kind is ShapeKind.Result or ShapeKind.Instance)];
            if (made is "builtins.zip" or "builtins.map" && inner.Length < next.Items.Count - (made is "builtins.map" ? 1 : 0))
                return false;

            if (inner.Length == 0)
                return false;

            next = inner[^1];
        }

        return false;
    }
}
