// The patterns by which intents are told.
using Assay.Bytes;
using Assay.Artifacts;

namespace Assay.Evaluation.Intents;

/// <summary>Where a pattern is looked for.</summary>
internal enum IntentScope
{
    /// <summary>In any text.</summary>
    Any,

    /// <summary>In Python source and code objects.</summary>
    Python,

    /// <summary>In command lines.</summary>
    Shell,

    /// <summary>Among the callables that a pickle reaches; a word is a dotted name, which may end in <c>*</c>.</summary>
    Call,
}

/// <summary>
/// One pattern: every word must hold. A word is an identifier or the program of a command; with <c>~</c> in front it is a part of the text,
/// with <c>^</c> it is the program of every command of the line, and <c>|</c> parts alternatives.
/// </summary>
internal sealed record IntentPattern(string Intent, IntentConfidence Confidence, IntentScope Scope, string[][] Words);

/// <summary>The patterns by which intents are told.</summary>
internal static class IntentTable
{
    private static readonly Lazy<IntentPattern[]> s_patterns = new(Load);

    public static IReadOnlyList<IntentPattern> Patterns => s_patterns.Value;

    private static IntentPattern[] Load() =>
    [
        .. EmbeddedTable.Rows("evaluation/intents.tsv").Select(row => new IntentPattern(
            row[0],
            Enum.Parse<IntentConfidence>(row[1], ignoreCase: true),
            Enum.Parse<IntentScope>(row[2], ignoreCase: true),
            [.. row[3].Split(" & ").Select(Alternatives)])),
    ];

    /// <summary>A bar with a backslash before it is part of the word: shells pipe with it.</summary>
    private static string[] Alternatives(string words) => [.. words.Replace("\\|", "\0", StringComparison.Ordinal).Split('|').Select(w => w.Replace('\0', '|'))];
}
