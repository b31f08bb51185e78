// Parses the statements of a template and follows what its expressions do.
using System.Text.RegularExpressions;
using Assay.Bytes;

namespace Assay.Formats.Jinja;

/// <summary>
/// Parses the grammar of jinja2 3.1 with the extensions that chat templates use (loop controls, <c>do</c>, <c>generation</c>). Nothing is rendered: each statement is gone through once, in
/// order, and what its expressions are is followed as far as the template itself says it. A tag that is no Jinja is told and stepped over. Specification:
/// <c>jinja2/parser.py</c>.
/// </summary>
internal sealed partial class JinjaParser
{
    /// <summary>Expressions that may stand in each other; Python itself gives up on deeper ones in jinja2.</summary>
    public const int MaxDepth = 150;

    /// <summary>Repetitions that a template may ask for; jinja2's sandbox stops a range at so many.</summary>
    public const double MostRepeated = 100_000;

    private const double MostSteps = 10_000_000;

    /// <summary>Characters that a template may put together of a few.</summary>
    private const double MostWritten = 100_000_000;

    /// <summary>What a test on the date looks for.</summary>
    private const string Date = "strftime_now";
    private static readonly string[] s_acting = ["http://", "https://", "curl ", "wget ", "| sh", "|sh", "| bash", "|bash", "rm -rf", "\"arguments\":", "powershell"];
    private static readonly HashSet<string> s_ends = ["endif", "endfor", "endmacro", "endcall", "endfilter", "endset", "endwith", "endblock", "endautoescape", "endtrans", "endgeneration", "else", "elif", "pluralize", "break", "continue", "debug"];
    private const int FewWords = 6;
    private static readonly char[] s_blanks = [' ', '\n', '\t', '\r'];
    private readonly string _text;
    private readonly JinjaLexer _lexer;
    private readonly JinjaUses _uses;
    private readonly Dictionary<string, JinjaValue> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _macros = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _macroCalls = new(StringComparer.Ordinal);
    private readonly Stack<Block> _blocks = new();
    private readonly List<(string Name, JinjaValue Value)> _members = [];
    private JinjaToken _token;
    private double _steps = 1;
    private int _depth;

    private sealed record Block(string Name, string Of, double Steps)
    {
        /// <summary>For a condition on what somebody wrote: the words that it looks for.</summary>
        public string Trigger { get; set; } = "";

        /// <summary>Whether it is for what the operator told the model.</summary>
        public bool IsForSystem { get; set; }

        /// <summary>Whether it is for what the user wrote.</summary>
        public bool IsForUser { get; set; }

        /// <summary>Where the mark of the operator's words stands, when it is the last that was written; -1 where it is not.</summary>
        public int MarkedAt { get; set; } = -1;

        /// <summary>Where the first text stands that it writes.</summary>
        public int WrittenAt { get; set; } = -1;

        /// <summary>Words that it writes itself.</summary>
        public int Words { get; set; }

        /// <summary>Whether it writes, keeps or refuses what it got.</summary>
        public bool Keeps { get; set; }
    }

    private sealed class JinjaSyntaxException(int at, string what) : Exception(what)
    {
        public int At => at;
    }

    private JinjaParser(string text, ScanBudget budget, JinjaUses uses)
    {
        _text = text;
        _lexer = new JinjaLexer(text, budget);
        _uses = uses;
        _token = _lexer.Next();
    }

    /// <summary>Whether a tag was no Jinja; the rest was read all the same.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>What a template does.</summary>
    public static JinjaUses Parse(string text, ScanBudget budget, out bool isBroken)
    {
        JinjaUses uses = new();
        JinjaParser parser = new(text, budget, uses);
        parser.Template();
        isBroken = parser.IsBroken;
        return uses;
    }

    private void Template()
    {
        Tags();
        if (Circle() is { } macro)
        {
            _uses.Add("template.cost", 0, $"The macro {JinjaUses.Short(macro)} calls others that call it, on no condition.");
        }
    }

