// Folds the expressions of recovered Python source while it parses them.
using System.Numerics;
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Sources;

/// <summary>A parameter of a function: its name and its default.</summary>
internal readonly record struct SourceParameter(string Name, FoldedValue? Default);

/// <summary>
/// Parses and folds expressions in one go. What cannot be told is unknown and parsing goes on; what does not parse is said by
/// <see cref="Failed"/>. Recursion is bounded by <see cref="MaxDepth"/>.
/// </summary>
internal sealed partial class SourceExpression(Folder folder, List<SourceToken> tokens, Func<string, FoldedValue> lookup, bool onlyConstants)
{
    private const int MaxDepth = 80;
    private static readonly Dictionary<string, (int Level, string Function)> s_binary = new(StringComparer.Ordinal)
    {
        ["or"] = (1, ""), ["and"] = (2, ""),
        ["<"] = (4, "lt"), ["<="] = (4, "le"), [">"] = (4, "gt"), [">="] = (4, "ge"), ["=="] = (4, "eq"), ["!="] = (4, "ne"), ["in"] = (4, ""), ["is"] = (4, ""), ["not"] = (4, ""),
        ["|"] = (5, "or_"), ["^"] = (6, "xor"), ["&"] = (7, "and_"), ["<<"] = (8, "lshift"), [">>"] = (8, "rshift"),
        ["+"] = (9, "add"), ["-"] = (9, "sub"), ["*"] = (10, "mul"), ["/"] = (10, ""), ["//"] = (10, "floordiv"), ["%"] = (10, "mod"), ["@"] = (10, ""), ["**"] = (12, "pow"),
    };

    private int _depth;

    /// <summary>Above 0 while source is only stepped over.</summary>
    private int _dry;

    private Scope? _scope;

    private sealed record Scope(string Name, FoldedValue Value, Scope? Outer);

    /// <summary>The index of the next token.</summary>
    public int At { get; set; }

    /// <summary>Whether something did not parse.</summary>
    public bool Failed { get; set; }

    /// <summary>Takes what <c>:=</c> assigns.</summary>
    public Action<string, FoldedValue>? Bind { get; init; }

    private SourceToken Current => tokens[Math.Min(At, tokens.Count - 1)];

    /// <summary>Steps over an operator or keyword, if it is next.</summary>
    public bool Take(string text)
    {
        bool there = Current.Kind is SourceTokenKind.Operator or SourceTokenKind.Name && Current.Text == text;
        At += there ? 1 : 0;
        return there;
    }

    /// <summary>One or more expressions; with a comma they are a tuple.</summary>
    public FoldedValue List()
    {
        FoldedValue first = Starred();
        if (Failed || Current is not { Kind: SourceTokenKind.Operator, Text: "," })
        {
            return first;
        }

        List<FoldedValue> items = [first];
        while (!Failed && Take(",") && StartsExpression())
        {
            items.Add(Starred());
        }

        return Sequence(SequenceKind.Tuple, items);
    }

    /// <summary>One expression.</summary>
    public FoldedValue Value()
    {
        if (_depth >= MaxDepth || !folder.Budget.Step())
        {
            return Fail();
        }

        _depth++;
        FoldedValue value = Current is { Kind: SourceTokenKind.Name, Text: "lambda" } ? Lambda() : Ternary();
        _depth--;
        return value;
    }

    /// <summary>An operation on two values.</summary>
    public FoldedValue Binary(string sign, FoldedValue left, FoldedValue right) =>
        _dry > 0 || left.IsUnknown || right.IsUnknown || !s_binary.TryGetValue(sign, out (int Level, string Function) found) || found.Function.Length == 0
            ? FoldedValue.Unknown
            : folder.Call("operator." + found.Function, [left, right]);

    private FoldedValue Fail()
    {
        Failed = true;
        return FoldedValue.Unknown;
    }

