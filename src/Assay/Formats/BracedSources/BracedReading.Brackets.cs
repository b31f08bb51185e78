// What brackets of braced source open and close: calls, bodies of functions, classes, lists.
namespace Assay.Formats.BracedSources;

internal sealed partial class BracedReading
{
    private static readonly HashSet<string> s_conditions = new(StringComparer.Ordinal) { "if", "for", "while", "switch", "catch", "with" };

    private static readonly HashSet<string> s_plainTypes = new(StringComparer.Ordinal) { "int", "void", "char", "long", "short", "auto", "bool", "float", "double", "size_t", "string", "wchar_t" };

    private void Open(BracedFrame frame, BracedToken token)
    {
        BracedToken? before = Before();
        if (frame.Expected is not null && before is { Kind: BracedKind.Name } or { Text: "*" })
        {
            _frames.Push(New(BracedFrameKind.Call, frame, null, isParameters: true));
        }
        else if (before is { Kind: BracedKind.Name } && s_conditions.Contains(before.Value.Text) && Before(2) is not { Text: "." })
        {
            frame.Operand = null;
            _frames.Push(New(BracedFrameKind.Condition, frame, null));
        }
        else if (frame.Operand is { } called && (before is { Kind: BracedKind.Name or BracedKind.Text } or { Text: ")" or "]" or ">" }))
        {
            // A pointer to a function: int (*f)(char *), whose name stands in the parentheses.
            bool isType = _isC && called is { Kind: BracedValueKind.Path, Text: var type } && s_plainTypes.Contains(type) && type is not "string";
            _frames.Push(New(isType ? BracedFrameKind.Group : BracedFrameKind.Call, frame, isType ? null : called));
        }
        else
        {
            _frames.Push(New(BracedFrameKind.Group, frame, null));
        }
    }

    private void Brace(BracedFrame frame, BracedToken token)
    {
        BracedToken? before = Before();
        if (_isC ? BraceOfC(frame, before) : BraceOfJavaScript(frame, before))
        {
            return;
        }

        // Statements of the same function.
        bool declares = frame.Kind is BracedFrameKind.Declarations && frame.First is "namespace" or "extern";
        BracedFrame block = new(declares ? BracedFrameKind.Declarations : BracedFrameKind.Block, frame.Function) { Class = frame.Class, InExtern = frame.InExtern || (declares && frame.First is "extern"), Statement = _at + 1 };
        if (!declares)
        {
            Finish(frame);
        }

        frame.Head = null;
        _frames.Push(block);
    }

    private bool BraceOfC(BracedFrame frame, BracedToken? before)
    {
        string first = frame.First;
        if (frame.HoldsStatements && Has(frame, "enum") && frame.Head is null)
        {
            _frames.Push(New(BracedFrameKind.List, frame, null));
            return true;
        }

        bool isClass = frame.HoldsStatements && (Has(frame, "class") || Has(frame, "struct") || Has(frame, "union")) && frame.Head is null && frame.Assigned is null;
        if (isClass)
        {
            string name = Named(frame);
            BracedFunction made = Function(name, frame.Function, "call");
            _frames.Push(new BracedFrame(BracedFrameKind.Declarations, made) { Class = name, InExtern = frame.InExtern, Statement = _at + 1 });
            return true;
        }

        if (before is { Kind: BracedKind.Sign, Text: "=" or "," or "(" or "{" or "[" } or { Kind: BracedKind.Name, Text: "return" } || (frame.Kind is BracedFrameKind.List && frame.Head is null))
        {
            _frames.Push(New(BracedFrameKind.List, frame, null));
            return true;
        }

        if (frame is { Kind: BracedFrameKind.Declarations, Head: not null, Key: ":" } && before is { Kind: BracedKind.Name })
        {
            _frames.Push(New(BracedFrameKind.List, frame, null));
            return true;
        }

        if (frame.Kind is BracedFrameKind.Declarations && frame.Head is { } head)
        {
            Body(frame, head);
            return true;
        }

        // A lambda: its body runs with what it stands in, or where it is handed on, when that is called.
        if (!frame.HoldsStatements || frame.Operand is { Kind: BracedValueKind.List or BracedValueKind.Unknown } || (frame.Assigned is not null && before is { Text: ")" or "]" }))
        {
            bool isHandedOn = frame.Kind is BracedFrameKind.Call && frame.Target is { Kind: BracedValueKind.Path } target && Last(target.Text) is "def" or "impl" or "def_static";
            BracedFunction lambda = Function("", frame.Function, isHandedOn ? "infer" : "call");
            if (!isHandedOn)
            {
                frame.Function.Within.Add(lambda);
            }

            frame.Head = null;
            _frames.Push(new BracedFrame(BracedFrameKind.Block, lambda) { Class = frame.Class, Statement = _at + 1 });
            return true;
        }

        // T{x}: an object is made.
        if (frame.Operand is { Kind: BracedValueKind.Path } made2 && before is { Kind: BracedKind.Name } && before.Value.Text is not ("else" or "do" or "try" or "const" or "noexcept" or "override" or "mutable" or "final") && frame.Head is null && first is not ("namespace" or "extern"))
        {
            _frames.Push(New(BracedFrameKind.Call, frame, frame.Type is { } type ? BracedValue.OfPath(type) : made2));
            return true;
        }

        return false;
    }

