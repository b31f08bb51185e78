// The indices in the attributes of classical operators of ONNX-ML.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;
using Assay.Formats.Trees;

namespace Assay.Formats.Onnx;

/// <summary>
/// Tree ensembles and support vector machines keep their structure in attributes: lists of node numbers, features, targets and counts. ONNX Runtime makes pointers of
/// them. Specification: <c>ai.onnx.ml</c>, versions 1 to 5.
/// </summary>
internal sealed class OnnxTrees(ReadContext context, long offset)
{
    private const int BytesOfNumber = 8;
    private const int BytesOfNode = 80;
    private const int LongestName = 64;
    private const int CostOfNode = 16;
    private readonly Dictionary<string, List<long>> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly List<bool> _isLeaf = [];
    private readonly HeldMemory _held = new(context.Budget);

    /// <summary>Checks a node of the domain of classical machine learning.</summary>
    public static void Check(ProtobufMessage node, string domain, string name, ReadContext context)
    {
        if (domain != "ai.onnx.ml" || !(name.StartsWith("TreeEnsemble", StringComparison.Ordinal) || name.StartsWith("SVM", StringComparison.Ordinal)))
        {
            return;
        }

        OnnxTrees trees = new(context, node.Range.Offset);
        try
        {
            trees.Take(node);
            trees.Tell(name);
        }
        finally
        {
            trees._held.Start(null);
        }
    }

    private void Take(ProtobufMessage node)
    {
        foreach (ProtobufMessage attribute in node.Messages("attribute"))
        {
            string name = attribute.Text("name", LongestName);
            long count = 0;
            List<long> numbers = [];
            foreach (ProtobufField field in attribute)
            {
                switch (field.Name)
                {
                    case "ints":
                        foreach (long number in field.Numbers(int.MaxValue))
                        {
                            _held.Add(BytesOfNumber);
                            numbers.Add(number);
                        }

                        break;
                    case "i":
                        _counts[name] = field.Number;
                        break;
                    case "floats":
                        count += field.Wire == ProtobufWire.Payload ? field.Payload.Length / sizeof(float) : 1;
                        break;
                    case "strings":
                        count++;
                        if (name == "nodes_modes")
                        {
                            _held.Add(1);
                            _isLeaf.Add(field.Text(LongestName) == "LEAF");
                        }

                        break;
                }
            }

            if (numbers.Count > 0)
            {
                _numbers[name] = numbers;
            }

            _counts.TryAdd("count " + name, Math.Max(count, numbers.Count));
        }
    }

    private void Tell(string name)
    {
        if (name.StartsWith("SVM", StringComparison.Ordinal))
        {
            Vectors();
            return;
        }

        if (Of("nodes_featureids").Exists(f => f < 0))
        {
            Odd("onnx.tree-outside", "A node of a tree compares a feature of a negative number.");
        }

        Targets("target_ids", _counts.GetValueOrDefault("n_targets"));
        Targets("leaf_targetids", _counts.GetValueOrDefault("n_targets"));
        Targets("class_ids", Math.Max(_counts.GetValueOrDefault("count classlabels_int64s"), _counts.GetValueOrDefault("count classlabels_strings")));
        List<long> left = Of("nodes_truenodeids");
        List<long> right = Of("nodes_falsenodeids");
        _held.Add((long)BytesOfNode * left.Count);
        context.Budget.SpendWork((long)CostOfNode * left.Count, offset);
        TreeFault fault = name == "TreeEnsemble" ? Rooted(left, right) : Numbered(left, right);
        if (fault is TreeFault.Outside)
        {
            Odd("onnx.tree-outside", "A node of a tree names another that there is not.");
        }
        else if (fault is TreeFault.Shared)
        {
            Odd("onnx.tree-loop", "A node of a tree hangs below itself, or at two places.");
        }
    }

    /// <summary>Nodes have the number of a tree and a number in it; the first of each tree is its root.</summary>
    private TreeFault Numbered(List<long> left, List<long> right)
    {
        List<long> trees = Of("nodes_treeids");
        List<long> nodes = Of("nodes_nodeids");
        int count = new[] { left.Count, right.Count, trees.Count, nodes.Count, _isLeaf.Count }.Min();
        Dictionary<(long, long), int> rows = [];
        Dictionary<long, int> roots = [];
        for (int i = 0; i < count; i++)
        {
            rows.TryAdd((trees[i], nodes[i]), i);
            roots.TryAdd(trees[i], i);
        }

        List<int> lefts = [];
        List<int> rights = [];
        for (int i = 0; i < count; i++)
        {
            lefts.Add(_isLeaf[i] ? -1 : rows.GetValueOrDefault((trees[i], left[i]), int.MaxValue));
            rights.Add(_isLeaf[i] ? -1 : rows.GetValueOrDefault((trees[i], right[i]), int.MaxValue));
        }

        return TreeLinks.Check(lefts, rights, child => child < 0, context.Budget, roots.Values);
    }

    /// <summary>From version 5 on, nodes and leaves are numbered as they stand, and roots are listed; nodes that ask for one of several values share what follows.</summary>
    private TreeFault Rooted(List<long> left, List<long> right)
    {
        List<long> leftLeaf = Of("nodes_trueleafs");
        List<long> rightLeaf = Of("nodes_falseleafs");
        long leaves = _counts.GetValueOrDefault("count leaf_targetids");
        int count = new[] { left.Count, right.Count, leftLeaf.Count, rightLeaf.Count }.Min();
        if (Of("tree_roots").Exists(r => r < 0 || r >= Math.Max(count, leaves)))
        {
            return TreeFault.Outside;
        }

        int[] above = new int[count];
        for (int i = 0; i < count; i++)
        {
            if (left[i] < 0 || right[i] < 0 || left[i] >= (leftLeaf[i] != 0 ? leaves : count) || right[i] >= (rightLeaf[i] != 0 ? leaves : count))
            {
                return TreeFault.Outside;
            }

            above[left[i] % count] += leftLeaf[i] == 0 ? 1 : 0;
            above[right[i] % count] += rightLeaf[i] == 0 ? 1 : 0;
        }

        // Nodes that nothing leads to any more are taken away; what is left then goes round.
        Stack<int> free = new(Enumerable.Range(0, count).Where(i => above[i] == 0));
        int taken = 0;
        for (; free.TryPop(out int node); taken++)
        {
            if (leftLeaf[node] == 0 && --above[(int)left[node]] == 0)
            {
                free.Push((int)left[node]);
            }

            if (rightLeaf[node] == 0 && --above[(int)right[node]] == 0)
            {
                free.Push((int)right[node]);
            }
        }

        return taken < count ? TreeFault.Shared : TreeFault.None;
    }

    private void Targets(string name, long count)
    {
        if (count > 0 && Of(name).Exists(t => t < 0 || t >= count))
        {
            Odd("onnx.tree-outside", $"A leaf adds to a result that there is not ({name}).");
        }
    }

    /// <summary>Each class has so many support vectors, and each of these a coefficient against every other class.</summary>
    private void Vectors()
    {
        List<long> each = Of("vectors_per_class");
        Int128 sum = each.Aggregate((Int128)0, (all, one) => all + one);
        if (each.Exists(v => v < 0) || (each.Count > 1 && sum * (each.Count - 1) > _counts.GetValueOrDefault("count coefficients")))
        {
            Odd("onnx.tree-outside", "A support vector machine counts more vectors than it has.");
        }
    }

    private List<long> Of(string name) => _numbers.GetValueOrDefault(name) ?? [];

    private void Odd(string code, string detail) => context.Anomaly(code, offset, 0, detail);
}
