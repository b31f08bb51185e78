// Lines for a shell that source hands to something which, by its name, runs them.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Shell;
using Assay.Python.Syntax;

namespace Assay.Formats.PythonSources;

/// <summary>
/// Lines for a shell that stand in source as texts and are handed to what is called, or called for, a command: an operator of a scheduler, a step of a pipeline, a helper. What runs them is in a package of which nothing
/// is known; a line that calls back, runs what it downloads or decodes, or sends keys away is there for no other end. Calls of Python's own that start programs are followed elsewhere.
/// </summary>
internal static class HandedLines
{
    private const int Most = 256;
    private const int MostSteps = 64;

    /// <summary>What says that a text is run.</summary>
    private static readonly string[] s_running = ["cmd", "command", "script", "exec", "shell", "bash", "run", "entrypoint", "hook", "spawn", "popen", "system", "operator", "task", "job", "step"];

    /// <summary>Tells what the lines of a tree do.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="start">Where its source begins in the artifact.</param>
    /// <param name="phaseAt">When what stands at a place of the source runs.</param>
    /// <param name="context">Takes the facts.</param>
    public static void Tell(SyntaxTree tree, long start, Func<int, string> phaseAt, ReadContext context)
    {
        int looked = 0;
        for (int number = 1; number < tree.Count && looked < Most; number++)
        {
            SyntaxNode call = tree[number];
            if (call.Kind is not SyntaxKind.Call)
            {
                continue;
            }

            string callee = Last(call[SyntaxField.Func]);
            bool isRunner = IsRunning(callee);
            if (isRunner)
            {
                foreach (SyntaxNode argument in call.List(SyntaxField.Args))
                {
                    looked += Line(argument, start, phaseAt, context);
                }
            }

            foreach (SyntaxNode keyword in call.List(SyntaxField.Keywords))
            {
                if (keyword.Name(SyntaxField.Arg) is { } name && (isRunner || IsRunning(name)))
                {
                    looked += Line(keyword[SyntaxField.Value], start, phaseAt, context);
                }
            }
        }
    }

    private static bool IsRunning(string name) => Array.Exists(s_running, w => name.Contains(w, StringComparison.OrdinalIgnoreCase));

    /// <summary>The last name of what is called.</summary>
    private static string Last(SyntaxNode node)
    {
        for (int steps = 0; steps < MostSteps && node.Kind is SyntaxKind.Subscript or SyntaxKind.Call; steps++)
        {
            node = node.Kind is SyntaxKind.Call ? node[SyntaxField.Func] : node[SyntaxField.Value];
        }

        return node.Kind is SyntaxKind.Attribute ? node.Name(SyntaxField.Attr) ?? "" : node.Kind is SyntaxKind.Name ? node.Name(SyntaxField.Id) ?? "" : "";
    }

    private static int Line(SyntaxNode node, long start, Func<int, string> phaseAt, ReadContext context)
    {
        if (node is { IsNone: false, Kind: SyntaxKind.List or SyntaxKind.Tuple })
        {
            // A list is one command with its words, or several commands.
            List<string> lines = [];
            foreach (SyntaxNode item in node.List(SyntaxField.Elts))
            {
                if (lines.Count < MostSteps && item is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text })
                {
                    lines.Add(ConstantValue.Text(item));
                }
            }

            return lines.Count == 0 ? 0 : Told(lines is [_, "-c" or "-lc", var line] ? line : string.Join('\n', lines), node.Start, start, phaseAt, context);
        }

        if (node is not { IsNone: false, Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text })
        {
            return 0;
        }

        return Told(ConstantValue.Text(node), node.Start, start, phaseAt, context);
    }

    private static int Told(string text, int at, long start, Func<int, string> phaseAt, ReadContext context)
    {
        foreach (ShellUse use in StrayCommands.In(text, context.Budget))
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = start + at, Code = use.Code, Detail = use.Detail, When = phaseAt(at) });
        }

        return 1;
    }
}
