// Finds what source of C and of JavaScript calls that reaches beyond it, and when.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.BracedSources;

/// <summary>
/// Goes through the tokens of a source once, with its open brackets on a stack: expressions are folded (sums of texts, decoded texts, names that are put together), calls are told with what they get, and functions with whom they
/// call, so that it is known what runs when a library is loaded (static initialisers, constructors, modules of operators), when it is used, and when a script is started. It is no compiler: what it does not understand it steps over.
/// </summary>
internal sealed partial class BracedReading
{
    /// <summary>Calls that are kept of one source.</summary>
    public const int MostUses = 400;

    private const int MostFrames = 100_000;
    private readonly bool _isC;
    private readonly string _outermost;
    private readonly List<BracedToken> _tokens;
    private readonly ScanBudget _budget;
    private readonly BracedFolding _folding;
    private readonly Func<int, int> _line;
    private readonly string _source;
    private readonly List<BracedFunction> _functions = [];
    private readonly Stack<BracedFrame> _frames = new();
    private readonly BracedFunction _outside;
    private int _at;

    private BracedReading(string source, bool isC, string outermost, Func<int, int> line, BracedFolding folding, ScanBudget budget)
    {
        _source = source;
        _isC = isC;
        _outermost = outermost;
        _line = line;
        _budget = budget;
        _folding = folding;
        (_tokens, bool isCut) = BracedLexer.Read(source, isC, _folding, budget);
        Cut = isCut ? "The macros of the source stand for more than is replaced." : null;
        _outside = new BracedFunction("", null) { Phase = outermost };
        _functions.Add(_outside);
        _frames.Push(new BracedFrame(isC ? BracedFrameKind.Declarations : BracedFrameKind.Block, _outside));
    }

    /// <summary>What is called, in the order in which it stands.</summary>
    public IReadOnlyList<SourceUse> Uses { get; private set; } = [];

    /// <summary>Texts that are run: commands, and source of Python or of the language itself.</summary>
    public List<(string Kind, string Text, int At, BracedFunction Function, bool IsDecoded)> Texts { get; } = [];

    /// <summary>What there is more of than is followed; null where all was.</summary>
    public string? Cut { get; private set; }

    /// <summary>Why the reading ended before the source did; null where it did not. What was found until then is there.</summary>
    public Exception? Ended { get; private set; }

    /// <summary>Reads a source whose outermost statements run at <paramref name="outermost"/>.</summary>
    public static BracedReading Of(string source, bool isC, string outermost, Func<int, int> line, BracedFolding folding, ScanBudget budget)
    {
        BracedReading reading = new(source, isC, outermost, line, folding, budget);
        try
        {
            reading.All();
        }
        catch (Exception e) when (e is ScanStopException or MalformedException)
        {
            reading.Ended = e;
        }

        BracedFunction.Reach(reading._functions, budget);
        reading.Uses = [.. reading._uses.Select(u => u.Use with { Phase = u.Function.Phase })];
        reading.Cut ??= reading._folding.IsSpent ? "The source puts together more texts than are followed." : null;
        return reading;
    }

    private BracedFrame Frame => _frames.Peek();

    private BracedToken? Before(int back = 1) => _at - back >= 0 ? _tokens[_at - back] : null;

    private BracedToken? After(int ahead = 1) => _at + ahead < _tokens.Count ? _tokens[_at + ahead] : null;

    private void All()
    {
        for (_at = 0; _at < _tokens.Count; _at++)
        {
            if ((_at & 0x3FFF) == 0)
            {
                _budget.Poll();
            }

            BracedToken token = _tokens[_at];
            if (!_isC && token.StartsLine && Frame.Kind is BracedFrameKind.Block && Frame.Operand is not null && EndsStatement(token))
            {
                End();
                Frame.Statement = _at;
            }

            switch (token.Kind)
            {
                case BracedKind.Text:
                    Word(token);
                    break;
                case BracedKind.Number:
                    Frame.Operand = new BracedValue(BracedValueKind.Number, token.Text);
                    break;
                case BracedKind.Name:
                    Name(token);
                    break;
                default:
                    Sign(token);
                    break;
            }
        }

        while (_frames.Count > 1)
        {
            Finish(Frame);
            _frames.Pop();
        }

        End();
    }

    /// <summary>Whether a statement of JavaScript ends before a token that begins a line: where what stands before is whole and this goes on nothing.</summary>
    private bool EndsStatement(BracedToken token) => token.Kind is not BracedKind.Sign || token.Text is "{" or "}" ? Before() is { Kind: not BracedKind.Sign } or { Text: ")" or "]" or "}" } : false;

