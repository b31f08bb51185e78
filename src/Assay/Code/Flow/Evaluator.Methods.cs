// Calls of methods by their names.
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Effects;
using Assay.Python.Syntax;

namespace Assay.Code.Flow;

internal sealed partial class Evaluator
{
    /// <summary>Calls a method of a value; what it gets may flow into the value.</summary>
    private Value CallMethod(Value owner, SyntaxNode holder, string name, Arguments arguments)
    {
        if (_depth >= MostDepth)
            return CallUnknown(Derived(owner), arguments, "a call through many others");

        bool isPlain = analysis.Methods.Contains(name);
        Value all = arguments.All;
        bool typed = IsTyped(owner);
        if (!all.IsNone && holder.Tree is not null && !analysis.Reads.Contains(name) && !(owner.Has(AtomKind.Self) && (!isPlain || analysis.Classes.Member(_unit.Self!, name) is not null)))
            Mutate(holder, name is "append" or "add" or "insert" or "extend" or "update" or "setdefault" or "appendleft" or "put" ? all : Derived(all).Union(all.Where(a => a.Kind is AtomKind.Function)));

        if (isPlain && owner.Has(AtomKind.Container))
        {
            foreach (Atom atom in owner.Atoms)
            {
                if (atom.IsOrigin && atom.Origin is { Kind: OriginKind.Field, Derived: false, Deep: false, Key: "", Items: false })
                    Shadow($"{atom.Origin.Name}.{name}");
            }

            return owner.Union(all.Where(a => a.Kind is not AtomKind.Text));
        }

        _depth++;
        Value result = Value.None;
        foreach (Atom atom in owner.Atoms)
        {
            switch (atom.Kind)
            {
                case AtomKind.Origin when !atom.Origin.Derived:
                    result = result.Union(OriginMethod(atom.Origin, name, arguments));
                    break;
                case AtomKind.Origin when typed:
                    result = result.Union(Value.Of(atom));
                    break;
                case AtomKind.Origin when name is "__setstate__":
                    // What was made of what a caller gave gets a state: which class takes it is the caller's choice.
                    Add(EffectKind.SetState, atom.Origin.Plain, "", all, "a state for what was made of what was given");
                    break;
                case AtomKind.Origin or AtomKind.Unknown:
                    Value self = atom.IsOrigin ? Value.Of(atom) : Value.None;
                    if (isPlain)
                        result = result.Union(UnknownOf(self.Union(all)));
                    else if (!typed || atom.Kind is AtomKind.Unknown)
                        result = result.Union(CallUnknown(self, arguments, $"the method {name} of what is not known"));

                    break;
                case AtomKind.Instance or AtomKind.Self:
                    result = result.Union(ObjectMethod(atom, owner, name, arguments));
                    break;
                case AtomKind.ForeignInstance when IsArray(atom) && name is not ("tofile" or "dump" or "dumps" or "save"):
                    Give(all);
                    result = result.Union(Value.Of(atom)).Union(Derived(owner.Union(all)));
                    break;
                case AtomKind.ForeignInstance:
                    result = result.Union(CallForeign($"{atom.Text}.{name}", arguments.After(owner.Where(a => a.IsOrigin || a == atom)), isPlain));
                    break;
                case AtomKind.Foreign:
                    result = result.Union(CallForeign($"{atom.Text}.{name}", arguments));
                    break;
                case AtomKind.Module:
                    result = result.Union(Call(Member(atom.Module, name), arguments));
                    break;
                case AtomKind.Class:
                    result = result.Union(ClassMethod(atom.Class, name, arguments));
                    break;
                case AtomKind.Super:
                    result = result.Union(SuperMethod(atom.Class, name, arguments));
                    break;
                case AtomKind.Text:
                    result = result.Union(Derived(all));
                    break;
                case AtomKind.Function when name is "__call__":
                    result = result.Union(Call(Value.Of(atom), arguments));
                    break;
                default:
                    break;
            }
        }

        _depth--;
        return Limited(result);
    }

    private Value OriginMethod(Origin origin, string name, Arguments arguments)
    {
        Value all = arguments.All;
        Value self = Value.Of(_atoms[origin]);

        // state.get("key") and kwargs.pop("key") are entries.
        if (name is "get" or "pop" or "setdefault" && arguments.Positional is [var key, ..])
        {
            Value entry = Projected(self, key.ConstantText, isKey: key.ConstantText is not null);
            return entry.Union(arguments.From(1));
        }

        if (name is "items" or "values" or "copy" or "keys" && arguments.Positional.Count == 0 && origin.Kind is not OriginKind.Field)
        {
            if (origin.Kind is OriginKind.AnyKeyword or OriginKind.Rest)
                return self;

            Add(EffectKind.Method, origin, name, Value.None, name);
            return name is "copy" ? self : Projected(self, null, isKey: false).Union(self);
        }

        if (origin.Kind is OriginKind.AnyKeyword or OriginKind.Rest && origin is { Key: "", Items: false, Deep: false } && analysis.Methods.Contains(name))
            return self.Union(all);

        if (origin.Deep && !analysis.Methods.Contains(name))
            AddAll(EffectKind.Unknown, self.Union(all), $"the method {name} of what was given");
        else if (!origin.Deep)
            Add(EffectKind.Method, origin, name, all, $"the method {name} of what was given");

        Give(all);
        return UnknownOf(self.Union(all));
    }

