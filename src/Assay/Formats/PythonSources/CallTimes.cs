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

        public bool IsFollowed { get; set; }

        public HashSet<string> Calls { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>Finds the functions of a module and who calls them.</summary>
    public CallTimes(SyntaxTree tree, ScanBudget budget, string? entry = null)
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
                Add(node, body, classes, entry);
            }
        }

        _functions.Sort((a, b) => a.Start.CompareTo(b.Start));
        Aliases(tree);
        Follow(tree);
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

    private void Add(SyntaxNode node, SyntaxNodeList body, List<(int Start, int End, string Name, bool IsModel)> classes, string? entry)
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
                : SourceNames.IsEntry(name) || (name == entry && owner.Name.Length == 0) ? "load"
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

    /// <summary>Follows who calls whom, from what runs on import and on load.</summary>
    private void Follow(SyntaxTree tree)
    {
        Queue<(Function Function, string Phase)> open = new();
        foreach (Function function in _functions.Where(f => f.Phase is not "call"))
        {
            open.Enqueue((function, function.Phase));
        }

        for (int number = 1; number < tree.Count; number++)
        {
            SyntaxNode node = tree[number];
            switch (node.Kind)
            {
                case SyntaxKind.Call:
                    Called(node, open);
                    break;
                case SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef or SyntaxKind.ClassDef:
                    foreach (SyntaxNode decorator in node.List(DecoratorList))
                    {
                        Callee(decorator, node.Start, open);
                    }

                    break;
            }
        }

        while (open.TryDequeue(out (Function Function, string Phase) next))
        {
            bool isBetter = next.Function.Phase is "call" || (next.Function.Phase is "load" && next.Phase is "import");
            if (!isBetter && next.Function.IsFollowed)
            {
                continue;
            }

            next.Function.Phase = isBetter ? next.Phase : next.Function.Phase;
            next.Function.IsFollowed = true;
            foreach (string name in next.Function.Calls)
            {
                foreach (Function function in _byName[name].Where(f => f.Phase is "call" || (f.Phase is "load" && next.Function.Phase is "import")))
                {
                    open.Enqueue((function, next.Function.Phase));
                }
            }
        }
    }

    /// <summary>A call: what it calls, and what it hands to something that calls what it gets.</summary>
    private void Called(SyntaxNode call, Queue<(Function, string)> open)
    {
        string? callee = Callee(call[Func], call.Start, open);
        bool starts = callee is not null && SourceNames.IsStarter(callee);
        bool atExit = callee is "register" && call[Func] is { Kind: SyntaxKind.Attribute } register && register[SyntaxField.Value] is { Kind: SyntaxKind.Name } module && module.Name(Id) is "atexit";
        if (!starts && !atExit)
        {
            return;
        }

        foreach (SyntaxNode argument in call.List(Args))
        {
            Callee(argument, call.Start, open);
        }

        foreach (SyntaxNode keyword in call.List(Keywords))
        {
            Callee(keyword[SyntaxField.Value], call.Start, open);
        }
    }

    /// <summary>Notes what an expression stands for that is called at a place; returns its last name.</summary>
    private string? Callee(SyntaxNode node, int at, Queue<(Function, string)> open)
    {
        switch (node.Kind)
        {
            case SyntaxKind.Name when node.Name(Id) is { } name:
                Note(name, at, open);
                return name;
            case SyntaxKind.Attribute when node.Name(Attr) is { } attribute:
                Note(attribute, at, open);
                if (attribute.StartsWith("__", StringComparison.Ordinal))
                {
                    Callee(node[SyntaxField.Value], at, open);
                }

                return attribute;
            case SyntaxKind.Call or SyntaxKind.Constant or SyntaxKind.None:
                return null;
            default:
                // An item of a table, one of two: any name in it may be meant.
                int seen = 0;
                foreach (SyntaxNode inner in SyntaxWalk.Of(node))
                {
                    if (++seen > 256)
                    {
                        break;
                    }

                    if (inner.Kind is SyntaxKind.Name && inner.Name(Id) is { } any)
                    {
                        Note(any, at, open);
                    }
                }

                return null;
        }
    }

    private void Note(string name, int at, Queue<(Function Function, string Phase)> open)
    {
        if (!_byName.TryGetValue(name, out List<Function>? called))
        {
            return;
        }

        if (Around(at) is { } around)
        {
            around.Calls.Add(name);
        }
        else if (!_programs.Exists(p => at >= p.Start && at < p.End))
        {
            foreach (Function function in called)
            {
                open.Enqueue((function, "import"));
            }
        }
    }

    /// <summary>Another name for a function: what is assigned to it outside of functions, or put into a table.</summary>
    private void Aliases(SyntaxTree tree)
    {
        for (int number = 1; number < tree.Count; number++)
        {
            if (tree[number] is not { Kind: SyntaxKind.Assign } node || node.List(Targets) is not { Count: 1 } targets || targets[0] is not { Kind: SyntaxKind.Name } target || target.Name(Id) is not { } alias)
            {
                continue;
            }

            int seen = 0;
            foreach (SyntaxNode inner in node[SyntaxField.Value].Kind is SyntaxKind.Name or SyntaxKind.Attribute or SyntaxKind.Dict or SyntaxKind.List or SyntaxKind.Tuple ? SyntaxWalk.Of(node[SyntaxField.Value]) : [])
            {
                if (++seen > 64)
                {
                    break;
                }

                if (inner.Kind is SyntaxKind.Name && inner.Name(Id) is { } name && name != alias && _byName.TryGetValue(name, out List<Function>? meant))
                {
                    if (!_byName.TryGetValue(alias, out List<Function>? known))
                    {
                        _byName.Add(alias, known = []);
                    }

                    known.AddRange(meant.Where(m => known.Count < 32 && !known.Contains(m)).ToArray());
                }
            }
        }
    }

    /// <summary><c>__name__ == "__main__"</c>.</summary>
    private static bool IsProgram(SyntaxNode test) => test.Kind is SyntaxKind.Compare && test[Left] is { Kind: SyntaxKind.Name } left && left.Name(Id) is "__name__";
}
