// Walks a tree from the top without recursion.
namespace Assay.Python.Syntax;

/// <summary>Walks over a node and all below it, parents first and children in the order of their fields, however deep the tree is.</summary>
internal static class SyntaxWalk
{
    /// <summary>The node and all nodes below it.</summary>
    public static IEnumerable<SyntaxNode> Of(SyntaxNode node)
    {
        Stack<int> open = new();
        open.Push(node.Number);
        while (open.TryPop(out int number))
        {
            SyntaxNode next = node.Tree[number];
            yield return next;
            PushChildren(next, open);
        }
    }

    private static void PushChildren(SyntaxNode node, Stack<int> open)
    {
        ReadOnlySpan<(SyntaxField Field, SyntaxFieldType Type)> fields = SyntaxSchema.Of(node.Kind);
        for (int i = fields.Length - 1; i >= 0; i--)
        {
            if (fields[i].Type == SyntaxFieldType.Node)
            {
                Push(node.Value(fields[i].Field), open);
            }
            else if (fields[i].Type == SyntaxFieldType.Nodes)
            {
                ReadOnlySpan<int> list = node.Values(fields[i].Field);
                for (int j = list.Length - 1; j >= 0; j--)
                {
                    Push(list[j], open);
                }
            }
        }
    }

    private static void Push(int number, Stack<int> open)
    {
        if (number > 0)
        {
            open.Push(number);
        }
    }
}
