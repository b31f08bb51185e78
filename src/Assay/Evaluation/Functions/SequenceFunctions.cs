// Sequences, dicts, and the functions that call others on their items.
using System.Numerics;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Sequences, dicts, and the functions that call others on their items.</summary>
internal static class SequenceFunctions
{
    private const int CompareWork = 8;
    private const int SortWork = 16;

    public static void Add(Dictionary<string, PureFunction> all)
    {
        Converter(all, "tuple", SequenceKind.Tuple);
        Converter(all, "list", SequenceKind.List);
        Converter(all, "set", SequenceKind.Set);
        Converter(all, "frozenset", SequenceKind.FrozenSet);
        Converter(all, "iter", SequenceKind.Iterator);
        all["builtins.bytes"] = (f, a) => Bytes(f, a, array: false);
        all["builtins.bytearray"] = (f, a) => Bytes(f, a, array: true);
        all["builtins.memoryview"] = (_, a) => a.At(0) is FoldedBytes ? a[0] : FoldedValue.Unknown;
        all["builtins.dict"] = (f, a) => Dict(f, a);
        all["builtins.slice"] = (_, a) => Slice(a);
        all["builtins.len"] = (f, a) => Length(a.At(0));
        all["builtins.range"] = (f, a) => Range(f, a);
        all["builtins.reversed"] = (f, a) => a.At(0) is not FoldedSequence { Kind: SequenceKind.Iterator or SequenceKind.Set or SequenceKind.FrozenSet } && f.Items(a.At(0)) is { } items
            ? Sequence(f, SequenceKind.Iterator, [.. items.Reverse()])
            : FoldedValue.Unknown;
        all["builtins.sorted"] = (f, a) => a.Count == 1 || (a.IsNone(1) && a.Count < 4) ? Reversed(f, Sorted(f, a), a.At(2)) : FoldedValue.Unknown;
        all["builtins.enumerate"] = (f, a) => f.Items(a.At(0)) is { } items && a.Int(1) is var first && (a.Count == 1 || first is not null)
            ? Sequence(f, SequenceKind.Iterator, [.. items.Select((item, i) => new FoldedSequence(SequenceKind.Tuple, [new FoldedInt((first ?? 0) + i), item]))])
            : FoldedValue.Unknown;
        all["builtins.zip"] = (f, a) => Zip(f, a);
        all["builtins.map"] = (f, a) => Map(f, a);
        all["builtins.filter"] = (f, a) => Filter(f, a);
        all["builtins.next"] = (f, a) => a.At(0) is FoldedSequence { Kind: SequenceKind.Iterator, Items: [var head, ..] } ? head : FoldedValue.Unknown;
        all["builtins.sum"] = (f, a) => Sum(f, a);
        all["builtins.min"] = (f, a) => Extreme(f, a, -1);
        all["builtins.max"] = (f, a) => Extreme(f, a, 1);
        all["functools.reduce"] = (f, a) => Reduce(f, a);
        all["itertools.chain"] = (f, a) => Chain(f, a);
        all["itertools.chain.from_iterable"] = (f, a) => f.Items(a.At(0)) is { } parts ? Chain(f, parts) : FoldedValue.Unknown;
        all["itertools.repeat"] = (f, a) => a.Int(1) is { } n && n >= 0 && n <= FoldBudget.MaxItems ? Sequence(f, SequenceKind.Iterator, [.. Enumerable.Repeat(a[0], (int)n)]) : FoldedValue.Unknown;
        all["itertools.starmap"] = (f, a) => f.Items(a.At(1)) is { } rows
            ? Sequence(f, SequenceKind.Iterator, [.. rows.Select(r => f.Items(r) is { } row ? f.Apply(a[0], row) : FoldedValue.Unknown)])
            : FoldedValue.Unknown;
        all["itertools.islice"] = (f, a) => f.Items(a.At(0)) is { } items && f.GetItem(new FoldedSequence(SequenceKind.Tuple, items), Slice([.. a.Skip(1)])) is FoldedSequence cut
            ? cut with { Kind = SequenceKind.Iterator }
            : FoldedValue.Unknown;
        foreach (string type in (string[])["tuple", "list", "dict"])
        {
            all[type + ".__getitem__"] = (f, a) => f.GetItem(a.At(0), a.At(1));
            all[type + ".__len__"] = (_, a) => Length(a.At(0));
            all[type + ".__iter__"] = all["builtins.iter"];
        }

        all["iterator.__next__"] = all["builtins.next"];
        all["dict.keys"] = (f, a) => f.Items(a.At(0)) is { } keys ? Sequence(f, SequenceKind.List, keys) : FoldedValue.Unknown;
        all["dict.values"] = (f, a) => a.At(0) is FoldedDict d ? Sequence(f, SequenceKind.List, [.. d.Pairs.Select(p => p.Value)]) : FoldedValue.Unknown;
        all["dict.items"] = (f, a) => a.At(0) is FoldedDict d ? Sequence(f, SequenceKind.List, [.. d.Pairs.Select(p => new FoldedSequence(SequenceKind.Tuple, [p.Key, p.Value]))]) : FoldedValue.Unknown;
        all["tuple.index"] = all["list.index"] = (f, a) => a.Count == 2 && a.At(0) is FoldedSequence s && Position(f, s.Items, a[1]) is >= 0 and var at ? new FoldedInt(at) : FoldedValue.Unknown;
    }

