// Calls: of what is known, of what came from a caller, and of what could not be found out.
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Effects;
using Assay.Python.Syntax;

namespace Assay.Code.Flow;

internal sealed partial class Evaluator
{
    private Value Call(SyntaxNode node)
    {
        Arguments arguments = ArgumentsOf(node);
        SyntaxNode called = node[SyntaxField.Func];
        if (called.Kind is SyntaxKind.Name && called.Name(SyntaxField.Id) is "super" && (_scope.Find("super") is null))
            return Super(arguments);

        if (called.Kind is SyntaxKind.Attribute)
            return CallMethod(At(called, SyntaxField.Value), called[SyntaxField.Value], called.Name(SyntaxField.Attr)!, arguments);

        return Call(At(node, SyntaxField.Func), arguments);
    }

    private Arguments ArgumentsOf(SyntaxNode node)
    {
        SyntaxNodeList given = node.List(SyntaxField.Args);
        SyntaxNodeList named = node.List(SyntaxField.Keywords);
        List<Value> positional = new(given.Count);
        Value star = Value.None;
        foreach (SyntaxNode argument in given)
        {
            Value value = _values[argument.Number] ?? Value.None;
            Open(argument, value);
            if (argument.Kind is SyntaxKind.Starred)
                star = star.Union(Iterated(value));
            else if (star.IsNone)
                positional.Add(value);
            else
                star = star.Union(value);
        }

        List<(string, Value)> keywords = new(named.Count);
        Value doubleStar = Value.None;
        foreach (SyntaxNode keyword in named)
        {
            Value value = At(keyword, SyntaxField.Value);
            Open(keyword[SyntaxField.Value], value);
            if (keyword.Name(SyntaxField.Arg) is { } name)
                keywords.Add((name, value));
            else
                doubleStar = doubleStar.Union(Iterated(value));
        }

        return new Arguments(positional, keywords, star, doubleStar);
    }

    // Whoever gets a container may put something into it.
    private void Open(SyntaxNode argument, Value value)
    {
        if (argument.Kind is SyntaxKind.Name && value.Has(AtomKind.Container) && value.Contains(_atoms[AtomKind.Container, ""]))
            Assign(_scope, argument.Name(SyntaxField.Id)!, Value.Of(_atoms[AtomKind.Container, OpenContainer]));
    }

    private Value Super(Arguments arguments)
    {
        if (arguments.Positional.Count > 0)
        {
            Value classes = arguments.Positional[0].Where(a => a.Kind is AtomKind.Class);
            return classes.IsNone ? Unknown : Value.Of(classes.Atoms.ToArray().Select(a => _atoms[AtomKind.Super, a.Class]));
        }

        for (Scope? scope = _scope; scope is not null; scope = scope.Parent)
        {
            if (scope.Class is { } type)
                return Value.Of(_atoms[AtomKind.Super, type]);
        }

        return Unknown;
    }

    /// <summary>Calls whatever a value may be.</summary>
    private Value Call(Value called, Arguments arguments)
    {
        if (_depth >= MostDepth)
        {
            AddAll(EffectKind.Unknown, called.Union(arguments.All), "a call through many others");
            return UnknownOf(called.Union(arguments.All));
        }

        _depth++;
        bool typed = IsTyped(called);
        Value all = Value.None;

        // What a partial function carries it gives as well.
        Value carried = typed && called.IsTainted ? called.Where(a => a.IsOrigin && a.Origin.Derived) : Value.None;
        Arguments plain = arguments;
        if (!carried.IsNone)
            arguments = new Arguments(arguments.Positional, arguments.Keywords, arguments.Star.Union(carried), arguments.DoubleStar);

        foreach (Atom atom in called.Atoms)
        {
            all = all.Union(atom.Kind switch
            {
                AtomKind.Origin when !atom.Origin.Derived => CallOrigin(atom.Origin, arguments),
                AtomKind.Origin => typed ? Value.None : CallUnknown(Value.Of(atom), arguments, "what was computed"),
                AtomKind.Function => CallFunction(atom.Function, atom.SelfClass, atom.SelfClass is null ? null : BoundSelf(atom, called), atom.Function.IsNested && IsHere(atom.Function.Scope) ? plain : arguments),
                AtomKind.Class => Construct(atom.Class, arguments),
                AtomKind.Foreign => CallForeign(atom.Text, arguments),
                AtomKind.Instance or AtomKind.Self => CallObject(atom, called, arguments),
                AtomKind.ForeignInstance => CallForeign($"{atom.Text}.__call__", arguments.After(called)),
                AtomKind.Unknown => CallUnknown(Value.None, arguments, "what is not known"),
                _ => Value.None,
            });
        }

        _depth--;
        return Limited(all);
    }

