// What calls mean to folded source beyond values: names of its own, functions that it hands over, text that it runs.
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Python.Names;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Evaluation.Sources;

internal sealed partial class SourceFolder : ISourceHost
{
    private const int MostHanded = 3;
    private int _handing;
    private long _kept;

    public FoldedValue? Global(string name) => _module.Names.GetValueOrDefault(name);

    public FoldedValue Evaluate(string text) => Pinned(_folder, () => Parsed(text.Trim(), _folder, tree => _expression.Value(Single(tree))));

    /// <summary>Runs a text among the names of the module, as <c>exec</c> does.</summary>
    public void Execute(string text)
    {
        string source = text.Length > MaxText ? text[..MaxText] : text;
        long size = TreeSize * (long)source.Length;
        if (_calls >= MostNested || !_folder.Budget.Work(ParseWork + (CharacterWork * (long)source.Length)) || !_folder.Budget.TryBorrow(size))
        {
            return;
        }

        // Its functions may be called later: the tree is kept as long as the module is folded.
        _kept += size;
        _calls++;
        Pinned(_folder, () =>
        {
            List<Block> blocks = _blocks;
            _blocks = [];
            Push(PythonParser.Parse(SourceText.OfString(source)).Root, Body);
            Statements();
            _blocks = blocks;
            return FoldedValue.None;
        });
        _calls--;
    }

    public void Handed(string path, IReadOnlyList<FoldedValue> arguments)
    {
        if (!_isScoped || _handing >= MostHanded)
        {
            return;
        }

        Spread(path, arguments);
        if (path.Length > 0)
        {
            Evaluated(path, arguments);
        }

        if (path.Length == 0 && arguments is [FoldedText shell, FoldedText { Value: "-c" or "-lc" }, FoldedText, ..] && shell.Value[(shell.Value.LastIndexOf('/') + 1)..] is "sh" or "bash" or "zsh" or "dash")
        {
            // Whatever it is that gets a line for a shell, it gets it to run it.
            _folder.OnReached?.Invoke(new FoldedName("subprocess", "run"), [new FoldedSequence(SequenceKind.List, arguments)]);
            return;
        }

        if (path.Length > 0 && ServedFunctions.IsServing(path))
        {
            foreach (FoldedValue argument in arguments)
            {
                if ((argument is FoldedPartial put ? put.Target : argument) is DefinedFunction served)
                {
                    Serve(served);
                }
            }
        }

        bool calls = path.Length > 0 && IsStandard(path) && !CallableSinks.IsKeeper(path);
        for (int i = 0; i < arguments.Count; i++)
        {
            FoldedValue one = arguments[i];
            FoldedValue target = one is FoldedPartial bound ? bound.Target : one;
            bool isCalled = target switch
            {
                FoldedName name => (calls || path.Length == 0) && CallableSinks.IsHandable(_folder.Canonical(name)) && (calls || !char.IsAsciiLetterUpper(name.Path[name.Path.LastIndexOf('.') + 1])),
                DefinedFunction or FoldedChoice or FoldedCode => calls,
                _ => false,
            };
            _handing++;
            if (isCalled)
            {
                _folder.Apply(one, Behind(arguments, i));
            }
            else if (calls && one is DefinedObject made)
            {
                Touch(made);
            }
            else if (calls && one is DefinedClass { Foreign: { } foreign } kind && IsStandard(foreign.Module))
            {
                Touch(kind.Typical);
            }

            _handing--;
        }
    }

    /// <summary>Texts that something evaluates among the names of the source: expressions of tables, templates, formulas.</summary>
    private void Evaluated(string callee, IReadOnlyList<FoldedValue> arguments)
    {
        if (_folder.Interest is not { } interest || _calls >= MostNested)
        {
            return;
        }

        foreach (FoldedValue argument in arguments)
        {
            if (argument is FoldedText { Value: var text } && interest.IsCode(callee, text))
            {
                // Tables mark names of the source by a sign, templates what they evaluate by braces.
                Evaluate(text.Replace("@", "", StringComparison.Ordinal).Trim('{', '}', ' '));
            }
        }
    }

