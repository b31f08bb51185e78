// Whether the links of a decision tree form one.
using Assay.Bytes;

namespace Assay.Formats.Trees;

/// <summary>What is wrong with the links of a tree.</summary>
internal enum TreeFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A link leads to a node or leaf that there is not: whoever follows it reads other memory.</summary>
    Outside,

    /// <summary>A node hangs below itself, or below two others: who walks the tree does not come to an end, or makes many of few.</summary>
    Shared,
}

/// <summary>Checks the links of a decision tree: each names a node that there is, and each node hangs at one place.</summary>
internal static class TreeLinks
{
    /// <summary>What is wrong with the links of the nodes that hang below the first one.</summary>
    /// <param name="left">For each node the left child.</param>
    /// <param name="right">For each node the right child.</param>
    /// <param name="isLeaf">Whether a child is none, or a leaf that there is; null where it is a leaf that there is not.</param>
    /// <param name="budget">The meter.</param>
    /// <param name="roots">The first nodes, where there are several trees.</param>
    public static TreeFault Check(IReadOnlyList<int> left, IReadOnlyList<int> right, Func<int, bool?> isLeaf, ScanBudget budget, IReadOnlyCollection<int>? roots = null)
    {
        int count = Math.Min(left.Count, right.Count);
        if (count == 0)
        {
            return TreeFault.None;
        }

        budget.SpendWork(16L * count);
        bool[] seen = new bool[count];
        Stack<int> open = new();
        TreeFault fault = TreeFault.None;
        foreach (int root in roots ?? [0])
        {
            if (root < 0 || root >= count)
            {
                return TreeFault.Outside;
            }

            if (!seen[root])
            {
                seen[root] = true;
                open.Push(root);
            }
        }

        while (open.TryPop(out int node))
        {
            for (int side = 0; side < 2; side++)
            {
                int child = side == 0 ? left[node] : right[node];
                if (isLeaf(child) is not { } leaf || (!leaf && (child < 0 || child >= count)))
                {
                    return TreeFault.Outside;
                }

                if (leaf)
                {
                    continue;
                }

                if (seen[child])
                {
                    fault = TreeFault.Shared;
                    continue;
                }

                seen[child] = true;
                open.Push(child);
            }
        }

        return fault;
    }
}
