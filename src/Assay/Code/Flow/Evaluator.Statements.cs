// Statements: what they assign, import, define and return.
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Effects;
using Assay.Python.Syntax;

namespace Assay.Code.Flow;

internal sealed partial class Evaluator
{
    private Value Evaluate(SyntaxNode node)
    {
        switch (node.Kind)
        {
            case SyntaxKind.Import:
                foreach (SyntaxNode alias in node.List(SyntaxField.Names))
                    Import(alias);

                return Value.None;
            case SyntaxKind.ImportFrom:
                ImportFrom(node);
                return Value.None;
            case SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef:
                Assign(_scope, node.Name(SyntaxField.Name)!, Function(node));
                return Value.None;
            case SyntaxKind.ClassDef:
                Class(node);
                return Value.None;
            case SyntaxKind.Assign:
                foreach (SyntaxNode target in node.List(SyntaxField.Targets))
                    Assign(target, node[SyntaxField.Value], At(node, SyntaxField.Value));

                return Value.None;
            case SyntaxKind.AnnAssign when !node[SyntaxField.Value].IsNone:
                Assign(node[SyntaxField.Target], node[SyntaxField.Value], At(node, SyntaxField.Value));
                return Value.None;
            case SyntaxKind.AugAssign:
                Value added = At(node, SyntaxField.Target);
                Assign(node[SyntaxField.Target], node[SyntaxField.Value], At(node, SyntaxField.Value).Union(Operated(node, added, At(node, SyntaxField.Value))));
                return Value.None;
            case SyntaxKind.For or SyntaxKind.AsyncFor or SyntaxKind.Comprehension:
                Assign(node[SyntaxField.Target], default, Iterated(At(node, SyntaxField.Iter)).Union(Iterated(IteratedObjects(At(node, SyntaxField.Iter)))));
                return Value.None;
            case SyntaxKind.WithItem:
                With(node);
                return Value.None;
            case SyntaxKind.Return:
                Return(At(node, SyntaxField.Value));
                return Value.None;
            case SyntaxKind.Match:
                Captures(node);
                return Value.None;
            default:
                return Expression(node);
        }
    }

    private Value At(SyntaxNode node, SyntaxField field) => node[field] is { IsNone: false } child ? _values[child.Number] ?? Value.None : Value.None;

    private void Import(SyntaxNode alias)
    {
        string path = alias.Name(SyntaxField.Name)!;
        string? name = alias.Name(SyntaxField.AsName);
        string bound = name is null ? path.Split('.')[0] : path;
        Assign(_scope, name ?? bound, ModuleValue(bound));
    }

    private void ImportFrom(SyntaxNode node)
    {
        string? from = _unit.Root.Module.Absolute(node.Value(SyntaxField.Level), node.Name(SyntaxField.Module) ?? "");
        foreach (SyntaxNode alias in node.List(SyntaxField.Names))
        {
            string name = alias.Name(SyntaxField.Name)!;
            if (name is not "*")
                Assign(_scope, alias.Name(SyntaxField.AsName) ?? name, from is null ? Unknown : Imported(from, name));
        }
    }

    private Value ModuleValue(string path) => _code.Module(path) is { } module ? Value.Of(_atoms[AtomKind.Module, module]) : Value.Of(_atoms[AtomKind.Foreign, path]);

    // A package that imports its own module has it under that name because of this import.
    private Value Imported(string from, string name) => from == _unit.Root.Module.Name && _code.Module($"{from}.{name}") is { } inner
        ? Value.Of(_atoms[AtomKind.Module, inner])
        : Attribute(ModuleValue(from), name);

