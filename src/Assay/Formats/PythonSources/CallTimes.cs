// Tells when what stands at a place of a module runs: on import, when a loader calls it, or only when somebody else does.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Evaluation;
using Assay.Evaluation.Sources;
using Assay.Python.Names;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Formats.PythonSources;

/// <summary>
/// What stands outside of functions runs on import, but for what asks whether the module is the program. What functions do runs on import where something that does so calls them, by their
/// name, by handing them on, or by putting them in the place of something that others call; and on load where a loader of models calls them.
/// </summary>
internal sealed class CallTimes
{
    private const int MostFunctions = 400;
    private const int MostEntries = 64;
    private readonly List<Function> _functions = [];
    private readonly List<ModuleClass> _classes;
    private readonly List<(int Start, int End)> _programs = [];
    private readonly Dictionary<string, List<Function>> _byName = new(StringComparer.Ordinal);
    private readonly ModuleImports _imports;
    private readonly Function _module = new("", null, 0, int.MaxValue) { Phase = "import" };
    private readonly SyntaxTree _tree;

    private sealed class Function(string name, ModuleClass? owner, int start, int end)
    {
        public string Name => name;

        /// <summary>The class that it is a method of.</summary>
        public ModuleClass? Owner => owner;

        public string FullName => owner is null ? name : $"{owner.Name}.{name}";

        public int Start => start;

        public int End => end;

        public string Phase { get; set; } = "call";

        public bool IsFollowed { get; set; }