    /// <summary>The body of a function of C, of which the head was read as a call.</summary>
    private void Body(BracedFrame frame, BracedValue head)
    {
        string name = head.Kind is BracedValueKind.Path ? Last(head.Text) : "";
        bool isMacro = frame.Type is null && frame.Class.Length == 0 && !head.Text.Contains('.', StringComparison.Ordinal) && name.Length > 3 && name.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '_');
        bool isTest = name.StartsWith("TEST", StringComparison.Ordinal) || name.StartsWith("BENCHMARK", StringComparison.Ordinal);
        bool isMade = name == frame.Class || (head.Text.EndsWith($"{name}.{name}", StringComparison.Ordinal) && name.Length > 0) || name.StartsWith('~');
        string phase = isMacro && isTest ? "use" : frame.IsConstructor || isMacro || name.StartsWith("PyInit_", StringComparison.Ordinal) || name is "DllMain" or "JNI_OnLoad" or "_init" ? "import"
            : name is "main" or "wmain" or "WinMain" or "wWinMain" ? "use" : IsExported(frame) ? "infer" : "call";
        BracedFunction function = isMade && frame.Class.Length > 0 ? frame.Function : Function(name, frame.Function, phase);
        // The parameters of a macro that opens a module name the functions of it.
        foreach ((_, BracedValue item) in frame.HeadItems)
        {
            if (isMacro && item.Kind is BracedValueKind.Path)
            {
                function.Mentions.Add(Last(item.Text));
            }
        }

