// Names, constants, containers, comprehensions and functions of recovered source.
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Sources;

internal sealed partial class SourceExpression
{
    private const int MaxParameters = 64;
    private const int ScopesPerStep = 16;

    private readonly record struct Clause(List<string> Targets, int Items, List<int> Conditions);

    /// <summary>The parameters of a function, up to the bracket or colon that ends them.</summary>
    public IReadOnlyList<SourceParameter> Parameters(string end)
    {
        List<SourceParameter> parameters = [];
        while (!Failed && !(Current.Kind == SourceTokenKind.Operator && Current.Text == end) && parameters.Count < MaxParameters)
        {
            bool many = Take("*") || Take("**");
            if (Current.Kind != SourceTokenKind.Name)
            {
                if (!many && !Take("/"))
                {
                    Failed = true;
                }

                Take(",");
                continue;
            }

            string name = tokens[At++].Text;
            if (end == ")" && Take(":"))
            {
                Value();
            }

            parameters.Add(new SourceParameter(name, Take("=") ? Value() : many ? FoldedValue.Unknown : null));
            Failed |= !Take(",") && !(Current.Kind == SourceTokenKind.Operator && Current.Text == end);
        }

        return parameters;
    }

    /// <summary>A function that gives the expression at a token.</summary>
    public FoldedFunction Function(IReadOnlyList<SourceParameter> parameters, int body)
    {
        Scope? captured = _scope;
        return new FoldedFunction(arguments =>
        {
            (int at, bool failed, Scope? scope) = (At, Failed, _scope);
            _scope = captured;
            for (int i = 0; i < parameters.Count; i++)
            {
                _scope = new Scope(parameters[i].Name, i < arguments.Count ? arguments[i] : parameters[i].Default ?? FoldedValue.Unknown, _scope);
            }

            (At, Failed) = (body, false);
            FoldedValue value = Value();
            value = Failed ? FoldedValue.Unknown : value;
            (At, Failed, _scope) = (at, failed, scope);
            return value;
        });
    }

    private FoldedValue Lambda()
    {
        At++;
        IReadOnlyList<SourceParameter> parameters = Parameters(":");
        if (onlyConstants || !Take(":"))
        {
            return Fail();
        }

        int body = At;
        _dry++;
        Value();
        _dry--;
        return _dry > 0 || Failed ? FoldedValue.Unknown : Function(parameters, body);
    }

    private FoldedValue Atom()
    {
        SourceToken token = Current;
        switch (token.Kind)
        {
            case SourceTokenKind.Constant or SourceTokenKind.Format:
                return Literals();
            case SourceTokenKind.Name when !IsKeyword(token.Text):
                At++;
                return Name(token.Text);
            case SourceTokenKind.Operator when token.Text is "(" or "[" or "{" && _depth < MaxDepth:
                _depth++;
                FoldedValue inside = Bracket();
                _depth--;
                return inside;
            case SourceTokenKind.Operator when token.Text == "...":
                At++;
                return FoldedValue.Unknown;
            default:
                return Fail();
        }
    }

    private static bool IsKeyword(string word) => word is "for" or "if" or "else" or "in" or "is" or "and" or "or" or "as" or "import" or "from" or "def" or "class" or "return" or "while" or "with";

    private FoldedValue Name(string name)
    {
        switch (name)
        {
            case "None": return FoldedValue.None;
            case "True": return new FoldedBool(true);
            case "False": return new FoldedBool(false);
        }

        if (onlyConstants)
        {
            return Fail();
        }

        int steps = 0;
        for (Scope? scope = _scope; scope is not null; scope = scope.Outer)
        {
            // Functions that give functions pile scopes up.
            if (scope.Name == name)
            {
                return scope.Value;
            }

            if (++steps % ScopesPerStep == 0 && !folder.Budget.Step())
            {
                return FoldedValue.Unknown;
            }
        }

        return _dry > 0 ? FoldedValue.Unknown : lookup(name);
    }

    /// <summary>Literals side by side are one.</summary>
    private FoldedValue Literals()
    {
        FoldedValue value = Literal(tokens[At++]);
        if (value is FoldedInt or FoldedFloat || !IsText(Current))
        {
            return value;
        }

        List<FoldedValue> parts = [value];
        while (IsText(Current))
        {
            parts.Add(Literal(tokens[At++]));
        }

        return folder.Call(value is FoldedBytes ? "bytes.join" : "str.join", [value is FoldedBytes ? new FoldedBytes([]) : new FoldedText(""), new FoldedSequence(SequenceKind.Tuple, parts)]);
    }

    private static bool IsText(SourceToken token) =>
        token.Kind is SourceTokenKind.Constant or SourceTokenKind.Format && token.Value is not (FoldedInt or FoldedFloat);