    private bool StartsExpression() =>
        Current.Kind is SourceTokenKind.Name or SourceTokenKind.Constant or SourceTokenKind.Format
        || (Current.Kind == SourceTokenKind.Operator && Current.Text is "(" or "[" or "{" or "-" or "+" or "~" or "*");

    private FoldedValue Starred() => Take("*") ? Unknown(Value()) : Value();

    private static FoldedValue Unknown(FoldedValue _) => FoldedValue.Unknown;

    private FoldedValue Ternary()
    {
        if (Current.Kind == SourceTokenKind.Name && At + 1 < tokens.Count && tokens[At + 1] is { Kind: SourceTokenKind.Operator, Text: ":=" })
        {
            string name = Current.Text;
            At += 2;
            FoldedValue assigned = Value();
            if (_dry == 0)
            {
                Bind?.Invoke(name, assigned);
            }

            return assigned;
        }

        FoldedValue value = Operation(1);
        if (Failed || onlyConstants || !Take("if"))
        {
            return value;
        }

        FoldedValue condition = Operation(1);
        FoldedValue other = Take("else") ? Value() : Fail();
        return Arguments.Truth(condition) switch { true => value, false => other, null => FoldedValue.Unknown };
    }

    /// <summary>Operations that bind at least as tightly as <paramref name="level"/>.</summary>
    private FoldedValue Operation(int level)
    {
        FoldedValue left = Unary();
        TextSum? sum = null;
        while (!Failed && Current.Kind is SourceTokenKind.Operator or SourceTokenKind.Name && s_binary.TryGetValue(Current.Text, out (int Level, string Function) found) && found.Level >= level)
        {
            string sign = Current.Text;
            if (onlyConstants || !folder.Budget.Step())
            {
                return onlyConstants ? Fail() : sum?.Value ?? left;
            }

            At++;
            bool negated = (sign == "not" && Take("in")) || (sign == "is" && Take("not"));
            sign = sign == "not" ? "in" : sign;
            _depth++;
            // A power binds to the right.
            FoldedValue right = _depth >= MaxDepth ? Fail() : Operation(sign == "**" ? found.Level : found.Level + 1);
            _depth--;
            sum ??= sign == "+" && _dry == 0 && left is FoldedText first ? new TextSum(first) : null;
            if (sum is not null && sign == "+" && right is FoldedText part)
            {
                if (!folder.Budget.Room(part.Value.Length) || !sum.TryAdd(part))
                {
                    left = folder.GiveUp();
                    sum = null;
                }

                continue;
            }

            left = Combine(sign, sum?.Value ?? left, right, negated);
            sum = null;
        }

        return sum?.Value ?? left;
    }

    private FoldedValue Combine(string sign, FoldedValue left, FoldedValue right, bool negated)
    {
        switch (sign)
        {
            case "or" or "and":
                return Arguments.Truth(left) is { } truth ? truth == (sign == "or") ? left : right : FoldedValue.Unknown;
            case "in":
                FoldedValue contained = left.IsUnknown || right.IsUnknown ? FoldedValue.Unknown : folder.Call("operator.contains", [right, left]);
                return Arguments.Truth(Arguments.Truth(contained) is { } found ? found != negated : null);
            case "is":
                return left is FoldedNone && right is FoldedNone ? new FoldedBool(!negated) : FoldedValue.Unknown;
            default:
                return Binary(sign, left, right);
        }
    }

    private FoldedValue Unary()
    {
        if (Current.Kind is not (SourceTokenKind.Operator or SourceTokenKind.Name) || Current.Text is not ("-" or "+" or "~" or "not" or "await"))
        {
            return Postfix();
        }

        if (++_depth >= MaxDepth)
        {
            _depth--;
            return Fail();
        }

        string sign = tokens[At++].Text;
        FoldedValue value = sign == "not" ? Operation(4) : sign == "await" ? Postfix() : Operation(11);
        _depth--;
        BigInteger? number = Arguments.IntOf(value);
        return sign switch
        {
            "not" => Arguments.Truth(!Arguments.Truth(value)),
            "-" => value is FoldedFloat real ? new FoldedFloat(-real.Value) : Arguments.Number(-number),
            "+" => value is FoldedFloat ? value : Arguments.Number(number),
            "~" => onlyConstants ? Fail() : Arguments.Number(-number - 1),
            _ => value,
        };
    }