    private static void Converter(Dictionary<string, PureFunction> all, string name, SequenceKind kind) =>
        all["builtins." + name] = (f, a) => a.Count == 0 ? new FoldedSequence(kind, []) : a.Count == 1 && f.Items(a[0]) is { } items ? Sequence(f, kind, items) : FoldedValue.Unknown;

    internal static FoldedValue Sequence(Folder f, SequenceKind kind, IReadOnlyList<FoldedValue> items) =>
        f.Budget.Items(items.Count) ? new FoldedSequence(kind, items) { Layers = Arguments.Layers(items) } : FoldedValue.Unknown;

    internal static FoldedValue Length(FoldedValue value) => value switch
    {
        FoldedText text => new FoldedInt(PythonCharacters.Count(text.Value)),
        FoldedBytes bytes => new FoldedInt(bytes.Value.Length),
        FoldedSequence { Kind: SequenceKind.List or SequenceKind.Tuple } items => new FoldedInt(items.Items.Count),
        _ => FoldedValue.Unknown,
    };

    private static FoldedValue Bytes(Folder f, IReadOnlyList<FoldedValue> a, bool array)
    {
        FoldedValue made = a switch
        {
            [] => new FoldedBytes([]),
            [FoldedBytes same] => same with { IsArray = array },
            [FoldedText, FoldedText, ..] => TextCodecs.Encode(f, a[0], a.Text(1), a.Count > 2 ? a.Text(2) : "strict"),
            [FoldedInt or FoldedBool] => a.Int(0) is { } n && n >= 0 && n <= FoldBudget.MaxValue && f.Budget.Room((long)n) ? new FoldedBytes(new byte[(int)n]) : f.GiveUp(),
            [FoldedSequence items] => f.Budget.Items(items.Items.Count) ? OfNumbers(items) : FoldedValue.Unknown,
            _ => FoldedValue.Unknown,
        };
        return made is FoldedBytes bytes ? bytes with { IsArray = array } : made;
    }

    private static FoldedValue OfNumbers(FoldedSequence items)
    {
        byte[] bytes = new byte[items.Items.Count];
        for (int i = 0; i < bytes.Length; i++)
        {
            if (Arguments.IntOf(items.Items[i]) is not { } number || number < 0 || number > 255)
            {
                return FoldedValue.Unknown;
            }

            bytes[i] = (byte)number;
        }

        return new FoldedBytes(bytes) { Layers = Arguments.Through(items, "numbers") };
    }

    private static FoldedValue Dict(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (a is [FoldedDict same])
        {
            return same;
        }

        List<(FoldedValue, FoldedValue)> pairs = [];
        foreach (FoldedValue row in a.Count == 0 ? [] : f.Items(a[0]) ?? [FoldedValue.Unknown])
        {
            if (f.Items(row) is not [var key, var value])
            {
                return FoldedValue.Unknown;
            }

            pairs.Add((key, value));
        }

        return new FoldedDict(pairs);
    }