    public void Unresolved(string? method, IReadOnlyList<FoldedValue> arguments, bool isNamed = false)
    {
        if (!_isScoped || _folder.Interest is not { } interest)
        {
            return;
        }

        if (method is not null)
        {
            Evaluated(method, arguments);
        }

        foreach (FoldedValue argument in arguments)
        {
            FoldedValue line = argument is FoldedSequence { Items: [FoldedText, ..] } list ? new FoldedText(string.Join(' ', list.Items.OfType<FoldedText>().Select(t => t.Value))) : argument;
            if (line is FoldedText { Value: { Length: > 1 and < MaxText } text } && interest.IsCommand(method, text))
            {
                _folder.OnReached?.Invoke(new FoldedName("?", method ?? "system"), arguments);
                return;
            }
        }

        if (method is not null && !isNamed && (interest.Carries(arguments) || method.Contains("clip", StringComparison.Ordinal)))
        {
            _folder.OnReached?.Invoke(new FoldedName("?()", method), arguments);
        }
    }

    /// <summary>What a function gets that is handed over: what stands behind it, or the list of arguments that stands somewhere beside it.</summary>
    private static IReadOnlyList<FoldedValue> Behind(IReadOnlyList<FoldedValue> arguments, int at)
    {
        FoldedSequence? list = arguments.Skip(at + 1).Concat(arguments.Take(at)).OfType<FoldedSequence>().FirstOrDefault(s => s.Kind is SequenceKind.Tuple or SequenceKind.List or SequenceKind.Iterator);
        return list is not null ? list.Items : at + 1 < arguments.Count ? [.. arguments.Skip(at + 1)] : [FoldedValue.Unknown];
    }

    public FoldedValue? Special(string path, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords)
    {
        if (!_isScoped)
        {
            return null;
        }

        if (keywords.Pairs.Count > 0 && arguments.Text(0) is { } repository && repository.Contains('/', StringComparison.Ordinal) && KeywordArguments.ByName(keywords) is { } named
            && Arguments.Truth(named.GetValueOrDefault("trust_remote_code", FoldedValue.Unknown)) is true)
        {
            // Code of another repository runs here, whoever asked for it.
            _folder.OnReached?.Invoke(new FoldedName("transformers", "dynamic_module_utils.get_class_from_dynamic_module"), arguments);
            return null;
        }

        switch (path)
        {
            case "builtins.__import__" when arguments.Count > 0 && arguments[0].IsUnknown:
                return new FoldedName("?", "");
            case "builtins.type" when arguments.Count == 3:
                return OfType(arguments, FoldedValue.Unknown);
            case "builtins.type" when arguments is [DefinedFunction or FoldedFunction]:
                return new FoldedName("types", "FunctionType");
            case "types.FunctionType" or "types.LambdaType" when arguments is [not (FoldedCode or FoldedUnknown { Head.Length: 0, From: ValueOrigins.None }), ..]:
                // A function of compiled text: calling it runs the text.
                return new FoldedPartial(new FoldedName("builtins", "exec"), [arguments[0]]);
            case "builtins.type" when arguments is [DefinedObject made]:
                return made.Class;
            case "builtins.type.__new__" when arguments is [DefinedClass meta, ..]:
                return MadeByMeta(meta, arguments);
            case "builtins.object.__new__" when arguments is [DefinedClass kind, ..]:
                return new DefinedObject(kind);
            case "types.SimpleNamespace" or "argparse.Namespace":
                DefinedObject space = new(new DefinedClass(this, "SimpleNamespace", new SourceScope(null), [], FoldedValue.Unknown));
                Fields(space, [], keywords);
                return space;
            case "builtins.super":
                return Super(arguments);
            case "builtins.dir" when arguments is [FoldedName asked]:
                return new FoldedSequence(SequenceKind.List, [.. CallableSinks.NamesOf(_folder.Canonical(asked)).Select(n => new FoldedText(n))]);
            case "builtins.setattr" or "builtins.object.__setattr__" when arguments is [var owner, FoldedText name, var value]:
                SetAttribute(owner, name.Value, value);
                return FoldedValue.None;
            case "builtins.getattr" when arguments is [FoldedName module, { IsUnknown: true }, ..] && (module.Module is "?" || IsStandard(module.Module)):
                return module with { Name = module.Name.Length == 0 ? "?" : module.Name + ".?" };
            case "builtins.compile" when arguments is [FoldedUnknown { Head.Length: > 0 } begun, ..]:
                return begun;
            case "builtins.compile" when arguments.Count > 2 && arguments[0].IsUnknown && arguments.Text(2) is "exec":
                return new FoldedInstance(new FoldedName("builtins", "compile"));
            case "builtins.eval" when arguments is [FoldedInstance { Class.Path: "builtins.compile" }, ..]:
                // Statements were compiled: this is exec by its other name.
                _folder.OnReached?.Invoke(new FoldedName("builtins", "exec"), [FoldedValue.Unknown]);
                return FoldedValue.Unknown;
            case "typing.get_type_hints" or "typing_extensions.get_type_hints" when arguments.Count > 0:
                Annotations(arguments[0]);
                return null;
            case "inspect.get_annotations" or "inspect.signature" when arguments is [var annotated, ..] && Arguments.Truth(KeywordArguments.ByName(keywords).GetValueOrDefault("eval_str", FoldedValue.Unknown)) is true:
                Annotations(annotated);
                return null;
            case "logging.config.dictConfig" when arguments is [FoldedDict settings, ..]:
                Factories(settings);
                return null;
            case "string.Template" when arguments.Text(0) is { } template:
                return new DefinedTemplate(_folder, template);
            case "builtins.globals" or "builtins.locals" or "builtins.vars" when arguments.Count == 0:
                return new FoldedName("builtins", Folder.Globals);
        }

        return OfObject(path, arguments) ?? OfFile(path, arguments, keywords);
    }

