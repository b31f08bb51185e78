// Tells what values are by following the calls that made them.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>Follows values back through the calls that made them, as far as what is known of those calls tells.</summary>
internal sealed class MeaningReader
{
    private const int MaxDepth = 12;
    private static readonly Meaning.Unknown s_unknown = new("");
    private readonly PathKnowledge _names;

    public MeaningReader(PathKnowledge names)
    {
        _names = names;
        Classes = new MadeClasses(this);
    }

    /// <summary>The classes that the file makes.</summary>
    public MadeClasses Classes { get; }

    /// <summary>What the value is.</summary>
    public Meaning Of(ValueShape value, int depth = 0)
    {
        if (depth > MaxDepth)
            return s_unknown;

        switch (value.Kind)
        {
            case ShapeKind.Import:
                return value.Text.Length > 0 ? new Meaning.Named(_names.Of(value.Text)) : s_unknown;
            case ShapeKind.Instance:
                return new Meaning.Instance(CalleeOf(value, depth), value);
            case ShapeKind.Result:
                return OfResult(value, depth);
            case ShapeKind.Persistent or ShapeKind.Extension or ShapeKind.Unknown:
                return s_unknown;
            default:
                return new Meaning.Literal(value);
        }
    }

    /// <summary>What the attribute of a value is.</summary>
    public Meaning Attribute(ValueShape owner, string name, int depth = 0)
    {
        if (Planted(owner, name) is { } planted && IsBelieved(owner, name, depth))
            return Of(planted, depth + 1);

        return Of(owner, depth + 1) switch
        {
            // An attribute of something unknown that is looked up by a call is no name that honest files write.
            Meaning.Named named => new Meaning.Named(Attribute(named.Name.Path, name)),
            Meaning.Unknown unknown => unknown,
            _ => new Meaning.MethodOf(owner, name),
        };
    }

    /// <summary>The attribute of something that is known by its path: a module keeps what it imports, so the path may lead through another module.</summary>
    private KnownPath Attribute(string owner, string name)
    {
        KnownPath direct = _names.Of(owner, name);
        if (direct.Entry is not null)
            return direct;

        KnownPath walked = _names.Of($"{owner}.{name}");
        return walked.Entry is not null ? walked : direct with { IsStrict = true };
    }

    /// <summary>
    /// Whether an attribute that a state gives an object is what somebody finds there: not where the class of the object was made by the file and has a member of that name,
    /// or takes states and attributes into its own hands.
    /// </summary>
    public bool IsBelieved(ValueShape owner, string name, int depth = 0) =>
        CalleeOf(owner, depth + 1) is not Meaning.MadeClass made || (Entry(made.Members, name) is null && Entry(made.Members, "__setstate__") is null && Entry(made.Members, "__setattr__") is null
            && Entry(made.Members, "__getattribute__") is null && Entry(made.Members, "__slots__") is null);

    /// <summary>The attribute that the state of an object, or a keyword at its making, gives it; null where there is none.</summary>
    public static ValueShape? Planted(ValueShape owner, string name)
    {
        if (owner.Kind is not (ShapeKind.Instance or ShapeKind.Result))
            return null;

        // What a call made of a dictionary may have its entries for attributes: a module, a namespace.
        if (owner.State is not { } state)
            return (owner.Keywords is { } given ? Entry(given, name) : null) ?? owner.Items.Select(i => Entry(i, name)).FirstOrDefault(v => v is not null);

        return Entry(state, name) ?? (owner.Keywords is { } keywords ? Entry(keywords, name) : null) ?? (state.Kind is ShapeKind.Tuple ? state.Items.Select(i => Entry(i, name)).FirstOrDefault(v => v is not null) : null);
    }

    /// <summary>The value of a dictionary under a text; the last one counts.</summary>
    public static ValueShape? Entry(ValueShape dictionary, string key)
    {
        if (dictionary.Kind is not ShapeKind.Dict)
            return null;

        for (int i = dictionary.Items.Count - 2; i >= 0; i -= 2)
        {
            if (dictionary.Items[i] is { Kind: ShapeKind.Str } text && text.Text == key)
                return dictionary.Items[i + 1];
        }

        return null;
    }

    /// <summary>What was called to make a result or an instance.</summary>
    public Meaning CalleeOf(ValueShape made, int depth = 0) =>
        made.Callee is { } callee ? Of(callee, depth + 1) : made.Text.Length > 0 && !made.Text.EndsWith(')') ? new Meaning.Named(_names.Of(made.Text)) : s_unknown;

    private Meaning OfResult(ValueShape value, int depth) => CalleeOf(value, depth) switch
    {
        Meaning.Named named => Returned(named, value, depth),
        Meaning.Bound { Target: Meaning.Named named } bound => Returned(named, value with { Items = [.. bound.Front, .. value.Items] }, depth),
        Meaning.MadeClass made => new Meaning.Instance(made, value),
        Meaning.MethodCaller caller when value.Items is [var self, ..] => Returned(Attribute(self, caller.Name, depth), value with { Items = [self, .. caller.Rest] }, depth),
        Meaning.Getter { Names: [{ Kind: ShapeKind.Str } name] } when value.Items is [var owner, ..] => name.Text.Split('.') is [var one] ? Attribute(owner, one, depth) : s_unknown,
        Meaning.Unknown unknown => unknown,
        _ => new Meaning.Unknown(value.Text),
    };

