// Folds the expressions of recovered Python source.
using System.Numerics;
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Evaluation.Sources;

/// <summary>
/// Folds expressions of a tree: what cannot be told is unknown. All operands are folded, those of branches that are not taken as well, because a call among
/// them may be what matters. What a tree has on its left (sums, calls of what calls give) is gone through in a loop, however long it is; recursion into
/// everything else is bounded by <see cref="MaxDepth"/>.
/// </summary>
internal sealed partial class SourceExpression(Folder folder, ISourceNames names)
{
    private const int MaxDepth = 80;
    private readonly Stack<SyntaxNode> _spine = new();
    private int _depth;
    private Scope? _scope;

    private sealed record Scope(string Name, FoldedValue Value, Scope? Outer);

    /// <summary>What comprehensions and lambdas bind where something is folded; a function that is made there sees it.</summary>
    public object? Inner
    {
        get => _scope;
        set => _scope = (Scope?)value;
    }

    /// <summary>The value of an expression; unknown where there is none.</summary>
    public FoldedValue Value(SyntaxNode node)
    {
        if (node.IsNone || _depth >= MaxDepth)
        {
            return FoldedValue.Unknown;
        }

        int bottom = _spine.Count;
        bool isPaid;
        while ((isPaid = folder.Budget.Step()) && OnTheLeft(node) is { IsNone: false } left)
        {
            _spine.Push(node);
            node = left;
        }

        _depth++;
        FoldedValue value = isPaid ? Leaf(node) : FoldedValue.Unknown;
        TextSum? sum = null;
        while (_spine.Count > bottom)
        {
            SyntaxNode up = _spine.Pop();
            if (!isPaid)
            {
                continue;
            }

            if (up is { Kind: SyntaxKind.BinOp, Operator: SyntaxOperator.Add })
            {
                value = Add(ref sum, value, Value(up[Right]));
                continue;
            }

            value = Applied(up, sum?.Value ?? value);
            sum = null;
        }

        _depth--;
        return sum?.Value ?? value;
    }

    /// <summary>An operation on two values.</summary>
    public FoldedValue Binary(SyntaxOperator sign, FoldedValue left, FoldedValue right)
    {
        FoldedValue value = Operation(sign, left, right);
        if (!value.IsUnknown)
        {
            return value is FoldedPath ? Origins.With(value, left.From | right.From) : value;
        }

        string head = sign is SyntaxOperator.Add or SyntaxOperator.Mod ? Origins.Head(left) : "";
        return Origins.Unknown(Origins.Of(left) | Origins.Of(right), sign is SyntaxOperator.Mod ? UpTo(head, '%') : head);
    }

    /// <summary>What stands before the first place of a template that is filled in.</summary>
    private static string UpTo(string template, char sign) => template.IndexOf(sign, StringComparison.Ordinal) is >= 0 and int at ? template[..at] : template;

    private FoldedValue Operation(SyntaxOperator sign, FoldedValue left, FoldedValue right)
    {
        if (left is FoldedPath && sign is SyntaxOperator.Div)
        {
            return PathObject.Of([left, right]);
        }

        // Methods of the source's own classes stand for operators.
        if (left is FoldedDefined or FoldedChoice || right is FoldedDefined)
        {
            string method = sign switch { SyntaxOperator.Div => "truediv", SyntaxOperator.MatMult => "matmul", _ => (FunctionOf(sign) ?? "").TrimEnd('_') };
            return left is DefinedObject { Class: { } kind } && kind.Find($"__{method}__") is not null ? folder.Apply(Folder.GetAttribute(left, $"__{method}__"), [right])
                : right is DefinedObject { Class: { } other } && other.Find($"__r{method}__") is not null ? folder.Apply(Folder.GetAttribute(right, $"__r{method}__"), [left]) : FoldedValue.Unknown;
        }

        return left.IsUnknown || right.IsUnknown || FunctionOf(sign) is not { } function ? FoldedValue.Unknown : folder.Call("operator." + function, [left, right]);
    }

