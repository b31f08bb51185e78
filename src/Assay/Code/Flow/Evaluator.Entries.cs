// Calls of what has no source, by what is known of it.
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Effects;

namespace Assay.Code.Flow;

internal sealed partial class Evaluator
{
    private const string ArrayClass = "numpy.ndarray";

    /// <summary>Calls something without source.</summary>
    private Value CallForeign(string path, Arguments arguments, bool isPlain = false)
    {
        BuiltinHooks(path, arguments);
        if (_code.Known(path) is { } known && known.Kind is not NameKind.Module)
            return CallEntry(known, known.Call, path, arguments);

        if (analysis.Stops.Contains(path))
            return Derived(arguments.All);

        if (analysis.Natives.Contains(path))
        {
            Give(arguments.All);
            return Array.Union(Derived(arguments.All));
        }

        if (isPlain || (path.StartsWith("builtins.", StringComparison.Ordinal) && path.Count('.') == 2 && analysis.Methods.Contains(path[(path.LastIndexOf('.') + 1)..])))
            return UnknownOf(arguments.All);

        return CallUnknown(Value.None, arguments, path);
    }

    /// <summary>Calls something by what is known of it.</summary>
    private Value CallEntry(EffectEntry entry, IReadOnlyList<Effect> effects, string path, Arguments arguments)
    {
        foreach (Effect effect in effects)
        {
            if (Applies(effect.Condition, arguments))
                Act(effect, path, arguments);
        }

        return Returned(entry, path, arguments);
    }

    private void Act(Effect effect, string path, Arguments arguments)
    {
        Value met = effect.Source.Kind is SourceKind.Always ? arguments.All : ValueOf(effect.Source, arguments);
        switch (effect.Kind)
        {
            // What is no harm as such is the caller's own business, and what is kept flows on in what comes back.
            case EffectKind.Odd or EffectKind.Keep:
                break;
            case EffectKind.Call:
                Value with = effect.With.Count == 0 ? arguments.All : effect.With.Aggregate(Value.None, (all, s) => all.Union(ValueOf(s, arguments)));
                Call(met, Arguments.Loose(with.Union(Iterated(with))));
                break;
            case EffectKind.New or EffectKind.SetState:
                foreach (Atom atom in met.Atoms)
                    Make(effect, atom, path, arguments);

                break;
            case EffectKind.Method:
                CallMethod(met, default, effect.Name, effect.With.Count == 0 ? Arguments.None : Arguments.Loose(effect.With.Aggregate(Value.None, (all, s) => all.Union(ValueOf(s, arguments)))));
                break;
            case EffectKind.GetAttribute:
                Value name = effect.With.Count > 0 ? effect.With.Aggregate(Value.None, (all, s) => all.Union(ValueOf(s, arguments))) : arguments.At(effect.Source.Index + 1, "");
                NamedAttribute(EffectKind.GetAttribute, met, name, path);
                break;
            case EffectKind.SetAttribute:
                SetNamedAttribute(met, arguments, path);
                break;
            default:
                AddAll(effect.Kind, met, path);
                if ((IsOwn(met) || (effect.Source.Kind is SourceKind.Always && (!met.IsTainted || analysis.Acts.Contains(path)))) && IsSure(effect.Condition, arguments))
                    AddAlways(effect.Kind, path);

                break;
        }
    }

    private void Make(Effect effect, Atom atom, string path, Arguments arguments)
    {
        Value with = arguments.All;
        if (atom.IsOrigin)
        {
            Add(atom.Origin is { Derived: false, Deep: false } ? effect.Kind : EffectKind.Unknown, atom.Origin, "", with, path);
        }
        else if (effect.Kind is EffectKind.New && atom.Kind is AtomKind.Class && analysis.Classes.Member(atom.Class, "__new__") is { } member)
        {
            foreach (Atom found in Read(member).Atoms)
            {
                if (found.Kind is AtomKind.Function)
                    CallFunction(found.Function, atom.Class, Value.Of(atom), Arguments.Loose(with));
            }
        }
        else if (effect.Kind is EffectKind.SetState && atom.Kind is AtomKind.Instance)
        {
            CallMethod(Value.Of(atom), default, "__setstate__", Arguments.Loose(with));
        }
    }

    // An attribute by a name that comes from a caller, of something of the caller's or of ours.
    private void NamedAttribute(EffectKind kind, Value owner, Value name, string path)
    {
        List<Origin> names = Origins(name);
        if (names.Count == 0)
            return;

        List<Origin> owners = Origins(owner);
        foreach (Origin source in owners.Count > 0 ? owners : names)
            Add(kind, source, "", name, path);
    }

    private void SetNamedAttribute(Value target, Arguments arguments, string path)
    {
        Value name = arguments.At(1, "");
        Value value = arguments.At(2, "");
        if (target.Has(AtomKind.Self))
        {
            SetField(name.ConstantText ?? "*", value);
            if (name.IsTainted && _unit.Function is { HasSelf: true } function)
                Add(EffectKind.SetAttribute, Origin.Of(function.Parameters[0]), "", name.Union(value), path);
        }
        else if (name.IsTainted || name.IsNone)
        {
            List<Origin> targets = Origins(target);
            foreach (Origin source in targets.Count > 0 ? targets : Origins(name))
                Add(EffectKind.SetAttribute, source, "", name.Union(value), path);
        }
    }

