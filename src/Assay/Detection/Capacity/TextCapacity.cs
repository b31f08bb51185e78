// What one text can carry into code that is not known.
namespace Assay.Detection.Capacity;

/// <summary>
/// Weighs texts by what they look like. The classes were calibrated on real files: what ordinary models hand to the code of strangers is a
/// single word, a number, a date; what does harm there is code, a command, a path, an address or a dotted name.
/// </summary>
internal sealed class TextCapacity
{
    private const int EncodedLength = 48;
    private const double EncodedEntropy = 4.2;

    private readonly CapacityWords _words;
    private readonly CodeForms _code;
    private readonly ShellForms _shell;

    public TextCapacity(CapacityWords words)
    {
        _words = words;
        Places = new PlaceForms(words);
        _code = new CodeForms(words);
        _shell = new ShellForms(words, Places);
    }

    /// <summary>What tells places apart.</summary>
    public PlaceForms Places { get; }

    /// <summary>Weighs a text; <paramref name="cut"/> where only its beginning is known.</summary>
    public Carried Of(string text, bool cut = false)
    {
        string bare = text.Trim();
        if (!cut && (bare.Length <= 1 || (TextForms.IsNumeric(bare) && !_words.IsPowerful(bare))))
            return Carried.Nothing;

        if (IsEncoded(bare))
            return Carried.Strong(CarriedForms.Encoded);

        if (!cut && TextForms.IsWord(bare))
            return Word(bare);

        if (PickleForms.Holds(text))
            return Carried.Strong(CarriedForms.Pickle);

        if (bare.Contains("{{", StringComparison.Ordinal) || bare.Contains("{%", StringComparison.Ordinal) || bare.Contains("<?php", StringComparison.Ordinal))
            return Carried.Strong(CarriedForms.Template);

        if (_shell.IsShell(bare))
            return Carried.Strong(CarriedForms.Shell);

        // A name alone is none of its special parts: Model.__init__ is how documents name a method.
        if (Places.Of(bare) is CarriedForms.DottedName)
            return Carried.Strong(CarriedForms.DottedName);

        Carried? code = _code.Of(bare);
        if (code is { Weight: Weight.Strong } strong)
            return strong;

        if (Places.Of(bare) is { } place)
            return Carried.Strong(place);

        if (_shell.IsCommand(bare))
            return Carried.Strong(CarriedForms.Command);

        return code ?? (bare.Length > TextForms.LongestWord || cut ? Carried.Grey(CarriedForms.LongText) : Carried.Grey(CarriedForms.Prose));
    }

    /// <summary>Whether a text reaches code as a piece of a larger expression.</summary>
    public bool ReachesCode(string text) => _code.Reaches(text);

    /// <summary>Whether something of this form would reach beyond what it is given, if anything ran it.</summary>
    public bool ReachesBeyond(string form, string text) => form switch
    {
        CarriedForms.Code => _code.ReachesBeyond(text),
        CarriedForms.Template => _code.Walks(text),
        CarriedForms.Shell => _shell.IsShell(text.Trim(), isPointed: true),
        CarriedForms.Native => Places.IsNativeCode(text),
        _ => form is CarriedForms.Pickle,
    };

    private Carried Word(string word)
    {
        if (_words.IsPowerful(word))
            return Carried.Strong(CarriedForms.PowerfulWord);

        if (_words.RunsByItself(word))
            return Carried.Strong(CarriedForms.Native);

        if (word[0] == '-' && word.Length > 1)
            return Carried.Grey(CarriedForms.Option);

        if (_words.IsWriteMode(word))
            return Carried.Strong(CarriedForms.WriteMode);

        return TextForms.IsDunder(word) || _words.IsCommand(word) || _words.IsModule(word) || _words.IsBuiltin(word)
            ? Carried.Grey(CarriedForms.Word)
            : Carried.Nothing;
    }

    /// <summary>Whether the text looks like base64 or another dense code: one run of letters of both cases and digits, with little order in it.</summary>
    private static bool IsEncoded(ReadOnlySpan<char> text)
    {
        if (text.Length < EncodedLength)
            return false;

        Span<int> counts = stackalloc int[128];
        bool upper = false, lower = false;
        int seen = 0;
        foreach (char c in text)
        {
            if (c is '\n' or '\r')
                continue;

            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/' or '=' or '-' or '_'))
                return false;

            counts[c]++;
            seen++;
            upper |= char.IsAsciiLetterUpper(c);
            lower |= char.IsAsciiLetterLower(c);
        }

        double entropy = 0;
        foreach (int count in counts)
            entropy -= count == 0 ? 0 : (double)count / seen * Math.Log2((double)count / seen);

        return upper && lower && entropy > EncodedEntropy;
    }
}