    /// <summary>The part of an expression to which the rest is applied.</summary>
    private static SyntaxNode OnTheLeft(SyntaxNode node) => node.Kind switch
    {
        SyntaxKind.BinOp or SyntaxKind.Compare => node[Left],
        SyntaxKind.Attribute or SyntaxKind.Subscript => node[SyntaxField.Value],
        SyntaxKind.Call => node[Func],
        _ => default,
    };

    private static string? FunctionOf(SyntaxOperator sign) => sign switch
    {
        SyntaxOperator.Add => "add",
        SyntaxOperator.Sub => "sub",
        SyntaxOperator.Mult => "mul",
        SyntaxOperator.FloorDiv => "floordiv",
        SyntaxOperator.Mod => "mod",
        SyntaxOperator.Pow => "pow",
        SyntaxOperator.LShift => "lshift",
        SyntaxOperator.RShift => "rshift",
        SyntaxOperator.BitOr => "or_",
        SyntaxOperator.BitXor => "xor",
        SyntaxOperator.BitAnd => "and_",
        SyntaxOperator.Lt => "lt",
        SyntaxOperator.LtE => "le",
        SyntaxOperator.Gt => "gt",
        SyntaxOperator.GtE => "ge",
        SyntaxOperator.Eq => "eq",
        SyntaxOperator.NotEq => "ne",
        _ => null,
    };

    /// <summary>Adds to what stands on the left; texts are put together in <paramref name="sum"/>.</summary>
    private FoldedValue Add(ref TextSum? sum, FoldedValue left, FoldedValue right)
    {
        sum ??= left is FoldedText first ? new TextSum(first) : null;
        if (sum is null)
        {
            return Binary(SyntaxOperator.Add, left, right);
        }

        if (right is FoldedText part)
        {
            if (folder.Budget.Room(part.Value.Length) && sum.TryAdd(part))
            {
                return left;
            }

            sum = null;
            return folder.GiveUp();
        }

        FoldedText text = sum.Value;
        sum = null;
        return Binary(SyntaxOperator.Add, text, right);
    }

    private FoldedValue Applied(SyntaxNode node, FoldedValue value)
    {
        switch (node.Kind)
        {
            case SyntaxKind.Attribute:
                FoldedValue? sent = value is DefinedObject served && ServedFunctions.IsRequest(served, node.Name(Attr) ?? "") ? Origins.Unknown(ValueOrigins.Request) : null;
                return sent ?? Origins.With(Foreign(value, node.Name(Attr) ?? "") ?? Folder.GetAttribute(value, node.Name(Attr) ?? ""), value.From);
            case SyntaxKind.Subscript:
                FoldedValue key = Value(node[SyntaxField.Slice]);
                return value.IsUnknown ? Origins.Unknown(value.From) : Origins.With(Item(), value.From | Asked() | (value is FoldedName { Path: "os.environ" } && key.IsUnknown ? key.From & ValueOrigins.Environment : ValueOrigins.None));

                FoldedValue Item() => value is DefinedClass made && made.Method("__class_getitem__") is { } asked ? folder.Apply(asked, [made, key]) : folder.GetItem(value, key);

                // A variable of the environment, an item of a request.
                ValueOrigins Asked() => value is FoldedName name && folder.Interest is { } interest ? interest.OriginsOf(folder.Canonical(name) + ".get", [key]) : ValueOrigins.None;
            case SyntaxKind.Call:
                return Call(value, node);
            case SyntaxKind.Compare:
                return Compare(value, node);
            default:
                return Binary(node.Operator, value, Value(node[Right]));
        }
    }

