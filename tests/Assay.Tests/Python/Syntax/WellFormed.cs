// What holds for every tree, whatever the source.
using Assay.Python.Syntax;

namespace Assay.Tests.Python.Syntax;

/// <summary>Checks a tree: each node below the root is there once, within its parent, and has what its kind must have.</summary>
internal static class WellFormed
{
    public static void Check(SyntaxTree tree)
    {
        HashSet<int> seen = [];
        Stack<SyntaxNode> open = new([tree.Root]);
        while (open.TryPop(out SyntaxNode node))
        {
            Assert.True(seen.Add(node.Number), "A node has two parents.");
            Assert.True(node.Start <= node.End && node.Start >= tree.Text.Start && node.End <= tree.Text.End, $"{node.Kind} lies outside the text.");
            if (node.Kind == SyntaxKind.Constant)
            {
                _ = node.ConstantKind is ConstantKind.Text or ConstantKind.UnicodeText or ConstantKind.Bytes ? ConstantValue.Bytes(node).Length : 0;
            }

            foreach ((SyntaxField field, SyntaxFieldType type) in SyntaxSchema.Of(node.Kind))
            {
                if (type == SyntaxFieldType.Node && !node[field].IsNone)
                {
                    Child(node, node[field], open);
                }
                else if (type == SyntaxFieldType.Nodes)
                {
                    foreach (SyntaxNode child in node.List(field))
                    {
                        if (!child.IsNone)
                        {
                            Child(node, child, open);
                        }
                    }
                }
                else if (type == SyntaxFieldType.Names)
                {
                    foreach (int name in node.Values(field))
                    {
                        Assert.InRange(name, 1, tree.Names.Count - 1);
                    }
                }
            }
        }
    }

    private static void Child(SyntaxNode parent, SyntaxNode child, Stack<SyntaxNode> open)
    {
        Assert.True(child.Number < parent.Number, "A child has a higher number than its parent.");
        Assert.NotEqual(SyntaxKind.None, child.Kind);
        open.Push(child);
    }
}

/// <summary>Trees in a form that a person can write down: kinds with their children, and blocks in brackets.</summary>
internal static class Outline
{
    public static string OfBody(SyntaxNode node) => string.Join("; ", node.List(SyntaxField.Body).ToList().Select(Of));

    private static string Of(SyntaxNode node)
    {
        List<string> children = [];
        List<string> blocks = [];
        foreach ((SyntaxField field, SyntaxFieldType type) in SyntaxSchema.Of(node.Kind))
        {
            if (type == SyntaxFieldType.Node && !node[field].IsNone && node[field].Kind is not SyntaxKind.Arguments)
            {
                children.Add(Of(node[field]));
            }
            else if (type == SyntaxFieldType.Nodes && field is SyntaxField.Body or SyntaxField.OrElse or SyntaxField.FinalBody && node.List(field).Count > 0)
            {
                blocks.Add(" [" + string.Join("; ", node.List(field).ToList().Select(Of)) + "]");
            }
            else if (type == SyntaxFieldType.Nodes)
            {
                children.AddRange(node.List(field).ToList().Where(c => !c.IsNone).Select(Of));
            }
        }

        return node.Kind + (children.Count > 0 || node.Kind == SyntaxKind.Error ? $"({string.Join(", ", children)})" : "") + string.Concat(blocks);
    }

    private static List<SyntaxNode> ToList(this SyntaxNodeList list)
    {
        List<SyntaxNode> nodes = [];
        foreach (SyntaxNode node in list)
        {
            nodes.Add(node);
        }

        return nodes;
    }
}
