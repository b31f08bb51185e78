// The trees of a CatBoost model: counts and indices that must fit each other.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;

namespace Assay.Formats.CatBoost;

/// <summary>Checks <c>TModelTrees</c>: appliers index splits, nodes and leaves by its numbers without looking at the lengths.</summary>
internal sealed class CatBoostTrees(CatBoostTables tables, long trees, OddityLog oddities)
{
    private const int DeepestTree = 16;

    /// <summary>Says what does not fit.</summary>
    public void Check(ReadContext context)
    {
        int dimension = tables.Int(trees, 0, 0);
        (long Start, long Count) splits = tables.Vector(trees, 1, 4);
        (long Start, long Count) sizes = tables.Vector(trees, 2, 4);
        (long Start, long Count) starts = tables.Vector(trees, 3, 4);
        (long Start, long Count) leaves = tables.Vector(trees, 8, 8);
        (long Start, long Count) steps = tables.Vector(trees, 10, 4);
        (long Start, long Count) leafIds = tables.Vector(trees, 11, 4);
        context.Meta("trees", sizes.Count.ToString(CultureInfo.InvariantCulture));
        context.Budget.SpendWork(8 * (splits.Count + sizes.Count + starts.Count + steps.Count + leafIds.Count), trees);
        bool symmetric = steps.Count == 0;
        if (dimension < 1 || starts.Count != sizes.Count || (!symmetric && (steps.Count != splits.Count || leafIds.Count != splits.Count)))
        {
            Odd("catboost.count-mismatch", $"The model has {sizes.Count} trees and {starts.Count} starts of trees, {splits.Count} splits and {steps.Count} nodes, of dimension {dimension}.");
        }

        ByteCursor size = tables.Items(sizes, 4);
        ByteCursor start = tables.Items(starts, 4);
        long wanted = 0;
        for (long i = 0; i < sizes.Count; i++)
        {
            long count = size.I32();
            long from = start.Left >= 4 ? start.I32() : -1;
            if (count < 0 || from < 0 || from > splits.Count || count > splits.Count - from || (symmetric && count > DeepestTree))
            {
                Odd("catboost.tree-outside", $"Tree {i} has {count} splits from {from} on, and the model has {splits.Count}.");
                return;
            }

            wanted += symmetric ? 1L << (int)count : 0;
        }

        if (symmetric && dimension > 0 && wanted * dimension != leaves.Count)
        {
            Odd("catboost.count-mismatch", $"The trees have {wanted * dimension} leaves, and the model has {leaves.Count}.");
        }

        Splits(splits);
        if (!symmetric)
        {
            Nodes(steps, leafIds, leaves.Count);
        }
    }

    /// <summary>Each split is one of those that the features have.</summary>
    private void Splits((long Start, long Count) splits)
    {
        long known = Borders(5, 3) + Borders(6, 1) + Borders(6, 2) + Borders(7, 1) + (2 * tables.Vector(trees, 7, 4).Count) + Borders(13, 3) + (1 << 16);
        bool exact = tables.Vector(trees, 6, 4).Count + tables.Vector(trees, 7, 4).Count + tables.Vector(trees, 13, 4).Count == 0;
        known = exact ? Borders(5, 3) : known;
        ByteCursor split = tables.Items(splits, 4);
        for (long i = 0; i < splits.Count; i++)
        {
            int value = split.I32();
            if (value < 0 || value >= known)
            {
                Odd("catboost.split-outside", $"A tree asks for split {value}, and the features have {known}.");
                return;
            }
        }
    }

    /// <summary>A node leads to nodes behind it, and a leaf is one that there is.</summary>
    private void Nodes((long Start, long Count) steps, (long Start, long Count) leafIds, long leaves)
    {
        ByteCursor step = tables.Items(steps, 4);
        for (long i = 0; i < steps.Count; i++)
        {
            int both = step.I32();
            if (i + (both & 0xFFFF) >= steps.Count || i + ((both >> 16) & 0xFFFF) >= steps.Count)
            {
                Odd("catboost.tree-outside", $"Node {i} leads to a node that there is not.");
                return;
            }
        }

        ByteCursor leaf = tables.Items(leafIds, 4);
        for (long i = 0; i < leafIds.Count; i++)
        {
            uint id = (uint)leaf.I32();
            if (id != uint.MaxValue && id >= leaves)
            {
                Odd("catboost.tree-outside", $"Node {i} leads to leaf {id}, and the model has {leaves}.");
                return;
            }
        }
    }

    /// <summary>How many items a vector of all features of a kind has together.</summary>
    private long Borders(int features, int field)
    {
        (long start, long count) = tables.Vector(trees, features, 4);
        long borders = 0;
        for (long i = 0; i < count; i++)
        {
            borders += tables.Vector(tables.Indirect(start + (4 * i)), field, 4).Count;
        }

        return borders;
    }

    private void Odd(string code, FormattableString detail) => oddities.Add(code, tables.Start, 0, () => detail.ToString(CultureInfo.InvariantCulture));
}