    private static FoldedValue Slice(IReadOnlyList<FoldedValue> a)
    {
        if (a.Count == 0 || a.Any(v => v is not (FoldedNone or FoldedInt or FoldedBool)))
        {
            return FoldedValue.Unknown;
        }

        return a.Count == 1 ? new FoldedSlice(null, a.Int(0), null) : new FoldedSlice(a.Int(0), a.Int(1), a.Int(2));
    }

    private static FoldedValue Range(Folder f, IReadOnlyList<FoldedValue> a)
    {
        BigInteger? start = a.Count == 1 ? 0 : a.Int(0);
        BigInteger? stop = a.Count == 1 ? a.Int(0) : a.Int(1);
        BigInteger? step = a.Count > 2 ? a.Int(2) : 1;
        if (start is not { } from || stop is not { } to || step is not { IsZero: false } by)
        {
            return FoldedValue.Unknown;
        }

        BigInteger count = by > 0 ? (to - from + by - 1) / by : (from - to - by - 1) / -by;
        if (count > FoldBudget.MaxItems || !f.Budget.Items((long)BigInteger.Max(0, count)))
        {
            return f.GiveUp();
        }

        List<FoldedValue> items = [];
        for (int i = 0; i < count; i++)
        {
            items.Add(new FoldedInt(from + (by * i)));
        }

        return new FoldedSequence(SequenceKind.Tuple, items);
    }

    private static FoldedValue Sorted(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (f.Items(a[0]) is not { } items)
        {
            return FoldedValue.Unknown;
        }

        // Each item is compared with some others, and texts may differ only at their ends.
        long longest = items.Count == 0 ? 0 : items.Max(i => i is FoldedText t ? t.Value.Length : i is FoldedInt n ? n.Value.GetBitLength() / 8 : 0L);
        int rounds = BitOperations.Log2((uint)items.Count + 1) + 1;
        if (!f.Budget.Work(rounds * (items.Count * (SortWork + (longest / 8)))))
        {
            return FoldedValue.Unknown;
        }

        if (items.All(i => i is FoldedText))
        {
            return Sequence(f, SequenceKind.List, [.. items.OrderBy(i => ((FoldedText)i).Value, StringComparer.Ordinal)]);
        }

        return items.All(i => i is FoldedInt) ? Sequence(f, SequenceKind.List, [.. items.OrderBy(i => ((FoldedInt)i).Value)]) : FoldedValue.Unknown;
    }

    private static FoldedValue Reversed(Folder f, FoldedValue sorted, FoldedValue back) =>
        sorted is FoldedSequence made && Arguments.Truth(back) == true ? Sequence(f, SequenceKind.List, [.. made.Items.Reverse()]) : sorted;

    private static FoldedValue Zip(Folder f, IReadOnlyList<FoldedValue> a)
    {
        IReadOnlyList<FoldedValue>?[] rows = [.. a.Select(f.Items)];
        if (rows.Length == 0 || rows.Any(r => r is null))
        {
            return FoldedValue.Unknown;
        }

        int count = rows.Min(r => r!.Count);
        return f.Budget.Items((long)count * rows.Length)
            ? Sequence(f, SequenceKind.Iterator, [.. Enumerable.Range(0, count).Select(i => new FoldedSequence(SequenceKind.Tuple, [.. rows.Select(r => r![i])]))])
            : FoldedValue.Unknown;
    }

    private static FoldedValue Map(Folder f, IReadOnlyList<FoldedValue> a)
    {
        IReadOnlyList<FoldedValue>?[] rows = [.. a.Skip(1).Select(f.Items)];
        if (rows.Length == 0 || rows.Any(r => r is null))
        {
            return FoldedValue.Unknown;
        }

        int count = rows.Min(r => r!.Count);
        List<FoldedValue> made = [];
        for (int i = 0; i < count; i++)
        {
            if (!f.Budget.Step())
            {
                return FoldedValue.Unknown;
            }

            made.Add(f.Apply(a[0], [.. rows.Select(r => r![i])]));
        }

        return Sequence(f, SequenceKind.Iterator, made);
    }