    private Meaning Returned(Meaning callee, ValueShape call, int depth) =>
        callee is Meaning.Named named ? Returned(named, call, depth) : new Meaning.Unknown(call.Text);

    private Meaning Returned(Meaning.Named named, ValueShape call, int depth)
    {
        if (named.Name.Entry is not { } entry)
            return NameConvention.IsClass(named.Name.Path) ? new Meaning.Instance(named, call) : new Meaning.Unknown(named.Name.Path);

        EffectReturn returns = entry.Returns;
        ValueShape? first = Argument(call, returns.First);
        ValueShape? second = Argument(call, returns.Second);
        switch (returns.Kind)
        {
            case ReturnKind.Data or ReturnKind.Text or ReturnKind.TextOf or ReturnKind.BytesOf:
                return new Meaning.Literal(call);
            case ReturnKind.Instance:
                return new Meaning.Instance(returns.Class.Length > 0 ? new Meaning.Named(_names.Of(returns.Class)) : named, call);
            case ReturnKind.InstanceOf when first is not null:
                return new Meaning.Instance(Of(first, depth + 1), call);
            case ReturnKind.Argument when first is not null:
                return Of(first, depth + 1);
            case ReturnKind.Attribute when first is not null && second is { Kind: ShapeKind.Str, Elided: false }:
                return second.Text.Split('.') is [var one] ? Attribute(first, one, depth) : s_unknown;
            case ReturnKind.Item when first is not null && second is not null:
                return Item(first, second, depth);
            case ReturnKind.Named when first is { Kind: ShapeKind.Str, Elided: false } && second is { Kind: ShapeKind.Str, Elided: false }:
                return new Meaning.Named(_names.Of(first.Text, second.Text));
            case ReturnKind.Dotted when first is { Kind: ShapeKind.Str, Elided: false, Text.Length: > 0 }:
                return new Meaning.Named(_names.Of(first.Text.Replace(':', '.')));
            case ReturnKind.TypeName when first is not { Kind: ShapeKind.Str, Elided: false }:
                // Which type cannot be told; the one that matters is that of code.
                return new Meaning.Named(_names.Of("carried-types", "CodeType"));
            case ReturnKind.TypeName:
                return new Meaning.Named(_names.Of("carried-types", first.Text) is { Entry: not null } type ? type : _names.Of("builtins", first.Text));
            case ReturnKind.Bound:
                return BoundBy(call, returns.First, depth);
            case ReturnKind.MethodCaller when first is { Kind: ShapeKind.Str }:
                return new Meaning.MethodCaller(first.Text, [.. call.Items.Skip(returns.First.Index + 1)]);
            case ReturnKind.Getter:
                return new Meaning.Getter(call.Items);
            case ReturnKind.Class when first is not null || returns.First.Kind is SourceKind.Always || MadeClasses.IsOutline(call):
                return new Meaning.MadeClass(Classes.Members(call, first ?? new ValueShape(ShapeKind.Dict)), call.Items.FirstOrDefault(i => i.Kind is ShapeKind.Tuple)?.Items ?? []) { Shape = call };
            case ReturnKind.Function:
                return new Meaning.CarriedFunction(named.Name.Path, call);
            default:
                return entry.Kind is NameKind.Class && returns.Kind is ReturnKind.Unknown ? new Meaning.Instance(named, call) : new Meaning.Unknown(named.Name.Path);
        }
    }

    /// <summary>A partial function keeps its callable in its arguments, or in the state that was put into it last.</summary>
    private Meaning BoundBy(ValueShape call, EffectSource source, int depth)
    {
        if (call.State is { Kind: ShapeKind.Tuple, Items: [var target, { Kind: ShapeKind.Tuple } front, ..] })
            return new Meaning.Bound(Of(target, depth + 1), front.Items, call.State.Items.ElementAtOrDefault(2));

        return Argument(call, source) is { } first
            ? new Meaning.Bound(Of(first, depth + 1), [.. call.Items.Where((_, i) => i != source.Index)], call.Keywords)
            : new Meaning.Unknown(call.Text);
    }

    private Meaning Item(ValueShape container, ValueShape key, int depth)
    {
        switch (container.Kind)
        {
            case ShapeKind.Tuple or ShapeKind.List when key.Kind is ShapeKind.Int && int.TryParse(key.Text, out int index):
                index = index < 0 ? index + container.Items.Count : index;
                return !container.Elided && index >= 0 && index < container.Items.Count ? Of(container.Items[index], depth + 1) : s_unknown;
            case ShapeKind.Dict when key.Kind is ShapeKind.Str:
                return Entry(container, key.Text) is { } value ? Of(value, depth + 1) : s_unknown;
            case ShapeKind.Import when key.Kind is ShapeKind.Str && container.Text.EndsWith(".__dict__", StringComparison.Ordinal):
                return new Meaning.Named(_names.Of(container.Text[..^9], key.Text));
            default:
                return s_unknown;
        }
    }

    private static ValueShape? Argument(ValueShape call, EffectSource source) =>
        source.Kind is SourceKind.Argument && source.Index < call.Items.Count ? call.Items[source.Index] : null;
}