        public HashSet<string> Calls { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, int> Links { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>Finds the functions of a module and who calls them.</summary>
    public CallTimes(SyntaxTree tree, ScanBudget budget, SourceRole role)
    {
        _tree = tree;
        _imports = new ModuleImports(tree);
        _classes = ModuleClass.All(tree);
        for (int number = 1; number < tree.Count; number++)
        {
            if (tree[number] is { Kind: SyntaxKind.If } node && IsProgram(node[Test]) && node.List(Body) is { Count: > 0 } body)
            {
                _programs.Add((body[0].Start, body[body.Count - 1].End));
            }
        }

        budget.SpendWork(tree.Count * 30L);
        List<(int Start, int End)> registered = [];
        for (int number = 1; number < tree.Count; number++)
        {
            SyntaxNode node = tree[number];
            if (node.Kind is SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef && node.List(Body) is { Count: > 0 } body)
            {
                Add(node.Name(Name) ?? "", node.Start, body[0].Start, node.End, role);
                if (IsRegistered(node))
                {
                    registered.Add((node.Start, node.End));
                }
            }
            else if (node.Kind is SyntaxKind.Assign && node[SyntaxField.Value] is { Kind: SyntaxKind.Lambda } lambda && node.List(Targets) is { Count: 1 } targets && targets[0].Kind is SyntaxKind.Name)
            {
                // A lambda with a name is a function like any other.
                Add(targets[0].Name(Id) ?? "", lambda.Start, lambda[Body].Start, lambda.End, role);
            }
        }

        if (role.File is "hubconf.py")
        {
            // What it takes from other files torch.hub calls like what it defines itself.
            Function entries = new("<entries>", null, int.MaxValue, int.MaxValue) { Phase = "load" };
            foreach (string other in _imports.Others.Take(MostEntries))
            {
                entries.Links.TryAdd(other, 1);
            }

            _functions.Add(entries);
        }

        _functions.Sort((a, b) => a.Start.CompareTo(b.Start));
        registered.Sort();
        int next = 0;
        int last = -1;
        foreach (Function function in _functions)
        {
            for (; next < registered.Count && registered[next].Start <= function.Start; next++)
            {
                last = Math.Max(last, registered[next].End);
            }

            // What such a function gives back is called next: a function in it runs as it does.
            function.Phase = function.End <= last && function.Phase is "call" ? "load" : function.Phase;
        }

        Aliases(tree);
        Follow(tree);
    }

    /// <summary>Whether a function is put into a registry from which spaCy makes what the configuration of a pipeline names, when it is loaded.</summary>
    private static bool IsRegistered(SyntaxNode function)
    {
        foreach (SyntaxNode decorator in function.List(DecoratorList))
        {
            SyntaxNode at = decorator.Kind is SyntaxKind.Call ? decorator[Func] : decorator;
            string last = at.Kind is SyntaxKind.Attribute ? at.Name(Attr) ?? "" : "";
            SyntaxNode owner = at.Kind is SyntaxKind.Attribute ? at[SyntaxField.Value] : at;
            string? holder = owner.Kind is SyntaxKind.Attribute ? owner.Name(Attr) : owner.Kind is SyntaxKind.Name ? owner.Name(Id) : null;
            if ((holder is "registry" && last.Length > 0) || (holder is "Language" && last is "factory" or "component"))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>When what stands at a place runs, and the function around it.</summary>
    public (string Phase, string Function) Of(int at) => Around(at) is { } innermost ? (innermost.Phase, innermost.FullName) : (IsOfProgram(at) ? "call" : "import", "");

    /// <summary>The functions that lead to one of <paramref name="telling"/> or out of the file, for whoever follows calls from file to file.</summary>
    public IReadOnlyList<SourceFunction> Functions(IReadOnlySet<string> telling)
    {
        // Who leads to something: from the last ones backwards, until nothing is added.
        HashSet<Function> kept = [.. _functions.Where(f => f.Links.Count > 0 || telling.Contains(f.FullName))];
        for (bool more = true; more;)
        {
            more = false;
            foreach (Function function in _functions)
            {
                if (!kept.Contains(function) && function.Calls.Any(c => _byName[c].Exists(kept.Contains)))
                {
                    more |= kept.Add(function);
                }
            }
        }

        List<SourceFunction> told = [];
        foreach (Function function in kept.Append(_module).Where(f => f != _module || f.Links.Count > 0).OrderBy(f => f.Start).Take(MostFunctions))
        {
            bool isDunder = function.Owner is not null && function.Name.StartsWith("__", StringComparison.Ordinal);
            told.Add(new SourceFunction
            {
                Name = function.FullName,
                Phase = function.Phase,
                Role = function.Owner is null ? "" : SourceNames.IsLoadMethod(function.Name) ? isDunder ? "made" : "load" : SourceNames.IsUseMethod(function.Name) ? "infer" : isDunder ? "made" : "",
                Calls = [.. function.Calls.SelectMany(c => _byName[c]).Where(kept.Contains).Select(f => f.FullName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                Links = [.. function.Links.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => new SourceLink(l.Key, l.Value))],
            });
        }

        foreach (ModuleClass one in _classes.Take(MostFunctions))
        {
            SourceLink[] links = [.. one.Bases.Select(b => (Target: _imports.Of(b), one.Line)).Where(b => b.Target is not null).Select(b => new SourceLink(b.Target!, b.Line))];
            if (links.Length > 0 || one.Bases.Any(b => _classes.Exists(c => c.Name == b)) || kept.Any(f => f.Owner == one))
            {
                told.Add(new SourceFunction { Name = one.Name, Role = "class", Phase = one.IsModel ? "load" : "call", Calls = [.. one.Bases.Where(b => _classes.Exists(c => c.Name == b))], Links = links });
            }
        }

        return told;
    }

    private bool IsOfProgram(int at) => _programs.Exists(p => at >= p.Start && at < p.End);

    private void Add(string name, int at, int start, int end, SourceRole role)
    {
        // What stands in decorators and defaults runs where the function is made.
        ModuleClass? owner = ModuleClass.Around(_classes, at);
        Function function = new(name, owner, start, end) { Phase = owner is null ? role.PhaseOf(name) : owner.PhaseOf(name) };
        _functions.Add(function);
        Named(name, function);
        if (owner is not null && (name.StartsWith("__", StringComparison.Ordinal) || SourceNames.IsHook(name) || owner.Bases.Any(ServedFunctions.IsServedBase)))
        {
            // Whoever mentions the class makes an object of it.
            Named(owner.Name, function);
        }
    }

    private void Named(string name, Function function)
    {
        if (!_byName.TryGetValue(name, out List<Function>? same))
        {
            _byName.Add(name, same = []);
        }

        same.Add(function);
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

    /// <summary>How early a phase is: the earlier one counts.</summary>
    public static int Rank(string phase) => phase switch { "import" => 4, "load" => 3, "install" => 2, "infer" => 1, _ => 0 };

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
                case SyntaxKind.Assign when node.List(Targets) is { Count: 1 } targets && targets[0].Kind is SyntaxKind.Attribute or SyntaxKind.Subscript && node[SyntaxField.Value].Kind is SyntaxKind.Name or SyntaxKind.Lambda:
                    if (targets[0] is { Kind: SyntaxKind.Attribute } method && method[SyntaxField.Value] is { Kind: SyntaxKind.Name } holder && _classes.Find(c => c.Name == holder.Name(Id)) is { } changed
                        && node[SyntaxField.Value] is { Kind: SyntaxKind.Name } given && _byName.TryGetValue(given.Name(Id) ?? "", out List<Function>? put))
                    {
                        // A function that becomes a method of a class runs when that method would.
                        put.ForEach(f => open.Enqueue((f, changed.PhaseOf(method.Name(Attr) ?? ""))));
                    }

                    // Something of another module is replaced (torch.load = f, sys.modules['x'] = f): whoever uses it calls what was put there.
                    if (_imports.Root(targets[0]) is not null)
                    {
                        Callee(node[SyntaxField.Value], node.Start, open);
                    }

                    break;
            }
        }

        while (open.TryDequeue(out (Function Function, string Phase) next))
        {
            bool isBetter = Rank(next.Phase) > Rank(next.Function.Phase);
            if (!isBetter && next.Function.IsFollowed)
            {
                continue;
            }

            next.Function.Phase = isBetter ? next.Phase : next.Function.Phase;
            next.Function.IsFollowed = true;
            foreach (string name in next.Function.Calls)
            {
                foreach (Function function in _byName[name].Where(f => Rank(f.Phase) < Rank(next.Function.Phase)))
                {
                    open.Enqueue((function, next.Function.Phase));
                }
            }
        }
    }

    /// <summary>A call: what it calls, and what it hands to something that calls what it gets.</summary>
    private void Called(SyntaxNode call, Queue<(Function, string)> open)
    {
        HandedOn(call, open);
        string? callee = Callee(call[Func], call.Start, open);
        if (callee is null)
        {
            return;
        }

        string? root = call[Func].Kind is SyntaxKind.Attribute ? _imports.Root(call[Func]) : null;
        bool starts = SourceNames.IsStarter(callee) || (callee is "register" && root is "atexit") || (callee is "signal" && root is "signal") || (callee is "insert" or "append" && root is "sys") || (callee is "setattr" && call.List(Args) is { Count: 3 });
        if (!starts)
        {
            return;
        }

        foreach (SyntaxNode argument in call.List(Args))
        {
            Callee(argument.Kind is SyntaxKind.Call ? argument[Func] : argument, call.Start, open);
        }

        foreach (SyntaxNode keyword in call.List(Keywords))
        {
            Callee(keyword[SyntaxField.Value], call.Start, open);
        }
    }

    /// <summary>
    /// A function that a call hands on: whoever gets it may call it. What the standard library gets it calls at once, unless it is known to keep it; what an import hands to a package of others (a listener, a
    /// handler, what a form runs) is called when something happens; and what a function hands on runs as that function does.
    /// </summary>
    private void HandedOn(SyntaxNode call, Queue<(Function, string)> open)
    {
        string? root = _imports.Root(call[Func], orMaker: true);
        string? path = root is not null && KnownModules.IsStandard(root) ? _imports.Path(call[Func]) : null;
        string phase = path is null ? "infer" : CallableSinks.IsKeeper(path) ? "" : "import";
        Function? around = Around(call.Start);
        if (phase.Length == 0 || (around is null && (IsOfProgram(call.Start) || root is null || root.StartsWith('.'))))
        {
            return;
        }

        foreach (SyntaxNode argument in call.List(Args))
        {
            Waiting(argument, around, phase, open);
        }

        foreach (SyntaxNode keyword in call.List(Keywords))
        {
            Waiting(keyword[SyntaxField.Value], around, phase, open);
        }
    }

    private void Waiting(SyntaxNode argument, Function? around, string phase, Queue<(Function, string)> open)
    {
        bool isOwn = argument.Kind is SyntaxKind.Attribute && argument[SyntaxField.Value] is { Kind: SyntaxKind.Name } self && self.Name(Id) is "self" or "cls";
        string name = argument.Kind is SyntaxKind.Name ? argument.Name(Id) ?? "" : isOwn ? argument.Name(Attr) ?? "" : "";
        if (name.Length == 0 || !_byName.TryGetValue(name, out List<Function>? handed))
        {
            return;
        }

        if (around is null)
        {
            handed.Where(f => f.Owner is null).ToList().ForEach(f => open.Enqueue((f, phase)));
        }
        else if (handed.Exists(f => f != around && (isOwn ? f.Owner is not null && f.Owner == around.Owner : f.Owner is null)))
        {
            around.Calls.Add(name);
        }
    }

    /// <summary>Notes what an expression stands for that is called at a place; returns its last name.</summary>
    private string? Callee(SyntaxNode node, int at, Queue<(Function, string)> open)
    {
        switch (node.Kind)
        {
            case SyntaxKind.Name when node.Name(Id) is { } name:
                Note(name, at, open);
                Link(_imports.Of(name) ?? (_byName.ContainsKey(name) ? null : _imports.OfStar(name)), at);
                return name;
            case SyntaxKind.Attribute when node.Name(Attr) is { } attribute:
                // What a module of others has under that name is not what this file has under it: subprocess.run is no call of its own run.
                if (_imports.Root(node) is not { } root || root.StartsWith('.'))
                {
                    Note(attribute, at, open);
                }

                Link(_imports.Of(node), at);
                if (attribute.StartsWith("__", StringComparison.Ordinal))
                {
                    Callee(node[SyntaxField.Value], at, open);
                }

                return attribute;
            case SyntaxKind.Call or SyntaxKind.Constant or SyntaxKind.None or SyntaxKind.Lambda:
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

    private void Link(string? target, int at)
    {
        Function? around = target is null ? null : Around(at) ?? (IsOfProgram(at) ? null : _module);
        if (around is { Links.Count: < 64 })
        {
            around.Links.TryAdd(target!, _tree.Text.Position(at).Line);
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
        else if (!IsOfProgram(at))
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
            foreach (SyntaxNode inner in node[SyntaxField.Value].Kind is SyntaxKind.Name or SyntaxKind.Attribute or SyntaxKind.Dict or SyntaxKind.List or SyntaxKind.Tuple or SyntaxKind.Call ? SyntaxWalk.Of(node[SyntaxField.Value]) : [])
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
