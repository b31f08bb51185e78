// A regular expression of a rule.
using System.Text.RegularExpressions;

namespace Assay.Detection.Conditions;

/// <summary>A regular expression of a rule, made when a text is first held against it: by our own automaton, or by the platform's where it is written with more than that knows.</summary>
internal sealed class RulePattern(string written)
{
    private readonly Lazy<TextPattern?> _own = new(() => TextPattern.Of(written));
    private readonly Lazy<Regex> _platform = new(() => new Regex(written, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));

    /// <summary>Asks the platform's engine whether it is one.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    /// <exception cref="NotSupportedException">It asks for what cannot be matched without backtracking.</exception>
    public void Check() => _ = _platform.Value;

    /// <summary>Whether it is found in <paramref name="text"/>.</summary>
    public bool IsMatch(string text) => _own.Value is { } own ? own.IsMatch(text) : _platform.Value.IsMatch(text);
}
