// Expressions: what they may be.
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Python.Syntax;

namespace Assay.Code.Flow;

internal sealed partial class Evaluator
{
    /// <summary>A container into which others may have put something.</summary>
    private const string OpenContainer = "open";

    /// <summary>A container into which nothing can be put.</summary>
    private const string FixedContainer = "fixed";

    /// <summary>Longer constant texts are no names.</summary>
    private const int LongestText = 120;

    private Value Expression(SyntaxNode node)
    {
        switch (node.Kind)
        {
            case SyntaxKind.Constant:
                return node.ConstantKind is ConstantKind.Text or ConstantKind.UnicodeText && node.End - node.Start <= LongestText
                    ? Value.Of(_atoms[AtomKind.Text, ConstantValue.Text(node)])
                    : Value.None;
            case SyntaxKind.Name:
                return node.Context is ExpressionContext.Load ? Load(node.Name(SyntaxField.Id)!) : LoadHere(node.Name(SyntaxField.Id)!);
            case SyntaxKind.Attribute:
                return Attribute(At(node, SyntaxField.Value), node.Name(SyntaxField.Attr)!);
            case SyntaxKind.Subscript:
                return Item(At(node, SyntaxField.Value), At(node, SyntaxField.Slice), node[SyntaxField.Slice]);
            case SyntaxKind.Call:
                return Call(node);
            case SyntaxKind.Lambda:
                return Function(node);
            case SyntaxKind.BoolOp:
                return Union(node.List(SyntaxField.Values));
            case SyntaxKind.IfExp:
                return At(node, SyntaxField.Body).Union(At(node, SyntaxField.OrElse));
            case SyntaxKind.NamedExpr:
                Assign(node[SyntaxField.Target], node[SyntaxField.Value], At(node, SyntaxField.Value));
                return At(node, SyntaxField.Value);
            case SyntaxKind.BinOp:
                return Combined(node).Union(Operated(node, At(node, SyntaxField.Left), At(node, SyntaxField.Right)));
            case SyntaxKind.Compare:
                Compared(node);
                return Value.None;
            case SyntaxKind.UnaryOp:
                return node.Operator is SyntaxOperator.Not ? Value.None : Derived(At(node, SyntaxField.Operand));
            case SyntaxKind.JoinedStr or SyntaxKind.TemplateStr:
                return Derived(Union(node.List(SyntaxField.Values)));
            case SyntaxKind.FormattedValue or SyntaxKind.Interpolation:
                Hooks(At(node, SyntaxField.Value), Arguments.None, "__format__", "__str__", "__repr__");
                return Derived(At(node, SyntaxField.Value));
            case SyntaxKind.Tuple:
                return Union(node.List(SyntaxField.Elts)).Union(Value.Of(_atoms[AtomKind.Container, FixedContainer]));
            case SyntaxKind.List or SyntaxKind.Set:
                return Union(node.List(SyntaxField.Elts)).Union(Value.Of(_atoms[AtomKind.Container, ""]));
            case SyntaxKind.Dict:
                return Union(node.List(SyntaxField.Values)).Union(Union(node.List(SyntaxField.Keys)).Where(a => a.IsOrigin)).Union(Value.Of(_atoms[AtomKind.Container, ""]));
            case SyntaxKind.ListComp or SyntaxKind.SetComp or SyntaxKind.GeneratorExp:
                return At(node, SyntaxField.Elt).Union(Value.Of(_atoms[AtomKind.Container, ""]));
            case SyntaxKind.DictComp:
                return At(node, SyntaxField.Value).Union(At(node, SyntaxField.Key)).Union(Value.Of(_atoms[AtomKind.Container, ""]));
            case SyntaxKind.Starred or SyntaxKind.Await:
                return At(node, SyntaxField.Value);
            case SyntaxKind.Yield or SyntaxKind.YieldFrom:
                Return(At(node, SyntaxField.Value).Union(Value.Of(_atoms[AtomKind.Container, ""])));
                return Value.None;
            case SyntaxKind.Slice or SyntaxKind.Keyword:
                return node.Kind is SyntaxKind.Keyword ? At(node, SyntaxField.Value) : Value.None;
            default:
                return Value.None;
        }
    }

    private Value Union(SyntaxNodeList nodes)
    {
        Value all = Value.None;
        foreach (SyntaxNode node in nodes)
        {
            if (!node.IsNone)
                all = all.Union(_values[node.Number] ?? Value.None);
        }

        return Limited(all);
    }

    // Lists and dictionaries that are added up hold what both held; all else is computed.
    private Value Combined(SyntaxNode node)
    {
        Value left = At(node, SyntaxField.Left);
        Value right = At(node, SyntaxField.Right);
        return left.Has(AtomKind.Container) || right.Has(AtomKind.Container) ? left.Union(right) : Derived(left.Union(right));
    }

    // A name that is assigned, for what flows into what it holds.
    private Value LoadHere(string name) => _scope.Find(name) is { } variable && IsHere(variable.Scope) ? _unit.Variables.GetValueOrDefault(variable, Value.None) : Value.None;

    private Value Load(string name)
    {
        if (_scope.Find(name) is { } variable)
            return Read(variable);

        CodeModule module = _unit.Root.Module;
        if (module.Stars.Count > 0)
        {
            if (_code.Export(module, name) is { } taken)
                return Read(taken);

            // A builtin is meant before a name that a module without source may have.
            foreach (string star in _code.ForeignStars(module))
            {
                if (_code.Known($"builtins.{name}") is null)
                    return Value.Of(_atoms[AtomKind.Foreign, $"{star}.{name}"]);
            }
        }

        return name is "__name__" or "__file__" or "__doc__" or "__debug__" or "__package__" or "__spec__" or "__path__" ? Value.None : Value.Of(_atoms[AtomKind.Foreign, $"builtins.{name}"]);
    }