    /// <summary>What an attribute of a module may be.</summary>
    private Value Member(CodeModule module, string name)
    {
        if (_code.Export(module, name) is { } variable)
            return Read(variable);

        if (_code.Module($"{module.Name}.{name}") is { } inner)
            return Value.Of(_atoms[AtomKind.Module, inner]);

        // What code makes at import, what is native, or a name from a module without source.
        Value foreign = Value.Of(_atoms[AtomKind.Foreign, $"{module.Name}.{name}"]);
        foreach (string star in _code.ForeignStars(module))
        {
            string path = $"{star}.{name}";
            if (_code.Known(path) is not null)
                return foreign.Union(Value.Of(_atoms[AtomKind.Foreign, path]));
        }

        return foreign;
    }

    /// <summary>What a name of this unit or of a module may be.</summary>
    private Value Read(Variable variable)
    {
        Value value;
        if (IsHere(variable.Scope))
            value = _unit.Variables.GetValueOrDefault(variable, Value.None);
        else if (variable.Scope.Root.Kind is ScopeKind.Module)
            value = Opened(analysis.Read(variable, _unit));
        else
            return Unknown.Union(Value.Of(_atoms[new Origin(OriginKind.Captured, 0, "")]));

        return variable.IsAssignedElsewhere ? value.Union(Unknown) : value;
    }

    private bool IsHere(Scope scope)
    {
        for (Scope? around = scope; around is not null; around = around.Parent)
        {
            if (around == _unit.Root)
                return _unit.Root.Kind is not ScopeKind.Module || scope.Root == _unit.Root;
        }

        return false;
    }

    private void Assign(Scope scope, string name, Value value)
    {
        if (scope.Find(name) is not { } variable)
            return;

        if (IsHere(variable.Scope))
            Assign(variable, value);
        else if (variable.Scope.Kind is ScopeKind.Module && value.HasGiven)
            AddAll(EffectKind.Keep, value.Where(a => a.IsOrigin && !a.Origin.Derived), $"{variable.Scope.Module.Name}.{name}");
    }

    private Value Function(SyntaxNode node)
    {
        FunctionInfo function = _unit.Root.Module.Functions[node.Number];
        Value made = Value.Of(_atoms[AtomKind.Function, function]).Union(Captured(function));
        foreach (Parameter parameter in function.Parameters)
        {
            if (parameter.Default > 0 && _values[parameter.Default] is { IsNone: false } value)
            {
                function.Defaults[parameter.Name] = function.Defaults.GetValueOrDefault(parameter.Name, Value.None).Union(value);
                function.DefaultsApart[parameter.Name] = function.DefaultsApart.GetValueOrDefault(parameter.Name, Value.None).Union(Apart(value));
                made = made.Union(Derived(value));
            }
        }

        if (node.Kind is SyntaxKind.Lambda)
            return made;

        if (function.IsOverload || function.IsSetter)
            return Value.None;

        foreach (SyntaxNode decorator in node.List(SyntaxField.DecoratorList))
        {
            if (!analysis.Decorators.IsTransparent(decorator, _values[decorator.Number] ?? Value.None))
                made = made.Union(Unknown);
        }

        return made;
    }

    // A default that is this function's object, or something that it was given, is that for nobody else.
    private Value Apart(Value value)
    {
        if (_unit.Function is null)
            return value;

        Value apart = value.Where(a => !a.IsOrigin && a.Kind is not AtomKind.Self);
        if (value.Has(AtomKind.Self))
            apart = apart.Union(Value.Of(_atoms[AtomKind.Instance, _unit.Self!]));

        return value.IsTainted ? apart.Union(Unknown).Union(Value.Of(_atoms[new Origin(OriginKind.Captured, 0, "")])) : apart;
    }

    // What of the caller's a function takes along: wherever it is called, that is met.
    private Value Captured(FunctionInfo function)
    {
        if (!function.IsNested)
            return Value.None;

        Value all = Value.None;
        foreach (Variable variable in function.Captured ??= FreeNames.Of(function))
        {
            if (IsHere(variable.Scope))
                all = all.Union(Derived(_unit.Variables.GetValueOrDefault(variable, Value.None)));
        }

        return all;
    }