    private void Word(BracedToken token)
    {
        BracedFrame frame = Frame;
        if (_isC && token.Text is ".init_array" or ".preinit_array" or ".ctors" or ".CRT$XCU" or ".CRT$XIU" or "__DATA,__mod_init_func")
        {
            Statements.IsStartSection = true;
        }

        bool joins = _isC && frame.Operand is { Kind: BracedValueKind.Text } && Before() is { Kind: BracedKind.Text };
        frame.Operand = joins ? Sum(frame.Operand!, BracedValue.OfText(token.Text)) : BracedValue.OfText(token.Text);
        frame.OperandAt = token.Start;
    }

    /// <summary>The innermost frame that holds statements.</summary>
    private BracedFrame Statements
    {
        get
        {
            int seen = 0;
            foreach (BracedFrame frame in _frames)
            {
                if (frame.HoldsStatements || ++seen > 64)
                {
                    return frame;
                }
            }

            return Frame;
        }
    }

    private void Name(BracedToken token)
    {
        BracedFrame frame = Frame;
        BracedToken? before = Before();
        frame.First = frame.First.Length == 0 ? token.Text : frame.First;
        if (_isC && token.Text is "constructor" or "__constructor__")
        {
            Statements.IsConstructor = true;
        }

        if (before is { Kind: BracedKind.Sign, Text: "." or "->" or "?." or "::" } && frame.Operand is { } of)
        {
            frame.Operand = of.Below(token.Text);
            return;
        }

        if (!_isC && Keyword(token, frame))
        {
            return;
        }

        if (_isC && token.Text is "return" or "else" or "do" or "case" or "throw" or "co_return" or "new" or "delete" or "const" or "static" or "inline" or "virtual" or "constexpr" or "volatile" or "unsigned" or "signed" or "typename" or "struct" or "class" or "public" or "private" or "protected" or "extern" or "template" or "explicit" or "override" or "noexcept" or "final" or "mutable" or "register" or "thread_local" or "union" or "enum" or "namespace" or "using" or "typedef" or "operator" or "sizeof" or "__global__" or "__device__" or "__host__" or "__forceinline__")
        {
            return;
        }

        // A name behind a name is declared, of the type that the first names.
        if (_isC && frame.Operand is { Kind: BracedValueKind.Path } type && before is { Kind: BracedKind.Name } or { Text: ">" or "*" or "&" or "&&" })
        {
            frame.Type = type.Text;
            frame.Operand = before is { Kind: BracedKind.Name } ? BracedValue.OfPath(token.Text) : frame.Function.Find(token.Text) ?? BracedValue.OfPath(token.Text);
        }
        else
        {
            bool isKey = !_isC && After() is { Kind: BracedKind.Sign, Text: ":" } && frame.Kind is BracedFrameKind.List;
            frame.Operand = isKey ? BracedValue.OfPath(token.Text) : frame.Function.Find(token.Text) ?? BracedValue.OfPath(token.Text);
        }

        frame.OperandAt = token.Start;
    }

    /// <summary>The words of JavaScript that are no values.</summary>
    private bool Keyword(BracedToken token, BracedFrame frame)
    {
        switch (token.Text)
        {
            case "function":
                frame.Expected = frame.Assigned is { Kind: BracedValueKind.Path } to ? Last(to.Text) : frame.Key ?? "";
                if (After() is { Kind: BracedKind.Name } name)
                {
                    frame.Expected = name.Text;
                    _at++;
                }
                else if (After() is { Text: "*" })
                {
                    _at++;
                }

                frame.Operand = null;
                return true;
            case "import" when frame.Kind is BracedFrameKind.Block && After() is not { Text: "(" or "." }:
                Imported();
                return true;
            case "const" or "let" or "var" or "return" or "new" or "await" or "async" or "typeof" or "void" or "delete" or "export" or "default" or "static" or "yield" or "throw" or "case" or "of" or "in" or "else" or "do" or "try" or "finally" or "class" or "extends" or "get" or "set":
                frame.Operand = token.Text is "get" or "set" && After() is { Kind: BracedKind.Sign } ? BracedValue.OfPath(token.Text) : frame.Operand is not null && token.Text is "of" or "in" ? null : frame.Operand;
                return true;
            default:
                return false;
        }
    }

