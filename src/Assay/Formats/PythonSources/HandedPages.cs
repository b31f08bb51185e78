// Pages and scripts for a browser that stand in source as texts.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Texts;
using Assay.Python.Syntax;

namespace Assay.Formats.PythonSources;

/// <summary>
/// Source of applications holds HTML and JavaScript that a package of others puts into the page of whoever uses it. A script there that reads what the browser keeps, or what is typed, and sends it to another machine is told with
/// when the source hands it over.
/// </summary>
internal static class HandedPages
{
    private const int Most = 256;
    private const int Shortest = 32;
    private const int Longest = 1 << 16;

    private static readonly string[] s_scripts = ["<script", "=>", "function", "onerror=", "onload=", "javascript:"];
    private static readonly string[] s_here = ["://localhost", "://127.0.0.1", "://0.0.0.0", "://[::1]"];

    /// <summary>Tells which texts of a tree are such scripts.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="start">Where its source begins in the artifact.</param>
    /// <param name="phaseAt">When what stands at a place of the source runs.</param>
    /// <param name="context">Takes the facts.</param>
    public static void Tell(SyntaxTree tree, long start, Func<int, string> phaseAt, ReadContext context)
    {
        int looked = 0;
        for (int number = 1; number < tree.Count && looked < Most; number++)
        {
            SyntaxNode node = tree[number];
            if (node is not { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text } || node.End - node.Start is < Shortest or > Longest || !node.Source.Contains((byte)'(') || node.Source.IndexOf("://"u8) < 0)
            {
                continue;
            }

            looked++;
            string text = ConstantValue.Text(node);
            context.Budget.SpendWork(4L * text.Length);
            if (Has(text, s_scripts) && (PageScript.TakesKept(text) || PageScript.TakesTyped(text)) && (PageScript.Sends(text) || PageScript.Streams(text)) && IsForeign(text))
            {
                context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = start + node.Start, Code = "html.script", Detail = "A script that the source puts into a page takes what the browser keeps of its user, or what is typed, and sends it away.", When = phaseAt(node.Start) });
            }
        }
    }

    private static bool Has(string text, string[] words) => Array.Exists(words, w => text.Contains(w, StringComparison.Ordinal));

    /// <summary>Whether an address in a text is not that of the machine itself.</summary>
    private static bool IsForeign(string text)
    {
        for (int at = text.IndexOf("://", StringComparison.Ordinal); at >= 0; at = text.IndexOf("://", at + 3, StringComparison.Ordinal))
        {
            if (!Array.Exists(s_here, h => text.AsSpan(at).StartsWith(h, StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }
}
