// Parses the expressions of a template.
using System.Globalization;

namespace Assay.Formats.Jinja;

/// <summary>Expressions, with the precedence that jinja2 gives them.</summary>
internal sealed partial class JinjaParser
{
    private static readonly HashSet<string> s_afterExpression = ["if", "else", "in", "recursive", "is", "not", "and", "or"];

    /// <summary>Several expressions with commas between them are a tuple.</summary>
    private JinjaValue Tuple(bool withConditional = true)
    {
        JinjaValue first = withConditional ? Expression() : Or();
        if (!_token.Is(","))
        {
            return first;
        }

        List<JinjaValue> items = [first];
        while (TakeIf(",") && BeginsExpression())
        {
            items.Add(withConditional ? Expression() : Or());
        }

        return new JinjaValue(JinjaValueKind.List) { Items = items };
    }

    private bool BeginsExpression() => _token.Kind is JinjaTokenKind.Text or JinjaTokenKind.Integer or JinjaTokenKind.Float
        || (_token.Kind is JinjaTokenKind.Name && !s_afterExpression.Contains(_token.Text)) || _token.Is("(") || _token.Is("[") || _token.Is("{") || _token.Is("-") || _token.Is("+");

    private JinjaValue Expression()
    {
        JinjaValue value = Or();
        while (TakeWord("if"))
        {
            int at = _token.Start;
            string trigger = Or().Trigger;
            JinjaValue other = TakeWord("else") ? Expression() : JinjaValue.Unknown;
            if (trigger.Length > 0 && value.Kind is JinjaValueKind.Text)
            {
                Written(value.Text, at, trigger);
            }

            if (trigger.Length > 0 && other.Kind is JinjaValueKind.Text)
            {
                Written(other.Text, at, trigger);
            }

            value = value == other ? value : value.IsBuilt || other.IsBuilt || (value.Kind is JinjaValueKind.Text && other.Kind is JinjaValueKind.Text) ? JinjaValue.BuiltUnknown : JinjaValue.Unknown;
        }

        return value;
    }

    private JinjaValue Or()
    {
        JinjaValue value = And();
        while (TakeWord("or"))
        {
            string trigger = And().Trigger;
            value = JinjaValue.Unknown with { Trigger = value.Trigger.Length > 0 ? value.Trigger : trigger };
        }

        return value;
    }

    private JinjaValue And()
    {
        JinjaValue value = Not();
        while (TakeWord("and"))
        {
            string trigger = Not().Trigger;
            value = JinjaValue.Unknown with { Trigger = value.Trigger.Length > 0 ? value.Trigger : trigger };
        }

        return value;
    }

    private JinjaValue Not()
    {
        bool isNot = false;
        while (TakeWord("not"))
        {
            isNot = true;
        }

        JinjaValue value = Compare();
        return isNot ? JinjaValue.Unknown with { Trigger = value.Trigger } : value;
    }

    private JinjaValue Compare()
    {
        bool isDate = _token.IsName("strftime_now");
        JinjaValue left = Sum();
        while (true)
        {
            bool isIn = _token.IsName("in");
            bool isSame = _token.Is("==");
            if (isIn)
            {
                Take();
            }
            else if (_token.IsName("not"))
            {
                Take();
                if (!TakeWord("in"))
                {
                    throw Unexpected();
                }
            }
            else if (_token.Kind is JinjaTokenKind.Operator && _token.Text is "==" or "!=" or "<" or ">" or "<=" or ">=")
            {
                Take();
            }
            else
            {
                return left;
            }

            isDate |= _token.IsName("strftime_now");
            JinjaValue right = Sum();
            bool isSought = (isIn && IsSought(left, right)) || (isSame && (IsSought(left, right) || IsSought(right, left)));
            string trigger = isDate ? Date : isSought ? (left.Kind is JinjaValueKind.Text ? left.Text : right.Text) : "";
            left = JinjaValue.Unknown with { Trigger = trigger };
        }
    }