    private void Class(SyntaxNode node)
    {
        ClassInfo type = _unit.Root.Module.Classes[node.Number];
        SyntaxNodeList bases = node.List(SyntaxField.Bases);
        Value[] found = new Value[bases.Count];
        for (int i = 0; i < bases.Count; i++)
            found[i] = (type.Bases.Length > i ? type.Bases[i] : Value.None).Union(_values[bases[i].Number] ?? Value.None);

        type.Bases = found;
        foreach (SyntaxNode keyword in node.List(SyntaxField.Keywords))
        {
            if (keyword.Name(SyntaxField.Arg) is "metaclass")
                type.Metaclass = type.Metaclass.Union(At(keyword, SyntaxField.Value));
        }

        Value made = Value.Of(_atoms[AtomKind.Class, type]);
        foreach (SyntaxNode decorator in node.List(SyntaxField.DecoratorList))
        {
            if (!analysis.Decorators.IsTransparent(decorator, _values[decorator.Number] ?? Value.None))
                made = made.Union(Unknown);
        }

        Assign(_scope, node.Name(SyntaxField.Name)!, made);
    }

    private void With(SyntaxNode item)
    {
        Value manager = At(item, SyntaxField.ContextExpr);
        foreach (Atom atom in manager.Atoms)
        {
            if (atom.Kind is AtomKind.Instance)
            {
                CallMethod(manager.Where(a => a == atom || a.IsOrigin), default, "__enter__", Arguments.None);
                CallMethod(manager.Where(a => a == atom || a.IsOrigin), default, "__exit__", Arguments.None);
            }
        }

        if (!item[SyntaxField.OptionalVars].IsNone)
            Assign(item[SyntaxField.OptionalVars], default, manager);
    }

    private void Assign(SyntaxNode target, SyntaxNode source, Value value)
    {
        Stack<(SyntaxNode Target, SyntaxNode Source, Value Value)> open = new([(target, source, value)]);
        while (open.TryPop(out (SyntaxNode Target, SyntaxNode Source, Value Value) next))
        {
            switch (next.Target.Kind)
            {
                case SyntaxKind.Name:
                    Assign(_scope, next.Target.Name(SyntaxField.Id)!, next.Value);
                    break;
                case SyntaxKind.Starred:
                    open.Push((next.Target[SyntaxField.Value], default, next.Value));
                    break;
                case SyntaxKind.Tuple or SyntaxKind.List:
                    SyntaxNodeList parts = next.Target.List(SyntaxField.Elts);
                    bool pairs = next.Source.Tree is not null && next.Source.Kind is SyntaxKind.Tuple or SyntaxKind.List && next.Source.List(SyntaxField.Elts).Count == parts.Count;
                    for (int i = 0; i < parts.Count; i++)
                    {
                        SyntaxNode from = pairs ? next.Source.List(SyntaxField.Elts)[i] : default;
                        open.Push((parts[i], from, pairs ? _values[from.Number] ?? Value.None : Iterated(next.Value)));
                    }

                    break;
                case SyntaxKind.Attribute:
                    SetAttribute(next.Target, next.Value);
                    break;
                case SyntaxKind.Subscript:
                    SetItem(next.Target, next.Value);
                    break;
                default:
                    break;
            }
        }
    }

    private void SetAttribute(SyntaxNode target, Value value)
    {
        Value owner = At(target, SyntaxField.Value);
        string name = target.Name(SyntaxField.Attr)!;
        foreach (Atom atom in owner.Atoms)
        {
            if (atom.Kind is AtomKind.Self)
                SetField(name, value);
            else if (atom.Kind is AtomKind.Module)
                AddAll(EffectKind.ProcessState, value, $"{atom.Module.Name}.{name}");

            if (atom.Kind is AtomKind.Self or AtomKind.Instance)
            {
                ClassInfo type = atom.Kind is AtomKind.Self ? _unit.Self! : atom.Class;
                if (analysis.Setter(type, name) is { } setter)
                    CallFunction(setter, type, owner, new Arguments([value], [], Value.None, Value.None));
                else if (atom.Kind is AtomKind.Instance)
                    SetClassField(type, name, value);
            }
        }

        if (!owner.Has(AtomKind.Self))
            Mutate(target[SyntaxField.Value], Derived(value));
    }

