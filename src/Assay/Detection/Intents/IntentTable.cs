// The words by which intents are told, as the packs list them.
using Assay.Artifacts;

namespace Assay.Detection.Intents;

/// <summary>Where a pattern is looked for.</summary>
internal enum IntentScope
{
    /// <summary>In any text.</summary>
    Any,

    /// <summary>In Python source and code objects.</summary>
    Python,

    /// <summary>In command lines.</summary>
    Shell,

    /// <summary>Among the callables that are reached; a word is a dotted name, which may end in <c>*</c>.</summary>
    Call,
}

/// <summary>
/// One pattern: of each list of words one must hold. A word is an identifier or the program of a command; with <c>~</c> in front it is a part
/// of the text, with <c>^</c> it is the program of every command of the line.
/// </summary>
internal sealed record IntentPattern(string Intent, IntentConfidence Confidence, IntentScope Scope, IReadOnlyList<IReadOnlyList<string>> Words);

/// <summary>The words by which intents are told.</summary>
internal sealed class IntentTable
{
    private readonly List<IntentPattern> _patterns = [];

    /// <summary>All patterns, in the order of the packs.</summary>
    public IReadOnlyList<IntentPattern> Patterns => _patterns;

    /// <summary>Intents that mean harm: beside them what looks like a proof of concept is none.</summary>
    public HashSet<string> Harmful { get; } = new(StringComparer.Ordinal);

    /// <summary>Intents that mean little beside a harmful one.</summary>
    public HashSet<string> Yielding { get; } = new(StringComparer.Ordinal);

    /// <summary>Identifiers in source that run commands: its literals may then be some.</summary>
    public HashSet<string> Runners { get; } = new(StringComparer.Ordinal);

    /// <summary>Programs that change nothing beside another one.</summary>
    public HashSet<string> HarmlessPrograms { get; } = new(StringComparer.Ordinal);

    /// <summary>The intents that there can be.</summary>
    public IEnumerable<string> Names => _patterns.Select(p => p.Intent).Distinct();

    public void Add(IntentPattern pattern) => _patterns.Add(pattern);
}