    private FoldedValue Call(FoldedValue callee, SyntaxNode node)
    {
        List<FoldedValue> arguments = [];
        List<(FoldedValue, FoldedValue)> keywords = [];
        foreach (SyntaxNode argument in node.List(Args))
        {
            if (argument.Kind != SyntaxKind.Starred)
            {
                arguments.Add(Value(argument));
                continue;
            }

            FoldedValue many = Value(argument[SyntaxField.Value]);
            arguments.AddRange((many.IsUnknown ? null : folder.Items(many)) ?? [FoldedValue.Unknown]);
        }

        foreach (SyntaxNode keyword in node.List(Keywords))
        {
            FoldedValue value = Value(keyword[SyntaxField.Value]);
            if (keyword.Name(Arg) is { } name)
            {
                keywords.Add((new FoldedText(name), value));
            }
            else
            {
                keywords.AddRange(value is FoldedDict dict ? dict.Pairs : [(FoldedValue.Unknown, FoldedValue.Unknown)]);
            }
        }

        folder.Site = node.Start;
        if (callee.IsUnknown || callee is FoldedInstance { IsTyped: false })
        {
            // Whatever it is that gets a function which starts programs or runs code, it gets it to call it.
            IReadOnlyList<FoldedValue> all = keywords.Count == 0 ? arguments : [.. arguments, .. keywords.Select(k => k.Item2)];
            folder.Named = keywords.Count == 0 ? FoldedDict.Empty : new FoldedDict(keywords);
            if ((callee.From & ValueOrigins.Received) != 0 && node[Func].Kind is SyntaxKind.Name or SyntaxKind.Subscript)
            {
                folder.OnReached?.Invoke(new FoldedName("?", "called"), [callee, .. all]);
            }

            folder.Source?.Handed("", arguments);
            folder.Source?.Unresolved(node[Func].Kind is SyntaxKind.Attribute ? node[Func].Name(Attr) : null, all);
            return Origins.Unknown(callee.From | Origins.Of(all), arguments is [FoldedUnknown begun, ..] ? begun.Head : "");
        }

        if (callee is FoldedInstanceMethod { Class: { } of } method && !Python.Names.KnownModules.IsStandard(of.Path))
        {
            folder.Source?.Unresolved(method.Name, keywords.Count == 0 ? arguments : [.. arguments, .. keywords.Select(k => k.Item2)], isNamed: true);
        }

        FoldedValue given = folder.Apply(callee, arguments, keywords.Count == 0 ? null : new FoldedDict(keywords));
        if (given is FoldedText && callee is FoldedName { Name: "path.join" or "join" or "path.abspath" or "path.realpath" or "fspath" })
        {
            // A name in a folder lies where the folder does.
            return given with { From = Origins.Of(arguments) };
        }

        if (callee is FoldedMethod { Self: FoldedFile { Contents.From: not ValueOrigins.None and var held } })
        {
            // What others put into the buffer is not known.
            return Origins.Unknown(held | Origins.Of(given));
        }

        return given.IsData || IsOwn(callee) ? given : Made(callee, given, arguments, keywords);
    }

    /// <summary>What somebody else's function makes of what it gets stems from there.</summary>
    private static FoldedValue Made(FoldedValue callee, FoldedValue given, List<FoldedValue> arguments, List<(FoldedValue Key, FoldedValue Value)> keywords)
    {
        if (callee is FoldedName { Module: "builtins", Name: "isinstance" or "hasattr" or "len" or "bool" or "type" or "callable" or "id" or "issubclass" or "print" })
        {
            return given;
        }

        // What has an attribute is not asked for by somebody because its name is.
        ValueOrigins from = callee.From | (callee is FoldedName { Module: "builtins", Name: "getattr" } && arguments.Count > 1 ? Origins.Of(arguments[0]) : Origins.Of(arguments));
        foreach ((FoldedValue _, FoldedValue value) in keywords)
        {
            from |= Origins.Of(value);
        }

        from |= callee is FoldedPartial or FoldedMethod ? Origins.Of(callee) : ValueOrigins.None;
        bool isText = given.IsUnknown || given is FoldedInstance { Class.Module: "textwrap" or "inspect" };
        string head = !isText ? ""
            : callee is FoldedMethod { Self: FoldedText template, Name: "format" } ? UpTo(template.Value, '{')
            : callee is FoldedMethod { Self: FoldedUnknown changed } ? changed.Head
            : arguments is [FoldedUnknown or FoldedSequence, ..] ? Origins.Head(arguments[0]) : "";
        return isText && given is not FoldedUnknown { Head.Length: > 0 } && head.Length > 0 ? Origins.Unknown(given.From | from, head) : Origins.With(given, from);
    }

    /// <summary>Whether the source itself says what calling a value gives.</summary>
    private static bool IsOwn(FoldedValue callee) => callee is FoldedDefined or FoldedFunction or FoldedChoice or FoldedPartial { Target: FoldedDefined or FoldedFunction };

