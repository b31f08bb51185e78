// Names, containers, comprehensions and functions of recovered source.
using System.Text;
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Evaluation.Sources;

/// <summary>What a parameter takes.</summary>
internal enum ParameterKind
{
    /// <summary>One argument, by its place or by its name.</summary>
    Plain,

    /// <summary>One argument by its name.</summary>
    Named,

    /// <summary>All further arguments by place.</summary>
    Rest,

    /// <summary>All further arguments by name.</summary>
    NamedRest,
}

/// <summary>A parameter of a function: its name and its default.</summary>
internal readonly record struct SourceParameter(string Name, FoldedValue? Default, ParameterKind Kind = ParameterKind.Plain);

internal sealed partial class SourceExpression
{
    private const int MaxParameters = 64;
    private const int MaxClauses = 4;
    private const int ScopesPerStep = 16;

    /// <summary>The parameters of a function; their defaults and what is said of their types are folded.</summary>
    public IReadOnlyList<SourceParameter> Parameters(SyntaxNode arguments)
    {
        List<SourceParameter> parameters = [];
        int plain = arguments.List(PosOnlyArgs).Count + arguments.List(Args).Count;
        int withDefault = plain - arguments.List(Defaults).Count;
        void Add(SyntaxNode parameter, FoldedValue? otherwise, ParameterKind kind = ParameterKind.Plain)
        {
            if (!parameter.IsNone && parameters.Count < MaxParameters)
            {
                Value(parameter[Annotation]);
                parameters.Add(new SourceParameter(parameter.Name(Arg) ?? "", otherwise, kind));
            }
        }

        for (int i = 0; i < plain; i++)
        {
            int first = arguments.List(PosOnlyArgs).Count;
            Add(i < first ? arguments.List(PosOnlyArgs)[i] : arguments.List(Args)[i - first], i < withDefault ? null : Value(arguments.List(Defaults)[i - withDefault]));
        }

        Add(arguments[VarArg], FoldedValue.Unknown, ParameterKind.Rest);
        for (int i = 0; i < arguments.List(KwOnlyArgs).Count; i++)
        {
            SyntaxNode otherwise = i < arguments.List(KwDefaults).Count ? arguments.List(KwDefaults)[i] : default;
            Add(arguments.List(KwOnlyArgs)[i], otherwise.IsNone ? null : Value(otherwise), ParameterKind.Named);
        }

        Add(arguments[KwArg], FoldedValue.Unknown, ParameterKind.NamedRest);
        return parameters;
    }

    /// <summary>A function that gives an expression.</summary>
    public FoldedFunction Function(IReadOnlyList<SourceParameter> parameters, SyntaxNode body)
    {
        Scope? captured = _scope;
        return new FoldedFunction(arguments =>
        {
            Scope? scope = _scope;
            _scope = captured;
            for (int i = 0; i < parameters.Count; i++)
            {
                _scope = new Scope(parameters[i].Name, i < arguments.Count ? arguments[i] : parameters[i].Default ?? FoldedValue.Unknown, _scope);
            }

            FoldedValue value = Value(body);
            _scope = scope;
            return value;
        });
    }

    private FoldedValue Leaf(SyntaxNode node)
    {
        switch (node.Kind)
        {
            case SyntaxKind.Constant:
                return SourceConstant.Of(node, folder);
            case SyntaxKind.Name:
                return Name(node.Name(Id) ?? "");
            case SyntaxKind.JoinedStr:
                return Format(node);
            case SyntaxKind.Tuple:
                return Sequence(SequenceKind.Tuple, Items(node.List(Elts)));
            case SyntaxKind.List:
                return Sequence(SequenceKind.List, Items(node.List(Elts)));
            case SyntaxKind.Set:
                return Sequence(SequenceKind.Set, Items(node.List(Elts)));
            case SyntaxKind.Dict:
                return Dict(node);
            case SyntaxKind.ListComp or SyntaxKind.SetComp or SyntaxKind.GeneratorExp or SyntaxKind.DictComp:
                return Comprehension(node);
            case SyntaxKind.Lambda:
                return names.Lambda(node, Parameters(node[Args])) ?? Function(Parameters(node[Args]), node[Body]);
            case SyntaxKind.IfExp:
                return Conditional(node);
            case SyntaxKind.BoolOp:
                return Choice(node);
            case SyntaxKind.UnaryOp:
                return Unary(node);
            case SyntaxKind.NamedExpr:
                FoldedValue assigned = Value(node[SyntaxField.Value]);
                names.Bind(node[Target].Kind == SyntaxKind.Name ? node[Target].Name(Id) ?? "" : "", assigned);
                return assigned;
            case SyntaxKind.Await:
                return Value(node[SyntaxField.Value]);
            case SyntaxKind.Starred:
                Value(node[SyntaxField.Value]);
                return FoldedValue.Unknown;
            case SyntaxKind.Yield or SyntaxKind.YieldFrom:
                names.Yielded(Value(node[SyntaxField.Value]), isMany: node.Kind is SyntaxKind.YieldFrom);
                return FoldedValue.Unknown;
            case SyntaxKind.Slice:
                return folder.Call("builtins.slice", [End(node[Lower]), End(node[Upper]), End(node[Step])]);
            default:
                return FoldedValue.Unknown;
        }
    }

