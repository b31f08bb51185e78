// Texts that are Python: statements, calls of builtins and attributes, special attributes.
namespace Assay.Detection.Capacity;

/// <summary>
/// Tells code from prose. A text counts as code when its tokens could be a program (no two names stand side by side, as words do) and
/// it imports, defines, loops, calls a builtin or an attribute, passes a text to a call, or touches a special attribute; and
/// whatever else it holds when a piece of it calls an evaluator or a function of a standard module.
/// </summary>
internal sealed class CodeForms(CapacityWords words)
{
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_keywords = Set(
        "and", "as", "assert", "async", "await", "break", "case", "class", "continue", "def", "del", "elif", "else", "except", "finally", "for", "from",
        "global", "if", "import", "in", "is", "lambda", "match", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield");

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_openers = Set("import", "from", "def", "class", "for", "while", "with", "async", "lambda");

    /// <summary>Attributes without underscores in front that lead from generators, tracebacks and functions to frames, and from these to every name.</summary>
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_frames = Set(
        "gi_frame", "gi_code", "gi_yieldfrom", "cr_frame", "cr_code", "cr_await", "ag_frame", "ag_code", "tb_frame", "tb_next", "f_back", "f_builtins", "f_globals", "f_locals", "f_code", "func_globals", "func_code", "func_closure");

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_evaluators = Set("eval", "exec", "execfile", "compile", "__import__");

    /// <summary>Code, an expression that calls nothing of weight, or null.</summary>
    public Carried? Of(ReadOnlySpan<char> text)
    {
        Scan scan = new(words);
        CodeTokens tokens = new(text);
        while (tokens.Next() is not CodeTokenKind.End)
            scan.See(ref tokens);

        if (scan.HasPiece || (scan.IsPython && (scan.Acts || (scan.Opens && scan.NamesEvaluator))))
            return Carried.Strong(CarriedForms.Code);

        return scan.IsPython && scan.Calls ? Carried.Grey(CarriedForms.Expression) : null;
    }

    /// <summary>Whether the text calls an evaluator or a function of a standard module, touches a special attribute, or imports.</summary>
    public bool Reaches(ReadOnlySpan<char> text)
    {
        Scan scan = new(words);
        CodeTokens tokens = new(text);
        while (tokens.Next() is not CodeTokenKind.End)
            scan.See(ref tokens);

        // Names may be written in other characters that Python takes for the same ones, and an evaluator may be called by a way around.
        return scan.HasPiece || scan.TouchesSpecial || scan.Imports || scan.NamesEvaluator || text.ContainsAnyExceptInRange('\0', '\x7F');
    }

    /// <summary>Whether the text is code that leaves what it was given: it calls an evaluator or a function of a standard module, walks to a special attribute, or imports.</summary>
    public bool ReachesBeyond(ReadOnlySpan<char> text)
    {
        Scan scan = new(words);
        CodeTokens tokens = new(text);
        while (tokens.Next() is not CodeTokenKind.End)
            scan.See(ref tokens);

        return scan.IsPython && (scan.HasPiece || (scan.WalksSpecial && scan.Opens) || (scan.Imports && scan.Acts));
    }

    /// <summary>Whether a piece of the text looks up a special attribute.</summary>
    public bool Walks(ReadOnlySpan<char> text)
    {
        Scan scan = new(words);
        CodeTokens tokens = new(text);
        while (tokens.Next() is not CodeTokenKind.End)
            scan.See(ref tokens);

        return scan.WalksSpecial;
    }

    private static HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Set(params string[] names) =>
        new HashSet<string>(names, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>What was seen of a text so far.</summary>
    private ref struct Scan(CapacityWords words)
    {
        private CodeTokenKind _last = CodeTokenKind.Line;
        private bool _lastKeyword;
        private char _mark;
        private ReadOnlySpan<char> _name;
        private ReadOnlySpan<char> _root;
        private bool _attribute;
        private bool _opened;
        private bool _opener;
        private bool _lambda;

        public bool IsPython { get; private set; } = true;

        public bool Acts { get; private set; }

        public bool Calls { get; private set; }

        public bool HasPiece { get; private set; }

        public bool TouchesSpecial { get; private set; }

        /// <summary>Whether a special attribute is looked up, and not only named.</summary>
        public bool WalksSpecial { get; private set; }

        public bool Imports { get; private set; }

        public bool NamesEvaluator { get; private set; }

        /// <summary>Whether something is called, or parentheses stand around something.</summary>
        public bool Opens { get; private set; }

        public void See(ref CodeTokens token)
        {
            bool value = _last is CodeTokenKind.Name or CodeTokenKind.Number or CodeTokenKind.Text && !_lastKeyword;
            switch (token.Kind)
            {
                case CodeTokenKind.Name:
                    Name(token.Value, value);
                    break;
                case CodeTokenKind.Number or CodeTokenKind.Text:
                    IsPython &= !value || (_last, token.Kind) is (CodeTokenKind.Text, CodeTokenKind.Text);
                    Acts |= _opened && token.Kind is CodeTokenKind.Text;
                    _lastKeyword = false;
                    break;
                case CodeTokenKind.Mark:
                    Mark(token.First);
                    break;
                case CodeTokenKind.Other:
                    IsPython = false;
                    break;
                default:
                    break;
            }

            _opened = token.Kind is CodeTokenKind.Mark && token.First == '(' && _opened;
            _last = token.Kind;
            _mark = token.Kind is CodeTokenKind.Mark ? token.First : '\0';
        }

        private void Name(ReadOnlySpan<char> name, bool afterValue)
        {
            bool keyword = s_keywords.Contains(name);
            IsPython &= keyword || !afterValue;
            bool starts = _last is CodeTokenKind.Line || _mark == ':';
            if (keyword && s_openers.Contains(name) && (starts || name is "lambda" or "for"))
                _opener = true;
            else if (_opener && !keyword)
                Acts = true;

            _lambda |= name is "lambda";
            bool attribute = _mark == '.';
            _root = attribute ? _root : name;
            _attribute = attribute;
            _name = name;
            _lastKeyword = keyword;
            TouchesSpecial |= TextForms.IsDunder(name);
            // A list of special names is a list.
            WalksSpecial |= ((attribute || name is "__builtins__" or "__import__") && TextForms.IsDunder(name)) || (attribute && s_frames.Contains(name));
            Acts |= WalksSpecial;
            Imports |= name is "import";
            NamesEvaluator |= s_evaluators.Contains(name) || name is "open" or "getattr" or "setattr" or "globals" or "vars" or "builtins" or "breakpoint";
            HasPiece |= name is "__import__";
        }

        private void Mark(char mark)
        {
            Acts |= _lambda && mark == ':';
            Opens |= mark == '(';
            if (mark != '(' || _last is not CodeTokenKind.Name || _lastKeyword)
            {
                _opened = false;
                return;
            }

            _opened = true;
            Calls = true;
            Acts |= _attribute || words.IsBuiltin(_name);

            // model.eval() and model.compile() are methods of everybody's objects.
            HasPiece |= (s_evaluators.Contains(_name) && (!_attribute || _root is "builtins" or "__builtins__")) || (_attribute && words.IsModule(_root)) || (!_attribute && _name is "open" or "getattr" or "globals");
        }
    }
}