    /// <summary>What is said of the types of a function or class in texts is evaluated by whoever asks for it.</summary>
    private void Annotations(FoldedValue of)
    {
        SyntaxNode node = of is DefinedFunction function ? function.Node : of is DefinedClass kind ? kind.Node : default;
        if (node.IsNone)
        {
            return;
        }

        List<SyntaxNode> said = node.Kind is SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef ? [node[Returns]] : [];
        foreach (SyntaxNode inner in SyntaxWalk.Of(node.Kind is SyntaxKind.ClassDef ? node : node[Args]))
        {
            if (inner.Kind is SyntaxKind.Arg or SyntaxKind.AnnAssign)
            {
                said.Add(inner[Annotation]);
            }
        }

        foreach (SyntaxNode text in said)
        {
            if (text is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text } && SourceConstant.Of(text, _folder) is FoldedText { Value: var expression })
            {
                Evaluate(expression);
            }
        }
    }

    /// <summary>A dict of settings that says what makes its objects: what stands under <c>()</c> is called with what stands beside it.</summary>
    private void Factories(FoldedDict settings)
    {
        Stack<FoldedValue> open = new([settings]);
        while (open.TryPop(out FoldedValue? next) && _folder.Budget.Step())
        {
            IEnumerable<FoldedValue> inner = next is FoldedDict dict ? dict.Pairs.Select(p => p.Value) : next is FoldedSequence sequence ? sequence.Items : [];
            foreach (FoldedValue value in inner)
            {
                open.Push(value);
            }

            if (next is FoldedDict made && made.Pairs.FirstOrDefault(p => p.Key is FoldedText { Value: "()" }).Value is { } maker)
            {
                FoldedValue callee = maker is FoldedText { Value: var path } && path.LastIndexOf('.') is > 0 and int dot ? new FoldedName(path[..dot], path[(dot + 1)..]) : maker;
                _folder.Apply(callee, [], new FoldedDict([.. made.Pairs.Where(p => p.Key is FoldedText { Value: not ("()" or ".") })]));
            }
        }
    }

    /// <summary>What builtins give for an object of the source's own: they ask its methods.</summary>
    private FoldedValue? OfObject(string path, IReadOnlyList<FoldedValue> arguments)
    {
        if (arguments is not [DefinedObject made, ..] || !path.StartsWith("builtins.", StringComparison.Ordinal))
        {
            return null;
        }

        string[] methods = path["builtins.".Length..] switch
        {
            "str" or "print" => ["__str__", "__repr__"],
            "repr" => ["__repr__"],
            "format" => ["__format__", "__str__"],
            "len" => ["__len__"],
            "bool" => ["__bool__", "__len__"],
            "next" => ["__next__"],
            "iter" => ["__iter__"],
            "int" => ["__int__", "__index__"],
            "float" => ["__float__"],
            "bytes" => ["__bytes__"],
            "hash" => ["__hash__"],
            "dir" => ["__dir__"],
            "abs" => ["__abs__"],
            "round" => ["__round__"],
            _ => [],
        };
        foreach (string method in methods)
        {
            if (made.Class.Method(method) is { } own)
            {
                return Enter(own, [made, .. arguments.Skip(1)], FoldedDict.Empty);
            }
        }

        return path is "builtins.list" or "builtins.tuple" or "builtins.sorted" or "builtins.set" or "builtins.sum" or "builtins.any" or "builtins.all" or "builtins.max" or "builtins.min" && Iterate(made) is { } items
            ? new FoldedSequence(SequenceKind.List, items) : null;
    }

    private FoldedValue Super(IReadOnlyList<FoldedValue> arguments)
    {
        DefinedFunction? function = _inside.Count > 0 ? _inside[^1] : null;
        DefinedClass? owner = arguments.Count > 0 ? arguments[0] as DefinedClass : function?.Owner;
        FoldedValue self = arguments.Count > 1 ? arguments[1] : function?.Parameters is [{ } first, ..] && _scope.TryGet(first.Name, out FoldedValue known) ? known : FoldedValue.Unknown;
        owner ??= (self as DefinedObject)?.Class ?? self as DefinedClass;
        return owner is null ? FoldedValue.Unknown : new DefinedSuper(owner, self);
    }

    /// <summary>Something of a module of others is replaced: whoever uses it calls what was put there.</summary>
    private void Replaced(FoldedName owner, string name, FoldedValue value)
    {
        FoldedValue target = value is FoldedPartial bound ? bound.Target : value;
        if (value is FoldedPartial { Arguments.Count: 0, Target: FoldedName same } narrower && _folder.Canonical(same) == _folder.Canonical(owner with { Name = owner.Name.Length == 0 ? name : $"{owner.Name}.{name}" })
            && narrower.Keywords.Pairs.All(p => p.Value is FoldedBool { Value: true } or FoldedText))
        {
            // It is still itself, and asked to take care.
            return;
        }

        if (target is FoldedName neighbour && neighbour.Path.LastIndexOf('.') is > 0 and int dot && neighbour.Path[..dot] == owner.Path && !name.Contains("trust", StringComparison.Ordinal) && !CallableSinks.IsHandable(_folder.Canonical(neighbour)))
        {
            // One function of a module does the work of another: nothing of the source's own is put there.
            return;
        }

        _folder.OnReached?.Invoke(new FoldedName("", $"{_folder.Canonical(owner with { Name = owner.Name.Length == 0 ? name : $"{owner.Name}.{name}" })}="), []);
        if (target is DefinedFunction or FoldedChoice || (target is FoldedName harmful && CallableSinks.IsHandable(_folder.Canonical(harmful)) && _folder.Canonical(harmful) != $"{owner.Path}.{name}"))
        {
            _folder.Apply(value, [FoldedValue.Unknown]);
        }
        else if (value is DefinedObject made && IsStandard(owner.Module))
        {
            Touch(made);
        }
    }
}
