// No function that folding computes costs more for each byte of what it gets and gives when there are more of them.
using System.Collections.Concurrent;
using System.Numerics;
using Assay.Bytes;
using Assay.Evaluation;
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;

namespace Assay.Tests.Evaluation;

public sealed class FoldCostTests
{
    private const int Length = 400;

    /// <summary>What two and three arguments are made of: one argument of each kind that functions tell apart.</summary>
    private static readonly Func<int, FoldedValue>[] s_few =
    [
        n => Text(n, "a"),
        n => new FoldedBytes([.. Enumerable.Repeat((byte)'4', n)]),
        n => new FoldedInt(n),
        n => Sequence(SequenceKind.List, n, i => new FoldedText($"{i % 7}")),
        _ => new FoldedText("a"),
        _ => new FoldedBytes("4"u8.ToArray()),
        _ => new FoldedInt(1),
    ];

    private static readonly Func<int, FoldedValue>[] s_many =
    [
        .. s_few,
        n => Text(n, "1"),
        n => Text(n, "{}"),
        n => Text(n, "%s"),
        n => Text(n, "\\x41"),
        n => Text(n, "a b\n"),
        n => Text(n, "QUJD"),
        n => Text(n, "["),
        n => new FoldedText("[" + new string(' ', n) + "]"),
        n => new FoldedInt(BigInteger.One << (8 * n)),
        n => Sequence(SequenceKind.Tuple, n, i => new FoldedInt(i % 256)),
        n => Sequence(SequenceKind.List, n, i => Sequence(SequenceKind.Tuple, 2, j => new FoldedText($"{i}{j}"))),
        n => Sequence(SequenceKind.Set, n, i => new FoldedInt(i)),
        n => new FoldedDict([.. Enumerable.Range(0, n).Select(i => ((FoldedValue)new FoldedText($"{i}"), (FoldedValue)new FoldedInt(i)))]),
        _ => FoldedValue.None,
        _ => new FoldedInt(-1),
        _ => new FoldedText("utf-8"),
        _ => new FoldedText(">I"),
    ];

    private static readonly ConcurrentDictionary<(Func<int, FoldedValue> Make, int Length), FoldedValue> s_made = new();

    public static TheoryData<string> Functions => [.. PureFunctions.All.GroupBy(f => f.Value).Select(g => g.Min(f => f.Key)!)];

    [Theory]
    [MemberData(nameof(Functions))]
    public void TwiceTheArgumentsCostTwiceTheWork(string name)
    {
        PureFunction function = PureFunctions.All[name];
        foreach (Func<int, FoldedValue>[] makers in Combinations())
        {
            // The first call makes tables.
            _ = Cost(function, makers, 8);
            (long one, long oneAllocated, long oneSize) = Cost(function, makers, Length);
            (long two, long twoAllocated, long twoSize) = Cost(function, makers, 2 * Length);
            // What it gives may be the product of what it gets: that is paid for as well, and a byte costs no more for it.
            double growth = Math.Max(2.2, 1.1 * twoSize / oneSize);
            string what = $"{name}({string.Join(", ", makers.Select(m => m(2)))})";
            Assert.True(two <= 2000 + (one * growth), $"{what}: work {one} to {two}, size {oneSize} to {twoSize}");
            // Buffers that the runtime pools are allocated again whenever the pool is empty: what a function allocates is the least of some calls.
            for (int again = 0; again < 4 && twoAllocated > (64 << 10) + (oneAllocated * growth); again++)
            {
                oneAllocated = Math.Min(oneAllocated, Cost(function, makers, Length).Allocated);
                twoAllocated = Math.Min(twoAllocated, Cost(function, makers, 2 * Length).Allocated);
            }

            Assert.True(twoAllocated <= (64 << 10) + (oneAllocated * growth), $"{what}: allocated {oneAllocated} to {twoAllocated}, size {oneSize} to {twoSize}");
        }
    }

    private static IEnumerable<Func<int, FoldedValue>[]> Combinations()
    {
        foreach (Func<int, FoldedValue> first in s_many)
        {
            yield return [first];
            foreach (Func<int, FoldedValue> second in s_few)
            {
                yield return [first, second];
            }
        }

        foreach (Func<int, FoldedValue> first in s_few)
        {
            foreach (Func<int, FoldedValue> second in s_few)
            {
                yield return [first, second, s_few[0]];
                yield return [first, second, s_few[6]];
            }
        }
    }

    private static (long Work, long Allocated, long Size) Cost(PureFunction function, Func<int, FoldedValue>[] makers, int n)
    {
        FoldedValue[] arguments = [.. makers.Select(m => s_made.GetOrAdd((m, n), key => key.Make(key.Length)))];
        ScanBudget budget = new(new ScanLimits { Work = long.MaxValue / 2 }, TimeProvider.System);
        Folder folder = new(budget);
        long before = GC.GetAllocatedBytesForCurrentThread();
        folder.Budget.Work(PureFunctions.Cost(function, arguments));
        FoldedValue result = function(folder, arguments);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return (budget.Work, allocated, arguments.Sum(Size) + Size(result));
    }

    private static long Size(FoldedValue value) => 1 + value switch
    {
        FoldedText text => text.Value.Length,
        FoldedBytes bytes => bytes.Value.Length,
        FoldedInt number => number.Value.GetBitLength() / 8,
        FoldedSequence items => items.Items.Sum(Size),
        FoldedDict dict => dict.Pairs.Sum(p => Size(p.Key) + Size(p.Value)),
        FoldedPacked packed => packed.Content.Value.Length,
        _ => 0,
    };

    private static FoldedText Text(int n, string piece) => new(string.Concat(Enumerable.Repeat(piece, n / piece.Length)));

    private static FoldedSequence Sequence(SequenceKind kind, int n, Func<int, FoldedValue> item) => new(kind, [.. Enumerable.Range(0, n).Select(item)]);
}
