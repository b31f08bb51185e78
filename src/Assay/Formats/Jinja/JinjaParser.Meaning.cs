// What the operators, attributes, calls and filters of a template come to.
using System.Globalization;
using System.Text;

namespace Assay.Formats.Jinja;

/// <summary>
/// Follows values. What is written out is folded, so a name that is put together is known; where it is put together of what only the rendering knows, that is told.
/// </summary>
internal sealed partial class JinjaParser
{
    private const int LongestFolded = 1 << 13;
    private const int MostMacros = 128;
    private static readonly HashSet<string> s_pads = ["center", "ljust", "rjust", "zfill"];

    private JinjaValue Binary(string sign, JinjaValue left, JinjaValue right, int at)
    {
        bool isText = sign is "~" || left.IsBuilt || right.IsBuilt || left.Kind is JinjaValueKind.Text || right.Kind is JinjaValueKind.Text;
        if (left.Kind is JinjaValueKind.Number && right.Kind is JinjaValueKind.Number && sign is not "~")
        {
            double number = sign switch { "+" => left.Number + right.Number, "-" => left.Number - right.Number, "*" => left.Number * right.Number, "**" => Math.Pow(left.Number, right.Number), "/" => left.Number / right.Number, "//" => Math.Floor(left.Number / right.Number), _ => left.Number % right.Number };
            if (sign is "**" && Math.Abs(right.Number) > 1000)
            {
                _uses.Add("template.cost", at, $"A power of {right.Number:G6} is computed.");
            }

            return JinjaValue.Of(number);
        }

        if (sign is "*" && (left.Kind is JinjaValueKind.Number || right.Kind is JinjaValueKind.Number))
        {
            JinjaValue repeated = left.Kind is JinjaValueKind.Number ? right : left;
            double times = left.Kind is JinjaValueKind.Number ? left.Number : right.Number;
            if (times > MostRepeated && (repeated.IsLiteral || repeated.IsBuilt))
            {
                _uses.Add("template.cost", at, $"A text or list is repeated {times:G6} times.");
            }

            double length = times * Math.Max(1, repeated.Kind is JinjaValueKind.Text ? repeated.Text.Length : repeated.IsBuilt ? repeated.Number : 1);
            if (length > MostWritten && isText)
            {
                _uses.Add("template.cost", at, $"A text of {length:G6} characters is made.");
            }

            return repeated.Kind is JinjaValueKind.Text && times * repeated.Text.Length < LongestFolded ? JinjaValue.Of(new StringBuilder().Insert(0, repeated.Text, Math.Max(0, (int)times)).ToString(), true)
                : repeated.Kind is JinjaValueKind.List && times < 4096 ? repeated : isText ? JinjaValue.BuiltUnknown with { Number = length } : JinjaValue.Unknown;
        }

        if (sign is "%" && left.Kind is JinjaValueKind.Text)
        {
            return Percent(left, right.Kind is JinjaValueKind.List ? right.Items : [right], at);
        }

        if (sign is "~" or "+" && Constant(left) is { } one && Constant(right) is { } two && isText && one.Length + two.Length < LongestFolded)
        {
            return JinjaValue.Of(one + two, true);
        }

        foreach (JinjaValue part in (ReadOnlySpan<JinjaValue>)[left, right])
        {
            if (part.Kind is JinjaValueKind.Text)
            {
                Written(part.Text, at);
            }
        }

        return isText ? JinjaValue.BuiltUnknown : JinjaValue.Unknown;
    }