    private void SetItem(SyntaxNode target, Value value)
    {
        Value owner = At(target, SyntaxField.Value);
        Value key = At(target, SyntaxField.Slice);
        foreach (Atom atom in owner.Atoms)
        {
            if (atom.Kind is AtomKind.Foreign && atom.Text is "os.environ" or "os.environb" or "sys.modules" or "builtins.globals" or "sys.path")
                AddAll(EffectKind.ProcessState, key.Union(value), atom.Text);
            else if (atom.Kind is AtomKind.Self or AtomKind.Instance && _function?.Name is not "__setitem__")
                CallHook(atom, owner, "__setitem__", new Arguments([key, value], [], Value.None, Value.None));
        }

        Mutate(target[SyntaxField.Value], value.Union(Derived(key)));
    }

    /// <summary>Lets what is put into something flow into what holds it.</summary>
    private void Mutate(SyntaxNode holder, Value value)
    {
        if (value.IsNone)
            return;

        for (SyntaxNode node = holder; node.Tree is not null && !node.IsNone;)
        {
            if (node.Kind is SyntaxKind.Attribute && At(node, SyntaxField.Value).Has(AtomKind.Self))
            {
                SetField(node.Name(SyntaxField.Attr)!, value);
                return;
            }

            if (node.Kind is SyntaxKind.Attribute or SyntaxKind.Subscript or SyntaxKind.Starred)
            {
                node = node[SyntaxField.Value];
                continue;
            }

            if (node.Kind is SyntaxKind.Name)
            {
                Value owner = _values[node.Number] ?? Value.None;
                if (owner.Has(AtomKind.Self))
                    SetField("*", value);
                else if (!owner.Has(AtomKind.Module) && !owner.Has(AtomKind.Class))
                    Assign(_scope, node.Name(SyntaxField.Id)!, value);
            }

            return;
        }
    }

    private void SetField(string name, Value value)
    {
        if (_unit.Self is not { } type)
            return;

        name = name is "__dict__" ? "*" : name;
        Value before = _unit.Summary.Keeps.GetValueOrDefault(name, Value.None);
        Value all = Grown(before, value);
        if (!ReferenceEquals(before, all))
        {
            _unit.Summary.Keep(name, all);
            _changed = true;
            _told = true;
            _epoch++;
        }

        SetClassField(type, name, value);
    }

    private void SetClassField(ClassInfo type, string name, Value value)
    {
        Value objects = value.Where(a => !a.IsOrigin && a.Kind is not (AtomKind.Self or AtomKind.Text or AtomKind.Super));
        Value before = type.Fields.GetValueOrDefault(name, Value.None);
        Value all = Grown(before, objects);
        if (!ReferenceEquals(before, all))
        {
            type.Fields[name] = all;
            _epoch++;
            analysis.FieldChanged(type, name);
        }
    }

    private void Captures(SyntaxNode match)
    {
        Value subject = At(match, SyntaxField.Subject);
        Value any = subject.Union(Iterated(subject));
        foreach (SyntaxNode @case in match.List(SyntaxField.Cases))
        {
            foreach (SyntaxNode part in SyntaxWalk.Of(@case[SyntaxField.Pattern]))
            {
                string? name = part.Kind is SyntaxKind.MatchAs or SyntaxKind.MatchStar ? part.Name(SyntaxField.Name) : part.Kind is SyntaxKind.MatchMapping ? part.Name(SyntaxField.Rest) : null;
                if (name is not null)
                    Assign(_scope, name, any);
            }
        }
    }
}
