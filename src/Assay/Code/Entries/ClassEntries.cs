// The entries of a class: each way in which a loader can enter it.
using Assay.Code.Flow;
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Effects;
using Assay.Python.Syntax;

namespace Assay.Code.Entries;

/// <summary>
/// The entries of a class. Calling it runs its metaclass, <c>__new__</c>, <c>__init__</c> and <c>__post_init__</c>, and at its end <c>__del__</c>; what these do with fields
/// they do with what was kept there. A state, items, a key of a dictionary and a first use enter special methods, each of which is an entry.
/// </summary>
internal sealed class ClassEntries(Analysis analysis, Func<string, EffectOrigin> origin)
{
    /// <summary>Methods by which Python or a loader enters an object unasked, or at its first use.</summary>
    private static readonly string[] s_hooks =
    [
        "__setstate__", "__setattr__", "append", "extend", "__setitem__", "add", "update", "__del__", "__call__", "__getattr__", "__getattribute__", "__missing__",
        "__init_subclass__", "__class_getitem__", "__set_name__", "__instancecheck__", "__get__", "__set__", "close", .. ObjectProtocol.Methods,
    ];

    /// <summary>Those of them by which a loader enters an object that has got a state, without anybody asking for it.</summary>
    private static readonly string[] s_unasked = ["__setstate__", "__setattr__", "append", "extend", "__setitem__", "add", "__del__", "__getattr__", "__getattribute__", "__hash__", "__eq__"];

    private static readonly string[] s_makers = ["__new__", "__init__", "__post_init__", "__attrs_post_init__"];

    /// <summary>Asks for the analysis of the constructors of a class.</summary>
    public void AskMakers(ClassInfo type)
    {
        foreach (string name in s_makers)
        {
            foreach (FunctionInfo function in Named(type, name))
                analysis.UnitOf(function, type, null);
        }
    }

    /// <summary>Asks for the analysis of all that a class can be entered by.</summary>
    public void Ask(ClassInfo type)
    {
        foreach (Variable member in type.Scope.Variables.Values)
        {
            foreach (FunctionInfo function in Functions(analysis.Read(member)))
                analysis.UnitOf(function, type, null);
        }

        foreach (string name in s_hooks)
        {
            foreach (FunctionInfo function in Named(type, name))
                analysis.UnitOf(function, type, null);
        }

        foreach (FunctionInfo function in Metaclass(type).Concat(Setters(type)))
            analysis.UnitOf(function, type, null);
    }

    /// <summary>The entries of a class, itself first.</summary>
    public IReadOnlyList<DerivedEntry> Of(ClassInfo type)
    {
        List<DerivedEntry> entries = [Itself(type)];
        HashSet<string> done = [];
        foreach (string name in s_hooks)
        {
            if (done.Add(name) && Hook(type, name) is { } entry)
                entries.Add(entry);
        }

        foreach (Variable member in type.Scope.Variables.Values)
        {
            if (!done.Add(member.Name) || s_makers.Contains(member.Name))
                continue;

            List<FunctionInfo> functions = [.. Functions(analysis.Read(member))];
            EffectSet effects = new();
            foreach (FunctionInfo function in functions)
                effects.Add(analysis.UnitOf(function, type, null), Shift(function));

            // A decorator that could not be read makes something else of it.
            if (functions.Count > 0 && analysis.Read(member).Has(AtomKind.Unknown))
                effects.Add(new Effect { Kind = EffectKind.Unknown, Source = EffectSource.Any });

            if (!effects.IsEmpty || functions.Any(f => f.IsClassMethod || f.IsStatic))
                entries.Add(Member(type, member.Name, functions, effects));
        }

        return entries;
    }

