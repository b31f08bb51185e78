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
    /// <param name="areFields">Whether an object is made without its constructor, as named tuples are: several values are its fields.</param>
    /// <param name="onlyActs">Whether only forms count that act wherever they come from: code, commands, templates.</param>
    /// <param name="areWords">Whether single words are what the object is about: a vocabulary has <c>eval</c> in it.</param>
    public string? Danger(string callee, IReadOnlyList<ValueShape> arguments, bool onlyStrong = false, bool anyText = false, bool areFields = false, bool onlyActs = false, bool areWords = false)
    {
        if (anyText && arguments.Any(a => a.Kind is ShapeKind.Str && a.Text.Length > 1 && !TextForms.IsNumeric(a.Text)))
            return "a text";

        bool isClass = NameConvention.IsClass(callee);
        if (isClass && !NameConvention.IsException(callee) && words.IsResource(callee) && arguments.Any(IsName))
            return "a text for a class whose name says that it opens something";

        if (isClass && arguments is [{ Kind: ShapeKind.Str, Elided: false } only] && OfLabel(only.Text) is { } label)
            return label.Weight is Weight.Strong ? CarriedForms.Of(label.Form, only.Text) : null;

        // An exception, and whatever else is made of one sentence, keeps it to say it.
        if (isClass && arguments is [{ Kind: ShapeKind.Str, Elided: false } said] && TextForms.IsSentence(said.Text) && _texts.Of(said.Text).Form is CarriedForms.Prose or CarriedForms.LongText or CarriedForms.Path or CarriedForms.Address or CarriedForms.Expression)
            return null;

        // With a code in front of it as well.
        if (isClass && arguments.Count(a => a.Kind is ShapeKind.Str) == 1 && arguments.All(a => a.Kind is ShapeKind.None or ShapeKind.Bool or ShapeKind.Int
            ? Bytes.OfNumber(a.Text).Weight is not Weight.Strong
            : a is { Kind: ShapeKind.Str, Elided: false } && TextForms.IsSentence(a.Text) && _texts.Of(a.Text).Form is CarriedForms.Prose or CarriedForms.LongText))
            return null;

        // An exception keeps its message; nothing in the main module is a class that comes with a file.
        Strictness strictness = onlyActs || NameConvention.IsException(callee) || ((onlyStrong || isClass) && callee.StartsWith("__main__.", StringComparison.Ordinal)) ? Strictness.Acts
            : onlyStrong ? Strictness.Strong : Strictness.Any;
        if (strictness is Strictness.Any && !isClass && Pair(arguments) is { } pair)
            return pair;

        bool onlyFields = areFields && isClass && arguments.Count > 1;
        Stack<Place> open = new();
        Push(open, arguments, default);
        for (int seen = 0; open.TryPop(out Place place); seen++)
        {
            if (seen == MaxValues)
                return "more values than can be looked at";

            if (areWords && place.Value is { Kind: ShapeKind.Str, Elided: false } word && TextForms.IsWord(word.Text))
                continue;

            if (Of(place, callee, isClass, onlyFields, strictness, open) is { } danger)
                return danger;
        }

        return null;
    }

    /// <summary>Whether a value can name a file or a host.</summary>
    private static bool IsName(ValueShape value) => (value.Kind is ShapeKind.Str || (value.Kind is ShapeKind.Bytes && value.Text.All(c => c is >= ' ' and < '\x7f'))) && value.Text.Length > 1 && !TextForms.IsNumeric(value.Text);

    /// <summary>Whether a text of an expression language reaches code: it calls an evaluator or a function of a standard module, or touches a special attribute.</summary>
    public bool ReachesCode(ValueShape value) => value.Kind switch
    {
        ShapeKind.Str or ShapeKind.Bytes => value.Elided || _texts.ReachesCode(value.Text),
        ShapeKind.None or ShapeKind.Bool or ShapeKind.Int or ShapeKind.Float => false,
        _ => true,
    };

    /// <summary>
    /// What the only text that a class gets can carry where it is a label: a word, or some words in a row. That is how members of enumerations are
    /// written; null where it is none.
    /// </summary>
    private Carried? OfLabel(string text)
    {
        if (TextForms.IsWord(text))
            return words.IsMode(text) ? Carried.Nothing : words.IsCommand(text) ? Carried.Strong(CarriedForms.Command) : _texts.Of(text) is { Weight: Weight.Strong } word ? word : Carried.Nothing;

        return TextForms.IsPhrase(text) && _texts.Of(text) is { Form: CarriedForms.Prose } ? Carried.Nothing : null;
    }

    private string? Of(Place place, string callee, bool isClass, bool onlyFields, Strictness strictness, Stack<Place> open)
    {
        ValueShape value = place.Value;
        Strictness here = place.InObject && strictness is Strictness.Any ? Strictness.Strong : strictness;
        switch (value.Kind)
        {
            case ShapeKind.Str when value.Text.Contains('\0', StringComparison.Ordinal):
                // No interpreter, shell or file system takes a text with NUL in it: bytes that Python 2 or another encoding wrote as text.
                Carried binary = Bytes.OfBytes(value);
                return Counts(binary, here) && !(isClass && binary.Form is CarriedForms.Bytes) ? Say(binary) : null;
            case ShapeKind.Str:
                Carried text = place.IsKey && TextForms.IsIdentifier(value.Text) ? Carried.Nothing : _texts.Of(value.Text, value.Elided);

                // No constructor of an object looks up a dotted name or a bare host, unless it is meant to.
                bool isFarName = strictness is Strictness.Strong && text.Form is CarriedForms.DottedName or CarriedForms.Address && value.Text.IndexOfAny([':', '/', '@']) < 0
                    && !_texts.Places.IsStandardName(value.Text);

                // A class that is made of several values keeps them as its fields; of one that nothing says it opens anything a place is such a field.
                bool isField = onlyFields && text.Form is CarriedForms.Path or CarriedForms.Address && !words.IsResource(callee);
                return Counts(text, here) && !isFarName && !isField ? CarriedForms.Of(text.Form, value.Text) : null;
            case ShapeKind.Bytes or ShapeKind.ByteArray:
                // How classes written in C are rebuilt: from their own binary form.
                Carried bytes = Bytes.OfBytes(value);
                return Counts(bytes, here) && !(isClass && bytes.Form is CarriedForms.Bytes) ? Say(bytes) : null;
            case ShapeKind.Int:
                return Bytes.OfNumber(value.Text) is { Weight: Weight.Strong } number ? Say(number) : null;
            case ShapeKind.Tuple or ShapeKind.List or ShapeKind.Set or ShapeKind.FrozenSet:
                if (Spelled(value.Items) is { } spelled)
                    return spelled;

                if (here is Strictness.Any && !isClass && !place.InDict && Pair(value.Items) is { } pair)
                    return pair;

                Push(open, value.Items, place);
                return null;
            case ShapeKind.Dict:
                for (int i = 0; i < value.Items.Count; i++)
                    open.Push(place with { Value = value.Items[i], InDict = true, IsKey = i % 2 == 0 });

                return null;
            case ShapeKind.Import:
                return strictness is Strictness.Any ? OfName(value.Text, callee) : OnlyHarmful(value.Text);
            case ShapeKind.Result or ShapeKind.Instance:
                return OfObject(place, callee, strictness, open);
            case ShapeKind.Extension:
                return $"{value.Text}, an extension code";
            case ShapeKind.Unknown when strictness is Strictness.Any && !place.InOwn:
                return "a value that is not known";
            default:
                return null;
        }
    }

    private string? OfObject(Place place, string callee, Strictness strictness, Stack<Place> open)
    {
        ValueShape value = place.Value;
        if (strictness is Strictness.Any)
        {
            if (value.Text.EndsWith(')'))
                return $"what {value.Text} returned";

            // Opcodes fill it, which its making does not show.
            if (value is { Text: "builtins.bytearray", Items.Count: 0 })
                return "bytes that are put together later";

            if (words.MakesPaths(value.Text))
                return "a path";

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

        // Constants are computed; what still is a text that a call puts together may be any.
        if (strictness is Strictness.Strong && !IsAsWritten(value) && standings.Of(value.Text) is Standing.MakesText)
            return CarriedForms.Computed;

        // What lies too deep in an object of the callee's own package to be shown was judged where the file makes it.
        Place inside = place with { InObject = true, InOwn = place.InOwn || IsOwn(value.Text, callee) };
        Push(open, value.Items, inside);
        if (value.State is not null)
            open.Push(inside with { Value = value.State, InDict = false, IsKey = false });

        return null;
    }

    /// <summary>Whether what a call makes are the very characters or bytes that stand in the file: of one constant, with no encoding beside it.</summary>
    private static bool IsAsWritten(ValueShape value) => value.Items.Count == 0 || Effects.Carriage.IsExaminedBytes(value)
        || (value is { Items: [var only], Keywords: null } && (only.IsPlain || Effects.Carriage.IsExaminedBytes(only)));

    private string? OfName(string path, string callee) => standings.Of(path) switch
    {
        Standing.Harmless => null,
        Standing.Unknown when IsOwn(path, callee) => null,
        _ => path,
    };

    private string? OnlyHarmful(string path) => standings.Of(path) is Standing.Harmful ? path : null;

    // Two texts side by side: a program and its argument, a module and a name, a host and a path.
    private string? Pair(IReadOnlyList<ValueShape> items)
    {
        int texts = 0;
        foreach (ValueShape item in items)
        {
            if (item.Kind is ShapeKind.Str && item.Text.Length > 0 && (item.Text.Length > 1 || words.IsLetterMode(item.Text)) && !TextForms.IsNumeric(item.Text) && ++texts == 2)
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

    private static bool Counts(Carried carried, Strictness strictness) => strictness switch
    {
        Strictness.Acts => carried.Acts,
        Strictness.Strong => carried.Weight is Weight.Strong,
        _ => carried.Weight is not Weight.Inert,
    };

    private static void Push(Stack<Place> open, IReadOnlyList<ValueShape> items, Place inside)
    {
        for (int i = items.Count - 1; i >= 0; i--)
            open.Push(inside with { Value = items[i], IsKey = false });
    }

    /// <summary>Whether two names lie in one top-level package.</summary>
    internal static bool IsOwn(string path, string callee)
    {
        int end = path.IndexOf('.', StringComparison.Ordinal);
        return end > 0 && callee.Length > end && callee.AsSpan(0, end + 1).SequenceEqual(path.AsSpan(0, end + 1));
    }

    private static string Say(Carried carried) => carried.Form;

    /// <summary>Which values count.</summary>
    private enum Strictness
    {
        /// <summary>Strong and grey ones.</summary>
        Any,

        /// <summary>Strong ones.</summary>
        Strong,

        /// <summary>Those that act wherever they come from.</summary>
        Acts,
    }

    /// <summary>A value and where it lies.</summary>
    private readonly record struct Place(ValueShape Value, bool InObject, bool InDict, bool IsKey, bool InOwn = false);
}