    /// <summary><c>import a, {b as c} from 'x'</c>, <c>import * as d from 'x'</c>: each name is what the module has under it.</summary>
    private void Imported()
    {
        int end = _at + 1;
        while (end < _tokens.Count && end - _at < 256 && _tokens[end].Kind is not BracedKind.Text)
        {
            end++;
        }

        if (end >= _tokens.Count || _tokens[end].Kind is not BracedKind.Text)
        {
            return;
        }

        BracedValue module = Module(_tokens[end].Text);
        bool inBraces = false;
        for (int i = _at + 1; i < end; i++)
        {
            BracedToken token = _tokens[i];
            inBraces = token.Is("{") || (inBraces && !token.Is("}"));
            bool renamed = i + 2 < end && _tokens[i + 1].IsName("as");
            if (token.Kind is BracedKind.Name && !token.IsName("from") && !token.IsName("type"))
            {
                _outside.Variables[renamed ? _tokens[i + 2].Text : token.Text] = inBraces ? module.Below(token.Text) : module;
                i += renamed ? 2 : 0;
            }
            else if (token.Is("*") && renamed)
            {
                _outside.Variables[_tokens[i + 2].Text] = module;
                i += 2;
            }
        }

        _at = end;
        Frame.Next(_at + 1);
    }

    private static BracedValue Module(string name) => BracedValue.OfPath((name.StartsWith("node:", StringComparison.Ordinal) ? name[5..] : name).Replace('/', '.'));

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];

    private void Sign(BracedToken token)
    {
        BracedFrame frame = Frame;
        switch (token.Text)
        {
            case "(":
                Open(frame, token);
                break;
            case "[":
                _frames.Push(frame.Operand is { Kind: BracedValueKind.Path or BracedValueKind.List } indexed && Before() is { Kind: BracedKind.Name } or { Text: ")" or "]" }
                    ? New(BracedFrameKind.Index, frame, indexed) : frame.Operand is { Kind: BracedValueKind.Text } text && Before() is { Kind: BracedKind.Text } or { Text: ")" or "]" } ? New(BracedFrameKind.Index, frame, text) : New(BracedFrameKind.List, frame, null));
                break;
            case "{":
                Brace(frame, token);
                break;
            case ")" or "]" or "}":
                Close(token.Text);
                break;
            case ";":
                if (frame.HoldsStatements)
                {
                    End();
                }
                else
                {
                    Item(frame);
                }

                break;
            case ",":
                if (frame.HoldsStatements)
                {
                    Finish(frame);
                }
                else
                {
                    Item(frame);
                }

                break;
            case "+":
                frame.Sum = Added(frame);
                frame.Operand = null;
                break;
            case "+=" or "=":
                Assign(frame, token.Text is "+=");
                break;
            case ":" when frame.Kind is BracedFrameKind.List && frame.Operand is { Kind: BracedValueKind.Path or BracedValueKind.Text } key:
                frame.Key = Last(key.Text);
                frame.Operand = null;
                break;
            case "=>":
                frame.Expected = After() is not { Text: "{" } ? null : frame.Assigned is { Kind: BracedValueKind.Path } to ? Last(to.Text) : frame.Key ?? "";
                frame.Operand = null;
                break;
            case ":" when _isC && frame.Head is not null:
                // The members of an object are made before the body of its constructor.
                (frame.Key, frame.Operand) = (":", null);
                break;
            case "." or "->" or "?." or "::" or "*" or "&" or ">" or "<" or "!" or "~" or "...":
                // What stands before a comparison is no operand of what follows, but types have these signs as well.
                break;
            default:
                frame.Operand = token.Text is "||" or "??" or "?" or ":" && frame.Operand is { Kind: BracedValueKind.Text } ? frame.Operand : null;
                break;
        }
    }

    private BracedFrame New(BracedFrameKind kind, BracedFrame around, BracedValue? target, bool isParameters = false)
    {
        if (_frames.Count > MostFrames)
        {
            throw new MalformedException(_at, "The source nests too deep.");
        }

        return new BracedFrame(kind, around.Function) { Class = around.Class, InExtern = around.InExtern, Target = target, At = around.OperandAt, IsParameters = isParameters, Statement = _at + 1 };
    }

    private BracedValue? Added(BracedFrame frame) => frame.Operand is null ? frame.Sum : frame.Sum is null ? frame.Operand : Sum(frame.Sum, frame.Operand);

    private BracedValue Sum(BracedValue left, BracedValue right) => BracedValue.Sum(left, right, _folding);

    private void Assign(BracedFrame frame, bool adds)
    {
        BracedValue? to = frame.Head ?? frame.Operand;
        frame.Assigned = to is { Kind: BracedValueKind.Path or BracedValueKind.List } ? to : Before() is { Kind: BracedKind.Name } name ? BracedValue.OfPath(name.Text) : null;
        if (!adds && Before() is { Kind: BracedKind.Name } plain && Before(2) is not { Text: "." or "->" or "?." })
        {
            // The name itself, whatever it holds until now.
            frame.Assigned = BracedValue.OfPath(plain.Text);
        }

        (frame.Sum, frame.Operand, frame.Head) = (adds ? to : null, null, null);
        if (adds && Before() is { Kind: BracedKind.Name } same)
        {
            frame.Assigned = BracedValue.OfPath(same.Text);
        }
    }
}
