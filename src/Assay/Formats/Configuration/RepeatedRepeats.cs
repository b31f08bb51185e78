// Finds patterns that some texts take exponential time with.
using Assay.Bytes;

namespace Assay.Formats.Configuration;

/// <summary>
/// Finds patterns that lead from a position back to it in two ways by one text: <c>(a+)+</c>, <c>(x|xx)+</c>, <c>(\s*\w*)*</c>. Engines that step back try every way to part a text among the two, which
/// are twice as many for each turn. That is exponential ambiguity of the pattern's automaton (Weber and Seidl 1991); what takes only polynomial time, as many patterns of tokenizers do, is left alone.
/// </summary>
internal static class RepeatedRepeats
{
    private const int LongestPattern = 16 << 10;
    private const int MostSteps = 500_000;
    private const int WorkPerPosition = 500;
    private const int WorkPerStep = 30;

    /// <summary>Whether a pattern has such a place. Its cost is bounded by the number of positions, which is.</summary>
    public static bool In(string pattern, ScanBudget budget)
    {
        if (pattern.Length > LongestPattern || PatternPositions.Of(pattern) is not { } positions)
        {
            return false;
        }

        int count = positions.Letters.Count;
        budget.SpendWork((WorkPerPosition * (long)(count + pattern.Length)) + (WorkPerStep * (long)positions.Edges.Count));
        List<int>[] follow = [.. Enumerable.Range(0, count).Select(_ => new List<int>())];
        List<int>[] before = [.. Enumerable.Range(0, count).Select(_ => new List<int>())];
        foreach ((int from, int to) in positions.Edges.Keys)
        {
            follow[from].Add(to);
            before[to].Add(from);
        }

        int steps = 0;
        bool[][] reaches = [.. Enumerable.Range(0, count).Select(p => Reached(p, follow))];

        // One step, two ways: an inner turn and an outer one.
        if (positions.Edges.Any(e => e.Value > 1 && reaches[e.Key.To][e.Key.From]))
        {
            return true;
        }

        for (int start = 0; start < count && steps < MostSteps; start++)
        {
            int done = steps;
            bool parts = reaches[start][start] && Parts(start, positions.Letters, follow, before, reaches, ref steps);
            budget.SpendWork(WorkPerStep * (long)(steps - done));
            if (parts)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether two ways that part at a position meet in it again, having read the same.</summary>
    private static bool Parts(int start, IReadOnlyList<PatternLetters> letters, List<int>[] follow, List<int>[] before, bool[][] reaches, ref int steps)
    {
        HashSet<(int, int)> forward = Pairs(start, letters, follow, at => reaches[start][at] && reaches[at][start], ref steps);
        if (!forward.Any(p => p.Item1 != p.Item2))
        {
            return false;
        }

        return Pairs(start, letters, before, at => reaches[start][at] && reaches[at][start], ref steps).Any(p => p.Item1 != p.Item2 && forward.Contains(p));
    }

    private static HashSet<(int, int)> Pairs(int start, IReadOnlyList<PatternLetters> letters, List<int>[] edges, Func<int, bool> isInside, ref int steps)
    {
        HashSet<(int, int)> seen = [(start, start)];
        Stack<(int, int)> open = new(seen);
        while (steps < MostSteps && open.TryPop(out (int One, int Other) at))
        {
            foreach (int one in edges[at.One])
            {
                foreach (int other in isInside(one) ? edges[at.Other] : [])
                {
                    steps++;
                    if (isInside(other) && letters[one].Meets(letters[other]) && seen.Add((one, other)))
                    {
                        open.Push((one, other));
                    }
                }
            }
        }

        return seen;
    }

    private static bool[] Reached(int from, List<int>[] follow)
    {
        bool[] reached = new bool[follow.Length];
        Stack<int> open = new([from]);
        while (open.TryPop(out int at))
        {
            foreach (int next in follow[at])
            {
                if (!reached[next])
                {
                    reached[next] = true;
                    open.Push(next);
                }
            }
        }

        return reached;
    }
}