    /// <summary>A chain of comparisons holds where each of them does.</summary>
    private FoldedValue Compare(FoldedValue left, SyntaxNode node)
    {
        bool? all = true;
        for (int i = 0; i < node.Values(Ops).Length; i++)
        {
            FoldedValue right = Value(node.List(Comparators)[i]);
            bool? one = Arguments.Truth(Compare((SyntaxOperator)node.Values(Ops)[i], left, right));
            all = all == false || one == false ? false : all is null || one is null ? null : true;
            left = right;
        }

        return Arguments.Truth(all);
    }

    private FoldedValue Compare(SyntaxOperator sign, FoldedValue left, FoldedValue right)
    {
        switch (sign)
        {
            case SyntaxOperator.In or SyntaxOperator.NotIn:
                FoldedValue contained = left.IsUnknown || right.IsUnknown ? FoldedValue.Unknown : folder.Call("operator.contains", [right, left]);
                return Arguments.Truth(Arguments.Truth(contained) is { } found ? found == (sign == SyntaxOperator.In) : null);
            case SyntaxOperator.Is or SyntaxOperator.IsNot:
                return left is FoldedNone && right is FoldedNone ? new FoldedBool(sign == SyntaxOperator.Is) : FoldedValue.Unknown;
            default:
                return Binary(sign, left, right);
        }
    }

    private FoldedValue Unary(SyntaxNode node)
    {
        FoldedValue value = Value(node[Operand]);
        return node.Operator == SyntaxOperator.Not ? Arguments.Truth(!Arguments.Truth(value))
            : node.Operator == SyntaxOperator.Invert ? Arguments.Number(-Arguments.IntOf(value) - 1)
            : Signed(node.Operator, value);
    }

    /// <summary>A number with a sign in front.</summary>
    internal static FoldedValue Signed(SyntaxOperator sign, FoldedValue value)
    {
        BigInteger? number = Arguments.IntOf(value);
        return sign == SyntaxOperator.USub ? value is FoldedFloat real ? new FoldedFloat(-real.Value) : Arguments.Number(-number)
            : value is FoldedFloat ? value : Arguments.Number(number);
    }

    /// <summary>Of <c>a or b or c</c> the first that decides.</summary>
    private FoldedValue Choice(SyntaxNode node)
    {
        FoldedValue? left = null;
        foreach (SyntaxNode operand in node.List(SyntaxField.Values))
        {
            FoldedValue right = Value(operand);
            left = left is null ? right
                : Arguments.Truth(left) is { } truth ? truth == (node.Operator == SyntaxOperator.Or) ? left : right
                : Either(left, right);
        }

        return left ?? FoldedValue.Unknown;
    }

    /// <summary>One of two where it is not known which: what both are, or else the callables among them, since those are what matters.</summary>
    private static FoldedValue Either(FoldedValue one, FoldedValue other) =>
        FoldedChoice.Matters(one) || FoldedChoice.Matters(other) ? FoldedChoice.Of(one, other) : Arguments.Same(one, other) is true ? one : Origins.Unknown(Origins.Of(one) | Origins.Of(other), Origins.Head(one));

    private FoldedValue Conditional(SyntaxNode node)
    {
        FoldedValue value = Value(node[Body]);
        FoldedValue condition = Value(node[Test]);
        FoldedValue other = Value(node[OrElse]);
        return Arguments.Truth(condition) switch { true => value, false => other, null => Either(value, other) };
    }

    /// <summary>Attributes that lead somewhere whatever is known of what they are taken of; null for others.</summary>
    private static FoldedValue? Foreign(FoldedValue value, string name) => value switch
    {
        // Where packages of others lie.
        FoldedName { Name.Length: 0 } module when name is "__file__" && Python.Names.KnownModules.Has(module.Module.Split('.')[0]) => new FoldedText($"site-packages/{module.Module.Replace('.', '/')}/__init__.py"),

        // Whatever frame it is, its builtins are those of all, and its names lead to them.
        _ when name is "f_builtins" => new FoldedName("builtins", ""),
        { IsUnknown: true } when name is "f_globals" => new FoldedName("builtins", "globals()"),
        _ => null,
    };
}