    /// <summary>Whether a text of words is looked for in what somebody wrote.</summary>
    private static bool IsSought(JinjaValue words, JinjaValue written) =>
        words.Kind is JinjaValueKind.Text && written.Kind is JinjaValueKind.Path && IsWritten(written.Text) && words.Text.Length > 2 && words.Text.All(c => char.IsLetter(c) || c is ' ');

    /// <summary>Whether a path leads to what somebody wrote in a message.</summary>
    private static bool IsWritten(string path) => path.Contains("content", StringComparison.Ordinal) || path.Contains("prompt", StringComparison.Ordinal) || path.Contains("query", StringComparison.Ordinal);

    private JinjaValue Sum()
    {
        JinjaValue left = Concatenation();
        while (_token.Is("+") || _token.Is("-"))
        {
            int at = _token.Start;
            string sign = TakeText();
            left = Binary(sign, left, Concatenation(), at);
        }

        return left;
    }

    private JinjaValue Concatenation()
    {
        JinjaValue left = Product();
        while (_token.Is("~"))
        {
            int at = _token.Start;
            Take();
            left = Binary("~", left, Product(), at);
        }

        return left;
    }

    private JinjaValue Product()
    {
        JinjaValue left = Unary();
        while (_token.Kind is JinjaTokenKind.Operator && _token.Text is "*" or "/" or "//" or "%")
        {
            int at = _token.Start;
            string sign = TakeText();
            left = Binary(sign, left, Unary(), at);
        }

        return left;
    }

    private JinjaValue Unary()
    {
        int signs = 0;
        bool isNegative = false;
        while (_token.Is("-") || _token.Is("+"))
        {
            isNegative ^= _token.Is("-");
            signs++;
            Take();
        }

        JinjaValue value = Primary();
        value = signs > 0 && value.Kind is JinjaValueKind.Number ? JinjaValue.Of(isNegative ? -value.Number : value.Number) : value;
        value = Postfix(value);
        while (_token.Is("**"))
        {
            int at = _token.Start;
            Take();
            value = Binary("**", value, Unary(), at);
        }

        return Filters(value);
    }

    private JinjaValue Primary()
    {
        if (++_depth > MaxDepth)
        {
            _uses.Add("template.depth", _token.Start, $"More than {MaxDepth} expressions stand in each other.");
            throw new JinjaSyntaxException(_token.Start, $"More than {MaxDepth} expressions stand in each other.");
        }

        JinjaValue value;
        JinjaToken token = _token;
        switch (token.Kind)
        {
            case JinjaTokenKind.Name:
                Take();
                value = NameValue(token);
                break;
            case JinjaTokenKind.Text:
                System.Text.StringBuilder text = new();
                int parts = 0;
                while (_token.Kind is JinjaTokenKind.Text)
                {
                    text.Append(TakeText());
                    parts++;
                }

                value = JinjaValue.Of(text.ToString(), parts > 1);
                break;
            case JinjaTokenKind.Integer or JinjaTokenKind.Float:
                Take();
                value = JinjaValue.Of(NumberOf(token.Text));
                break;
            case JinjaTokenKind.Operator when token.Text is "(":
                Take();
                value = _token.Is(")") ? new JinjaValue(JinjaValueKind.List) : Tuple();
                Expect(")");
                break;
            case JinjaTokenKind.Operator when token.Text is "[":
                Take();
                value = new JinjaValue(JinjaValueKind.List) { Items = Items("]", isDict: false) };
                break;
            case JinjaTokenKind.Operator when token.Text is "{":
                Take();
                value = new JinjaValue(JinjaValueKind.Dict) { Items = Items("}", isDict: true) };
                break;
            default:
                throw Unexpected();
        }

        _depth--;
        return value;
    }

