// What a function with source does, with what this call gives it.
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Effects;

namespace Assay.Code.Flow;

internal sealed partial class Evaluator
{
    /// <summary>What a call came to, and when that was.</summary>
    private readonly record struct Done(int Version, int Epoch, Value Result);

    private readonly Dictionary<(Unit Callee, Arguments Arguments), Done> _done = [];

    private readonly Dictionary<(Value Self, string Name), (int Epoch, Value Value)> _objectFields = [];

    /// <summary>Does what a summary says, with the arguments of this call, and gives what it returns.</summary>
    private Value Instantiate(Unit callee, FunctionInfo function, Arguments arguments)
    {
        // The same call in the same state of the analysis says the same.
        Summary summary = callee.Summary;
        if (_done.TryGetValue((callee, arguments), out Done done) && done.Version == summary.Version && done.Epoch == _epoch)
            return done.Result;

        Value self = function.HasSelf && !function.IsClassMethod ? arguments.At(0, "") : Value.None;
        Value result = Given(summary.Returns, function, self, arguments);
        _done[(callee, arguments)] = new Done(summary.Version, _epoch, result);
        foreach ((EffectKey key, _) in summary.Always)
            AddAlways(key.Kind, "", callee, key);

        if (arguments.All.IsNone && callee.Self is null)
            return result;

        Dictionary<Origin, Value> given = [];
        Value GivenOnce(Origin origin)
        {
            if (!given.TryGetValue(origin, out Value? value))
                given.Add(origin, value = Limited(Given(origin, function, self, arguments)));

            return value;
        }

        _work += 4 + (summary.InOrder.Count * (1 + arguments.All.Count));
        for (int i = 0; i < summary.InOrder.Count; i++)
        {
            (EffectKey key, EffectFlow flow) = summary.InOrder[i];
            if (key.Source.Kind is OriginKind.Nothing)
                continue;

            Value met = GivenOnce(key.Source);
            if (met.IsNone)
                continue;

            Value with = Value.None;
            if (key.Kind is EffectKind.Call or EffectKind.Method or EffectKind.New or EffectKind.SetState or EffectKind.GetAttribute or EffectKind.SetAttribute)
            {
                if (flow.WithAll)
                {
                    with = arguments.All;
                }
                else
                {
                    foreach (Atom atom in flow.With.Atoms)
                        with = with.Union(GivenOnce(atom.Origin));

                    with = Limited(with);
                }
            }

            Happen(key, met, with, callee);
        }

        if (self.Has(AtomKind.Self))
        {
            string[] shadowed = callee.Self == _unit.Self ? [.. summary.Shadowed] : [];
            foreach (string call in shadowed)
                Shadow(call);

            for (int i = 0; i < summary.KeptFields.Count; i++)
                SetField(summary.KeptFields[i], Given(summary.Keeps[summary.KeptFields[i]], function, self, arguments));
        }

        return result;
    }

    // What is called on the object itself may be what a state put there.
    private void Shadow(string call)
    {
        if (_unit.Summary.Shadow(call))
        {
            _changed = true;
            _told = true;
        }
    }

    private void Happen(EffectKey key, Value met, Value with, Unit callee)
    {
        switch (key.Kind)
        {
            case EffectKind.Call:
                Value called = met.Where(a => !a.IsOrigin);
                if (!called.IsNone)
                    Call(called.Union(Derived(met)), Arguments.Loose(with.Union(Iterated(with))));

                foreach (Origin origin in NotDerived(met))
                {
                    Add(origin.Deep ? EffectKind.Unknown : EffectKind.Call, origin, "", with, "", callee, key);
                    Give(with);
                }

                if (called.IsNone)
                    AddAll(EffectKind.Unknown, met.Where(a => a.IsOrigin && a.Origin.Derived), "", callee, key);

                break;
            case EffectKind.Method:
                Value typed = met.Where(a => !a.IsOrigin);
                if (!typed.IsNone)
                    CallMethod(typed.Union(Derived(met)), default, key.Name, Arguments.Loose(with));

                foreach (Origin origin in NotDerived(met))
                {
                    bool isPlain = analysis.Methods.Contains(key.Name);
                    if (!origin.Deep || !isPlain)
                        Add(origin.Deep ? EffectKind.Unknown : EffectKind.Method, origin, origin.Deep ? "" : key.Name, with, "", callee, key);
                }

                if (typed.IsNone && !analysis.Methods.Contains(key.Name))
                    AddAll(EffectKind.Unknown, met.Where(a => a.IsOrigin && a.Origin.Derived), "", callee, key);

                break;
            case EffectKind.New or EffectKind.SetState:
                foreach (Atom atom in met.Atoms)
                    Make(new Effect { Kind = key.Kind, Source = EffectSource.Any }, atom, callee.ToString(), Arguments.Loose(with));

                break;
            case EffectKind.GetAttribute:
                NamedAttribute(key.Kind, met, with, callee.ToString());
                break;
            case EffectKind.SetAttribute:
                foreach (Origin source in Origins(met))
                    Add(key.Kind, source, "", with, "", callee, key);

                break;
            case EffectKind.Unknown:
                AddAll(key.Kind, met, "", callee, key);
                Give(met);
                break;
            default:
                AddAll(key.Kind, met, "", callee, key);
                if (IsOwn(met))
                    AddAlways(key.Kind, "", callee, key);

                break;
        }
    }

