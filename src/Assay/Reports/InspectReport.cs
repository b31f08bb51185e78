// What a file is and holds, as a tree for people.
using System.Globalization;
using Assay.Artifacts;
using Assay.Inspection;
using Assay.Tensors;

namespace Assay.Reports;

/// <summary>Writes what a file is and holds as a tree: members below what they lie in, tensors below the member that carries them.</summary>
public static class InspectReport
{
    /// <summary>How many lines are written unless all are asked for.</summary>
    public const int DefaultRows = 300;

    private const int LongestText = 200;

    /// <summary>Writes the tree; lines over <paramref name="rows"/> are counted and left out.</summary>
    public static void Text(InspectedArtifact file, TextWriter writer, long rows = DefaultRows)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(writer);
        Tree tree = new(writer, rows);
        Stack<(InspectedArtifact Node, int Depth)> open = new([(file, 0)]);
        while (open.TryPop(out (InspectedArtifact Node, int Depth) next))
        {
            Artifact(tree, next.Node, next.Depth);
            for (int i = next.Node.Members.Count - 1; i >= 0; i--)
            {
                open.Push((next.Node.Members[i], next.Depth + 1));
            }
        }

        if (tree.Left > 0)
        {
            writer.Write($"... and {Words.Count(tree.Left, "more line")}; --all shows them\n");
        }
    }

    private static void Artifact(Tree tree, InspectedArtifact node, int depth)
    {
        tree.Line(depth, $"{Escape.Visible(node.Name)}: {Describe(node)}");
        foreach ((string key, string value) in node.Metadata)
        {
            tree.Line(depth + 1, $"{Escape.Visible(key)}: {Escape.Visible(Escape.Cut(value, LongestText))}");
        }

        foreach (UnreadFact unread in node.Unread)
        {
            tree.Line(depth + 1, string.Create(CultureInfo.InvariantCulture, $"not read: {Escape.Visible(unread.Detail)} ({Words.Of(unread.Cause)} at {unread.Offset})"));
        }

        Holdings(tree, node, depth + 1);
        if (node.Tensors is { } listing)
        {
            Tensors(tree, listing, depth + 1);
        }
    }

    /// <summary>Operators, code and references, each kind in a branch of its own.</summary>
    private static void Holdings(Tree tree, InspectedArtifact node, int depth)
    {
        List<InspectedOperator> operators = [.. node.Operators];
        if (operators.Count > 0)
        {
            tree.Line(depth, string.Create(CultureInfo.InvariantCulture, $"{Words.Count(operators.Sum(o => o.Count), "operator")} of {Words.Count(operators.Count, "kind")}"));
            foreach (InspectedOperator used in operators)
            {
                string domain = used.Domain.Length == 0 ? "" : Escape.Visible(used.Domain) + "::";
                tree.Line(depth + 1, string.Create(CultureInfo.InvariantCulture, $"{domain}{Escape.Visible(Escape.Cut(used.Name, LongestText))}{(used.Count > 1 ? $" x {used.Count}" : "")}"));
            }
        }

        foreach (InspectedCode code in node.Code)
        {
            string names = code.Names.Count == 0 ? "" : $"; uses {string.Join(", ", code.Names.Take(8).Select(n => Escape.Visible(Escape.Cut(n, LongestText))))}{(code.Names.Count > 8 ? ", ..." : "")}";
            tree.Line(depth, $"code: {Escape.Visible(code.Language)}, {Escape.Visible(Escape.Cut(code.Summary, LongestText))}{names}");
        }

        foreach (InspectedReference reference in node.References)
        {
            tree.Line(depth, $"refers to: {Escape.Visible(Escape.Cut(reference.Target, LongestText))} ({Escape.Visible(reference.Kind)}, {Words.Of(reference.Place)})");
        }
    }

    private static string Describe(InspectedArtifact node)
    {
        List<string> parts = [];
        string formats = string.Join(", ", node.Formats
            .Select(f => f.Range.Offset == 0 ? f.Id : string.Create(CultureInfo.InvariantCulture, $"{f.Id} at {f.Range.Offset}")).Distinct());
        if (formats.Length > 0)
        {
            parts.Add(formats);
        }

        if (node.Size is { } size)
        {
            parts.Add(Words.Size(size));
        }
        else if (node.Stored is { Size: >= 0 } said && said.Method != "directory")
        {
            parts.Add($"{Words.Size(said.Size)} by its header");
        }

        if (node.Stored is { } stored)
        {
            string packed = stored.Packed < 0 || stored.Packed == node.Size ? "" : $" in {Words.Size(stored.Packed)}";
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{stored.Method}{packed} at {stored.Offset}"));
            if (stored.IsEncrypted)
            {
                parts.Add("marked as encrypted");
            }

            if (!node.WasRead && stored.Method is not ("directory" or "symbolic-link" or "hard-link" or "device"))
            {
                parts.Add("the same bytes as another member, or not read");
            }
        }

        return string.Join("; ", parts);
    }

    private static void Tensors(Tree tree, TensorListing listing, int depth)
    {
        if (listing.Kind.Length > 0)
        {
            tree.Line(depth, $"{Words.Count(listing.Tensors.Count, "tensor")} ({listing.Kind}), {Words.Size(listing.Bytes)}");
        }

        string[] open = [];
        foreach (InspectedTensor tensor in listing.Tensors)
        {
            string[] parts = tensor.Name.Split('.');
            int same = 0;
            while (same < Math.Min(open.Length, parts.Length - 1) && open[same] == parts[same])
            {
                same++;
            }

            for (int i = same; i < parts.Length - 1; i++)
            {
                tree.Line(depth + 1 + i, Escape.Visible(parts[i]));
            }

            open = parts[..^1];
            tree.Line(depth + parts.Length, $"{Escape.Visible(parts[^1])}  {Describe(tensor)}{(tensor.IsUnsaved ? "; state_dict() does not give it" : "")}");
            if (tensor.Statistics is { } known)
            {
                tree.Line(depth + 1 + parts.Length, Describe(known));
            }
        }

        foreach (TensorProblem problem in listing.Problems)
        {
            tree.Line(depth, $"cannot be read: {Escape.Visible(problem.Name)}: {Escape.Visible(problem.What)}");
        }

        if (listing.Failure is { } failure)
        {
            tree.Line(depth, string.Create(CultureInfo.InvariantCulture, $"tensors cannot be read: {Escape.Visible(failure.What)} (at {failure.Offset})"));
        }

        foreach (NotCarried beside in listing.Beside)
        {
            string count = beside.Count > 1 ? $" ({beside.Count} times)" : "";
            tree.Line(depth, $"beside: {Escape.Visible(beside.Path)}: {Escape.Visible(beside.What)}{count}");
        }
    }

    private static string Describe(InspectedTensor tensor)
    {
        string strides = tensor.View.IsContiguous ? "" : $" strides [{string.Join(", ", tensor.View.Strides)}]";
        string offset = tensor.View.Offset > 0 ? string.Create(CultureInfo.InvariantCulture, $"+{tensor.View.Offset}") : "";
        string storage = tensor.StorageKey.Length == 0 ? "" : $" storage {Escape.Visible(tensor.StorageKey)}{offset}";
        string tie = tensor.TiedTo is null ? "" : $" = {Escape.Visible(tensor.TiedTo)}";
        IReadOnlyList<long> shape = tensor.Packing?.Shape ?? tensor.View.Shape;
        return $"{NameOf(tensor)} [{string.Join(", ", shape)}]{strides}{storage}{tie}";
    }

    private static string Describe(TensorStatistics known) => string.Create(CultureInfo.InvariantCulture,
        $"min {known.Min:G6} max {known.Max:G6} mean {known.Mean:G6} NaN {known.NaN} infinite {known.Infinite} zero {known.Zero}");

    internal static string NameOf(InspectedTensor tensor) => tensor.Packing?.Name ?? tensor.View.Type.SafetensorsName() ?? tensor.View.Type.ToString();

    private sealed class Tree(TextWriter writer, long rows)
    {
        private const int DeepestIndent = 60;
        private long _written;

        public long Left => Math.Max(0, _written - rows);

        public void Line(int depth, string text)
        {
            if (_written++ < rows)
            {
                writer.Write($"{new string(' ', Math.Min(DeepestIndent, 2 * depth))}{text}\n");
            }
        }
    }
}
