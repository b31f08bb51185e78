// What a state can carry into an object of a class that nothing is known of.
using Assay.Artifacts;

namespace Assay.Detection.Capacity;

/// <summary>
/// Judges the state that is put into an instance of an unknown class. The class may have a <c>__setstate__</c>; most have none, and good files hold paths,
/// addresses, prose and names of functions in states. So only what acts by itself counts, and what no state of a model holds.
/// </summary>
internal sealed class StateCapacity(CapacityWords words, IStandings standings)
{
    private const int MaxValues = 4096;

    /// <summary>How deep a text lies that is a setting of the object.</summary>
    private const int AttributeDepth = 4;
    private readonly TextCapacity _texts = new(words);

    private ByteCapacity Bytes => field ??= new ByteCapacity(_texts);

    /// <summary>What an unknown class could do harm with, in words; null where there is nothing.</summary>
    /// <param name="owner">The class.</param>
    /// <param name="state">The state.</param>
    public string? Danger(string owner, ValueShape state)
    {
        if (state.Kind is ShapeKind.Str or ShapeKind.Bool)
            return $"a state that is {(state.Kind is ShapeKind.Bool ? "a boolean" : "one text")}";

        if (state.Kind is ShapeKind.Bytes)
            return Bytes.OfBytes(state) is { Weight: Weight.Strong } whole ? whole.Form : null;

        bool isPlain = IsFieldsOfModel(state);
        Stack<(ValueShape Value, bool IsKey, int Depth)> open = new([(state, false, 0)]);
        for (int seen = 0; open.TryPop(out (ValueShape Value, bool IsKey, int Depth) next); seen++)
        {
            if (seen == MaxValues)
                return "more values than can be looked at";

            // Text that lies deeper than settings do is what the object is about.
            bool isContent = next.Value.Kind is ShapeKind.Str && (next.IsKey || isPlain || next.Depth > AttributeDepth);
            if (!isContent && Of(owner, next.Value) is { } danger)
                return danger;

            // A copy, and an object that only keeps attributes, has what went into it: what is made there may be called as a method of it.
            if (next.Value.Kind is ShapeKind.Result or ShapeKind.Instance && standings.Of(next.Value.Text) is Standing.Harmless)
            {
                foreach (ValueShape part in next.Value.Items.Concat(next.Value.State is { Kind: ShapeKind.Dict } kept ? kept.Items : []))
                {
                    if (part.Kind is ShapeKind.Result or ShapeKind.Instance)
                        open.Push((part, false, next.Depth + 1));
                }
            }

            // The states of objects inside are judged with them.
            if (next.Value.Kind is ShapeKind.Tuple or ShapeKind.List or ShapeKind.Set or ShapeKind.FrozenSet or ShapeKind.Dict)
            {
                for (int i = next.Value.Items.Count - 1; i >= 0; i--)
                    open.Push((next.Value.Items[i], next.Value.Kind is ShapeKind.Dict && i % 2 == 0, next.Depth + 1));
            }
        }

        return null;
    }

    /// <summary>Whether a state is what pydantic's models write: fields, and which of them were set. Its <c>__setstate__</c> only keeps them.</summary>
    private static bool IsFieldsOfModel(ValueShape state)
    {
        if (state.Kind is not ShapeKind.Dict)
            return false;

        bool fields = false, set = false;
        for (int i = 0; i < state.Items.Count; i += 2)
        {
            fields |= state.Items[i] is { Kind: ShapeKind.Str, Text: "__dict__" };
            set |= state.Items[i] is { Kind: ShapeKind.Str, Text: "__fields_set__" or "__pydantic_fields_set__" };
        }

        return fields && set;
    }

    private string? Of(string owner, ValueShape value)
    {
        switch (value.Kind)
        {
            case ShapeKind.Str:
                return OfText(value);
            case ShapeKind.Bytes or ShapeKind.ByteArray:
                Carried bytes = Bytes.OfBytes(value);
                return bytes.Acts || bytes.Form is CarriedForms.Signature ? bytes.Form : null;
            case ShapeKind.Int:
                return Bytes.OfNumber(value.Text) is { Weight: Weight.Strong, Form: CarriedForms.Numbers } number ? number.Form : null;
            case ShapeKind.Tuple or ShapeKind.List:
                return Bytes.OfNumbers(value.Items) is { Weight: Weight.Strong } numbers ? numbers.Form : null;
            case ShapeKind.Import:
                return standings.Of(value.Text) is Standing.Harmful && !standings.IsSetting(value.Text) ? value.Text : null;
            case ShapeKind.Result or ShapeKind.Instance:
                return OfObject(value, owner);
            default:
                return null;
        }
    }

    /// <summary>Whether a value is the path of an ordinary attribute: no special one, none by the name of a function that does harm.</summary>
    private bool IsPlainAttribute(ValueShape value) =>
        value is { Kind: ShapeKind.Str, Elided: false } && value.Text.Split('.').All(step => TextForms.IsIdentifier(step) && _texts.Of(step) is { Weight: Weight.Inert });

    /// <summary>
    /// Text in a state lies there until something runs it, and good files keep source lines, templates and commands in states. What counts is text that
    /// would do something beyond the object: code that imports or reaches an evaluator or a function of a standard module, a line for a shell, a
    /// library of native code, a pickle, the name of something harmful.
    /// </summary>
    private string? OfText(ValueShape value)
    {
        Carried text = _texts.Of(value.Text, value.Elided);
        bool counts = text.Form is CarriedForms.DottedName ? IsHarmfulName(value.Text) : _texts.ReachesBeyond(text.Form, value.Text);
        return counts ? CarriedForms.Of(text.Form, value.Text) : null;
    }

    private bool IsHarmfulName(string text) => standings.DoesHarm(text.Replace(':', '.'));

    /// <summary>A partial function of the class' own package, or of something harmless, is how settings are kept.</summary>
    private string? OfObject(ValueShape value, string owner) => value.Text.EndsWith(')') ? null : standings.Of(value.Text) switch
    {
        Standing.Harmful => $"{value.Text}(...)",
        Standing.KeepsCallable when value.Items is [{ Kind: ShapeKind.Import } kept, ..] && (standings.Of(kept.Text) is Standing.Harmless || standings.IsSetting(kept.Text) || CallCapacity.IsOwn(kept.Text, owner)) => null,

        // Of what it will be called on only the name of a method is known, and that is an ordinary one: how settings name a step.
        Standing.KeepsCallable when value.Text.EndsWith(".methodcaller", StringComparison.Ordinal) && value.Items is [{ Kind: ShapeKind.Str, Elided: false } name, ..]
            && _texts.Of(name.Text) is { Weight: Weight.Inert } => null,
        Standing.KeepsCallable when value.Text.EndsWith(".attrgetter", StringComparison.Ordinal) && value.Items.All(IsPlainAttribute) => null,
        Standing.KeepsCallable => $"{value.Text}(...)",
        _ => null,
    };
}