    private static List<Origin> NotDerived(Value value)
    {
        List<Origin> origins = [];
        foreach (Atom atom in value.Atoms)
        {
            if (atom.IsOrigin && !atom.Origin.Derived)
                origins.Add(atom.Origin);
        }

        return origins;
    }

    /// <summary>A value of a summary in terms of this function: what comes from its parameters and fields is what this call gives.</summary>
    private Value Given(Value value, FunctionInfo function, Value self, Arguments arguments)
    {
        Value all = Value.None;
        foreach (Atom atom in value.Atoms)
        {
            if (atom.Kind is AtomKind.Self)
            {
                all = all.Union(self);
                continue;
            }

            if (!atom.IsOrigin)
            {
                all = all.Union(Value.Of(atom));
                continue;
            }

            Value given = Given(atom.Origin, function, self, arguments);
            all = all.Union(atom.Origin.Derived ? Derived(given) : given);
        }

        return Limited(all);
    }

    private Value Given(Origin origin, FunctionInfo function, Value self, Arguments arguments)
    {
        Value value = origin.Kind switch
        {
            OriginKind.Parameter => arguments.At(origin.Index, origin.Name),
            OriginKind.Rest => arguments.From(origin.Index),
            OriginKind.Keyword => arguments.Named(origin.Name),
            OriginKind.AnyKeyword => Rest(function, arguments),
            OriginKind.Nothing => Value.None,
            OriginKind.Captured => Derived(arguments.Star.Union(arguments.DoubleStar)),
            _ => FieldOf(self, origin.Name),
        };
        if (origin.Deep)
            return Iterated(Iterated(value)).Union(Derived(value));

        if (origin.Key.Length > 0)
            value = Projected(value, origin.Key, isKey: true);

        return origin.Items ? Iterated(value) : value;
    }

    /// <summary>What a field of an object of another function is: what the object was made of.</summary>
    private Value FieldOf(Value self, string name)
    {
        if (_objectFields.TryGetValue((self, name), out (int Epoch, Value Value) known) && known.Epoch == _epoch)
            return known.Value;

        Value found = FieldOfNow(self, name);
        _objectFields[(self, name)] = (_epoch, found);
        return found;
    }

    private Value FieldOfNow(Value self, string name)
    {
        Value all = Derived(self);
        foreach (Atom atom in self.Atoms)
        {
            if (name is Origin.AnyField)
                all = all.Union(AnyField(atom));
            else if (atom.Kind is AtomKind.Self)
                all = all.Union(Field(name));
            else if (atom.Kind is AtomKind.Instance)
                all = all.Union(analysis.Fields(atom.Class, name, _unit));
            else if (atom.IsOrigin && !atom.Origin.Derived)
                all = all.Union(Value.Of(_atoms[atom.Origin.Under(name)]));
        }

        return all;
    }

    // Any field of an object: all that is known to be in one.
    private Value AnyField(Atom atom)
    {
        Value all = Value.None;
        if (atom.Kind is AtomKind.Self)
        {
            all = Value.Of(_atoms[Origin.Field(Origin.AnyField)]);
            foreach (Value kept in _unit.Summary.Keeps.Values)
                all = all.Union(kept);
        }
        else if (atom.Kind is AtomKind.Instance)
        {
            foreach (ClassInfo owner in analysis.Classes.Order(atom.Class))
            {
                foreach (string field in owner.Fields.Keys)
                    all = all.Union(analysis.Fields(atom.Class, field, _unit));
            }
        }
        else if (atom.IsOrigin && !atom.Origin.Derived)
        {
            all = Value.Of(atom);
        }

        return Limited(all);
    }
}