    private FoldedValue Literal(SourceToken token)
    {
        if (token.Kind == SourceTokenKind.Constant)
        {
            return token.Value!;
        }

        if (onlyConstants || _dry > 0)
        {
            return onlyConstants ? Fail() : FoldedValue.Unknown;
        }

        // Of what a field may hold, names and literals are folded.
        List<(FoldedValue, FoldedValue)> names = [];
        foreach (string field in token.Text.Split('{').Skip(1))
        {
            string inside = field.Split('}', ':', '!')[0];
            if (inside.Length > 0 && inside.All(c => char.IsLetterOrDigit(c) || c == '_'))
            {
                names.Add((new FoldedText(inside), Name(inside)));
            }
        }

        return folder.Made(TextFormat.Format(folder, token.Text, [], new FoldedDict(names)), names.Select(n => n.Item2).ToList());
    }

    private FoldedValue Bracket()
    {
        SourceToken open = Current;
        string close = open.Text switch { "(" => ")", "[" => "]", _ => "}" };
        At++;
        if (open.IsComprehension && !onlyConstants)
        {
            return Comprehension(open.Text, close);
        }

        if (Take(close))
        {
            return open.Text == "{" ? FoldedDict.Empty : new FoldedSequence(open.Text == "(" ? SequenceKind.Tuple : SequenceKind.List, []);
        }

        List<FoldedValue> items = [];
        List<FoldedValue> values = [];
        bool comma = false;
        do
        {
            if (Current is { Kind: SourceTokenKind.Operator } end && end.Text == close)
            {
                break;
            }

            if (open.Text == "{" && Take("**"))
            {
                Value();
                items.Add(FoldedValue.Unknown);
                values.Add(FoldedValue.Unknown);
            }
            else
            {
                items.Add(Starred());
                if (open.Text == "{" && Take(":"))
                {
                    values.Add(Value());
                }
            }

            comma |= Current is { Kind: SourceTokenKind.Operator, Text: "," };
        }
        while (!Failed && Take(","));
        if (!Take(close))
        {
            return Fail();
        }

        return open.Text switch
        {
            "(" when items.Count == 1 && !comma => items[0],
            "(" => Sequence(SequenceKind.Tuple, items),
            "[" => Sequence(SequenceKind.List, items),
            _ when values.Count == items.Count => new FoldedDict([.. items.Zip(values)]),
            _ => values.Count > 0 ? Fail() : Sequence(SequenceKind.Set, items),
        };
    }

    private FoldedValue Comprehension(string open, string close)
    {
        int element = At;
        bool isDict = false;
        List<Clause> clauses = [];
        _dry++;
        Value();
        if (open == "{" && Take(":"))
        {
            isDict = true;
            Value();
        }

        while (!Failed && (Take("for") || (Take("async") && Take("for"))))
        {
            List<string> targets = [];
            bool bracket = Take("(");
            do
            {
                targets.Add(Current.Kind == SourceTokenKind.Name ? tokens[At].Text : "");
                At++;
            }
            while (Take(",") && Current.Text != "in");
            Failed |= bracket && !Take(")");
            Failed |= !Take("in");
            int items = At;
            Operation(1);
            List<int> conditions = [];
            while (!Failed && Take("if"))
            {
                conditions.Add(At);
                Operation(1);
            }

            clauses.Add(new Clause(targets, items, conditions));
        }

        _dry--;
        int end = At;
        if (Failed || clauses.Count is 0 or > 4 || !Take(close))
        {
            return Fail();
        }

        List<FoldedValue> made = [];
        Scope? scope = _scope;
        bool known = _dry == 0 && Loop(clauses, 0, element, isDict, made);
        _scope = scope;
        At = end + 1;
        return !known ? FoldedValue.Unknown
            : isDict ? new FoldedDict([.. made.Chunk(2).Select(p => (p[0], p[1]))])
            : Sequence(open switch { "[" => SequenceKind.List, "{" => SequenceKind.Set, _ => SequenceKind.Iterator }, made);
    }

    /// <summary>Runs one clause and those in it; false where the items or a condition cannot be told.</summary>
    private bool Loop(List<Clause> clauses, int number, int element, bool isDict, List<FoldedValue> made)
    {
        if (number == clauses.Count)
        {
            At = element;
            made.Add(Value());
            if (isDict)
            {
                Take(":");
                made.Add(Value());
            }

            return !Failed && made.Count <= FoldBudget.MaxItems;
        }

        Clause clause = clauses[number];
        At = clause.Items;
        FoldedValue over = Operation(1);
        if (Failed || over.IsUnknown || folder.Items(over) is not { } items)
        {
            return false;
        }

        Scope? outer = _scope;
        foreach (FoldedValue item in items)
        {
            IReadOnlyList<FoldedValue>? parts = clause.Targets.Count == 1 ? [item] : folder.Items(item);
            if (parts?.Count != clause.Targets.Count || !folder.Budget.Step())
            {
                return false;
            }

            _scope = outer;
            for (int i = 0; i < parts.Count; i++)
            {
                _scope = new Scope(clause.Targets[i], parts[i], _scope);
            }

            bool kept = true;
            foreach (int condition in clause.Conditions)
            {
                At = condition;
                if (Arguments.Truth(Operation(1)) is not { } truth)
                {
                    return false;
                }

                kept &= truth;
            }

            if (kept && !Loop(clauses, number + 1, element, isDict, made))
            {
                return false;
            }
        }

        _scope = outer;
        return true;
    }
}