    private void Tags()
    {
        while (_token.Kind is not JinjaTokenKind.End)
        {
            JinjaToken start = _token;
            try
            {
                switch (start.Kind)
                {
                    case JinjaTokenKind.Data:
                        Written(start.Text, start.Start);
                        Take();
                        break;
                    case JinjaTokenKind.PrintStart:
                        Take();
                        JinjaValue printed = Tuple();
                        if (printed.Kind is JinjaValueKind.Text)
                        {
                            Written(printed.Text, start.Start);
                        }

                        Printed(start.Start, printed);
                        Expect(JinjaTokenKind.PrintEnd);
                        break;
                    case JinjaTokenKind.BlockStart:
                        Take();
                        Statement();
                        Expect(JinjaTokenKind.BlockEnd);
                        break;
                    default:
                        throw Unexpected();
                }
            }
            catch (JinjaSyntaxException e)
            {
                IsBroken = true;
                _uses.Add("template.syntax", e.At, e.Message);
                _depth = 0;
                _lexer.LeaveTag();
                _token = _lexer.Next();
            }
        }
    }

    private void Take() => _token = _lexer.Next();

    private string TakeText()
    {
        string text = _token.Text;
        Take();
        return text;
    }

    private bool TakeIf(string sign)
    {
        if (!_token.Is(sign))
        {
            return false;
        }

        Take();
        return true;
    }

    private bool TakeWord(string word)
    {
        if (!_token.IsName(word))
        {
            return false;
        }

        Take();
        return true;
    }

    private void Expect(JinjaTokenKind kind)
    {
        if (_token.Kind != kind)
        {
            throw Unexpected();
        }

        Take();
    }

    private void Expect(string sign)
    {
        if (!TakeIf(sign))
        {
            throw Unexpected();
        }
    }

    private string Name() => _token.Kind is JinjaTokenKind.Name ? TakeText() : throw Unexpected();

    private JinjaSyntaxException Unexpected() => new(_token.Start, _token.Kind is JinjaTokenKind.End ? "The template ends within a tag." : $"A tag is no Jinja: '{JinjaUses.Short(_token.Text)}' may not stand here.");

    private void Statement()
    {
        int at = _token.Start;
        string name = Name();
        switch (name)
        {
            case "for":
                For();
                break;
            case "if" or "elif":
                if (name is "elif")
                {
                    Dropped();
                    _blocks.TryPop(out _);
                }

                int from = _token.Start;
                _blocks.Push(new Block("if", "", _steps));
                string trigger = Tuple().Trigger;
                _blocks.Peek().Trigger = trigger;
                ReadOnlySpan<char> condition = _text.AsSpan(Math.Min(from, _text.Length), Math.Max(0, Math.Min(_token.Start, _text.Length) - from));
                _blocks.Peek().IsForSystem = IsFor(condition, "system");
                _blocks.Peek().IsForUser = IsFor(condition, "user");
                break;
            case "set":
                Keep();
                int set = _token.Start;
                Set();
                Renamed(set);
                break;
            case "macro":
                Macro(at);
                break;
            case "call":
                if (TakeIf("("))
                {
                    Parameters();
                }

                _blocks.Push(new Block(name, "", _steps));
                Expression();
                break;
            case "filter":
                _blocks.Push(new Block(name, "", _steps));
                JinjaValue filtered = JinjaValue.Unknown;
                do
                {
                    filtered = Filter(filtered);
                }
                while (TakeIf("|"));
                break;
            case "with":
                _blocks.Push(new Block(name, "", _steps));
                while (_token.Kind is JinjaTokenKind.Name)
                {
                    string variable = TakeText();
                    Expect("=");
                    _names[variable] = Expression();
                    TakeIf(",");
                }

                break;
            case "block":
                _blocks.Push(new Block(name, Name(), _steps));
                while (_token.Kind is JinjaTokenKind.Name)
                {
                    Take();
                }

                break;
            case "extends" or "include" or "import" or "from":
                Other(name, at);
                break;
            case "do":
                Keep();
                Tuple();
                break;
            case "autoescape" or "trans" or "generation":
                _blocks.Push(new Block(name, "", _steps));
                while (_token.Kind is not JinjaTokenKind.BlockEnd and not JinjaTokenKind.End)
                {
                    Expression();
                    if (TakeIf("="))
                    {
                        Expression();
                    }

                    TakeIf(",");
                }

                break;
            case "else":
                Dropped();
                if (_blocks.TryPeek(out Block? opened))
                {
                    (opened.IsForSystem, opened.IsForUser) = (false, false);
                    opened.Trigger = "";
                }

                break;
            default:
                if (!s_ends.Contains(name))
                {
                    throw new JinjaSyntaxException(at, $"A tag is no Jinja: '{JinjaUses.Short(name)}' is no statement.");
                }

                while (name is "endblock" or "pluralize" or "endmacro" or "endcall" && _token.Kind is JinjaTokenKind.Name)
                {
                    Take();
                }

                Close(name);
                break;
        }
    }

