// The functions of operator, and functools.partial.
using System.Numerics;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>The functions of <c>operator</c>, and <c>functools.partial</c>.</summary>
internal static class OperatorFunctions
{
    private const int MaxBits = 1 << 17;
    private const int MaxProduct = 1 << 16;

    /// <summary>Work for each bit of numbers that are multiplied or divided, at the largest that they may be.</summary>
    private const int BitWork = 16;

    public static void Add(Dictionary<string, PureFunction> all)
    {
        Operator(all, Plus, "add", "concat", "iadd", "iconcat");
        Operator(all, Times, "mul", "imul");
        Operator(all, (f, a) => a.At(0) is FoldedText or FoldedBytes ? Percent(f, a) : Arguments.Number(Modulo(a.Int(0), a.Int(1))), "mod", "imod");
        Number(all, (x, y) => x - y, "sub", "isub");
        Number(all, (x, y) => y.IsZero ? null : Floor(x, y), "floordiv", "ifloordiv");
        Number(all, (x, y) => x ^ y, "xor", "ixor");
        Number(all, (x, y) => x & y, "and_", "iand");
        Number(all, (x, y) => x | y, "or_", "ior");
        Number(all, (x, y) => NumberFunctions.Shift(x, y, left: true), "lshift", "ilshift");
        Number(all, (x, y) => NumberFunctions.Shift(x, y, left: false), "rshift", "irshift");
        Number(all, (x, y) => NumberFunctions.Power(x, y), "pow", "ipow");
        all["operator.neg"] = (_, a) => Arguments.Number(-a.Int(0));
        all["operator.pos"] = all["operator.index"] = (_, a) => Arguments.Number(a.Int(0));
        all["operator.invert"] = all["operator.inv"] = (_, a) => Arguments.Number(-a.Int(0) - 1);
        all["operator.abs"] = (_, a) => Arguments.Number(a.Int(0) is { } n ? BigInteger.Abs(n) : null);
        all["operator.truth"] = (_, a) => Arguments.Truth(Arguments.Truth(a.At(0)));
        all["operator.not_"] = (_, a) => Arguments.Truth(!Arguments.Truth(a.At(0)));
        all["operator.eq"] = (_, a) => Arguments.Truth(Arguments.Same(a.At(0), a.At(1)));
        all["operator.ne"] = (_, a) => Arguments.Truth(!Arguments.Same(a.At(0), a.At(1)));
        Compare(all, "lt", n => n < 0);
        Compare(all, "le", n => n <= 0);
        Compare(all, "gt", n => n > 0);
        Compare(all, "ge", n => n >= 0);
        Operator(all, (f, a) => f.GetItem(a.At(0), a.At(1)), "getitem");
        Operator(all, (_, a) => a.At(0) is FoldedText x && a.At(1) is FoldedText y ? new FoldedBool(LinearSearch.First(x.Value, y.Value) >= 0) : FoldedValue.Unknown, "contains");
        all["operator.call"] = (f, a) => a.Count > 0 ? f.Apply(a[0], [.. a.Skip(1)]) : FoldedValue.Unknown;
        all["operator.itemgetter"] = (_, a) => new FoldedGetter("itemgetter", a);
        all["operator.attrgetter"] = (_, a) => new FoldedGetter("attrgetter", a);
        all["operator.methodcaller"] = (_, a) => new FoldedGetter("methodcaller", a);
        all["functools.partial"] = (_, a) => a.Count > 0 ? new FoldedPartial(a[0], [.. a.Skip(1)]) : FoldedValue.Unknown;
    }