    private FoldedValue End(SyntaxNode node) => node.IsNone ? FoldedValue.None : Value(node);

    private FoldedValue Name(string name)
    {
        int steps = 0;
        for (Scope? scope = _scope; scope is not null; scope = scope.Outer)
        {
            // Functions that give functions pile scopes up.
            if (scope.Name == name)
            {
                return scope.Value;
            }

            if (++steps % ScopesPerStep == 0 && !folder.Budget.Step())
            {
                return FoldedValue.Unknown;
            }
        }

        return names.Lookup(name);
    }

    /// <summary>The text that an f-string makes; unknown where one of its fields is.</summary>
    private FoldedValue Format(SyntaxNode node)
    {
        StringBuilder? text = new();
        string head = "";
        List<FoldedValue> from = [];
        foreach (SyntaxNode part in node.List(SyntaxField.Values))
        {
            FoldedValue value = Value(part.Kind == SyntaxKind.FormattedValue ? part[SyntaxField.Value] : part);
            from.Add(value);
            value = value is FoldedPath path ? new FoldedText(path.Text) : value is DefinedObject shown && shown.Class.Find("__format__") is not null ? folder.Apply(shown.Attribute("__format__"), [new FoldedText("")]) : value is DefinedObject told && told.Class.Find("__str__") is not null ? folder.Apply(told.Attribute("__str__"), []) : value;
            string? made = part.Kind == SyntaxKind.FormattedValue ? Field(part, value) : (value as FoldedText)?.Value;
            head = made is null && text is not null ? text.ToString() : head;
            text = made is null || text is null || !folder.Budget.Room(text.Length + made.Length) ? null : text.Append(made);
        }

        return text is null ? Origins.Unknown(Origins.Of(from), head) : folder.Made(text.ToString(), from);
    }

    private string? Field(SyntaxNode field, FoldedValue value)
    {
        string? shape = field[FormatSpec].IsNone ? "" : (Value(field[FormatSpec]) as FoldedText)?.Value;
        FoldedValue shown = value.IsUnknown ? value : field.Conversion switch
        {
            's' => folder.Call("builtins.str", [value]),
            'r' => folder.Call("builtins.repr", [value]),
            'a' => folder.Call("builtins.ascii", [value]),
            _ => value,
        };
        return shape is null || shown.IsUnknown ? null : TextFormat.Specify(folder, shown, shape);
    }

    private List<FoldedValue> Items(SyntaxNodeList nodes)
    {
        List<FoldedValue> items = new(nodes.Count);
        foreach (SyntaxNode node in nodes)
        {
            if (node.Kind is SyntaxKind.Starred && folder.Items(Value(node[SyntaxField.Value])) is { } many && folder.Budget.Items(items.Count + (long)many.Count))
            {
                items.AddRange(many);
                continue;
            }

            items.Add(Value(node));
        }

        return items;
    }

    private FoldedDict Dict(SyntaxNode node)
    {
        List<(FoldedValue, FoldedValue)> pairs = [];
        for (int i = 0; i < node.List(SyntaxField.Values).Count; i++)
        {
            // Without a key it is another dict that is taken in.
            SyntaxNode key = node.List(Keys)[i];
            FoldedValue name = Value(key);
            FoldedValue value = Value(node.List(SyntaxField.Values)[i]);
            if (key.IsNone && value is FoldedDict taken && folder.Budget.Items(taken.Pairs.Count))
            {
                pairs.AddRange(taken.Pairs);
                continue;
            }

            pairs.Add(key.IsNone ? (FoldedValue.Unknown, Origins.Unknown(Origins.Of(value))) : (name, value));
        }

        return pairs.Count == 0 && folder.Source is null ? FoldedDict.Empty : new FoldedDict(pairs);
    }

