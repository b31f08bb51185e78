// What a LightGBM model says, line by line, and where its counts, sizes and indices do not fit.
using System.Globalization;
using Assay.Artifacts;
using Assay.Containers;

namespace Assay.Formats.LightGbm;

/// <summary>Takes the lines of a model: a head of settings, trees, and what the writer left for people.</summary>
internal sealed class LightGbmModel(ReadContext context)
{
    private const int LongestValue = 4096;
    private const int MostNames = 1_000;
    private readonly Dictionary<string, string> _head = new(StringComparer.Ordinal);
    private readonly List<(long Offset, long End)> _places = [];
    private LightGbmTree? _tree;
    private long _largestFeature = -1;
    private bool _ended;
    private long _treesEnd = -1;

    /// <summary>What is odd.</summary>
    public OddityLog Oddities { get; } = new();

    /// <summary>Whether the line was met at which the trees end.</summary>
    public bool IsWhole => _ended;

    /// <summary>Takes the current line.</summary>
    public void Take(LightGbmLines lines)
    {
        string line = lines.Line;
        if (_ended)
        {
            After(line, lines.Offset);
            return;
        }

        if (line == "end of trees")
        {
            EndTree(lines.Offset);
            (_ended, _treesEnd) = (true, lines.Offset);
            return;
        }

        int sign = line.IndexOf('=', StringComparison.Ordinal);
        if (line.StartsWith("Tree=", StringComparison.Ordinal))
        {
            EndTree(lines.Offset);
            bool known = long.TryParse(line.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out long number);
            if (!known || number != _places.Count)
            {
                Odd("lightgbm.count-mismatch", lines.Offset, $"The tree {_places.Count} has the number {Shown(line)}.");
            }

            context.Held.Add(64);
            _tree = new LightGbmTree { Number = number, Offset = lines.Offset };
        }
        else if (sign > 0)
        {
            (string key, string value) = (line[..sign], line[(sign + 1)..]);
            if (_tree is null)
            {
                context.Held.Add(2L * line.Length);
            }

            if (_tree is null ? !_head.TryAdd(key, value) : !_tree.Add(key, value))
            {
                Odd("lightgbm.duplicate-key", lines.Offset, $"The line {Shown(key)} stands twice in its part.");
            }
        }
    }

    /// <summary>Says what was read, and what does not fit.</summary>
    public void Tell(long end, bool windows)
    {
        EndTree(end);
        Sizes(end, windows);
        long features = Number("max_feature_idx") + 1;
        if (_head.ContainsKey("max_feature_idx") && _largestFeature >= features)
        {
            Odd("lightgbm.feature-outside", 0, $"A node asks for feature {_largestFeature}, and the model has {features}.");
        }

        long outputs = Math.Max(1, Number("num_tree_per_iteration"));
        if (_places.Count % outputs != 0 || features < 0 || outputs > Math.Max(1, _places.Count))
        {
            Odd("lightgbm.count-mismatch", 0, $"The model declares {outputs} trees for each iteration and has {_places.Count}.");
        }

        foreach (string list in (string[])["feature_names", "feature_infos"])
        {
            int count = _head.TryGetValue(list, out string? text) ? text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length : -1;
            if (count >= 0 && _head.ContainsKey("max_feature_idx") && count != features && count > 0)
            {
                Odd("lightgbm.count-mismatch", 0, $"The model declares {features} features and has {count} {list}.");
            }
        }

        foreach (string key in (string[])["version", "num_class", "objective", "max_feature_idx"])
        {
            if (_head.TryGetValue(key, out string? value))
            {
                context.Meta(key, value);
            }
        }

        Names();
    }

    /// <summary>The loader finds the trees by their sizes, where there are any.</summary>
    private void Sizes(long end, bool windows)
    {
        if (!_head.TryGetValue("tree_sizes", out string? text))
        {
            return;
        }

        string[] sizes = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (sizes.Length != _places.Count && (_ended || sizes.Length < _places.Count))
        {
            Odd("lightgbm.tree-sizes", 0, $"The model lists the sizes of {sizes.Length} trees and has {_places.Count}.");
            return;
        }

        for (int i = 0; i < Math.Min(sizes.Length, _places.Count); i++)
        {
            bool known = long.TryParse(sizes[i], NumberStyles.None, CultureInfo.InvariantCulture, out long size);
            (long from, long to) = _places[i];

            // Behind the last tree may be a blank line more.
            bool fits = size == to - from || (i == _places.Count - 1 && _treesEnd - from - size is >= 0 and <= 4);
            if (known && fits)
            {
                continue;
            }

            if (known && windows && size < to - from)
            {
                Odd("lightgbm.line-ends", from, $"The lines end as on Windows, and the sizes of the trees count them as elsewhere.");
                return;
            }

            if (_ended || size > end - from)
            {
                Odd("lightgbm.tree-sizes", from, $"The tree {i} has {to - from} bytes, and is said to have {sizes[i]}.");
            }

            return;
        }
    }

    private void EndTree(long end)
    {
        if (_tree is not { } tree)
        {
            return;
        }

        _tree = null;
        _places.Add((tree.Offset, end));
        foreach ((string code, string what) in tree.Check(context.Budget))
        {
            Oddities.Add(code, tree.Offset, end - tree.Offset, what);
        }

        _largestFeature = Math.Max(_largestFeature, tree.LargestFeature);
    }

    /// <summary>Settings of the training, importances, categories: they name files that training reads and loading does not.</summary>
    private void After(string line, long offset)
    {
        if (line.Length > 4 && line[0] == '[' && line[^1] == ']' && line.IndexOf(": ", StringComparison.Ordinal) is > 0 and int colon && colon + 2 < line.Length - 1)
        {
            Entry(KeyPath.Append("parameters", line[1..colon]), line[(colon + 2)..^1], offset);
        }
    }

    private void Names()
    {
        int told = 0;
        foreach (string name in (_head.GetValueOrDefault("feature_names") ?? "").Split(' ', MostNames + 1, StringSplitOptions.RemoveEmptyEntries).Take(MostNames))
        {
            Entry(KeyPath.Append("feature_names", told++), name, 0);
        }
    }

    private void Entry(string key, string value, long offset) => context.Add(new EntryFact
    {
        Path = context.Artifact.Path, Offset = offset, Source = "metadata", Key = key, Value = value.Length > LongestValue ? value[..LongestValue] : value, IsCut = value.Length > LongestValue,
    });

    private long Number(string key) =>
        _head.TryGetValue(key, out string? text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : 0;

    private static string Shown(string text) => text.Length > 64 ? text[..64] : text;

    private void Odd(string code, long offset, FormattableString detail) => Oddities.Add(code, offset, 0, () => detail.ToString(CultureInfo.InvariantCulture));
}
