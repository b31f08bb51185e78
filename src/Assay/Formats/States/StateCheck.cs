// Holds the state of an object to what native code takes for granted.
using System.Globalization;
using Assay.Bytes;
using Assay.Formats.Trees;

namespace Assay.Formats.States;

/// <summary>What is wrong with a state.</summary>
/// <param name="Code">The kind.</param>
/// <param name="Detail">What there is instead.</param>
internal readonly record struct StateFault(string Code, string Detail);

/// <summary>Holds the state of an object to the rows of the table. The work grows with the numbers that are looked at, and is paid for.</summary>
internal sealed class StateCheck(StateNode root, ScanBudget budget)
{
    private const int MostStars = 100_000;
    private const int CostOfStep = 40;
    private const int BytesOfNode = 16;

    /// <summary>The first fault, or null.</summary>
    public StateFault? Find(StateRule rule)
    {
        List<string> parts = [.. rule.Parts];
        if (rule.Relation == "atleast")
        {
            return Value(parts[0], []) is { } left && Value(parts[1], []) is { } right && left < right
                ? new StateFault("state.too-short", Text($"{parts[0]} is {left}, and {parts[1]} is {right}"))
                : null;
        }

        string[] path = parts[0].Split(':');
        foreach ((StateNode node, List<string> stars) in Expand(path[0]))
        {
            StateFault? fault = rule.Relation == "tree" ? Tree(node, parts) : Numbers(rule.Relation, node, path.Length > 1 ? path[1] : null, parts, stars);
            if (fault is not null)
            {
                return fault;
            }
        }

        return null;
    }

    private StateFault? Numbers(string relation, StateNode node, string? field, List<string> parts, List<string> stars)
    {
        if (Value(parts[1], stars) is not { } from || Value(parts[2], stars) is not { } below)
        {
            return null;
        }

        if (node.Number is { } one)
        {
            return one < from || one >= below ? Outside(parts[0], one, from, below - 1) : null;
        }

        StateArray? array = field is null ? node.Array : node.Array?.Field(field);
        if (array is null || !array.IsWhole)
        {
            return null;
        }

        string? where = parts.Count > 3 ? parts[3] : null;
        using IEnumerator<long>? flags = where is null ? null : node.Array?.Field(where.TrimStart('!'))?.Numbers(budget).GetEnumerator();
        long least = from;
        foreach (long number in array.Numbers(budget))
        {
            if (flags is not null && flags.MoveNext() && (flags.Current != 0) == (where![0] == '!'))
            {
                continue;
            }

            if (number < least || number > (relation == "ascending" ? below : below - 1))
            {
                return Outside(parts[0], number, least, relation == "ascending" ? below : below - 1);
            }

            least = relation == "ascending" ? number : from;
        }

        return null;
    }

    private StateFault? Tree(StateNode node, List<string> parts)
    {
        if (node.Array?.Field(parts[1]) is not { IsWhole: true } left || node.Array.Field(parts[2]) is not { IsWhole: true } right)
        {
            return null;
        }

        StateArray? leaf = parts.Count > 3 ? node.Array.Field(parts[3]) : null;
        HeldMemory held = new(budget);
        held.Add(BytesOfNode * left.Count);
        try
        {
            List<int> lefts = Links(left, leaf);
            return TreeLinks.Check(lefts, Links(right, leaf), child => child < 0, budget) switch
            {
                TreeFault.Outside => new StateFault("state.index-outside", Text($"A node of a tree of {lefts.Count} names another that there is not")),
                TreeFault.Shared => new StateFault("state.tree-loop", Text($"A node of a tree of {lefts.Count} hangs below itself, or at two places")),
                _ => null,
            };
        }
        finally
        {
            held.Start(null);
        }
    }

    /// <summary>The links; what fits no number of a node leads outside.</summary>
    private List<int> Links(StateArray links, StateArray? leaf)
    {
        List<int> all = [];
        using IEnumerator<long>? leaves = leaf?.Numbers(budget).GetEnumerator();
        foreach (long link in links.Numbers(budget))
        {
            bool isLeaf = leaves is not null && leaves.MoveNext() && leaves.Current != 0;
            all.Add(isLeaf || link < 0 ? -1 : link > int.MaxValue ? int.MaxValue : (int)link);
        }

        return all;
    }

    /// <summary>The values at a path, with what its stars stand for.</summary>
    private List<(StateNode Node, List<string> Stars)> Expand(string path)
    {
        List<(StateNode Node, List<string> Stars)> now = [(root, [])];
        foreach (string step in path.Split('.'))
        {
            List<(StateNode Node, List<string> Stars)> next = [];
            foreach ((StateNode node, List<string> stars) in now)
            {
                long count = step == "*" ? Math.Min(node.Count ?? 0, MostStars) : 1;
                for (long i = 0; i < count; i++)
                {
                    string key = step == "*" ? i.ToString(CultureInfo.InvariantCulture) : step;
                    budget.SpendWork(CostOfStep);
                    if (node.Child(key) is { } child)
                    {
                        next.Add((child, step == "*" ? [.. stars, key] : stars));
                    }
                }
            }

            now = next;
        }

        return now;
    }

    private StateNode? At(string path, List<string> stars)
    {
        StateNode? node = root;
        int star = 0;
        foreach (string step in path.Split('.'))
        {
            budget.SpendWork(CostOfStep);
            string? key = step == "*" ? star < stars.Count ? stars[star++] : null : step;
            node = key is null ? null : node?.Child(key);
        }

        return node;
    }

    /// <summary>Numbers, lengths and sums, put together from left to right; null where a part is not there.</summary>
    private long? Value(string text, List<string> stars)
    {
        string[] words = text.Split(' ');
        if (Term(words[0], stars) is not { } value)
        {
            return null;
        }

        for (int i = 1; i + 1 < words.Length; i += 2)
        {
            if (Term(words[i + 1], stars) is not { } term)
            {
                return null;
            }

            Int128 sum = words[i] switch
            {
                "+" => (Int128)value + term,
                "-" => (Int128)value - term,
                "*" => (Int128)value * term,
                _ => term == 0 ? value : value / term,
            };
            value = (long)Int128.Clamp(sum, long.MinValue, long.MaxValue);
        }

        return value;
    }

    private long? Term(string term, List<string> stars)
    {
        if (long.TryParse(term, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            return number;
        }

        int open = term.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            return At(term, stars)?.Number;
        }

        string[] given = term[(open + 1)..^1].Split(',');
        StateNode? node = At(given[0], stars);
        return term[..open] switch
        {
            "len" => node?.Count,
            "size" => node?.Array is { } array && int.Parse(given[1], CultureInfo.InvariantCulture) is var axis && axis < array.Shape.Count ? array.Shape[axis] : null,
            _ => Sum(node?.Array),
        };
    }

    private long? Sum(StateArray? array)
    {
        if (array is not { IsWhole: true })
        {
            return null;
        }

        Int128 sum = 0;
        foreach (long number in array.Numbers(budget))
        {
            sum += number;
        }

        return (long)Int128.Clamp(sum, long.MinValue, long.MaxValue);
    }

    private static StateFault Outside(string part, long number, long from, long last) =>
        new("state.index-outside", Text($"{part} holds {number} where {from} to {last} are possible"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