    private DerivedEntry Itself(ClassInfo type)
    {
        EffectSet call = new();
        EffectSet only = new();
        bool enumeration = analysis.Classes.IsEnumeration(type);
        List<Unit> makers = [];
        if (!enumeration)
        {
            foreach (string name in s_makers)
                makers.AddRange(Named(type, name).Select(f => analysis.UnitOf(f, type, null)));

            // Python calls the __init__ of whatever kind of it a __new__ gives back.
            foreach (Unit maker in makers.Where(m => m.Function!.Name is "__new__").ToList())
            {
                foreach (ClassInfo made in analysis.Classes.MadeBeside(type, maker.Summary.Returns))
                    makers.AddRange(Named(made, "__init__").Select(f => analysis.UnitOf(f, made, null)));
            }
        }

        Dictionary<string, List<Origin>> kept = Kept(type, makers);
        IReadOnlyList<Origin> any = [.. kept.Values.SelectMany(k => k).Distinct()];
        IReadOnlyList<Origin> Fields(string name) => name is Origin.AnyField ? any : kept.GetValueOrDefault(name) ?? kept.GetValueOrDefault("*") ?? [];
        foreach (Unit maker in makers)
        {
            call.Add(maker, 1, Fields, maker.Function!.Name is not ("__new__" or "__init__"));
            if (maker.Function!.Name is "__new__")
                only.Add(maker, 1, Fields);
        }

        foreach (FunctionInfo function in Metaclass(type).Concat(enumeration ? Named(type, "_missing_") : []))
            call.Add(analysis.UnitOf(function, type, null), 1, Fields);

        foreach (FunctionInfo last in Named(type, "__del__"))
            call.Add(analysis.UnitOf(last, type, null), 1, Fields, isBare: true);

        if (!enumeration)
            Bases(type, makers, call, only);

        bool isReplaced = s_makers.Any(m => IsReplaced(type, m)) || (type.Scope.Parent!.Variables.TryGetValue(type.Node.Name(SyntaxField.Name)!, out Variable? variable) && analysis.Read(variable).Has(AtomKind.Unknown));
        if (isReplaced || HasConverters(type))
            call.Add(new Effect { Kind = EffectKind.Unknown, Source = EffectSource.Any });

        bool membersHarmless = analysis.Classes.Order(type).Count == 1 && !analysis.Classes.MayHaveMore(type) && analysis.Classes.Metaclass(type).IsNone && Named(type, "__getattr__").Count == 0
            && type.Scope.Variables.Values.All(v => analysis.Read(v).Atoms.ToArray().All(a => a.Kind is AtomKind.Function or AtomKind.Text or AtomKind.Container));
        EffectEntry entry = new()
        {
            Kind = NameKind.Class,
            Origin = origin(type.Module.Name),
            Call = call.Effects,
            New = only.Effects,
            Returns = TextOf(type, makers) ?? new EffectReturn(ReturnKind.Instance, EffectSource.Always, EffectSource.Always),
            MembersHarmless = membersHarmless,
        };
        return new DerivedEntry(type.Path, entry, "", type.Module.Source.File, type.Line, [.. call.Evidence(type.Path, "call"), .. only.Evidence(type.Path, "new")]);
    }

    /// <summary>What a class makes that is one of texts or bytes and does not make them in a way of its own: its objects are the text that they are made of.</summary>
    private EffectReturn? TextOf(ClassInfo type, List<Unit> makers)
    {
        if (makers.Any(m => m.Function!.Name is "__new__"))
            return null;

        analysis.Classes.Order(type);
        return type.ForeignBases.Select(b => analysis.Code.Known(b)?.Returns).FirstOrDefault(r => r is { Kind: ReturnKind.TextOf or ReturnKind.BytesOf });
    }

    // What bases without source do with what the constructor gets.
    private void Bases(ClassInfo type, List<Unit> makers, EffectSet call, EffectSet only)
    {
        analysis.Classes.Order(type);
        bool hasNew = makers.Any(m => m.Function!.Name is "__new__");
        bool hasInit = makers.Any(m => m.Function!.Name is "__init__");
        foreach (string path in type.ForeignBases)
        {
            if (analysis.Code.Known(path) is { } known)
            {
                foreach (Effect effect in hasInit ? [] : known.Call)
                    call.Add(effect);

                foreach (Effect effect in hasNew ? [] : known.New)
                    only.Add(effect);
            }
            else if (!analysis.Classes.IsPlain(path) && !hasInit)
            {
                call.Add(new Effect { Kind = EffectKind.Unknown, Source = EffectSource.Any });
            }

            if (!analysis.Classes.IsPlain(path) && analysis.Code.Known(path) is null && !hasNew)
                only.Add(new Effect { Kind = EffectKind.Unknown, Source = EffectSource.Any });
        }

        if (type.HasUnknownBase && !hasInit)
            call.Add(new Effect { Kind = EffectKind.Unknown, Source = EffectSource.Any });

        if (type.HasUnknownBase && !hasNew)
            only.Add(new Effect { Kind = EffectKind.Unknown, Source = EffectSource.Any });
    }