    private FoldedValue Comprehension(SyntaxNode node)
    {
        List<FoldedValue> made = [];
        Scope? scope = _scope;
        ValueOrigins from = ValueOrigins.None;
        bool isKnown = node.List(Generators).Count <= MaxClauses && Loop(node, 0, made, ref from);
        _scope = scope;
        return !isKnown ? Origins.Unknown(from | Origins.Of(made)) : node.Kind switch
        {
            SyntaxKind.DictComp => new FoldedDict([.. made.Chunk(2).Select(p => (p[0], p[1]))]),
            SyntaxKind.ListComp => Sequence(SequenceKind.List, made),
            SyntaxKind.SetComp => Sequence(SequenceKind.Set, made),
            _ => Sequence(SequenceKind.Iterator, made),
        };
    }

    /// <summary>Runs one clause and those in it; false where the items or a condition cannot be told.</summary>
    private bool Loop(SyntaxNode node, int number, List<FoldedValue> made, ref ValueOrigins from)
    {
        if (number == node.List(Generators).Count)
        {
            made.Add(Value(node[node.Kind == SyntaxKind.DictComp ? Key : Elt]));
            if (node.Kind == SyntaxKind.DictComp)
            {
                made.Add(Value(node[SyntaxField.Value]));
            }

            return made.Count <= FoldBudget.MaxItems;
        }

        SyntaxNode clause = node.List(Generators)[number];
        FoldedValue over = Value(clause[Iter]);
        if (over.IsUnknown || folder.Items(over) is not { } items)
        {
            // Whatever the items are: what is done with one is done with each.
            from |= Origins.Of(over);
            if (folder.Source is not null && folder.Budget.Step())
            {
                Any(clause[Target], Origins.Of(over));
                Holds(clause.List(Ifs));
                if (clause.List(Ifs).Count > 0 && !AsksForSecrets(clause))
                {
                    // Some variables are not the environment.
                    from &= ~ValueOrigins.Environment;
                    Any(clause[Target], Origins.Of(over) & ~ValueOrigins.Environment);
                }

                Loop(node, number + 1, made, ref from);
            }

            return false;
        }

        Scope? outer = _scope;
        foreach (FoldedValue item in items)
        {
            _scope = outer;
            if (!folder.Budget.Step() || !Take(clause[Target], item) || Holds(clause.List(Ifs)) is not { } isKept || (isKept && !Loop(node, number + 1, made, ref from)))
            {
                return false;
            }
        }

        _scope = outer;
        return true;
    }

    /// <summary>Whether the conditions of a clause have the name of a secret in them.</summary>
    private bool AsksForSecrets(SyntaxNode clause)
    {
        foreach (SyntaxNode condition in clause.List(Ifs))
        {
            foreach (SyntaxNode node in SyntaxWalk.Of(condition))
            {
                if (node is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text } && folder.Interest?.IsSecretName(ConstantValue.Text(node)) == true)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Gives an item to the names of a target; false where it cannot be told which gets what.</summary>
    private bool Take(SyntaxNode target, FoldedValue item)
    {
        if (target.Kind is not (SyntaxKind.Tuple or SyntaxKind.List))
        {
            _scope = new Scope(target.Kind == SyntaxKind.Name ? target.Name(Id) ?? "" : "", item, _scope);
            return true;
        }

        SyntaxNodeList names = target.List(Elts);
        if (folder.Items(item) is not { } parts || parts.Count != names.Count)
        {
            return false;
        }

        for (int i = 0; i < parts.Count; i++)
        {
            _scope = new Scope(names[i].Kind == SyntaxKind.Name ? names[i].Name(Id) ?? "" : "", parts[i], _scope);
        }

        return true;
    }

    /// <summary>Gives the names of a target something that nobody knows.</summary>
    private void Any(SyntaxNode target, ValueOrigins from)
    {
        foreach (SyntaxNode node in SyntaxWalk.Of(target))
        {
            if (node.Kind is SyntaxKind.Name)
            {
                _scope = new Scope(node.Name(Id) ?? "", Origins.Unknown(from), _scope);
            }
        }
    }

    /// <summary>Whether all conditions hold; null where one cannot be told.</summary>
    private bool? Holds(SyntaxNodeList conditions)
    {
        bool all = true;
        foreach (SyntaxNode condition in conditions)
        {
            if (Arguments.Truth(Value(condition)) is not { } truth)
            {
                return null;
            }

            all &= truth;
        }

        return all;
    }

    private FoldedValue Sequence(SequenceKind kind, List<FoldedValue> items) => SequenceFunctions.Sequence(folder, kind, items);
}
