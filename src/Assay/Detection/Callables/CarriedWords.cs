// Grades code objects that cannot be read as bytecode, by the names and texts in them.
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>
/// Grades a code object by what it names. One in ten honest pickles carries functions, so being carried means nothing; and a
/// single name means little (<c>eval</c> is also a method of every PyTorch module): combinations count.
/// </summary>
internal static class CarriedWords
{
    private const int MaxNodes = 4096;

    /// <summary>The judgement about the arguments of a code constructor, and the words that gave it.</summary>
    public static (string Judgement, string Words) Grade(IReadOnlyList<ValueShape> arguments, CallableTable table)
    {
        (HashSet<string> names, List<string> texts, bool cut) = Collect(arguments);
        (string? grade, string words) = Worst(names, table);
        string? command = table.CommandTexts.Find(c => texts.Exists(t => t.Contains(c, StringComparison.OrdinalIgnoreCase)));
        if (grade is "harmful" || (grade is "suspicious" && command is not null))
            return (Judgements.HarmfulCode, command is null ? words : $"{words}, '{command}'");

        if (grade is not null)
            return (Judgements.SuspiciousCode, words);

        return cut
            ? (Judgements.Elided, "the names of the carried code were not all kept")
            : (Judgements.OrdinaryCode, string.Join(", ", names.Order(StringComparer.Ordinal).Take(8)));
    }

    private static (string? Grade, string Words) Worst(HashSet<string> names, CallableTable table)
    {
        (string? Grade, string Words) worst = (null, "");
        foreach ((string grade, string[] words) in table.CodeWords)
        {
            if (worst.Grade == grade || !Array.TrueForAll(words, w => Holds(names, w)))
                continue;

            worst = (grade, string.Join(" with ", words));
            if (grade is "harmful")
                break;
        }

        return worst;
    }

    private static bool Holds(HashSet<string> names, string word) =>
        word.EndsWith('*') ? names.Any(n => n.StartsWith(word[..^1], StringComparison.Ordinal)) : names.Contains(word);

    // Of a code object only co_names are names of globals, attributes and modules; co_varnames and the like are names of the function's own. Texts are constants at any depth.
    private static (HashSet<string> Names, List<string> Texts, bool Cut) Collect(IReadOnlyList<ValueShape> arguments)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        List<string> texts = [];
        bool cut = false;
        if (NamesOf(arguments) is { } given)
        {
            cut |= given.Elided || given.Kind is not ShapeKind.Tuple || !given.Items.All(i => i.Kind is ShapeKind.Str && IsIdentifier(i.Text));
            names.UnionWith(given.Items.Where(i => i.Kind is ShapeKind.Str).SelectMany(i => i.Text.Split('.')));
        }

        Stack<ValueShape> open = new(arguments.Reverse());
        for (int seen = 0; open.Count > 0 && seen < MaxNodes; seen++)
        {
            ValueShape value = open.Pop();
            if (value.Kind is ShapeKind.Str)
                texts.Add(value.Text);

            foreach (ValueShape item in value.Items)
                open.Push(item);
        }

        return (names, texts, cut);
    }

    /// <summary>co_names among the arguments of a constructor of code: it follows the byte code and the constants, and the names of variables follow it.</summary>
    private static ValueShape? NamesOf(IReadOnlyList<ValueShape> arguments)
    {
        for (int i = 0; i + 3 < arguments.Count; i++)
        {
            if (arguments[i].Kind is ShapeKind.Bytes or ShapeKind.Str && arguments[i + 1].Kind is ShapeKind.Tuple && arguments[i + 2].Kind is ShapeKind.Tuple or ShapeKind.Result or ShapeKind.List && arguments[i + 3].Kind is ShapeKind.Tuple)
                return arguments[i + 2];
        }

        // Fewer arguments: the tuple of names alone.
        return arguments.LastOrDefault(a => a.Kind is ShapeKind.Tuple && a.Items.Count > 0 && a.Items.All(i => i.Kind is ShapeKind.Str && IsIdentifier(i.Text)));
    }

    // co_names holds dotted names too: the modules of import statements.
    private static bool IsIdentifier(string text) =>
        text.Length > 0 && text.All(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '<' or '>');
}
