// One tree of a LightGBM model: the arrays that must fit each other.
using System.Globalization;
using Assay.Bytes;
using Assay.Formats.Trees;

namespace Assay.Formats.LightGbm;

/// <summary>One tree of a model, as <c>Tree::Tree(const char*, size_t*)</c> of LightGBM's <c>src/io/tree.cpp</c> takes it.</summary>
internal sealed class LightGbmTree
{
    private const int Categorical = 1;
    private static readonly string[] s_perSplit = ["split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child", "internal_value", "internal_weight", "internal_count"];
    private static readonly string[] s_perLeaf = ["leaf_value", "leaf_weight", "leaf_count", "leaf_const", "num_features"];
    private readonly Dictionary<string, string> _lines = new(StringComparer.Ordinal);

    /// <summary>The number of the tree.</summary>
    public required long Number { get; init; }

    /// <summary>Where it starts.</summary>
    public required long Offset { get; init; }

    /// <summary>The largest feature that a node asks for, or -1.</summary>
    public long LargestFeature { get; private set; } = -1;

    /// <summary>Adds a line; false where it stands there already.</summary>
    public bool Add(string key, string value) => _lines.TryAdd(key, value);

    /// <summary>What is wrong: a code and a sentence.</summary>
    public IEnumerable<(string Code, string What)> Check(ScanBudget budget)
    {
        long leaves = Number1("num_leaves");
        if (leaves < 1)
        {
            yield return ("lightgbm.count-mismatch", string.Create(CultureInfo.InvariantCulture, $"Tree {Number} declares {leaves} leaves."));
            yield break;
        }

        foreach ((string[] keys, long wanted) in ((string[], long)[])[(s_perSplit, leaves - 1), (s_perLeaf, leaves)])
        {
            foreach (string key in keys)
            {
                // A tree of one leaf may leave out what it has nothing of.
                bool needed = wanted > 0 && (key is "leaf_value" || (leaves > 1 && key is "split_feature" or "threshold" or "left_child" or "right_child"));
                long count = _lines.TryGetValue(key, out string? line) ? Count(line) : needed ? 0 : wanted;
                if (count != wanted && !(leaves == 1 && count <= 1))
                {
                    yield return ("lightgbm.count-mismatch", string.Create(CultureInfo.InvariantCulture, $"Tree {Number} declares {leaves} leaves and has {count} of {key}."));
                }
            }
        }

        List<int> left = Numbers("left_child");
        List<int> right = Numbers("right_child");
        TreeFault fault = leaves == 1 ? TreeFault.None : TreeLinks.Check(left, right, child => child >= 0 ? false : ~child < leaves ? true : null, budget);
        if (fault == TreeFault.Outside)
        {
            yield return ("lightgbm.child-outside", string.Create(CultureInfo.InvariantCulture, $"A node of tree {Number} has a child that there is not."));
        }
        else if (fault == TreeFault.Shared)
        {
            yield return ("lightgbm.tree-loop", string.Create(CultureInfo.InvariantCulture, $"A node of tree {Number} hangs below itself or at several places."));
        }

        foreach (int feature in Numbers("split_feature").Concat(Numbers("leaf_features")))
        {
            LargestFeature = Math.Max(LargestFeature, feature < 0 ? long.MaxValue : feature);
        }

        if (CategoriesLeadOut())
        {
            yield return ("lightgbm.categories-outside", string.Create(CultureInfo.InvariantCulture, $"The categories of a node of tree {Number} lie outside of those of the tree."));
        }
    }

    private bool CategoriesLeadOut()
    {
        long sets = Number1("num_cat");
        List<int> bounds = Numbers("cat_boundaries");
        long words = _lines.TryGetValue("cat_threshold", out string? line) ? Count(line) : 0;
        if (sets < 0 || (sets > 0 && (bounds.Count != sets + 1 || bounds[0] != 0)) || (bounds.Count > 0 && bounds[^1] > words))
        {
            return true;
        }

        for (int i = 1; i < bounds.Count; i++)
        {
            if (bounds[i] < bounds[i - 1])
            {
                return true;
            }
        }

        List<int> decisions = Numbers("decision_type");
        string[] thresholds = decisions.Exists(d => (d & Categorical) != 0) && _lines.TryGetValue("threshold", out string? text) ? text.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        for (int i = 0; i < Math.Min(decisions.Count, thresholds.Length); i++)
        {
            if ((decisions[i] & Categorical) != 0 && (!double.TryParse(thresholds[i], NumberStyles.Float, CultureInfo.InvariantCulture, out double set) || set < 0 || set >= sets))
            {
                return true;
            }
        }

        return false;
    }

    private long Number1(string key) =>
        _lines.TryGetValue(key, out string? text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : key == "num_leaves" ? -1 : 0;

    private List<int> Numbers(string key)
    {
        List<int> numbers = [];
        if (_lines.TryGetValue(key, out string? line))
        {
            foreach (Range part in line.AsSpan().Split(' '))
            {
                ReadOnlySpan<char> word = line.AsSpan(part).Trim();
                if (!word.IsEmpty)
                {
                    // What is no number of 32 bits leads nowhere.
                    numbers.Add(int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue);
                }
            }
        }

        return numbers;
    }

    private static long Count(string line)
    {
        long count = 0;
        bool inWord = false;
        foreach (char c in line)
        {
            bool blank = c is ' ' or '\t';
            count += !blank && !inWord ? 1 : 0;
            inWord = !blank;
        }

        return count;
    }
}
