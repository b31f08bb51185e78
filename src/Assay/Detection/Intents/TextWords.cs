// The words of one recovered text, ready to be matched.
using System.Collections.Concurrent;
using Assay.Artifacts;
using Assay.Python.Syntax;

namespace Assay.Detection.Intents;

/// <summary>The words of one recovered text: identifiers or programs, and the text itself without case.</summary>
internal sealed class TextWords
{
    /// <summary>The parts of texts that patterns name, in capitals: looking for them without case is slow.</summary>
    private static readonly ConcurrentDictionary<string, string> s_parts = new(StringComparer.Ordinal);

    private readonly IntentTable _table;
    private readonly HashSet<string> _words;
    private readonly List<string> _programs;
    private readonly string _text;
    private string? _upper;

    public TextWords(TextFact text, bool shell, IntentTable table)
    {
        _table = table;
        _text = text.Text;
        _programs = shell ? ShellLine.Programs(text.Text) : [];
        if (shell)
        {
            _words = [.. _programs];
        }
        else
        {
            SourceWords words = SourceWords.Of(text.Text);
            _words = words.Names;
            Literals = [.. words.Literals];
            foreach (string literal in words.Literals.Where(l => l.Length < 64 && l.All(c => char.IsLetterOrDigit(c) || c == '_')))
            {
                // getattr(x, 'system') and __import__('os') name things in literals.
                _words.Add(literal);
            }
        }
    }

    /// <summary>The string literals of source.</summary>
    public IReadOnlyList<string> Literals { get; } = [];

    /// <summary>Whether source names something that runs commands: its literals may then be some.</summary>
    public bool RunsCommands => _words.Overlaps(_table.Runners);

    /// <summary>The words by which the pattern holds; empty when it does not.</summary>
    public List<string> Match(IntentPattern pattern)
    {
        List<string> found = [];
        foreach (IReadOnlyList<string> alternatives in pattern.Words)
        {
            string? hit = alternatives.FirstOrDefault(Holds);
            if (hit is null)
            {
                return [];
            }

            found.Add(hit == "~" ? "a command line" : hit.TrimStart('~', '^'));
        }

        return found;
    }

    private bool Holds(string word) => word[0] switch
    {
        '~' => (_upper ??= _text.ToUpperInvariant()).Contains(s_parts.GetOrAdd(word, w => w[1..].ToUpperInvariant()), StringComparison.Ordinal),
        '^' => _programs.Count > 0 && _programs.TrueForAll(p => _table.HarmlessPrograms.Contains(p) || p == word[1..]) && _programs.Contains(word[1..]),
        _ => _words.Contains(word),
    };
}
