// One tree of an XGBoost model: the arrays that must fit each other.
using System.Globalization;
using Assay.Bytes;
using Assay.Formats.Trees;

namespace Assay.Formats.XgBoost;

/// <summary>One tree of a model: what its parameters declare, and its arrays, as <c>RegTree::LoadModel</c> takes them.</summary>
internal sealed class XgBoostTree
{
    /// <summary>The split of a node that was pruned away.</summary>
    private const long Deleted = int.MaxValue;

    private const int None = -1;
    private static readonly string[] s_perNode = ["left_children", "right_children", "parents", "split_indices", "split_conditions", "default_left"];
    private static readonly string[] s_ofOneTarget = ["base_weights", "loss_changes", "sum_hessian"];
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly List<int> _left = [];
    private readonly List<int> _right = [];
    private readonly List<int> _parents = [];
    private readonly List<long> _splits = [];
    private readonly List<long> _segments = [];
    private readonly List<long> _sizes = [];
    private readonly List<long> _categorical = [];

    /// <summary>How many nodes the parameters declare.</summary>
    public long? Nodes { get; set; }

    /// <summary>How many outputs a leaf has.</summary>
    public long LeafVector { get; set; }

    /// <summary>The number that the tree says it has.</summary>
    public long? Id { get; set; }

    /// <summary>The largest feature that a node asks for, or -1.</summary>
    public long LargestFeature { get; private set; } = None;

    /// <summary>An element of one of the arrays.</summary>
    public void Add(string array, long? value)
    {
        _counts[array] = _counts.GetValueOrDefault(array) + 1;
        long number = value ?? 0;
        switch (array)
        {
            case "left_children":
                _left.Add(Narrow(number));
                break;
            case "right_children":
                _right.Add(Narrow(number));
                break;
            case "parents":
                _parents.Add(Narrow(number));
                break;
            case "split_indices":
                _splits.Add(number);
                break;
            case "categories_segments":
                _segments.Add(number);
                break;
            case "categories_sizes":
                _sizes.Add(number);
                break;
            case "categories_nodes":
                _categorical.Add(number);
                break;
        }
    }

    /// <summary>What is wrong: a code and a sentence.</summary>
    public IEnumerable<(string Code, string What)> Check(ScanBudget budget)
    {
        long nodes = Nodes ?? _left.Count;
        foreach (string array in LeafVector > 1 ? s_perNode : [.. s_perNode, .. s_ofOneTarget])
        {
            long count = _counts.GetValueOrDefault(array);
            if (count != nodes)
            {
                yield return ("xgboost.count-mismatch", string.Create(CultureInfo.InvariantCulture, $"A tree declares {nodes} nodes and has {count} {array}."));
                break;
            }
        }

        TreeFault fault = TreeLinks.Check(_left, _right, child => child == None ? true : false, budget);
        if (fault == TreeFault.Outside || ParentsLeadOut(nodes))
        {
            yield return ("xgboost.child-outside", "A node of a tree has a child or parent that there is not.");
        }
        else if (fault == TreeFault.Shared)
        {
            yield return ("xgboost.tree-loop", "A node of a tree hangs below itself or at several places.");
        }

        for (int i = 0; i < Math.Min(_splits.Count, _left.Count); i++)
        {
            // Nodes that were pruned away are leaves.
            if (_left[i] != None)
            {
                LargestFeature = Math.Max(LargestFeature, _splits[i] < 0 ? long.MaxValue : _splits[i]);
            }
        }

        if (CategoriesLeadOut(nodes))
        {
            yield return ("xgboost.categories-outside", "The categories of a node lie outside of those of the tree.");
        }
    }

    private bool ParentsLeadOut(long nodes)
    {
        for (int i = 1; i < _parents.Count; i++)
        {
            bool deleted = i < _splits.Count && _splits[i] is Deleted or uint.MaxValue or None;
            if (!deleted && (_parents[i] < 0 || _parents[i] >= nodes))
            {
                return true;
            }
        }

        return false;
    }

    private bool CategoriesLeadOut(long nodes)
    {
        long count = _counts.GetValueOrDefault("categories");
        if (_segments.Count != _sizes.Count || _categorical.Count != _segments.Count)
        {
            return true;
        }

        for (int i = 0; i < _segments.Count; i++)
        {
            if (_segments[i] < 0 || _sizes[i] < 0 || _segments[i] > count || _sizes[i] > count - _segments[i] || _categorical[i] < 0 || _categorical[i] >= nodes)
            {
                return true;
            }
        }

        return false;
    }

    private static int Narrow(long number) => number is < int.MinValue or > int.MaxValue ? int.MinValue : (int)number;
}
