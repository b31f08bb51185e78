// Tells when what stands at a place of a module runs: on import, when a loader calls it, or only when somebody else does.
using Assay.Bytes;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Formats.PythonSources;

/// <summary>
/// What stands outside of functions runs on import, but for what asks whether the module is the program. What functions do runs on import where something that does so calls them, by their
/// name or by handing them on; and on load where a loader of models calls them.
/// </summary>
internal sealed class CallTimes
{
    private readonly List<Function> _functions = [];
    private readonly List<(int Start, int End)> _programs = [];
    private readonly Dictionary<string, List<Function>> _byName = new(StringComparer.Ordinal);

    private sealed class Function(string name, string owner, int start, int end)
    {
        public string Name => name;

        /// <summary>The class that it is a method of; empty where there is none.</summary>
        public string Owner => owner;

        public int Start => start;

        public int End => end;

        public string Phase { get; set; } = "call";

        public List<string> Mentions { get; } = [];
    }

    /// <summary>Finds the functions of a module and who calls them.</summary>
    public CallTimes(SyntaxTree tree, ScanBudget budget)
    {
        List<(int Start, int End, string Name, bool IsModel)> classes = [];
        for (int number = 1; number < tree.Count; number++)
        {
            SyntaxNode node = tree[number];
            if (node.Kind is SyntaxKind.ClassDef)
            {
                bool isModel = SourceNames.IsEntry(node.Name(Name) ?? "");
                foreach (SyntaxNode based in node.List(Bases))
                {
                    string? last = based.Kind is SyntaxKind.Name ? based.Name(Id) : based.Kind is SyntaxKind.Attribute ? based.Name(Attr) : null;
                    isModel |= last is not null && SourceNames.IsModelBase(last);
                }

                classes.Add((node.Start, node.End, node.Name(Name) ?? "", isModel));
            }
            else if (node.Kind is SyntaxKind.If && IsProgram(node[Test]) && node.List(Body) is { Count: > 0 } body)
            {
                _programs.Add((body[0].Start, body[body.Count - 1].End));
            }
        }

        budget.SpendWork(tree.Count * 20L);
        classes.Sort();
        for (int number = 1; number < tree.Count; number++)
        {
            if (tree[number] is { Kind: SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef } node && node.List(Body) is { Count: > 0 } body)
            {
                Add(node, body, classes);
            }
        }

        _functions.Sort((a, b) => a.Start.CompareTo(b.Start));
        Mentions(tree, classes);
    }

    /// <summary>When what stands at a place runs, and the function around it.</summary>
    public (string Phase, string Function) Of(int at)
    {
        Function? innermost = Around(at);
        if (innermost is not null)
        {
            return (innermost.Phase, innermost.Owner.Length > 0 ? $"{innermost.Owner}.{innermost.Name}" : innermost.Name);
        }

        return (_programs.Exists(p => at >= p.Start && at < p.End) ? "call" : "import", "");
    }

    private void Add(SyntaxNode node, SyntaxNodeList body, List<(int Start, int End, string Name, bool IsModel)> classes)
    {
        // The innermost class around it, if it is a method at all.
        (int Start, int End, string Name, bool IsModel) owner = (0, 0, "", false);
        int upper = classes.Count;
        for (int low = 0; low < upper;)
        {
            int middle = (low + upper) / 2;
            if (classes[middle].Start <= node.Start)
            {
                low = middle + 1;
            }
            else
            {
                upper = middle;
            }
        }

        for (int i = upper - 1; i >= Math.Max(0, upper - 16); i--)
        {
            if (node.Start < classes[i].End)
            {
                owner = classes[i];
                break;
            }
        }

        // What stands in decorators and defaults runs where the function is made.
        string name = node.Name(Name) ?? "";
        Function function = new(name, owner.Name, body[0].Start, node.End)
        {
            Phase = owner.IsModel && SourceNames.IsLoadMethod(name) ? "load"
                : SourceNames.IsEntry(name) ? "load"
                : owner.Name.Length == 0 && name is "__getattr__" ? "import"
                : name is "__init_subclass__" or "__set_name__" or "__prepare__" ? "import" : "call",
        };
        _functions.Add(function);
        if (!_byName.TryGetValue(name, out List<Function>? same))
        {
            _byName.Add(name, same = []);
        }

        same.Add(function);
        if (owner.Name.Length > 0 && name is "__init__" or "__new__" or "__post_init__" or "__call__" or "__enter__")
        {
            // Whoever mentions the class makes an object of it.
            if (!_byName.TryGetValue(owner.Name, out List<Function>? made))
            {
                _byName.Add(owner.Name, made = []);
            }

            made.Add(function);
        }
    }