    /// <summary>What fields of the object were found to be, and when.</summary>
    private readonly Dictionary<string, (int Epoch, Value Value)> _fields = new(StringComparer.Ordinal);

    /// <summary>What the items of a value may be.</summary>
    private Value Iterated(Value value) => value.IsNone ? value : Projected(value, default, isKey: false);

    private Value Item(Value owner, Value key, SyntaxNode slice)
    {
        if (owner.IsNone)
            return owner;

        if (HasObject(owner) && _function?.Name is not "__getitem__")
        {
            Value found = Hooks(owner, new Arguments([key], [], Value.None, Value.None), "__getitem__", "__missing__");
            return found.Union(Projected(owner, key.ConstantText, isKey: key.ConstantText is not null));
        }

        // x[1:] is a part of x: what its items are.
        if (slice.Kind is SyntaxKind.Slice && !owner.Has(AtomKind.Self))
            return owner;

        if (slice is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Integer })
            return AtIndex(owner, slice);

        return Projected(owner, key.ConstantText, isKey: key.ConstantText is not null);
    }

    // args[0] is the argument at that place.
    private Value AtIndex(Value owner, SyntaxNode slice)
    {
        Value value = Projected(owner, null, isKey: false);
        if (ConstantValue.Integer(slice) is not { } index || index < 0 || index > 64)
            return value;

        List<Atom> atoms = [];
        foreach (Atom atom in value.Atoms)
        {
            atoms.Add(atom is { IsOrigin: true, Origin: { Kind: OriginKind.Rest, Key: "", Items: false, Deep: false } rest }
                ? _atoms[new Origin(OriginKind.Parameter, rest.Index + (int)index, "", Derived: rest.Derived)]
                : atom);
        }

        return Value.Of(atoms);
    }

    /// <summary>What lies in a value: its entry under a key, or any of its items.</summary>
    private Value Projected(Value value, string? key, bool isKey)
    {
        bool isContainer = value.Has(AtomKind.Container);
        List<Atom> atoms = [];
        Value fields = Value.None;
        foreach (Atom atom in value.Atoms)
        {
            switch (atom.Kind)
            {
                // What lies in a container that was written down is what it is made of.
                case AtomKind.Origin when isContainer:
                    atoms.Add(atom);
                    break;
                case AtomKind.Origin:
                    Origin part = isKey ? atom.Origin.Under(key!) : atom.Origin.Inside;
                    atoms.Add(_atoms[part]);
                    break;
                case AtomKind.Self:
                    fields = fields.Union(isKey ? Field(key!) : Field("*"));
                    break;
                case AtomKind.Instance:
                    fields = fields.Union(isKey ? atom.Class.Fields.GetValueOrDefault(key!, Value.None) : Value.None);
                    break;
                case AtomKind.Text:
                    break;
                case AtomKind.Container:
                    if (atom.Text is OpenContainer)
                        atoms.Add(_atoms[AtomKind.Unknown, ""]);

                    atoms.Add(atom);
                    break;
                case AtomKind.Foreign:
                    atoms.Add(atom.Text is "sys.modules" ? _atoms[AtomKind.Unknown, ""] : atom);
                    break;
                case AtomKind.ForeignInstance when IsArray(atom):
                    atoms.Add(atom);
                    break;
                case AtomKind.ForeignInstance:
                    atoms.Add(_atoms[AtomKind.Unknown, ""]);
                    break;
                default:
                    atoms.Add(atom);
                    break;
            }
        }

        return Limited(Value.Of(atoms).Union(fields));
    }

    /// <summary>What a field of the object may be.</summary>
    private Value Field(string name)
    {
        if (_unit.Self is not { } type)
            return Value.None;

        name = name is "__dict__" ? "*" : name;
        if (_fields.TryGetValue(name, out (int Epoch, Value Value) known) && known.Epoch == _epoch)
            return known.Value;

        Value found = FieldNow(type, name);
        _fields[name] = (_epoch, found);
        return found;
    }

    private Value FieldNow(ClassInfo type, string name)
    {
        Value value = _unit.Summary.Keeps.GetValueOrDefault(name, Value.None);
        if (name is "*")
        {
            value = value.Union(Value.Of(_atoms[AtomKind.Container, OpenContainer]));
        }
        else
        {
            List<Atom> atoms = [_atoms[Origin.Field(name)]];
            foreach (Atom atom in _unit.Summary.Keeps.GetValueOrDefault("*", Value.None).Atoms)
            {
                if (atom.Kind is not AtomKind.Container)
                    atoms.Add(atom.IsOrigin ? _atoms[atom.Origin.Under(name)] : atom);
            }

            value = value.Union(Value.Of(atoms));
        }

        return Opened(Limited(value.Union(analysis.Fields(type, name, _unit))));
    }

    /// <summary>What was kept where others reach it: they may have put more into a container.</summary>
    private Value Opened(Value value) => value.Has(AtomKind.Container) && value.Contains(_atoms[AtomKind.Container, ""]) ? value.Union(Value.Of(_atoms[AtomKind.Container, OpenContainer])) : value;
}