    private void Keep()
    {
        if (_blocks.FirstOrDefault(b => b.IsForSystem) is { } block)
        {
            block.Keeps = true;
        }
    }

    /// <summary>Whether a condition holds for the messages of a role and for no others.</summary>
    private static bool IsFor(ReadOnlySpan<char> condition, string role) =>
        condition.Contains("role", StringComparison.Ordinal) && condition.Contains("==", StringComparison.Ordinal) && (condition.Contains($"'{role}'", StringComparison.Ordinal) || condition.Contains($"\"{role}\"", StringComparison.Ordinal))
        && !condition.Contains("!=", StringComparison.Ordinal) && !condition.Contains(" or ", StringComparison.Ordinal) && !condition.Contains("not ", StringComparison.Ordinal);

    /// <summary>A value that is written: one that is no text of the template's own keeps something of the message, unless it is its role alone.</summary>
    private void Printed(int from, JinjaValue value)
    {
        ReadOnlySpan<char> tag = _text.AsSpan(Math.Min(from, _text.Length), Math.Max(0, Math.Min(_token.Start, _text.Length) - from));
        if (_blocks.FirstOrDefault(b => b.IsForSystem) is { } block && value.Kind is not JinjaValueKind.Text)
        {
            bool isOther = tag.Contains("content", StringComparison.Ordinal) || tag.Contains("text", StringComparison.Ordinal) || tag.Contains("system", StringComparison.Ordinal) || tag.Contains("value", StringComparison.Ordinal) || tag.Contains("(", StringComparison.Ordinal) || !tag.Contains("role", StringComparison.Ordinal);
            block.Keeps |= isOther;
        }

        if (_blocks.FirstOrDefault(b => b.IsForUser) is { } user)
        {
            // The mark may be written before, or be joined with the message in one expression.
            int marked = user.MarkedAt >= 0 ? user.MarkedAt : JoinedMark().IsMatch(tag) ? from : -1;
            if (marked >= 0 && tag.Contains("content", StringComparison.Ordinal))
            {
                _uses.Add("template.turns-roles", marked, "What the user wrote is given to the model as the words of its operator.");
            }

            user.MarkedAt = -1;
        }
    }

    /// <summary>A role that is given another name: where the message is the user's, it becomes the operator's.</summary>
    private void Renamed(int from)
    {
        ReadOnlySpan<char> tag = _text.AsSpan(Math.Min(from, _text.Length), Math.Max(0, Math.Min(_token.Start, _text.Length) - from));
        if (tag.Length < 1024 && (Chosen().IsMatch(tag) || (_blocks.Any(b => b.IsForUser) && Given().IsMatch(tag))))
        {
            _uses.Add("template.turns-roles", from, "What the user wrote is given to the model as the words of its operator.");
        }
    }

    [GeneratedRegex(@"['""](?:system|developer)['""]\s{1,8}if\b[^%]{0,400}\brole\b[^%=]{0,16}==\s{0,4}['""]user['""]")]
    private static partial Regex Chosen();

    [GeneratedRegex(@"role[a-z_]{0,16}\s{0,4}=\s{0,4}['""](?:system|developer)['""]\s{0,4}$")]
    private static partial Regex Given();