        frame.Head = null;
        _frames.Push(new BracedFrame(BracedFrameKind.Block, function) { Class = frame.Class, Statement = _at + 1 });
    }

    /// <summary>Whether others call a function of a library: its head has tensors, or C's linkage.</summary>
    private bool IsExported(BracedFrame frame)
    {
        for (int i = frame.Statement; i < _at && i - frame.Statement < 256; i++)
        {
            BracedToken token = _tokens[i];
            if (token.Kind is BracedKind.Name && (token.Text.EndsWith("Tensor", StringComparison.Ordinal) || token.Text is "extern" or "__declspec" or "visibility" or "PyObject" or "ArrayRef" or "TensorList" or "buffer_t"))
            {
                return true;
            }
        }

        return frame.InExtern;
    }

    private bool BraceOfJavaScript(BracedFrame frame, BracedToken? before)
    {
        if (frame.Expected is { } expected && before is { Text: ")" or "=>" })
        {
            frame.Expected = null;
            BracedFunction function = Function(expected, frame.Function, "call");
            if (expected.Length == 0)
            {
                frame.Function.Within.Add(function);
            }
            else if (frame.Kind is BracedFrameKind.Call)
            {
                frame.Function.Mentions.Add(expected);
            }

            _frames.Push(new BracedFrame(BracedFrameKind.Block, function) { Class = frame.Class, Statement = _at + 1 });
            return true;
        }

        if (frame.HoldsStatements && Has(frame, "class"))
        {
            string name = Named(frame);
            _frames.Push(new BracedFrame(BracedFrameKind.Declarations, Function(name, frame.Function, "call")) { Class = name, Statement = _at + 1 });
            return true;
        }

        if (frame.Kind is BracedFrameKind.Declarations or BracedFrameKind.List && frame.Head is { } head)
        {
            // A method.
            string name = Last(head.Text);
            frame.Head = null;
            if (frame.Kind is BracedFrameKind.List)
            {
                // Whoever gets the object, or finds it where it is kept, may call its methods.
                frame.Function.Mentions.Add(name);
            }

            BracedFunction method = name is "constructor" ? frame.Function : Function(name, frame.Function, "call");
            _frames.Push(new BracedFrame(BracedFrameKind.Block, method) { Statement = _at + 1 });
            return true;
        }

        bool isValue = before is { Kind: BracedKind.Sign, Text: "=" or "," or "(" or "[" or ":" or "?" or "&&" or "||" or "??" or "+" or "..." or "+=" } || before is { Kind: BracedKind.Name, Text: "return" or "const" or "let" or "var" or "new" or "default" or "in" or "of" or "typeof" or "await" or "yield" };
        if (isValue && !(before is { Text: ":" } && frame.HoldsStatements))
        {
            _frames.Push(New(BracedFrameKind.List, frame, null));
            return true;
        }

        return false;
    }

    private bool Has(BracedFrame frame, string word)
    {
        for (int i = frame.Statement; i < _at && i - frame.Statement < 64; i++)
        {
            if (_tokens[i].IsName(word))
            {
                return true;
            }

            // Parameters of templates have classes of their own.
            if (_tokens[i].Is("(") || (_tokens[i].Is("<") && word is "class" or "struct" && i > 0 && _tokens[i - 1].IsName("template")))
            {
                int close = _tokens[i].Is("<") ? _tokens.FindIndex(i, Math.Min(64, _tokens.Count - i), t => t.Is(">")) : -1;
                if (close < 0)
                {
                    return false;
                }

                i = close;
            }
        }

        return false;
    }

    /// <summary>The name behind the word that begins a class.</summary>
    private string Named(BracedFrame frame)
    {
        string name = "";
        for (int i = frame.Statement; i < _at && i - frame.Statement < 64; i++)
        {
            if (_tokens[i].Is(":") || _tokens[i].IsName("extends"))
            {
                break;
            }

            name = _tokens[i].Kind is BracedKind.Name && _tokens[i].Text is not ("final" or "class" or "struct") ? _tokens[i].Text : name;
        }

        return name.Length > 0 ? name : $"class@{_at}";
    }

    private BracedFunction Function(string name, BracedFunction around, string phase)
    {
        BracedFunction function = new(name, around) { Phase = phase };
        _functions.Add(function);
        return function;
    }

    private void Close(string sign)
    {
        // What is open and not closed by this sign was left open.
        BracedFrame frame = Frame;
        if (_frames.Count == 1)
        {
            End();
            return;
        }

        if (sign is "}" ? frame.Kind is BracedFrameKind.Group or BracedFrameKind.Condition or BracedFrameKind.Index : frame.HoldsStatements)
        {
            int open = 0;
            bool matches = _frames.Take(16).Any(f => ++open > 0 && (sign is "}" ? f.HoldsStatements : !f.HoldsStatements));
            for (int i = 1; sign is "}" && matches && i < open; i++)
            {
                Finish(Frame);
                _frames.Pop();
            }

            if (sign is not "}" || _frames.Count == 1)
            {
                return;
            }

            frame = Frame;
        }

        if (frame.HoldsStatements)
        {
            End();
            _frames.Pop();
            BracedFrame outer = Frame;
            bool isClassOfC = _isC && frame.Kind is BracedFrameKind.Declarations && frame.Class.Length > 0 && frame.Class != outer.Class;
            if (!outer.HoldsStatements)
            {
                outer.Operand = BracedValue.Unknown;
            }
            else if (isClassOfC)
            {
                outer.Closed = frame.Class;
                outer.Operand = BracedValue.OfPath(frame.Class);
            }
            else if (outer.Assigned is null)
            {
                outer.Next(_at + 1);
            }
            else
            {
                outer.Operand = BracedValue.Unknown;
            }

            return;
        }

        Item(frame);
        _frames.Pop();
        Closed(frame, Frame);
    }

    /// <summary>What a closed bracket of an expression gives to the one around it.</summary>
    private void Closed(BracedFrame frame, BracedFrame outer)
    {
        switch (frame.Kind)
        {
            case BracedFrameKind.Group:
                outer.Operand = frame.Items is [.., var last] ? last.Value : null;
                break;
            case BracedFrameKind.Condition:
                outer.Operand = null;
                outer.Sum = null;
                break;
            case BracedFrameKind.Index when frame.Target is { } indexed:
                outer.Operand = frame.Items is [var key] && key.Value.Kind is BracedValueKind.Text && indexed.Kind is BracedValueKind.Path or BracedValueKind.List ? indexed.Below(key.Value.Text) : indexed.Kind is BracedValueKind.Path && frame.Items.Count == 0 ? indexed : BracedValue.Unknown with { Layers = indexed.Layers };
                break;
            case BracedFrameKind.Call when frame.IsParameters:
                outer.Operand = null;
                break;
            case BracedFrameKind.Call when _isC && frame.Target is { Text: "__attribute__" or "__declspec" or "__launch_bounds__" or "alignas" or "__attribute" or "decltype" or "noexcept" or "__asm" }:
                outer.Operand = null;
                break;
            case BracedFrameKind.Call:
                bool isHead = outer.Assigned is null && outer.Head is null && After() is not { Text: "." or "->" or "?." }
                    && (outer.Kind is BracedFrameKind.Declarations || (!_isC && outer.Kind is BracedFrameKind.List && After() is { Text: "{" }));
                if (isHead)
                {
                    outer.Head = frame.Target;
                    outer.HeadAt = frame.At;
                    outer.HeadItems = frame.Items;
                    outer.Operand = null;
                }
                else
                {
                    outer.Operand = Called(frame.Target!, frame.Items, frame.At, frame.Function, outer, frame.Statement);
                }

                break;
            default:
                outer.Operand = BracedValue.OfList(frame.Items);
                break;
        }
    }

    /// <summary>An item of a list or of arguments is over.</summary>
    private void Item(BracedFrame frame)
    {
        bool any = frame.Operand is not null || frame.Sum is not null || frame.Assigned is not null;
        string? key = frame.Key ?? (frame.Kind is BracedFrameKind.List && frame.Operand is { Kind: BracedValueKind.Path } plain && Before() is { Kind: BracedKind.Name } ? Before()!.Value.Text : null);
        BracedValue value = Finish(frame);
        if (any)
        {
            frame.Items.Add((key, value));
        }

        (frame.Key, frame.Type, frame.Expected, frame.First, frame.Head) = (null, null, null, "", null);
    }

    /// <summary>An expression is over: what it gives is assigned.</summary>
    private BracedValue Finish(BracedFrame frame)
    {
        BracedValue value = Added(frame) ?? BracedValue.Unknown;
        if (frame.Assigned is { } to)
        {
            Bind(frame, to, value);
        }
        else if (frame.HoldsStatements && frame.Type is { } type && frame.Operand is { Kind: BracedValueKind.Path } made)
        {
            // T x; with no value of its own.
            Make(frame, type, made.Text);
        }

        (frame.Sum, frame.Operand, frame.Assigned) = (null, null, null);
        return value;
    }

    /// <summary>A statement is over.</summary>
    private void End()
    {
        BracedFrame frame = Frame;
        if (frame.Head is { Kind: BracedValueKind.Path } head)
        {
            string name = Last(head.Text);
            if (frame.IsConstructor)
            {
                _outside.Calls.Add(name);
            }

            if (frame.Type is { } type)
            {
                Make(frame, type, name);
            }
            else if (frame.Class.Length == 0 || !_isC)
            {
                Called(head, frame.HeadItems, frame.HeadAt, frame.Function, frame, frame.Statement);
            }
        }

        if (frame.Closed.Length > 0 && frame.Operand is { Kind: BracedValueKind.Path } declared && (declared.Text != frame.Closed || Before() is { Text: "}" } is false))
        {
            frame.Function.Calls.Add(frame.Closed);
        }

        Finish(frame);
        frame.Next(_at + 1);
    }

    /// <summary>An object of a type is declared: its constructor runs where it is made, and its name stands for it.</summary>
    private void Make(BracedFrame frame, string type, string name)
    {
        string plain = Plain(type);
        if (plain.Length == 0)
        {
            return;
        }

        if (!frame.Function.Variables.ContainsKey(Last(name)) && char.IsAsciiLetter(plain[0]) && !s_plainTypes.Contains(plain))
        {
            Keep(frame.Function, Last(name), BracedValue.OfPath(plain + "()"));
        }

        frame.Function.Calls.Add(Last(plain));
    }
}