    /// <summary>What the constructor keeps in each field; for data classes without one what their fields say.</summary>
    private Dictionary<string, List<Origin>> Kept(ClassInfo type, List<Unit> makers)
    {
        Dictionary<string, List<Origin>> kept = new(StringComparer.Ordinal);
        void Keep(string field, Origin from)
        {
            if (!kept.TryGetValue(field, out List<Origin>? list))
                kept.Add(field, list = []);

            if (!list.Contains(from))
                list.Add(from);
        }

        foreach (Unit maker in makers)
        {
            foreach ((string field, Value value) in maker.Summary.Keeps)
            {
                foreach (Atom atom in value.Atoms)
                {
                    if (atom.IsOrigin && atom.Origin.Kind is not OriginKind.Field)
                        Keep(field, atom.Origin);
                }
            }
        }

        if (!makers.Any(m => m.Function!.Name is "__init__"))
        {
            int index = 1;
            foreach (string field in DataFields(type))
                Keep(field, new Origin(OriginKind.Parameter, index++, field));
        }

        return kept;
    }

    private List<string> DataFields(ClassInfo type)
    {
        List<string> fields = [];
        foreach (ClassInfo owner in analysis.Classes.Order(type).Reverse())
        {
            foreach (SyntaxNode statement in owner.Node.List(SyntaxField.Body))
            {
                if (statement.Kind is SyntaxKind.AnnAssign && statement[SyntaxField.Target] is { Kind: SyntaxKind.Name } target && target.Name(SyntaxField.Id) is { } name && !fields.Contains(name))
                    fields.Add(name);
            }
        }

        return fields;
    }

    // attrs lets fields have converters and validators, which are code.
    private bool HasConverters(ClassInfo type) => analysis.Classes.Order(type).Any(owner => owner.Node.List(SyntaxField.DecoratorList).Count > 0
        && SyntaxWalk.Of(owner.Node).Any(n => n.Kind is SyntaxKind.Keyword && n.Name(SyntaxField.Arg) is "converter" or "validator" && IsField(n)));

    private static bool IsField(SyntaxNode keyword) => !keyword[SyntaxField.Value].IsNone && keyword[SyntaxField.Value].Kind is not SyntaxKind.Constant;

    // A setter gets what the state has under its name.
    private static EffectSource OfSlot(EffectSource source, string name) =>
        source is { Kind: SourceKind.Argument, Index: 1 } ? new EffectSource(SourceKind.Argument, 1, "", name) : source;

    // What the object has by the name of a method comes before the method.
    private static Effect Shadowed(string call)
    {
        int dot = call.IndexOf('.', StringComparison.Ordinal);
        EffectSource source = new(SourceKind.Argument, 0, "", dot < 0 ? call : call[..dot]);
        return new Effect { Kind = dot < 0 ? EffectKind.Call : EffectKind.Method, Source = source, Name = dot < 0 ? "" : call[(dot + 1)..] };
    }

    private DerivedEntry? Hook(ClassInfo type, string name)
    {
        List<FunctionInfo> functions = Named(type, name);
        EffectSet effects = new();
        foreach (FunctionInfo function in functions)
        {
            Unit unit = analysis.UnitOf(function, type, null);
            effects.Add(unit, Shift(function));
            foreach (string call in s_unasked.Contains(name) ? unit.Summary.Shadowed : [])
                effects.Add(Shadowed(call));
        }

        if (functions.Count > 0 && IsReplaced(type, name))
            effects.Add(new Effect { Kind = EffectKind.Unknown, Source = new EffectSource(SourceKind.From, 1) });

        if (functions.Count == 0 && name is "__setstate__")
        {
            // A state with slots goes through setters and __setattr__.
            foreach (FunctionInfo setter in Setters(type))
            {
                EffectSet own = new();
                own.Add(analysis.UnitOf(setter, type, null), 0);
                foreach (Effect effect in own.Effects)
                    effects.Add(effect with { Source = OfSlot(effect.Source, setter.Name), With = [.. effect.With.Select(w => OfSlot(w, setter.Name))] });
            }

            foreach (FunctionInfo setter in Named(type, "__setattr__"))
                effects.Add(analysis.UnitOf(setter, type, null), 0);
        }

        if (functions.Count == 0 && effects.IsEmpty && name is "__setstate__" or "__call__" or "__del__" or "append" or "extend" or "__setitem__" && analysis.Classes.MayHaveMore(type))
            return Unknown(type, name);

        // What stands there and is no function with source (a closure, an object that is called, a native) does what is not known with the object.
        if (functions.Count == 0 && effects.IsEmpty && analysis.Classes.Member(type, name) is { } member && IsOpaque(analysis.Read(member)))
            effects.Add(new Effect { Kind = EffectKind.Unknown, Source = new EffectSource(SourceKind.Argument, 0) });

        bool acts = !effects.IsEmpty || (functions.Count > 0 && name is "__call__" or "__setstate__");
        return acts ? Member(type, name, functions, effects) : null;
    }