    private Function? Around(int at)
    {
        int low = 0;
        int high = _functions.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_functions[middle].Start <= at)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        for (int i = low - 1; i >= Math.Max(0, low - 64); i--)
        {
            if (at < _functions[i].End)
            {
                return _functions[i];
            }
        }

        return null;
    }

    /// <summary>Follows who mentions whom, from what runs on import and on load.</summary>
    private void Mentions(SyntaxTree tree, List<(int Start, int End, string Name, bool IsModel)> classes)
    {
        Queue<(Function Function, string Phase)> open = new();
        foreach (Function function in _functions.Where(f => f.Phase is not "call"))
        {
            open.Enqueue((function, function.Phase));
        }

        for (int number = 1; number < tree.Count; number++)
        {
            SyntaxNode node = tree[number];
            string? name = node.Kind is SyntaxKind.Name && node.Context is ExpressionContext.Load ? node.Name(Id) : node.Kind is SyntaxKind.Attribute ? node.Name(Attr) : null;
            if (name is null || !_byName.TryGetValue(name, out List<Function>? mentioned))
            {
                continue;
            }

            Function? around = Around(node.Start);
            if (around is not null)
            {
                around.Mentions.Add(name);
            }
            else if (!_programs.Exists(p => node.Start >= p.Start && node.Start < p.End))
            {
                // A base of a class, and an annotation, make nothing; what is only named outside of functions is mostly called.
                foreach (Function function in mentioned.Where(_ => IsCalled(tree, node, number)))
                {
                    open.Enqueue((function, "import"));
                }
            }
        }

        _ = classes;
        while (open.TryDequeue(out (Function Function, string Phase) next))
        {
            bool isNew = next.Function.Phase is "call" || (next.Function.Phase is "load" && next.Phase is "import");
            if (!isNew && next.Function.Phase != next.Phase)
            {
                continue;
            }

            if (!isNew && next.Function.Mentions.Count == 0)
            {
                continue;
            }

            next.Function.Phase = next.Phase;
            List<string> mentions = [.. next.Function.Mentions];
            next.Function.Mentions.Clear();
            foreach (string name in mentions.Distinct(StringComparer.Ordinal))
            {
                foreach (Function function in _byName[name])
                {
                    open.Enqueue((function, next.Phase));
                }
            }
        }
    }

    /// <summary>Whether a name is called or handed to a call: the next nodes up are numbered higher.</summary>
    private static bool IsCalled(SyntaxTree tree, SyntaxNode node, int number)
    {
        for (int up = number + 1; up < Math.Min(tree.Count, number + 64); up++)
        {
            SyntaxNode above = tree[up];
            if (above.Start <= node.Start && above.End >= node.End && above.Kind is SyntaxKind.Call)
            {
                return true;
            }

            if (above.Kind is SyntaxKind.FunctionDef or SyntaxKind.ClassDef && above.Start > node.Start && above.List(DecoratorList) is { Count: > 0 } decorators && decorators[0].Start <= node.Start)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary><c>__name__ == "__main__"</c>.</summary>
    private static bool IsProgram(SyntaxNode test) => test.Kind is SyntaxKind.Compare && test[Left] is { Kind: SyntaxKind.Name } left && left.Name(Id) is "__name__";
}
