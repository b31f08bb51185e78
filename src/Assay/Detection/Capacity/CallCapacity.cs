// What the arguments of a call can carry into a callable that nothing is known of.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Capacity;

/// <summary>
/// Judges a call of unknown code by its arguments. What can carry nothing lets such code do only what it would do in any program that calls
/// it; anything that can be a command, a place, code or a callable lets the file choose.
/// </summary>
internal sealed class CallCapacity(CapacityWords words, IStandings standings)
{
    private const int MaxValues = 4096;
    private const int SpelledTexts = 3;

    private readonly TextCapacity _texts = new(words);

    private ByteCapacity Bytes => field ??= new ByteCapacity(_texts);

    /// <summary>What an unknown callable could do harm with, in words; null where there is nothing.</summary>
    /// <param name="callee">The canonical name of what is called.</param>
    /// <param name="arguments">What it gets.</param>
    /// <param name="onlyStrong">Whether only strong forms count: <c>__new__</c> alone runs.</param>
    /// <param name="anyText">Whether every text counts: another callable hands it over, so nothing says what it is meant for.</param>
    public string? Danger(string callee, IReadOnlyList<ValueShape> arguments, bool onlyStrong = false, bool anyText = false)
    {
        if (anyText && arguments.Any(a => a.Kind is ShapeKind.Str && a.Text.Length > 1 && !TextForms.IsNumeric(a.Text)))
            return "a text";

        bool isClass = IsClassName(callee);
        if (isClass && arguments is [{ Kind: ShapeKind.Str } only] && TextForms.IsWord(only.Text) && !only.Elided)
            return _texts.Of(only.Text) is { } word && (word.Weight is Weight.Strong || words.IsCommand(only.Text)) ? Say(word) : null;

        if (!onlyStrong && !isClass && Pair(arguments) is { } pair)
            return pair;

        Stack<Place> open = new();
        Push(open, arguments, default);
        for (int seen = 0; open.TryPop(out Place place); seen++)
        {
            if (seen == MaxValues)
                return "more values than can be looked at";

            if (Of(place, callee, isClass, onlyStrong, open) is { } danger)
                return danger;
        }

        return null;
    }

    /// <summary>Whether a text of an expression language reaches code: it calls an evaluator or a function of a standard module, or touches a special attribute.</summary>
    public bool ReachesCode(ValueShape value) => value.Kind switch
    {
        ShapeKind.Str or ShapeKind.Bytes => value.Elided || _texts.ReachesCode(value.Text),
        ShapeKind.None or ShapeKind.Bool or ShapeKind.Int or ShapeKind.Float => false,
        _ => true,
    };

    private string? Of(Place place, string callee, bool isClass, bool onlyStrong, Stack<Place> open)
    {
        ValueShape value = place.Value;
        bool grey = !onlyStrong && !place.InObject;
        switch (value.Kind)
        {
            case ShapeKind.Str:
                Carried text = place.IsKey && TextForms.IsIdentifier(value.Text) ? Carried.Nothing : _texts.Of(value.Text, value.Elided);
                return Counts(text, grey) ? Say(text) : null;
            case ShapeKind.Bytes or ShapeKind.ByteArray:
                Carried bytes = Bytes.OfBytes(value);
                return Counts(bytes, grey) ? Say(bytes) : null;
            case ShapeKind.Int:
                return Bytes.OfNumber(value.Text) is { Weight: Weight.Strong } number ? Say(number) : null;
            case ShapeKind.Tuple or ShapeKind.List or ShapeKind.Set or ShapeKind.FrozenSet:
                if (Spelled(value.Items) is { } spelled)
                    return spelled;

                if (grey && !isClass && !place.InDict && Pair(value.Items) is { } pair)
                    return pair;

                Push(open, value.Items, place);
                return null;
            case ShapeKind.Dict:
                for (int i = 0; i < value.Items.Count; i++)
                    open.Push(new Place(value.Items[i], place.InObject, true, i % 2 == 0));

                return null;
            case ShapeKind.Import:
                return onlyStrong ? OnlyHarmful(value.Text) : OfName(value.Text, callee);
            case ShapeKind.Result or ShapeKind.Instance:
                return OfObject(place, callee, onlyStrong, open);
            case ShapeKind.Extension:
                return $"{value.Text}, an extension code";
            case ShapeKind.Unknown when !onlyStrong:
                return "a value that is not known";
            default:
                return null;
        }
    }

    private string? OfObject(Place place, string callee, bool onlyStrong, Stack<Place> open)
    {
        ValueShape value = place.Value;
        if (!onlyStrong)
        {
            if (value.Text.EndsWith(')'))
                return $"what {value.Text} returned";

            switch (standings.Of(value.Text))
            {
                case Standing.Harmful or Standing.KeepsCallable:
                    return $"{value.Text}(...)";
                case Standing.MakesText when value.Items.Count > 0:
                    return CarriedForms.Computed;
                case Standing.Unknown when !IsOwn(value.Text, callee):
                    return $"{value.Text}(...), which is not known either";
                default:
                    break;
            }
        }

        Push(open, value.Items, place with { InObject = true });
        if (value.State is not null)
            open.Push(new Place(value.State, true, false, false));

        return null;
    }

    private string? OfName(string path, string callee) => standings.Of(path) switch
    {
        Standing.Harmless => null,
        Standing.Unknown when IsOwn(path, callee) => null,
        _ => path,
    };

    private string? OnlyHarmful(string path) => standings.Of(path) is Standing.Harmful ? path : null;

    // Two texts side by side: a program and its argument, a module and a name, a host and a path.
    private static string? Pair(IReadOnlyList<ValueShape> items)
    {
        int texts = 0;
        foreach (ValueShape item in items)
        {
            if (item.Kind is ShapeKind.Str && item.Text.Length > 1 && !TextForms.IsNumeric(item.Text) && ++texts == 2)
                return "several texts";
        }

        return null;
    }

    /// <summary>Numbers or short texts that spell something strong together.</summary>
    private string? Spelled(IReadOnlyList<ValueShape> items)
    {
        if (Bytes.OfNumbers(items) is { Weight: Weight.Strong } numbers)
            return Say(numbers);

        if (items.Count < SpelledTexts || !items.All(i => i.Kind is ShapeKind.Str))
            return null;

        bool characters = items.All(i => i.Text.Length <= 2);
        string joined = string.Join(characters ? "" : " ", items.Select(i => i.Text));
        Carried text = _texts.Of(joined, items.Any(i => i.Elided));
        return text.Weight is Weight.Strong && (characters || text.Form is CarriedForms.Command or CarriedForms.Shell) ? Say(text) : null;
    }

    private static bool Counts(Carried carried, bool grey) => carried.Weight is Weight.Strong || (grey && carried.Weight is Weight.Grey);

    private static void Push(Stack<Place> open, IReadOnlyList<ValueShape> items, Place inside)
    {
        for (int i = items.Count - 1; i >= 0; i--)
            open.Push(inside with { Value = items[i], IsKey = false });
    }

    private static bool IsClassName(string path) => NameConvention.IsClass(path);

    /// <summary>Whether two names lie in one top-level package.</summary>
    internal static bool IsOwn(string path, string callee)
    {
        int end = path.IndexOf('.', StringComparison.Ordinal);
        return end > 0 && callee.Length > end && callee.AsSpan(0, end + 1).SequenceEqual(path.AsSpan(0, end + 1));
    }

    private static string Say(Carried carried) => carried.Form;

    /// <summary>A value and where it lies.</summary>
    private readonly record struct Place(ValueShape Value, bool InObject, bool InDict, bool IsKey);
}
