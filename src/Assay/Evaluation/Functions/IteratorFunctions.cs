// Functions over several items that only pick, count or pair them.
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>More of <c>itertools</c>, of the builtins over items, and of the methods of dict.</summary>
internal static class IteratorFunctions
{
    public static void Add(Dictionary<string, PureFunction> all)
    {
        all["builtins.all"] = (f, a) => All(f, a.At(0), true);
        all["builtins.any"] = (f, a) => All(f, a.At(0), false);
        all["builtins.divmod"] = (f, a) => SequenceFunctions.Sequence(f, SequenceKind.Tuple, [f.Call("operator.floordiv", a), f.Call("operator.mod", a)]);
        all["builtins.callable"] = (_, a) => a.At(0).IsData ? new FoldedBool(false) : FoldedValue.Unknown;
        all["itertools.zip_longest"] = (f, a) => Longest(f, a);
        all["itertools.product"] = Product;
        all["itertools.accumulate"] = (f, a) => Accumulate(f, a);
        all["itertools.compress"] = (f, a) => f.Items(a.At(0)) is { } items && f.Items(a.At(1)) is { } marks && marks.All(m => Arguments.Truth(m) is not null)
            ? SequenceFunctions.Sequence(f, SequenceKind.Iterator, [.. items.Zip(marks).Where(p => Arguments.Truth(p.Second) == true).Select(p => p.First)])
            : FoldedValue.Unknown;
        all["itertools.filterfalse"] = (f, a) => Split(f, a, wanted: false, stops: false, skips: false);
        all["itertools.takewhile"] = (f, a) => Split(f, a, wanted: true, stops: true, skips: false);
        all["itertools.dropwhile"] = (f, a) => Split(f, a, wanted: false, stops: false, skips: true);
        all["dict.get"] = (f, a) => a.At(0) is FoldedDict dict ? f.ItemOfDict(dict, a.At(1), a.Count > 2 ? a[2] : FoldedValue.None) : FoldedValue.Unknown;
        all["dict.copy"] = all["list.copy"] = (_, a) => a.At(0);
        all["dict.fromkeys"] = (f, a) => f.Items(a.At(a.At(0) is FoldedDict ? 1 : 0)) is { } keys && a.At(0) is not FoldedDict
            ? new FoldedDict([.. keys.Select(k => (k, a.Count > 1 ? a[1] : FoldedValue.None))])
            : FoldedValue.Unknown;
        all["tuple.count"] = all["list.count"] = (f, a) => a.At(0) is FoldedSequence items ? CountOf(f, items.Items, a.At(1)) : FoldedValue.Unknown;
    }

    private static FoldedValue All(Folder f, FoldedValue value, bool wanted)
    {
        foreach (FoldedValue item in f.Items(value) ?? [FoldedValue.Unknown])
        {
            if (Arguments.Truth(item) is not { } truth)
            {
                return FoldedValue.Unknown;
            }

            if (truth != wanted)
            {
                return new FoldedBool(!wanted);
            }
        }

        return new FoldedBool(wanted);
    }

    private static FoldedValue Product(Folder f, IReadOnlyList<FoldedValue> a)
    {
        List<List<FoldedValue>> rows = [[]];
        foreach (FoldedValue one in a)
        {
            if (f.Items(one) is not { } items || !f.Budget.Items((long)rows.Count * items.Count * a.Count))
            {
                return FoldedValue.Unknown;
            }

            rows = [.. rows.SelectMany(row => items.Select(item => (List<FoldedValue>)[.. row, item]))];
        }

        return SequenceFunctions.Sequence(f, SequenceKind.Iterator, [.. rows.Select(row => new FoldedSequence(SequenceKind.Tuple, row))]);
    }

    private static FoldedValue Longest(Folder f, IReadOnlyList<FoldedValue> a)
    {
        IReadOnlyList<FoldedValue>?[] rows = [.. a.Select(f.Items)];
        if (rows.Length == 0 || rows.Any(r => r is null))
        {
            return FoldedValue.Unknown;
        }

        int count = rows.Max(r => r!.Count);
        return f.Budget.Items((long)count * rows.Length)
            ? SequenceFunctions.Sequence(f, SequenceKind.Iterator, [.. Enumerable.Range(0, count).Select(i => new FoldedSequence(SequenceKind.Tuple, [.. rows.Select(r => i < r!.Count ? r[i] : FoldedValue.None)]))])
            : FoldedValue.Unknown;
    }

    private static FoldedValue Accumulate(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (f.Items(a.At(0)) is not { } items || a.Count > 2)
        {
            return FoldedValue.Unknown;
        }

        List<FoldedValue> sums = [];
        foreach (FoldedValue item in items)
        {
            if (!f.Budget.Step())
            {
                return FoldedValue.Unknown;
            }

            FoldedValue sum = sums.Count == 0 ? item : a.Count > 1 ? f.Apply(a[1], [sums[^1], item]) : f.Call(OperatorFunctions.Plus, [sums[^1], item]);
            if (!f.Budget.Holds(sum))
            {
                // Each sum is kept, and may be longer than all before it.
                return FoldedValue.Unknown;
            }

            sums.Add(sum);
        }

        return SequenceFunctions.Sequence(f, SequenceKind.Iterator, sums);
    }

    private static FoldedValue Split(Folder f, IReadOnlyList<FoldedValue> a, bool wanted, bool stops, bool skips)
    {
        List<FoldedValue> kept = [];
        bool started = false;
        foreach (FoldedValue item in f.Items(a.At(1)) ?? [FoldedValue.Unknown])
        {
            bool? truth = started ? wanted : item.IsUnknown ? null : Arguments.Truth(a[0] is FoldedNone ? item : f.Apply(a[0], [item]));
            if (truth is null)
            {
                return FoldedValue.Unknown;
            }

            if (truth == wanted)
            {
                kept.Add(item);
                started |= skips;
            }
            else if (stops)
            {
                break;
            }
        }

        return SequenceFunctions.Sequence(f, SequenceKind.Iterator, kept);
    }

    private static FoldedValue CountOf(Folder f, IReadOnlyList<FoldedValue> items, FoldedValue wanted)
    {
        int count = 0;
        foreach (FoldedValue item in items)
        {
            if (f.Same(item, wanted) is not { } same)
            {
                return FoldedValue.Unknown;
            }

            count += same ? 1 : 0;
        }

        return new FoldedInt(count);
    }
}
