// Attributes: of modules, classes, objects, and of what came from callers.
using Assay.Code.Scopes;
using Assay.Code.Values;

namespace Assay.Code.Flow;

internal sealed partial class Evaluator
{
    /// <summary>Longer dotted paths are no names of code.</summary>
    private const int LongestPath = 256;

    /// <summary>Whether some atom tells of what type a value is, so that what it carries from callers is not the object itself.</summary>
    private static bool IsTyped(Value value)
    {
        foreach (Atom atom in value.Atoms)
        {
            if (atom.Kind is AtomKind.Module or AtomKind.Class or AtomKind.Instance or AtomKind.Self or AtomKind.Super or AtomKind.Foreign or AtomKind.ForeignInstance or AtomKind.Function)
                return true;
        }

        return false;
    }

    /// <summary>What an attribute of a value may be.</summary>
    private Value Attribute(Value owner, string name)
    {
        bool typed = IsTyped(owner);
        Value all = Value.None;
        foreach (Atom atom in owner.Atoms)
        {
            all = all.Union(atom.Kind switch
            {
                AtomKind.Origin when !atom.Origin.Derived => Value.Of(_atoms[atom.Origin.Under(name)]),
                AtomKind.Origin => typed ? Value.Of(atom) : Unknown.Union(Value.Of(atom)),
                AtomKind.Module => Member(atom.Module, name),
                AtomKind.Class => ClassAttribute(atom.Class, name),
                AtomKind.Instance => ObjectAttribute(atom, atom.Class, owner, name),
                AtomKind.Self => ObjectAttribute(atom, _unit.Self!, owner, name),
                AtomKind.Super => SuperAttribute(atom.Class, name),
                AtomKind.ForeignInstance when IsArray(atom) => Value.Of(atom),
                AtomKind.Foreign or AtomKind.ForeignInstance => atom.Text.Length + name.Length < LongestPath ? Value.Of(_atoms[AtomKind.Foreign, $"{atom.Text}.{name}"]) : Unknown,
                AtomKind.Unknown => Unknown,
                AtomKind.Function when name is "__wrapped__" or "__func__" or "__call__" or "__get__" => Value.Of(atom),
                AtomKind.Function when name is "__globals__" or "__code__" or "__closure__" => Unknown,
                _ => Value.None,
            });
        }

        return Limited(all);
    }

    private Value ClassAttribute(ClassInfo type, string name)
    {
        if (analysis.Classes.Member(type, name) is { } member)
            return Bound(Read(member), type, isObject: false);

        if (!analysis.Classes.IsSettled)
            return Value.None;

        if (name is "__dict__" or "__subclasses__" or "__mro__" or "__bases__")
            return Unknown;

        return Missing(type, name);
    }

    private Value ObjectAttribute(Atom atom, ClassInfo type, Value owner, string name)
    {
        Value fields = atom.Kind is AtomKind.Self ? Field(name) : analysis.Fields(type, name, _unit);
        if (name is "__class__")
            return Value.Of(_atoms[AtomKind.Class, type]);

        if (analysis.Classes.Member(type, name) is { } member)
        {
            Value read = Read(member);
            Value bound = Bound(read, type, isObject: true);
            foreach (Atom found in read.Atoms)
            {
                if (found is { Kind: AtomKind.Function, Function.IsProperty: true })
                    bound = bound.Where(a => a.Kind is not AtomKind.Function || a.Function != found.Function).Union(CallFunction(found.Function, type, owner, Arguments.None));
            }

            // A method is not a field as well, though a state may plant one: the judge looks there.
            return read.Has(AtomKind.Function) && !fields.Where(a => !a.IsOrigin).Has(AtomKind.Function) ? bound : bound.Union(fields);
        }

        if (!analysis.Classes.IsSettled)
            return fields;

        Value missing = Missing(type, name);
        if (missing.IsNone && atom.Kind is AtomKind.Instance && fields.IsNone && analysis.Classes.Member(type, "__getattr__") is not null)
            missing = Unknown.Union(CallHook(atom, owner, "__getattr__", new Arguments([Value.Of(_atoms[AtomKind.Text, name])], [], Value.None, Value.None)));

        // A field that the object has is what it is; its class may have more members than are known.
        return atom.Kind is AtomKind.Self || !fields.IsNone ? fields : missing;
    }

    private Value SuperAttribute(ClassInfo type, string name)
    {
        ClassInfo self = _unit.Self ?? type;
        if (analysis.Classes.Member(self, name, type) is { } member)
            return Bound(Read(member), self, isObject: true);

        return analysis.Classes.IsSettled ? Missing(self, name) : Value.None;
    }

    /// <summary>A member that no source shows: that of a base without source, or anything where a base is not known.</summary>
    private Value Missing(ClassInfo type, string name)
    {
        if (!analysis.Classes.MayHaveMore(type))
            return Value.None;

        Value all = type.HasUnknownBase ? Unknown : Value.None;
        foreach (string path in type.ForeignBases)
        {
            if (!analysis.Classes.IsPlain(path) && path.Length + name.Length < LongestPath)
                all = all.Union(Value.Of(_atoms[AtomKind.Foreign, $"{path}.{name}"]));
        }

        return all;
    }

    /// <summary>The members of a class as they are read from it or from an object of it.</summary>
    private Value Bound(Value members, ClassInfo type, bool isObject)
    {
        Value all = Value.None;
        foreach (Atom atom in members.Atoms)
        {
            bool binds = atom.Kind is AtomKind.Function && atom.SelfClass is null && atom.Function.Owner is not null && atom.Function is { IsStatic: false } && (isObject || atom.Function.IsClassMethod);
            all = all.Union(Value.Of(binds ? _atoms[AtomKind.Function, atom.Function, type] : atom));
        }

        return all;
    }

    /// <summary>Calls a special method of an object where its class has one.</summary>
    private Value CallHook(Atom atom, Value owner, string name, Arguments arguments)
    {
        ClassInfo type = atom.Kind is AtomKind.Self ? _unit.Self! : atom.Class;
        Value all = Value.None;
        if (analysis.Classes.Member(type, name) is { } member)
        {
            foreach (Atom found in Read(member).Atoms)
            {
                if (found.Kind is AtomKind.Function)
                    all = all.Union(CallFunction(found.Function, type, owner, arguments));
            }
        }

        return all;
    }
}
