// Grades the code objects that dill, cloudpickle and their kin carry, by the names and texts in them.
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>
/// Grades a code object by what it names. One in ten honest pickles carries functions, so being carried means nothing; and a
/// single name means little (<c>eval</c> is also a method of every PyTorch module): combinations count.
/// </summary>
internal static class CarriedCode
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

    // Names are tuples of identifiers at the top (co_names, co_varnames, co_freevars); texts are constants at any depth.
    private static (HashSet<string> Names, List<string> Texts, bool Cut) Collect(IReadOnlyList<ValueShape> arguments)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        List<string> texts = [];
        bool cut = false;
        Stack<ValueShape> open = new(arguments.Reverse());
        foreach (ValueShape argument in arguments)
        {
            if (argument.Kind is ShapeKind.Tuple && argument.Items.All(i => i.Kind is ShapeKind.Str && IsIdentifier(i.Text)))
            {
                cut |= argument.Elided;
                names.UnionWith(argument.Items.SelectMany(i => i.Text.Split('.')));
            }
        }

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

    // co_names holds dotted names too: the modules of import statements.
    private static bool IsIdentifier(string text) =>
        text.Length > 0 && text.All(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '<' or '>');
}