    private static string? Constant(JinjaValue value) => value.Kind switch
    {
        JinjaValueKind.Text => value.Text,
        JinjaValueKind.Number => value.Number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private JinjaValue Attribute(JinjaValue value, string attribute, int at)
    {
        string path = value.Kind is JinjaValueKind.Path ? $"{value.Text}.{attribute}" : "." + attribute;
        if (JinjaUses.IsInner(attribute))
        {
            _uses.Add("template.inner-attribute", at, $"The template reaches {JinjaUses.Short(path)}.");
        }
        else if (attribute[0] is '_' && !attribute.EndsWith("__", StringComparison.Ordinal))
        {
            _uses.Add("template.private-attribute", at, $"The template reaches {JinjaUses.Short(path)}.");
        }
        else if (attribute is "format" or "format_map" && !_token.Is("(") && (value.IsLiteral || value.IsBuilt))
        {
            _uses.Add("template.stored-format", at, "The template keeps the method that formats a text instead of calling it.");
        }

        if (value.Kind is JinjaValueKind.Path && value.Text.IndexOf('.', StringComparison.Ordinal) < 0 && JinjaUses.IsPython(value.Text) && !_names.ContainsKey(value.Text))
        {
            _uses.Add("template.python-name", at, $"The template reaches {JinjaUses.Short(path)}.");
        }

        if (value.Kind is not JinjaValueKind.Path)
        {
            return value.IsLiteral && _token.Is("(") ? new JinjaValue(JinjaValueKind.Path, "." + attribute) { Items = [value] } : JinjaValue.Path(path);
        }

        return _names.TryGetValue(path, out JinjaValue? known) && (known.IsLiteral || known.IsBuilt) ? known
            : JinjaValue.Path(path.Length > 512 ? "..." + path[^500..] : path);
    }

    private static JinjaValue Sliced(JinjaValue value) => value.Kind is JinjaValueKind.Text || value.IsBuilt ? JinjaValue.BuiltUnknown : value;

    private JinjaValue Item(JinjaValue value, JinjaValue key, int at)
    {
        switch (key.Kind)
        {
            case JinjaValueKind.Text:
                if (JinjaUses.IsInner(key.Text) || JinjaUses.Spelled(key.Text) is not null)
                {
                    _uses.Add(key.IsBuilt ? "template.built-name" : "template.inner-attribute", at, $"The template reaches ['{JinjaUses.Short(key.Text)}'].");
                }

                return value.Kind is JinjaValueKind.Path ? JinjaValue.Path(JinjaUses.Short($"{value.Text}.{key.Text}")) : JinjaValue.Path("." + JinjaUses.Short(key.Text));
            case JinjaValueKind.Number:
                bool fits = key.Number >= 0 && key.Number < value.Items.Count;
                return value.Kind is JinjaValueKind.List && fits ? value.Items[(int)key.Number]
                    : value.Kind is JinjaValueKind.Text && key.Number >= 0 && key.Number < value.Text.Length ? JinjaValue.Of(value.Text[(int)key.Number].ToString(), true)
                    : value.Kind is JinjaValueKind.Path ? JinjaValue.Path(JinjaUses.Short(value.Text + "[]")) : value.IsBuilt ? JinjaValue.BuiltUnknown : JinjaValue.Unknown;
            default:
                if (key.IsBuilt && (value.IsLiteral || value.Kind is JinjaValueKind.Path && value.Text.StartsWith('.')))
                {
                    _uses.Add("template.built-name", at, "The template reaches something by a name that it puts together.");
                }

                return value.Kind is JinjaValueKind.Path ? JinjaValue.Path(JinjaUses.Short(value.Text + "[]")) : JinjaValue.Unknown;
        }
    }

    private JinjaValue Call(JinjaValue callee, List<(string Name, JinjaValue Value)> arguments, int at)
    {
        if (callee.Kind is not JinjaValueKind.Path)
        {
            return JinjaValue.Unknown;
        }

        string path = callee.Text;
        _uses.Call(path);
        string method = path[(path.LastIndexOf('.') + 1)..];
        JinjaValue? first = arguments.Count > 0 ? arguments[0].Value : null;
        if (_blocks.FirstOrDefault(b => b.Name is "macro") is { } inside && _macroCalls.Count < MostMacros && path.IndexOf('.', StringComparison.Ordinal) < 0 && path != inside.Of
            && _blocks.TakeWhile(b => b.Name is not "macro").All(b => b.Name is not ("if" or "for")))
        {
            if (!_macroCalls.TryGetValue(inside.Of, out HashSet<string>? calls))
            {
                _macroCalls.Add(inside.Of, calls = new(StringComparer.Ordinal));
            }

            if (calls.Count < MostMacros)
            {
                calls.Add(path);
            }
        }

        if (path.IndexOf('.', StringComparison.Ordinal) < 0 && !_macros.Contains(path) && !_names.ContainsKey(path))
        {
            return CallOfName(path, arguments, at);
        }

        if (_macros.Contains(path) && _blocks.Any(b => b.Name is "macro" && b.Of == path) && _blocks.TakeWhile(b => b.Name is not "macro").All(b => b.Name is not ("if" or "for")))
        {
            _uses.Add("template.cost", at, $"The macro {path} calls itself on no condition.");
        }

        if (method is "format" or "format_map")
        {
            JinjaValue owner = callee.Items is [var text] ? text : JinjaValue.Unknown;
            return Format(owner, arguments, at, isKnown: callee.Items.Count == 1);
        }

        if (method is "join" && callee.Items is [{ Kind: JinjaValueKind.Text } separator] && first is not null)
        {
            return Joined(first, separator.Text);
        }

        if (callee.Items is [{ Kind: JinjaValueKind.Text } self])
        {
            return Method(self, method, arguments);
        }

        if (s_pads.Contains(method) && first is { Kind: JinjaValueKind.Number, Number: > MostRepeated })
        {
            _uses.Add("template.cost", at, $"A text is padded to {first.Number:G6} characters.");
        }

        bool isSought = method is "startswith" or "endswith" or "count" or "find" or "index" or "rfind" && first is not null && IsSought(first, callee);
        return JinjaValue.Path(JinjaUses.Short(path + "()")) with { Trigger = isSought ? first!.Text : "" };
    }

    /// <summary>A macro that comes back to itself through others; those that call themselves are told where they do.</summary>
    private string? Circle()
    {
        foreach (string start in _macroCalls.Keys)
        {
            HashSet<string> seen = new(StringComparer.Ordinal);
            Stack<string> open = new(_macroCalls[start]);
            while (open.TryPop(out string? name))
            {
                if (name == start)
                {
                    return start;
                }

                foreach (string called in seen.Add(name) && _macroCalls.TryGetValue(name, out HashSet<string>? calls) ? calls : [])
                {
                    open.Push(called);
                }
            }
        }

        return null;
    }

    private JinjaValue CallOfName(string name, List<(string Name, JinjaValue Value)> arguments, int at)
    {
        List<double> numbers = [.. arguments.Where(a => a.Value.Kind is JinjaValueKind.Number).Select(a => a.Value.Number)];
        if (JinjaUses.IsPython(name))
        {
            _uses.Add("template.python-name", at, $"The template calls {name}, which no loader gives to a template.");
        }
        else if (name is "range")
        {
            double count = numbers.Count switch { 1 => numbers[0], >= 2 => Math.Abs(numbers[1] - numbers[0]) / Math.Max(1, numbers.Count > 2 ? Math.Abs(numbers[2]) : 1), _ => 0 };
            if (count > MostRepeated)
            {
                _uses.Add("template.cost", at, $"A range of {count:G6} numbers is made.");
            }

            // A range that is written out counts as that many.
            return numbers.Count == arguments.Count && numbers.Count > 0 ? JinjaValue.Of(Math.Max(0, count)) : JinjaValue.Unknown;
        }
        else if (name is "lipsum" && numbers.Sum() > 1000)
        {
            _uses.Add("template.cost", at, "The template asks for a thousand paragraphs and more.");
        }
        else if (name is "namespace" or "dict")
        {
            _members.AddRange(arguments.Where(a => a.Name.Length > 0).Take(256));
            return JinjaValue.Path(name + "()");
        }
        else if (JinjaUses.LeadsToPython(name))
        {
            _uses.Add("template.foreign-global", at, $"The template calls {name}.");
        }
        else if (!JinjaUses.IsKnown(name))
        {
            _uses.Add("template.unknown-call", at, $"The template calls {JinjaUses.Short(name)}, which chat templates are not given.");
        }

        return JinjaValue.Path(name + "()");
    }

    private static JinjaValue Method(JinjaValue self, string method, List<(string Name, JinjaValue Value)> arguments)
    {
        string? one = arguments.Count > 0 ? Constant(arguments[0].Value) : null;
        string? two = arguments.Count > 1 ? Constant(arguments[1].Value) : null;
        string? made = method switch
        {
            "lower" or "casefold" => self.Text.ToLowerInvariant(),
            "upper" => self.Text.ToUpperInvariant(),
            "strip" when arguments.Count == 0 => self.Text.Trim(),
            "strip" when one is not null => self.Text.Trim(one.ToCharArray()),
            "replace" when one is { Length: > 0 } && two is not null && self.Text.Length * (long)(two.Length + 1) < LongestFolded => self.Text.Replace(one, two, StringComparison.Ordinal),
            _ => null,
        };
        if (method is "split" && one is { Length: > 0 })
        {
            return new JinjaValue(JinjaValueKind.List) { Items = [.. self.Text.Split(one).Take(4096).Select(p => JinjaValue.Of(p, true))] };
        }

        return made is not null ? JinjaValue.Of(made, true) : JinjaValue.BuiltUnknown;
    }

    private static JinjaValue Joined(JinjaValue list, string separator)
    {
        if (list.Kind is not JinjaValueKind.List || list.Items.Any(i => Constant(i) is null))
        {
            return list.Kind is JinjaValueKind.Text ? JinjaValue.Of(string.Join(separator, list.Text.Take(LongestFolded)), true) : JinjaValue.BuiltUnknown;
        }

        string joined = string.Join(separator, list.Items.Select(i => Constant(i)));
        return joined.Length < LongestFolded ? JinjaValue.Of(joined, true) : JinjaValue.BuiltUnknown;
    }

    /// <summary>A text that is formatted: its fields may reach attributes of what is put in.</summary>
    private JinjaValue Format(JinjaValue text, List<(string Name, JinjaValue Value)> arguments, int at, bool isKnown)
    {
        if (text.Kind is not JinjaValueKind.Text)
        {
            if (isKnown || text.IsBuilt)
            {
                _uses.Add("template.stored-format", at, "The template formats a text that it puts together.");
            }

            return JinjaValue.BuiltUnknown;
        }

        if (JinjaUses.Spelled(text.Text) is { } word)
        {
            _uses.Add("template.inner-attribute", at, $"A text that is formatted reaches {word}: '{JinjaUses.Short(text.Text)}'.");
        }

        StringBuilder made = new();
        int next = 0;
        for (int i = 0; i < text.Text.Length && made.Length < LongestFolded; i++)
        {
            char c = text.Text[i];
            int end = c is '{' ? text.Text.IndexOf('}', i) : -1;
            if (c is '{' or '}' && i + 1 < text.Text.Length && text.Text[i + 1] == c)
            {
                made.Append(c);
                i++;
            }
            else if (end > 0)
            {
                string field = text.Text[(i + 1)..end];
                string name = field.Split('.', '[', ':', '!')[0];
                int index = name.Length == 0 ? next++ : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : arguments.FindIndex(a => a.Name == name);
                int width = field.IndexOf(':', StringComparison.Ordinal);
                if (width >= 0 && double.TryParse(field.AsSpan(width + 1).Trim("<>^=+- 0sdfxc,_"), NumberStyles.Float, CultureInfo.InvariantCulture, out double padded) && padded > MostRepeated)
                {
                    _uses.Add("template.cost", at, $"A text is padded to {padded:G6} characters.");
                }

                if (index < 0 || index >= arguments.Count || Value(arguments[index].Value, field) is not { } put)
                {
                    return JinjaValue.BuiltUnknown;
                }

                made.Append(put);
                i = end;
            }
            else
            {
                made.Append(c);
            }
        }

        return JinjaValue.Of(made.ToString(), true);
    }

    /// <summary>The text of a value in a field; <c>{:c}</c> writes the character of a number.</summary>
    private static string? Value(JinjaValue value, string field) => value.Kind is JinjaValueKind.Number && field.EndsWith('c') && value.Number is > 0 and < 0x10000 ? ((char)value.Number).ToString() : Constant(value);

    /// <summary>The old way to format a text: <c>%c</c> and <c>%s</c>.</summary>
    private JinjaValue Percent(JinjaValue text, IReadOnlyList<JinjaValue> values, int at)
    {
        StringBuilder made = new();
        int next = 0;
        for (int i = 0; i < text.Text.Length && made.Length < LongestFolded; i++)
        {
            if (text.Text[i] is not '%' || i + 1 >= text.Text.Length)
            {
                made.Append(text.Text[i]);
                continue;
            }

            int from = ++i;
            while (i < text.Text.Length && text.Text[i] is (>= '0' and <= '9') or '-' or '+' or '.' or ' ' or '#')
            {
                i++;
            }

            if (double.TryParse(text.Text.AsSpan(from, i - from).Trim("-+ #0"), NumberStyles.Float, CultureInfo.InvariantCulture, out double width) && width > MostRepeated)
            {
                _uses.Add("template.cost", at, $"A text is padded to {width:G6} characters.");
            }

            char kind = i < text.Text.Length ? text.Text[i] : 's';
            if (kind is '%')
            {
                made.Append('%');
            }
            else if (next < values.Count && Value(values[next++], kind is 'c' ? "c" : "") is { } put)
            {
                made.Append(put);
            }
            else
            {
                return JinjaValue.BuiltUnknown;
            }
        }

        return JinjaValue.Of(made.ToString(), true);
    }

    private JinjaValue Filtered(JinjaValue value, string name, List<(string Name, JinjaValue Value)> arguments, int at)
    {
        JinjaValue? first = arguments.Count > 0 ? arguments[0].Value : null;
        if (JinjaUses.TakesAttribute(name))
        {
            AttributeOf(name, arguments, at);
        }

        switch (name)
        {
            case "attr":
                return first is { Kind: JinjaValueKind.Text } ? JinjaValue.Path((value.Kind is JinjaValueKind.Path ? JinjaUses.Short(value.Text) : "") + "." + JinjaUses.Short(first.Text)) : JinjaValue.Path(".?");
            case "join":
                return Joined(value, first is null ? "" : Constant(first) ?? "?");
            case "format":
                return value.Kind is JinjaValueKind.Text ? Percent(value, [.. arguments.Select(a => a.Value)], at) : JinjaValue.BuiltUnknown;
            case "reverse":
                return value.Kind is JinjaValueKind.Text ? JinjaValue.Of(new string([.. value.Text.Reverse()]), true)
                    : value.Kind is JinjaValueKind.List ? value with { Items = [.. value.Items.Reverse()] } : value;
            case "list" when value.Kind is JinjaValueKind.Text:
                return new JinjaValue(JinjaValueKind.List) { Items = [.. value.Text.Take(4096).Select(c => JinjaValue.Of(c.ToString(), true))] };
            case "first" or "last" when value.Kind is JinjaValueKind.List && value.Items.Count > 0:
                return name is "first" ? value.Items[0] : value.Items[^1];
            case "lower" or "upper" or "replace" or "trim" when value.Kind is JinjaValueKind.Text:
                return Method(value, name is "trim" ? "strip" : name, arguments);
            case "center" or "indent" or "truncate" or "wordwrap" when first is { Kind: JinjaValueKind.Number, Number: > MostRepeated }:
                _uses.Add("template.cost", at, $"A text is padded to {first.Number:G6} characters.");
                return JinjaValue.BuiltUnknown;
            case "safe" or "string" or "e" or "escape" or "default" or "d":
                return value;
            default:
                return value.IsBuilt || value.Kind is JinjaValueKind.Text ? JinjaValue.BuiltUnknown
                    : value.Kind is JinjaValueKind.Path ? JinjaValue.Path(JinjaUses.Short($"{value.Text}|{name}")) : JinjaValue.Unknown;
        }
    }

    /// <summary>A filter that reaches attributes by name: of the object, or of each item.</summary>
    private void AttributeOf(string filter, List<(string Name, JinjaValue Value)> arguments, int at)
    {
        bool byPlace = filter is "attr" or "map" or "selectattr" or "rejectattr" or "groupby";
        for (int i = 0; i < arguments.Count; i++)
        {
            (string name, JinjaValue value) = arguments[i];
            if (value.Kind is JinjaValueKind.Text)
            {
                if ((JinjaUses.Spelled(value.Text) ?? value.Text.Split('.').FirstOrDefault(JinjaUses.IsInner)) is { } word)
                {
                    _uses.Add(value.IsBuilt ? "template.built-name" : "template.inner-attribute", at, $"The filter {filter} reaches {word}.");
                }
                else if (value.Text is "format" or "format_map" && filter is "attr" or "map")
                {
                    _uses.Add("template.stored-format", at, $"The filter {filter} gives the method that formats a text.");
                }
                else if (filter is "map" && i == 0 && name.Length == 0 && value.Text is "attr" && arguments.Count > 1 && arguments[1].Value.Kind is not JinjaValueKind.Text)
                {
                    _uses.Add("template.built-name", at, "The filter map reaches attributes by a name that is computed.");
                }
                else if (filter is "attr" && i == 0)
                {
                    _uses.Add("template.attribute-filter", at, $"The filter attr reaches {JinjaUses.Short(value.Text)}.");
                }
            }
            else if (((byPlace && i == 0 && name.Length == 0) || name is "attribute") && value.Kind is not JinjaValueKind.Number && (filter is "attr" || value.IsBuilt))
            {
                _uses.Add("template.built-name", at, $"The filter {filter} reaches an attribute by a name that is computed.");
            }
        }
    }
}