    private static double NumberOf(string text)
    {
        int radix = text.Length > 2 && text[0] is '0' ? char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 } : 10;
        if (radix == 10)
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.PositiveInfinity;
        }

        double value = 0;
        foreach (char c in text.AsSpan(2))
        {
            value = (value * radix) + (char.IsAsciiHexDigit(c) ? char.IsAsciiDigit(c) ? c - '0' : (c | 32) - 'a' + 10 : 0);
        }

        return value;
    }

    private List<JinjaValue> Items(string end, bool isDict)
    {
        List<JinjaValue> items = [];
        while (!TakeIf(end))
        {
            JinjaValue item = Expression();
            if (isDict)
            {
                Expect(":");
                item = Expression();
            }

            if (items.Count < 4096)
            {
                items.Add(item);
            }

            if (!TakeIf(",") && !_token.Is(end))
            {
                throw Unexpected();
            }
        }

        return items;
    }

    private JinjaValue NameValue(JinjaToken token)
    {
        string name = token.Text;
        switch (name)
        {
            case "true" or "True" or "false" or "False" or "none" or "None":
                return JinjaValue.Unknown;
        }

        if (_names.TryGetValue(name, out JinjaValue? known))
        {
            return known.Kind is JinjaValueKind.Unknown && !known.IsBuilt ? JinjaValue.Path(name) with { Trigger = known.Trigger } : known;
        }

        if (!_macros.Contains(name))
        {
            _uses.Read(name);
        }

        // A name of its own leads nowhere, however many underscores it has: only what a renderer hands over is behind it.
        if (JinjaUses.IsInner(name) && JinjaUses.Spelled(name) is not null)
        {
            _uses.Add("template.inner-attribute", token.Start, $"The template uses the name {name}.");
        }

        return JinjaValue.Path(name);
    }

    private JinjaValue Postfix(JinjaValue value)
    {
        while (true)
        {
            int at = _token.Start;
            if (TakeIf("."))
            {
                string attribute = _token.Kind is JinjaTokenKind.Name or JinjaTokenKind.Integer ? TakeText() : throw Unexpected();
                value = Attribute(value, attribute, at);
            }
            else if (TakeIf("["))
            {
                value = Subscript(value, at);
            }
            else if (_token.Is("("))
            {
                value = Call(value, Arguments(), at);
            }
            else
            {
                return value;
            }
        }
    }

    private JinjaValue Subscript(JinjaValue value, int at)
    {
        List<JinjaValue> keys = [];
        bool isSlice = false;
        while (!TakeIf("]"))
        {
            if (TakeIf(":"))
            {
                isSlice = true;
                continue;
            }

            keys.Add(Expression());
            if (!TakeIf(",") && !_token.Is(":") && !_token.Is("]"))
            {
                throw Unexpected();
            }
        }

        return isSlice || keys.Count != 1 ? Sliced(value) : Item(value, keys[0], at);
    }

    private List<(string Name, JinjaValue Value)> Arguments()
    {
        List<(string, JinjaValue)> arguments = [];
        Expect("(");
        while (!TakeIf(")"))
        {
            _ = TakeIf("**") || TakeIf("*");
            JinjaValue value = Expression();
            string name = "";
            if (value.Kind is JinjaValueKind.Path && TakeIf("="))
            {
                (name, value) = (value.Text, Expression());
            }
            else if (_token.Is("="))
            {
                // A name of an argument that is a variable as well.
                Take();
                (name, value) = ("?", Expression());
            }

            arguments.Add((name, value));
            if (!TakeIf(",") && !_token.Is(")"))
            {
                throw Unexpected();
            }
        }

        return arguments;
    }

    private JinjaValue Filters(JinjaValue value)
    {
        while (true)
        {
            if (TakeIf("|"))
            {
                value = Filter(value);
            }
            else if (TakeWord("is"))
            {
                TakeWord("not");
                Test();
                value = JinjaValue.Unknown;
            }
            else if (_token.Is("(") || _token.Is("[") || _token.Is("."))
            {
                value = Postfix(value);
            }
            else
            {
                return value;
            }
        }
    }

    private void Test()
    {
        string name = Name();
        while (TakeIf("."))
        {
            name += "." + Name();
        }

        if (_token.Is("("))
        {
            Arguments();
        }
        else if (BeginsExpression())
        {
            Postfix(Primary());
        }
    }

    private JinjaValue Filter(JinjaValue value)
    {
        int at = _token.Start;
        string name = Name();
        while (TakeIf("."))
        {
            name += "." + Name();
        }

        return Filtered(value, name, _token.Is("(") ? Arguments() : [], at);
    }
}