    private Value BoundSelf(Atom atom, Value called)
    {
        if (atom.Function.IsClassMethod)
            return Value.Of(_atoms[AtomKind.Class, atom.SelfClass!]);

        // A bound method that comes from self is one of it.
        return atom.SelfClass == _unit.Self && !called.IsTainted ? Value.Of(_atoms[AtomKind.Self, ""]) : Value.Of(_atoms[AtomKind.Instance, atom.SelfClass!]).Union(Derived(called));
    }

    private Value CallOrigin(Origin origin, Arguments arguments)
    {
        Value all = arguments.All;
        EffectKind kind = origin.Deep ? EffectKind.Unknown : EffectKind.Call;
        Add(kind, origin, "", all, "a call of what was given");
        if (origin.Deep)
            AddAll(EffectKind.Unknown, all, "a call of what was given");

        Give(all);
        return Unknown.Union(Value.Of(_atoms[origin.AsDerived])).Union(Derived(all));
    }

    /// <summary>Calls something that could not be found out: what comes from callers may meet anything there.</summary>
    private Value CallUnknown(Value called, Arguments arguments, string what)
    {
        Value all = arguments.All;
        AddAll(EffectKind.Unknown, called.Union(all), what);
        Give(all);
        return UnknownOf(called.Union(all));
    }

    /// <summary>Functions that are given away are called, with all else that is given.</summary>
    private void Give(Value all)
    {
        if (_depth >= MostDepth)
            return;

        foreach (Atom atom in all.Atoms)
        {
            if (atom.Kind is AtomKind.Function)
            {
                _depth++;
                CallFunction(atom.Function, atom.SelfClass, atom.SelfClass is null ? null : BoundSelf(atom, all), Arguments.Loose(all.Where(a => a.Kind is not AtomKind.Function)));
                _depth--;
            }
        }
    }

    private Value CallObject(Atom atom, Value owner, Arguments arguments)
    {
        ClassInfo type = atom.Kind is AtomKind.Self ? _unit.Self! : atom.Class;
        if (analysis.Classes.Member(type, "__call__") is not null)
            return CallHook(atom, owner, "__call__", arguments);

        return analysis.Classes.MayHaveMore(type) ? CallMissing(type, "__call__", owner, arguments) : Value.None;
    }

    private Value CallMissing(ClassInfo type, string name, Value owner, Arguments arguments)
    {
        Value all = Value.None;
        foreach (string path in type.ForeignBases)
        {
            if (!analysis.Classes.IsPlain(path))
                all = all.Union(CallForeign($"{path}.{name}", arguments.After(owner.Where(a => a.IsOrigin))));
        }

        return type.HasUnknownBase ? all.Union(CallUnknown(Derived(owner), arguments, $"{type.Path}.{name}, of a base that is not known")) : all;
    }

    /// <summary>Makes an object of a class: its metaclass, <c>__new__</c>, <c>__init__</c> and <c>__post_init__</c>.</summary>
    private Value Construct(ClassInfo type, Arguments arguments)
    {
        Value given = Derived(arguments.All);
        Value made = Value.Of(_atoms[AtomKind.Instance, type]).Union(given);
        if (_code.Known(type.Path) is { } known)
            return made.Union(CallEntry(known, known.Call, type.Path, arguments).Where(a => a.IsOrigin && a.Origin.Derived));

        if (analysis.IsPhaseOfModules || analysis.Stops.Contains(type.Path))
            return made;

        if (analysis.Classes.IsEnumeration(type))
            return made;

        bool isPlain = true;
        foreach (Atom meta in analysis.Classes.Metaclass(type).Atoms)
        {
            if (meta.Kind is AtomKind.Class && analysis.Classes.Member(meta.Class, "__call__") is not null)
                CallMethod(Value.Of(_atoms[AtomKind.Instance, meta.Class]), default, "__call__", arguments);
        }

        foreach (string name in (ReadOnlySpan<string>)["__new__", "__init__", "__post_init__", "__attrs_post_init__"])
        {
            if (analysis.Classes.Member(type, name) is not { } member)
                continue;

            foreach (Atom atom in Read(member).Atoms)
            {
                if (atom.Kind is AtomKind.Function)
                {
                    isPlain = false;
                    Value result = CallFunction(atom.Function, type, made, name is "__new__" or "__init__" ? arguments : Arguments.None);
                    if (name is "__new__")
                        Initialize(analysis.Classes.MadeBeside(type, result), arguments);
                }
                else if (atom.Kind is AtomKind.Foreign or AtomKind.Unknown)
                {
                    isPlain = false;
                    Call(Value.Of(atom), arguments);
                }
            }
        }

        if (isPlain && analysis.Classes.MayHaveMore(type))
            ConstructMissing(type, arguments);

        return made;
    }