    /// <summary>The mark behind which a model takes text for its operator's: <c>&lt;|im_start|>system</c>, <c>&lt;|start_header_id|>system&lt;|end_header_id|></c>, <c>&lt;|system|></c>.</summary>
    [GeneratedRegex(@"(?:\|>|<\|)\s{0,4}(?:system|developer)\s{0,4}(?:<?\|[a-z_]{0,32}\|?>)?\s{0,8}$")]
    private static partial Regex Mark();

    [GeneratedRegex(@"(?:\|>|<\|)\s{0,4}(?:system|developer)\s{0,4}(?:<?\|[a-z_]{0,32}\|?>)?(?:\\n|\s){0,8}['""]\s{0,8}[+~]")]
    private static partial Regex JoinedMark();

    /// <summary>A branch for the operator's message is over: where it wrote words of its own in its place, that is told.</summary>
    private void Dropped()
    {
        if (_blocks.TryPeek(out Block? block) && block is { IsForSystem: true, Keeps: false, Words: >= FewWords })
        {
            _uses.Add("template.drops-system", Math.Max(0, block.WrittenAt), "In the place of what the operator told the model the template writes words of its own.");
        }
    }

    private void Close(string name)
    {
        if (name is "endif")
        {
            Dropped();
        }

        if (name.StartsWith("end", StringComparison.Ordinal) && _blocks.TryPop(out Block? closed))
        {
            _steps = closed.Steps;
        }
    }

    private void Other(string name, int at)
    {
        JinjaValue what = Expression();
        string target = what.Kind is JinjaValueKind.Text ? $"'{JinjaUses.Short(what.Text)}'" : "a name that is computed";
        _uses.Add("template.include", at, $"The template takes in another one: {name} {target}.");
        if (TakeWord("ignore"))
        {
            TakeWord("missing");
        }

        while (_token.Kind is JinjaTokenKind.Name || _token.Is(","))
        {
            string word = TakeText();
            if (word is not ("import" or "as" or "with" or "without" or "context" or ","))
            {
                _macros.Add(word);
            }
        }
    }

    /// <summary>Text that the template writes.</summary>
    private void Written(string text, int at)
    {
        if (_blocks.FirstOrDefault(b => b.IsForSystem) is { } system)
        {
            system.WrittenAt = system.WrittenAt < 0 ? at : system.WrittenAt;
            system.Words += text.Split(s_blanks, StringSplitOptions.RemoveEmptyEntries).Count(w => w.Length > 1 && char.IsLetter(w[0]) && w.All(c => char.IsLetter(c) || c is '.' or ',' or '\'' or '!' or ':'));
        }

        if (_blocks.FirstOrDefault(b => b.IsForUser) is { } user && text.Length > 0)
        {
            user.MarkedAt = Mark().IsMatch(text.Length > 128 ? text[^128..] : text) ? at : -1;
        }

        if (_blocks.FirstOrDefault(b => b.Trigger.Length > 0) is { } condition)
        {
            Written(text, at, condition.Trigger);
        }
    }

    /// <summary>Text that the template writes where a test holds: words that somebody reads, a place, a call of a tool. No ordinary template depends on a certain date.</summary>
    private void Written(string text, int at, string trigger)
    {
        int words = text.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Count(w => w.Length > 1 && w.All(c => char.IsLetter(c) || c is ',' or '.' or '\'' or '!'));
        bool acts = s_acting.Any(w => text.Contains(w, StringComparison.OrdinalIgnoreCase));
        if (words >= (trigger is Date ? 2 : 6) || acts)
        {
            _uses.Add("template.hidden-text", at, $"Where a condition on '{JinjaUses.Short(trigger)}' holds the template writes: {JinjaUses.Short(text.Trim())}");
        }
    }

    private void Repeated(double times, int at, string what)
    {
        if (times > MostSteps)
        {
            _uses.Add("template.cost", at, $"{what} and run at least {times:G3} times.");
        }
    }
}