    /// <summary>What a source of an effect means among arguments.</summary>
    private Value ValueOf(EffectSource source, Arguments arguments)
    {
        Value value = source.Kind switch
        {
            SourceKind.Always => Value.None,
            SourceKind.Any => arguments.All,
            SourceKind.From => arguments.From(source.Index).Union(arguments.DoubleStar),
            SourceKind.Keyword => arguments.Named(source.Name),
            _ => arguments.At(source.Index, source.Name),
        };
        if (source.Key.Length > 0)
            value = Projected(value, source.Key, isKey: true);

        return source.Items ? Iterated(value).Union(value.Where(a => a.Kind is AtomKind.Function)) : value;
    }

    // A constant that a condition asks for is known, or the worse is assumed.
    private bool Applies(EffectCondition? condition, Arguments arguments)
    {
        if (condition is null)
            return true;

        if (condition.Texts.Count == 0)
            return arguments.Lacks(condition.Source) == condition.Negated || !arguments.Star.IsNone || !arguments.DoubleStar.IsNone;

        if (arguments.Lacks(condition.Source))
            return !condition.Negated;

        Value asked = ValueOf(condition.Source, arguments);
        if (asked.IsNone || asked.Any(a => a.Kind is not AtomKind.Text))
            return true;

        bool listed = asked.Atoms.ToArray().All(a => condition.Texts.Contains(a.Text, StringComparer.Ordinal));
        return condition.Negated ? !listed : asked.Any(a => condition.Texts.Contains(a.Text, StringComparer.Ordinal));
    }

    // What happens to every caller is said where the code itself shows it, not where it may be so.
    private bool IsSure(EffectCondition? condition, Arguments arguments)
    {
        if (condition is null)
            return true;

        if (condition.Texts.Count == 0 || arguments.Lacks(condition.Source))
            return arguments.Star.IsNone && arguments.DoubleStar.IsNone;

        Value asked = ValueOf(condition.Source, arguments);
        return !asked.IsNone && asked.Atoms.ToArray().All(a => a.Kind is AtomKind.Text);
    }

    private Value Returned(EffectEntry entry, string path, Arguments arguments)
    {
        Value all = arguments.All;
        EffectReturn returns = entry.Returns;
        switch (returns.Kind)
        {
            case ReturnKind.Data when Analysis.CarriesNothing(path):
                return Value.None;
            case ReturnKind.Data or ReturnKind.Text or ReturnKind.TextOf or ReturnKind.BytesOf or ReturnKind.TypeName:
                return Derived(all);
            case ReturnKind.Argument:
                return ValueOf(returns.First, arguments);
            case ReturnKind.Instance:
                string made = returns.Class.Length > 0 ? returns.Class : path;
                return InstanceOf(made).Union(Derived(all));
            case ReturnKind.Bound:
                return ValueOf(returns.First, arguments).Union(Derived(all));
            case ReturnKind.Attribute when ValueOf(returns.Second, arguments).ConstantText is { } name && name.All(c => char.IsLetterOrDigit(c) || c is '_'):
                return Attribute(ValueOf(returns.First, arguments), name).Union(arguments.From(2));
            case ReturnKind.Item:
                return Projected(ValueOf(returns.First, arguments), ValueOf(returns.Second, arguments).ConstantText, ValueOf(returns.Second, arguments).ConstantText is not null);
            case ReturnKind.Dotted when ValueOf(returns.First, arguments).ConstantText is { } dotted && path is "importlib.import_module" or "builtins.__import__":
                return ModuleValue(path is "builtins.__import__" && arguments.Positional.Count < 4 ? ValueOf(returns.First, arguments).ConstantText!.Split('.')[0] : ValueOf(returns.First, arguments).ConstantText!);
            case ReturnKind.InstanceOf:
                Value classes = ValueOf(returns.First, arguments);
                return Value.Of(classes.Atoms.ToArray().Where(a => a.Kind is AtomKind.Class).Select(a => _atoms[AtomKind.Instance, a.Class])).Union(UnknownOf(all));
            case ReturnKind.Unknown when entry.Kind is NameKind.Class:
                return InstanceOf(path).Union(Derived(all)).Union(ContainerOf(path, all));
            case ReturnKind.Unknown when !entry.IsHarmful && path.StartsWith("numpy.", StringComparison.Ordinal):
                return Array.Union(Derived(all));
            default:
                return UnknownOf(all);
        }
    }

    // What NumPy and natives compute; its methods compute as well, but for those that write.
    private Value Array => Value.Of(_atoms[AtomKind.ForeignInstance, ArrayClass]);

    private static bool IsArray(Atom atom) => atom.Kind is AtomKind.ForeignInstance && atom.Text is ArrayClass;

    // list(x), dict(x) and their kin hold what they get.
    private Value ContainerOf(string path, Value all) => path is "builtins.list" or "builtins.tuple" or "builtins.dict" or "builtins.set" or "builtins.frozenset" or "builtins.enumerate"
        or "builtins.zip" or "builtins.reversed" or "collections.OrderedDict" or "collections.deque" or "collections.defaultdict" or "itertools.chain"
        ? Iterated(all).Union(Value.Of(_atoms[AtomKind.Container, ""]))
        : Value.None;

    private Value InstanceOf(string path) => analysis.ClassOf(path) is { } type ? Value.Of(_atoms[AtomKind.Instance, type]) : Value.Of(_atoms[AtomKind.ForeignInstance, path]);
}