    private static FoldedValue Filter(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (f.Items(a.At(1)) is not { } items)
        {
            return FoldedValue.Unknown;
        }

        List<FoldedValue> kept = [];
        foreach (FoldedValue item in items)
        {
            if (Arguments.Truth(a[0] is FoldedNone ? item : f.Apply(a[0], [item])) is not { } truth)
            {
                return FoldedValue.Unknown;
            }

            if (truth)
            {
                kept.Add(item);
            }
        }

        return Sequence(f, SequenceKind.Iterator, kept);
    }

    private static FoldedValue Reduce(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (f.Items(a.At(1)) is not { } items || (items.Count == 0 && a.Count < 3))
        {
            return FoldedValue.Unknown;
        }

        FoldedValue sum = a.Count > 2 ? a[2] : items[0];
        foreach (FoldedValue item in a.Count > 2 ? items : items.Skip(1))
        {
            if (sum.IsUnknown || !f.Budget.Step())
            {
                return FoldedValue.Unknown;
            }

            sum = f.Apply(a[0], [sum, item]);
        }

        return sum;
    }

    private static FoldedValue Chain(Folder f, IReadOnlyList<FoldedValue> parts)
    {
        List<FoldedValue> all = [];
        foreach (FoldedValue part in parts)
        {
            if (f.Items(part) is not { } items || !f.Budget.Items(items.Count))
            {
                return FoldedValue.Unknown;
            }

            if (all.Count + items.Count > FoldBudget.MaxItems)
            {
                return f.GiveUp();
            }

            all.AddRange(items);
        }

        return Sequence(f, SequenceKind.Iterator, all);
    }

    private static FoldedValue Sum(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (f.Items(a.At(0)) is not { } items)
        {
            return FoldedValue.Unknown;
        }

        FoldedValue sum = a.Count > 1 ? a[1] : new FoldedInt(0);
        if (sum is FoldedText or FoldedBytes)
        {
            // Python refuses: texts are joined.
            return FoldedValue.Unknown;
        }

        if (sum is FoldedSequence { Kind: SequenceKind.List or SequenceKind.Tuple } first)
        {
            return items.All(i => i is FoldedSequence part && part.Kind == first.Kind) && Chain(f, [first, .. items]) is FoldedSequence whole
                ? whole with { Kind = first.Kind }
                : FoldedValue.Unknown;
        }

        foreach (FoldedValue item in items)
        {
            sum = sum.IsUnknown ? sum : f.Call(OperatorFunctions.Plus, [sum, item]);
        }

        return sum;
    }

    private static FoldedValue Extreme(Folder f, IReadOnlyList<FoldedValue> a, int sign)
    {
        IReadOnlyList<FoldedValue>? items = a.Count > 1 ? a : f.Items(a.At(0));
        if (items is not { Count: > 0 })
        {
            return FoldedValue.Unknown;
        }

        // Python takes the first of several that are equal, and asks the only one nothing.
        FoldedValue most = items[0];
        foreach (FoldedValue item in items.Skip(1))
        {
            if (!f.Budget.Work(CompareWork + Arguments.LengthOf(item)) || Compare(item, most) is not { } order)
            {
                return FoldedValue.Unknown;
            }

            most = Math.Sign(order) == sign ? item : most;
        }

        return most;
    }

    /// <summary>How two values stand to each other; null where Python raises or that cannot be told.</summary>
    private static int? Compare(FoldedValue left, FoldedValue right) => (left, right) switch
    {
        (FoldedText x, FoldedText y) => Runes(x.Value, y.Value),
        (FoldedBytes x, FoldedBytes y) => x.Value.AsSpan().SequenceCompareTo(y.Value),
        _ => Arguments.IntOf(left) is { } a && Arguments.IntOf(right) is { } b ? a.CompareTo(b) : null,
    };

    // Python compares characters, and the halves of those outside the basic plane stand before some inside of it.
    private static int? Runes(string left, string right) => left.AsSpan().ContainsAnyInRange('\uD800', '\uFFFF') || right.AsSpan().ContainsAnyInRange('\uD800', '\uFFFF') ? null : string.CompareOrdinal(left, right);

    private static int Position(Folder f, IReadOnlyList<FoldedValue> items, FoldedValue wanted)
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (f.Same(items[i], wanted) is not { } same)
            {
                return -1;
            }

            if (same)
            {
                return i;
            }
        }

        return -1;
    }
}