    private static bool IsOpaque(Value value) => value.Has(AtomKind.Instance) || value.Has(AtomKind.ForeignInstance) || value.Has(AtomKind.Function);

    // A base without source may have the method: then it is what is known of that one, or not known.
    private DerivedEntry? Unknown(ClassInfo type, string name)
    {
        foreach (string path in type.ForeignBases)
        {
            if (analysis.Code.Known($"{path}.{name}") is { Call.Count: > 0 } known)
                return new DerivedEntry($"{type.Path}.{name}", known, "", type.Module.Source.File, type.Line, []);
        }

        bool mayHave = type.HasUnknownBase || type.ForeignBases.Any(b => !analysis.Classes.IsPlain(b) && analysis.Code.Known(b) is null);
        if (!mayHave || name is "append" or "extend" or "__setitem__" or "__del__")
            return null;

        EffectEntry entry = new() { Kind = NameKind.Function, Origin = origin(type.Module.Name), Call = [new Effect { Kind = EffectKind.Unknown, Source = new EffectSource(SourceKind.From, 1) }] };
        return new DerivedEntry($"{type.Path}.{name}", entry, "", type.Module.Source.File, type.Line, []);
    }

    private DerivedEntry Member(ClassInfo type, string name, List<FunctionInfo> functions, EffectSet effects)
    {
        EffectEntry entry = new()
        {
            // Reading a property runs its code; it is no function that could be called.
            Kind = functions.Any(f => f.IsProperty) ? NameKind.Value : NameKind.Function,
            Origin = origin(type.Module.Name),
            Call = effects.Effects,
            Returns = functions is [var one] ? Returns.Of(analysis.UnitOf(one, type, null), Shift(one)) : EffectReturn.Unknown,
        };
        FunctionInfo? first = functions.FirstOrDefault();
        return new DerivedEntry($"{type.Path}.{name}", entry, first?.Owner is { } owner && owner != type ? first.Path : "", first?.Module.Source.File ?? type.Module.Source.File, first?.Line ?? type.Line, effects.Evidence($"{type.Path}.{name}", "call"));
    }

    // Whether something that could not be read, such as a decorator, may stand in the place of a method.
    private bool IsReplaced(ClassInfo type, string name) => analysis.Classes.Member(type, name) is { } member && analysis.Read(member).Has(AtomKind.Unknown);

    private static int Shift(FunctionInfo function) => function.IsClassMethod ? 1 : 0;

    private List<FunctionInfo> Named(ClassInfo type, string name) => analysis.Classes.Member(type, name) is { } member ? [.. Functions(analysis.Read(member))] : [];

    private List<FunctionInfo> Metaclass(ClassInfo type) =>
        [.. analysis.Classes.Metaclass(type).Atoms.ToArray().Where(a => a.Kind is AtomKind.Class).SelectMany(a => Named(a.Class, "__call__"))];

    private IEnumerable<FunctionInfo> Setters(ClassInfo type) =>
        analysis.Classes.Order(type).SelectMany(c => c.Setters.Values).OrderBy(f => f.Path, StringComparer.Ordinal);

    private static IEnumerable<FunctionInfo> Functions(Value value) => value.Atoms.ToArray().Where(a => a is { Kind: AtomKind.Function, Function.Owner: not null }).Select(a => a.Function);
}