    private Value ObjectMethod(Atom atom, Value owner, string name, Arguments arguments)
    {
        ClassInfo type = atom.Kind is AtomKind.Self ? _unit.Self! : atom.Class;
        Value self = atom.Kind is AtomKind.Self ? Value.Of(atom) : Value.Of(atom).Union(Derived(owner));
        if (analysis.Classes.Member(type, name) is { } member)
        {
            Value result = Value.None;
            Value other = Value.None;
            foreach (Atom found in Read(member).Atoms)
            {
                if (found is { Kind: AtomKind.Function, Function.IsProperty: false } && found.SelfClass is null && found.Function.Owner is not null)
                    result = result.Union(CallFunction(found.Function, type, found.Function.IsClassMethod ? Value.Of(_atoms[AtomKind.Class, type]) : self, arguments));
                else if (found is { Kind: AtomKind.Function, Function.IsProperty: true })
                    other = other.Union(CallFunction(found.Function, type, self, Arguments.None));
                else
                    other = other.Union(Value.Of(found));
            }

            // A field of the object that is called like a method goes before it: functions that its code puts there, and whatever else where it is no method.
            Value field = atom.Kind is AtomKind.Self ? Field(name) : analysis.Fields(type, name, _unit);
            bool isMethod = !result.IsNone || Read(member).Has(AtomKind.Function);
            if (isMethod && atom.Kind is AtomKind.Self)
                Shadow(name);

            other = other.Union(isMethod ? field.Where(a => a.Kind is AtomKind.Function) : field);

            return other.IsNone ? result : result.Union(Call(other, arguments));
        }

        Value fields = atom.Kind is AtomKind.Self ? Field(name) : analysis.Fields(type, name, _unit);
        if (!analysis.Classes.IsSettled)
            return Value.None;

        bool more = analysis.Classes.MayHaveMore(type);
        Value missing = more ? CallMissing(type, name, self, arguments) : Value.None;
        if (!more && analysis.Methods.Contains(name))
            return UnknownOf(Derived(owner).Union(arguments.All));

        // A field of the object that is called: what a state or a constructor put there.
        bool isField = fields.Any(a => a.Kind is not AtomKind.Origin || a.Origin.Kind is not OriginKind.Field) || (atom.Kind is AtomKind.Self && analysis.Classes.Order(type).Any(c => c.Assigns(name)));
        if (isField || !more)
        {
            // A function that was kept took along what the object was made of.
            Value kept = atom.Kind is AtomKind.Instance && fields.Has(AtomKind.Function) ? fields.Union(Derived(owner)) : fields;
            missing = missing.Union(Call(kept, arguments));
        }

        return analysis.Classes.Member(type, "__getattr__") is not null ? missing.Union(CallUnknown(Value.None, arguments, $"{type.Path}.{name}, that __getattr__ finds")) : missing;
    }

    private Value ClassMethod(ClassInfo type, string name, Arguments arguments)
    {
        if (name is "__new__" && analysis.Classes.Member(type, name) is null)
            return Value.Of(_atoms[AtomKind.Instance, type]);

        if (name is "__subclasses__" or "mro")
            return Unknown;

        return Call(ClassAttribute(type, name), arguments);
    }

    private Value SuperMethod(ClassInfo type, string name, Arguments arguments)
    {
        ClassInfo self = _unit.Self ?? type;
        if (analysis.Classes.Member(self, name, type) is { } member)
        {
            Value result = Value.None;
            Value owner = name is "__new__" || _unit.Function is { IsClassMethod: true } ? Value.Of(_atoms[AtomKind.Class, self]) : Value.Of(_atoms[AtomKind.Self, ""]);
            foreach (Atom found in Read(member).Atoms)
            {
                result = result.Union(found is { Kind: AtomKind.Function, Function.Owner: not null }
                    ? name is "__new__" ? CallFunction(found.Function, self, null, arguments) : CallFunction(found.Function, self, owner, arguments)
                    : Call(Value.Of(found), arguments));
            }

            return result;
        }

        if (name is "__new__")
        {
            Value made = Value.Of(_atoms[AtomKind.Instance, self]).Union(Derived(arguments.All));
            foreach (Atom other in arguments.At(0, "").Atoms)
            {
                if (other.Kind is AtomKind.Class)
                    made = made.Union(Value.Of(_atoms[AtomKind.Instance, other.Class]));
            }

            if (analysis.Classes.IsSettled && analysis.Classes.MayHaveMore(self))
                CallMissing(self, name, Value.None, arguments);

            return made;
        }

        // What object and the containers of the language do with it.
        if (!analysis.Classes.IsSettled || !analysis.Classes.MayHaveMore(self))
            return analysis.Methods.Contains(name) || name.StartsWith("__", StringComparison.Ordinal) ? Derived(arguments.All) : Value.None;

        return CallMissing(self, name, Value.None, arguments);
    }
}
