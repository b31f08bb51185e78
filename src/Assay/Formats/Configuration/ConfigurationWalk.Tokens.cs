// Tokens of a tokenizer whose numbers are those of others, and expressions that a framework evaluates.
using System.Buffers;
using Assay.Artifacts;
using Assay.Python.Syntax;

namespace Assay.Formats.Configuration;

/// <summary>
/// Holds the tokens that a tokenizer adds against each other and against its vocabulary: where two texts have one number, or one text has two, people write one thing and the model reads another.
/// </summary>
internal sealed partial class ConfigurationWalk
{
    private const int MostTokens = 20_000;
    private const int MostExpressions = 64;
    private const int TokenSize = 160;

    /// <summary>Keys of the outermost map of what builds a network from a list of layers, whose names and arguments are evaluated.</summary>
    private static readonly string[] s_layerKeys = ["backbone", "head"];

    private static readonly SearchValues<char> s_shell = SearchValues.Create("|;&`$<>");
    private static readonly SearchValues<char> s_marks = SearchValues.Create("<>[]|{}");

    private readonly Dictionary<string, string> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private readonly List<ScalarValue> _expressions = [];

    /// <summary>Whether a token is marked as one that no ordinary text holds: in brackets, bars or underscores. Places are kept free under such names, and given others.</summary>
    private static bool IsMarked(string text) => text.Length == 0 || text.AsSpan().ContainsAny(s_marks) || text.StartsWith("__", StringComparison.Ordinal);

    private void Token(string text, ScalarValue number)
    {
        if (text.Length is 0 or > LongestValue || number.Kind is not EntryKind.Integer || _numbers.Count >= MostTokens)
        {
            return;
        }

        context.Budget.Hold(TokenSize, number.Offset);
        if (!_numbers.TryAdd(number.Text, text) && _numbers[number.Text] != text)
        {
            Shared(number, $"the tokens '{Short(_numbers[number.Text])}' and '{Short(text)}' have the number {number.Text}.");
        }

        if (!_tokens.TryAdd(text, number.Text) && _tokens[text] != number.Text)
        {
            Shared(number, $"the token '{Short(text)}' has the numbers {_tokens[text]} and {number.Text}.");
        }
    }

    /// <summary>A word of the vocabulary, which stands behind the tokens that are added.</summary>
    private void Word(string text, ScalarValue number)
    {
        if (_tokens.Count == 0 || IsMarked(text) || !text.Any(char.IsLetter))
        {
            return;
        }

        if (_numbers.TryGetValue(number.Text, out string? added) && added != text)
        {
            Shared(number, $"the word '{Short(text)}' of the vocabulary has the number of the token '{Short(added)}'.");
        }
        else if (_tokens.TryGetValue(text, out string? other) && other != number.Text)
        {
            Shared(number, $"the word '{Short(text)}' of the vocabulary is added again as a token with another number.");
        }
    }

    private void Shared(ScalarValue number, string what) => context.Anomaly("tokenizer.shared-number", number.Offset, 0, $"{Path()}: {what}");

    /// <summary>Notes a text that may be an expression of Python: something is called in it.</summary>
    private void Expression(ScalarValue value)
    {
        if (_expressions.Count < MostExpressions && value.Text.Length is > 4 and < LongestCode && value.Text.IndexOf('(', StringComparison.Ordinal) is > 0 and var open && value.Text.IndexOf(')', open) > 0)
        {
            _expressions.Add(value);
        }
    }

    /// <summary>The layers of a network are evaluated by the framework that builds it: what they call runs when the file is loaded.</summary>
    private void Layers()
    {
        foreach (ScalarValue value in Array.TrueForAll(s_layerKeys, _rootKeys.Contains) ? _expressions : [])
        {
            Submit(value.Text, PythonSources.PythonSourceFormat.FormatId, "load", value.Offset);
        }
    }
}