    internal static FoldedValue Plus(Folder f, IReadOnlyList<FoldedValue> a)
    {
        switch (a.At(0), a.At(1))
        {
            case (FoldedText x, FoldedText y):
                return f.Budget.Room(x.Value.Length + (long)y.Value.Length) ? f.Made(x.Value + y.Value, a) : FoldedValue.Unknown;
            case (FoldedBytes x, FoldedBytes y):
                return f.Budget.Room(x.Value.Length + (long)y.Value.Length) ? f.Made([.. x.Value, .. y.Value], a) : FoldedValue.Unknown;
            case (FoldedSequence x, FoldedSequence y) when x.Kind == y.Kind && x.Kind is SequenceKind.List or SequenceKind.Tuple:
                return f.Budget.Items(x.Items.Count + (long)y.Items.Count) ? SequenceFunctions.Sequence(f, x.Kind, [.. x.Items, .. y.Items]) : FoldedValue.Unknown;
            default:
                return a.Int(0) is { } p && a.Int(1) is { } q && p.GetBitLength() + q.GetBitLength() < MaxBits ? new FoldedInt(p + q) : FoldedValue.Unknown;
        }
    }

    private static FoldedValue Times(Folder f, IReadOnlyList<FoldedValue> a)
    {
        FoldedValue left = a.At(0);
        FoldedValue right = a.At(1);
        if (Arguments.IntOf(left) is not null && right is FoldedText or FoldedBytes or FoldedSequence)
        {
            (left, right) = (right, left);
        }

        switch (left)
        {
            case FoldedText or FoldedBytes:
                return f.Call(PureFunctions.FindMethod(left, "__mul__")!, [left, right]);
            case FoldedSequence { Kind: SequenceKind.List or SequenceKind.Tuple } items when Arguments.IntOf(right) is { } times:
                return times * items.Items.Count <= FoldBudget.MaxItems && f.Budget.Items(times.Sign < 0 ? 0 : (long)(times * items.Items.Count))
                    ? SequenceFunctions.Sequence(f, items.Kind, [.. Enumerable.Range(0, items.Items.Count == 0 || times.Sign < 0 ? 0 : (int)times).SelectMany(_ => items.Items)])
                    : f.GiveUp();
            default:
                return Arguments.IntOf(left) is { } x && Arguments.IntOf(right) is { } y && x.GetBitLength() + y.GetBitLength() < MaxProduct && f.Budget.Work(BitWork * (x.GetBitLength() + y.GetBitLength())) ? new FoldedInt(x * y) : FoldedValue.Unknown;
        }
    }

    private static FoldedValue Percent(Folder f, IReadOnlyList<FoldedValue> a) =>
        a[0] is FoldedText ? f.Call("str.__mod__", a) : FoldedValue.Unknown;

    private static BigInteger? Modulo(BigInteger? value, BigInteger? divisor) =>
        value is { } x && divisor is { IsZero: false } y ? x - (Floor(x, y) * y) : null;

    private static BigInteger Floor(BigInteger x, BigInteger y)
    {
        BigInteger quotient = BigInteger.DivRem(x, y, out BigInteger rest);
        return !rest.IsZero && rest.Sign != y.Sign ? quotient - 1 : quotient;
    }

    /// <summary>Registers a function under its name and under the name with underscores, as <c>operator</c> does.</summary>
    private static void Operator(Dictionary<string, PureFunction> all, PureFunction function, params string[] names)
    {
        foreach (string name in names)
        {
            all["operator." + name] = function;
            all[$"operator.__{name.TrimEnd('_')}__"] = function;
        }
    }

    private static void Number(Dictionary<string, PureFunction> all, Func<BigInteger, BigInteger, BigInteger?> compute, params string[] names) =>
        Operator(all, (f, a) => a.Int(0) is { } x && a.Int(1) is { } y && f.Budget.Work(BitWork * (x.GetBitLength() + y.GetBitLength())) ? WithLayers(Arguments.Number(compute(x, y)), a) : FoldedValue.Unknown, names);

    private static FoldedValue WithLayers(FoldedValue made, IReadOnlyList<FoldedValue> from) =>
        Arguments.Layers(from) is { Count: > 0 } layers ? made with { Layers = layers } : made;

    private static void Compare(Dictionary<string, PureFunction> all, string name, Func<int, bool> holds) =>
        Operator(all, (_, a) => a.Int(0) is { } x && a.Int(1) is { } y ? new FoldedBool(holds(x.CompareTo(y)))
            : a.Text(0) is { } s && a.Text(1) is { } t ? new FoldedBool(holds(string.CompareOrdinal(s, t))) : FoldedValue.Unknown, name);
}