    private FoldedValue Postfix()
    {
        FoldedValue value = Atom();
        while (!Failed && Current.Kind == SourceTokenKind.Operator && folder.Budget.Step())
        {
            if (Current.Text is "." or "(" or "[" && onlyConstants)
            {
                return Fail();
            }

            if (Take("."))
            {
                value = Current.Kind != SourceTokenKind.Name ? Fail() : _dry > 0 ? Step(FoldedValue.Unknown) : Step(Folder.GetAttribute(value, Current.Text));
            }
            else if (Current.Text == "(")
            {
                value = Call(value);
            }
            else if (Take("["))
            {
                FoldedValue key = Key();
                value = !Take("]") ? Fail() : _dry > 0 || value.IsUnknown || key.IsUnknown ? FoldedValue.Unknown : folder.GetItem(value, key);
            }
            else
            {
                break;
            }
        }

        return value;
    }

    private FoldedValue Step(FoldedValue value)
    {
        At++;
        return value;
    }

    private FoldedValue Key()
    {
        FoldedValue?[] parts = [null, null, null];
        int part = 0;
        while (!Failed && part < 3)
        {
            if (Current is not { Kind: SourceTokenKind.Operator, Text: ":" or "]" })
            {
                parts[part] = part == 0 ? List() : Value();
            }

            if (!Take(":"))
            {
                break;
            }

            part++;
        }

        return part == 0 ? parts[0] ?? Fail() : folder.Call("builtins.slice", [parts[0] ?? FoldedValue.None, parts[1] ?? FoldedValue.None, parts[2] ?? FoldedValue.None]);
    }

    private FoldedValue Call(FoldedValue callee)
    {
        if (Current.IsComprehension)
        {
            FoldedValue items = Bracket();
            return _dry > 0 || callee.IsUnknown || items.IsUnknown ? FoldedValue.Unknown : folder.Apply(callee, [items]);
        }

        At++;
        List<FoldedValue> arguments = [];
        List<(FoldedValue, FoldedValue)> keywords = [];
        while (!Failed && Current is not { Kind: SourceTokenKind.Operator, Text: ")" })
        {
            if (Take("**"))
            {
                keywords.AddRange(Value() is FoldedDict dict ? dict.Pairs : [(FoldedValue.Unknown, FoldedValue.Unknown)]);
            }
            else if (Take("*"))
            {
                FoldedValue many = Value();
                arguments.AddRange((many.IsUnknown || _dry > 0 ? null : folder.Items(many)) ?? [FoldedValue.Unknown]);
            }
            else if (Current.Kind == SourceTokenKind.Name && tokens[At + 1] is { Kind: SourceTokenKind.Operator, Text: "=" })
            {
                FoldedText name = new(Current.Text);
                At += 2;
                keywords.Add((name, Value()));
            }
            else
            {
                arguments.Add(Value());
            }

            if (!Take(",") && Current is not { Kind: SourceTokenKind.Operator, Text: ")" })
            {
                return Fail();
            }
        }

        return !Take(")") ? Fail() : _dry > 0 || callee.IsUnknown ? FoldedValue.Unknown : folder.Apply(callee, arguments, keywords.Count == 0 ? null : new FoldedDict(keywords));
    }

    private FoldedValue Sequence(SequenceKind kind, IReadOnlyList<FoldedValue> items) =>
        _dry > 0 ? FoldedValue.Unknown : SequenceFunctions.Sequence(folder, kind, items);
}