    /// <summary>Runs the <c>__init__</c> of objects that a <c>__new__</c> made in place of one of its own class.</summary>
    private void Initialize(IEnumerable<ClassInfo> types, Arguments arguments)
    {
        foreach (ClassInfo type in types)
        {
            foreach (Atom atom in analysis.Classes.Member(type, "__init__") is { } member ? Read(member).Atoms.ToArray() : [])
            {
                if (atom.Kind is AtomKind.Function)
                    CallFunction(atom.Function, type, Value.Of(_atoms[AtomKind.Instance, type]), arguments);
            }
        }
    }

    private void ConstructMissing(ClassInfo type, Arguments arguments)
    {
        foreach (string path in type.ForeignBases)
        {
            if (!analysis.Classes.IsPlain(path))
                CallForeign(path, arguments);
        }

        if (type.HasUnknownBase)
            CallUnknown(Value.None, arguments, $"{type.Path}, of a base that is not known");
    }

    /// <summary>Calls a function with source.</summary>
    private Value CallFunction(FunctionInfo function, ClassInfo? bound, Value? self, Arguments arguments)
    {
        bool takesSelf = self is not null && function.Owner is not null && (function.HasSelf || function.Name is "__new__");
        Arguments all = takesSelf ? arguments.After(self!) : arguments;
        if (IsHere(function.Scope) && function.IsNested && function != _unit.Function)
            return CallNested(function, all);

        if (analysis.Stops.IsFirm(function.Path))
            return Derived(all.All);

        Value result = Value.None;
        if (_code.Known(function.Path) is { } known)
        {
            result = CallEntry(known, known.Call, function.Path, all);

            // What is known of a class that does harm is not what its methods do with objects of other classes.
            if (!known.IsHarmful || function.Owner is null || _code.IsListed(function.Path) || analysis.IsPhaseOfModules)
                return result;
        }

        if (analysis.IsPhaseOfModules)
            return UnknownOf(all.All);

        if (analysis.Stops.Contains(function.Path))
            return result.Union(Derived(all.All));

        if (_depth >= MostDepth)
            return CallUnknown(Value.None, all, "a call through many others");

        Unit callee = analysis.UnitOf(function, Receiver(function, bound, all), _unit);
        return result.Union(Instantiate(callee, function, all));
    }

    private ClassInfo? Receiver(FunctionInfo function, ClassInfo? bound, Arguments arguments)
    {
        if (function.Owner is not { } owner)
            return null;

        if (bound is not null)
            return bound;

        // Base.method(self): the class of the object decides.
        if (arguments.Positional.Count > 0)
        {
            foreach (Atom atom in arguments.Positional[0].Atoms)
            {
                ClassInfo? type = atom.Kind is AtomKind.Self ? _unit.Self : atom.Kind is AtomKind.Instance or AtomKind.Class ? atom.Class : null;
                if (type is not null && analysis.Classes.Order(type).Contains(owner))
                    return type;
            }
        }

        return owner;
    }

    // A function of this function: what it gets is what its parameters may be, and its body is a part of this one.
    private Value CallNested(FunctionInfo function, Arguments arguments)
    {
        if (_unit.Active.Add(function))
        {
            _changed = true;
            _epoch++;
        }

        foreach (Parameter parameter in function.Parameters)
        {
            Value value = parameter.Kind switch
            {
                ParameterKind.Positional => arguments.At(parameter.Index, parameter.Name),
                ParameterKind.Rest => arguments.From(parameter.Index).Union(Value.Of(_atoms[AtomKind.Container, ""])),
                ParameterKind.Keyword => arguments.Named(parameter.Name),
                _ => Rest(function, arguments).Union(Value.Of(_atoms[AtomKind.Container, ""])),
            };
            if (function.Defaults.TryGetValue(parameter.Name, out Value? @default))
                value = value.Union(@default);

            Assign(function.Scope.Bind(parameter.Name), value);
        }

        return _unit.Results.GetValueOrDefault(function, Value.None);
    }

    private static Value Rest(FunctionInfo function, Arguments arguments)
    {
        Value rest = arguments.DoubleStar;
        foreach ((string name, Value value) in arguments.Keywords)
        {
            if (!function.Parameters.Any(p => p.Name == name))
                rest = rest.Union(value);
        }

        return rest;
    }
}
