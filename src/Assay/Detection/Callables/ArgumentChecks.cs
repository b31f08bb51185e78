// Decides whether the arguments of a listed callable are what it needs.
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>The outcome of a check: a judgement, or null where nothing is to be said, with its reason.</summary>
internal readonly record struct CheckOutcome(string? Judgement, string Detail = "", string Target = "")
{
    public static CheckOutcome Pass => default;

    public static CheckOutcome Odd(string why) => new(Judgements.OddArguments, why);
}

/// <summary>Decides whether the arguments of a listed callable are what it needs.</summary>
internal sealed class ArgumentChecks(CallableTable table, NameResolver names)
{
    private const int MaxNodes = 2048;

    /// <summary>Whether the check looks at constants, so that it cannot speak for uses whose constants were not kept.</summary>
    public static bool NeedsConstants(ArgumentCheck check) =>
        check is ArgumentCheck.Attribute or ArgumentCheck.AttributePath or ArgumentCheck.NumericName or ArgumentCheck.TypeName
            or ArgumentCheck.TextEncoding;

    public CheckOutcome Check(CallableGroup group, IReadOnlyList<ValueShape> arguments) => group.Check switch
    {
        ArgumentCheck.Plain => Plain(arguments),
        ArgumentCheck.Data => Data(arguments),
        ArgumentCheck.Reconstructor => Reconstructor(arguments),
        ArgumentCheck.KnownCallable => KnownCallable(arguments),
        ArgumentCheck.Attribute => Attribute(group, arguments),
        ArgumentCheck.AttributePath => AttributePath(arguments),
        ArgumentCheck.Bytes => Bytes(arguments),
        ArgumentCheck.NumericName => NumericName(arguments),
        ArgumentCheck.ClassSynthesis => ClassSynthesis(arguments),
        ArgumentCheck.TypeName => TypeName(arguments),
        ArgumentCheck.TextEncoding => TextEncoding(arguments),
        ArgumentCheck.MadeObject => arguments is [{ Kind: not (ShapeKind.Import or ShapeKind.Unknown or ShapeKind.Extension) }, ..]
            ? CheckOutcome.Pass
            : CheckOutcome.Odd("its target is not an object that the file made"),
        ArgumentCheck.KeptCallable => group.Kind is CallableKind.Trampoline ? new(Judgements.TrampolineMade) : CheckOutcome.Pass,
        ArgumentCheck.Never => CheckOutcome.Odd("nothing that a model needs is done this way"),
        _ => CheckOutcome.Pass,
    };

    private static CheckOutcome Plain(IReadOnlyList<ValueShape> arguments) =>
        Find(arguments, v => v.Kind is ShapeKind.Import or ShapeKind.Extension) is { } odd
            ? CheckOutcome.Odd($"{CallText.Value(odd)} is no plain value")
            : CheckOutcome.Pass;

    private CheckOutcome Data(IReadOnlyList<ValueShape> arguments) =>
        Find(arguments, v => v.Kind is ShapeKind.Extension || (v.Kind is ShapeKind.Import && !IsKnown(v) && !IsClass(v))) is { } odd
            ? CheckOutcome.Odd($"{CallText.Value(odd)} is a callable that nothing vouches for")
            : CheckOutcome.Pass;

    // base.__new__(class, state) runs, and base.__init__(object, state) where the base is not object.
    private CheckOutcome Reconstructor(IReadOnlyList<ValueShape> arguments) => arguments switch
    {
        [_, { Kind: ShapeKind.Import } root, ..] when IsKnown(root) => CheckOutcome.Pass,
        [_, { Kind: ShapeKind.Result or ShapeKind.Instance } root, ..] when names.Fold(root) is { } path && table.Find(path) is { Kind: CallableKind.Benign } => CheckOutcome.Pass,
        _ => CheckOutcome.Odd("the base class is not a known type"),
    };

    private CheckOutcome KnownCallable(IReadOnlyList<ValueShape> arguments)
    {
        if (arguments.Count == 0)
            return CheckOutcome.Odd("there is no callable");

        string? path = names.Fold(arguments[0]);
        if (path is null)
            return new(Judgements.ComputedCalled, "the callable that it calls is computed");

        return table.Find(path)?.Kind is CallableKind.Benign or CallableKind.Harmful
            ? CheckOutcome.Pass
            : new(Judgements.UnknownCalled, "", path);
    }

    private CheckOutcome Attribute(CallableGroup group, IReadOnlyList<ValueShape> arguments)
    {
        if (arguments is not [_, { Kind: ShapeKind.Str, Elided: false } name, ..])
            return new(Judgements.ComputedCalled, "the name of the attribute is computed");

        if (names.Fold(group, arguments) is { } target && table.Find(target) is { } found)
            return found.Kind is CallableKind.Harmful ? new(Judgements.Reached, found.Capability, target) : CheckOutcome.Pass;

        return Dangerous(name.Text) is { } step ? new(Judgements.DangerousAttribute, step) : CheckOutcome.Pass;
    }

    private CheckOutcome AttributePath(IReadOnlyList<ValueShape> arguments)
    {
        foreach (ValueShape argument in arguments)
        {
            if (argument is { Kind: ShapeKind.Str } && Dangerous(argument.Text) is { } step)
                return new(Judgements.DangerousAttribute, step);
        }

        return arguments is [{ Kind: ShapeKind.Str }, ..]
            ? new(Judgements.TrampolineMade)
            : new(Judgements.ComputedCalled, "the name of the attribute is computed");
    }

    private string? Dangerous(string dotted) =>
        Array.Find(dotted.Split('.'), table.DangerousAttributes.Contains);

    private static CheckOutcome Bytes(IReadOnlyList<ValueShape> arguments) =>
        arguments is [{ Kind: ShapeKind.Bytes or ShapeKind.ByteArray or ShapeKind.Buffer or ShapeKind.Result }]
            ? CheckOutcome.Pass
            : CheckOutcome.Odd("the argument is not a bytes object");

    private static CheckOutcome TextEncoding(IReadOnlyList<ValueShape> arguments) =>
        arguments is [{ Kind: ShapeKind.Str }] or [{ Kind: ShapeKind.Str }, { Kind: ShapeKind.Str, Text: "latin1" or "latin-1" or "utf-8" or "utf8" or "ascii" }, ..]
            ? CheckOutcome.Pass
            : CheckOutcome.Odd("the codec does more than map characters to bytes");

    private static CheckOutcome NumericName(IReadOnlyList<ValueShape> arguments) =>
        arguments is [{ Kind: ShapeKind.Str } module, { Kind: ShapeKind.Str } name, ..]
        && module.Text.Split('.')[0] is "numpy" or "scipy" or "__main__"
        && name.Text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? CheckOutcome.Pass
            : CheckOutcome.Odd("the arguments do not name a function of NumPy or SciPy");

    private static CheckOutcome ClassSynthesis(IReadOnlyList<ValueShape> arguments) =>
        arguments.Count <= 1 || Find(arguments.Skip(2), v => !v.IsPlain && v.Kind is not (ShapeKind.Dict or ShapeKind.Tuple or ShapeKind.List)) is null
            ? CheckOutcome.Pass
            : CheckOutcome.Odd("a class is made whose members are not plain values");

    private static CheckOutcome TypeName(IReadOnlyList<ValueShape> arguments) =>
        arguments is [{ Kind: ShapeKind.Str } name, ..] && (CallableTable.IsClassName(name.Text) || IsBuiltInType(name.Text))
            ? CheckOutcome.Pass
            : CheckOutcome.Odd("the argument does not name a type");

    private static bool IsBuiltInType(string name) =>
        name is "type" or "object" or "int" or "float" or "complex" or "bool" or "str" or "bytes" or "bytearray" or "list" or "tuple"
            or "dict" or "set" or "frozenset" or "range" or "slice" or "property" or "staticmethod" or "classmethod" or "memoryview"
            or "code" or "function" or "method" or "cell" or "module" or "super" or "enumerate" or "zip" or "map" or "filter" or "reversed";

    private bool IsKnown(ValueShape value) =>
        table.Find(names.PathOf(value.Text))?.Kind is CallableKind.Benign or CallableKind.CodeCarrier;

    private static bool IsClass(ValueShape value) => CallableTable.IsClassName(value.Text.AsSpan(value.Text.LastIndexOf('.') + 1));

    /// <summary>The first value, at any depth, that <paramref name="match"/> holds for; results and instances are not entered.</summary>
    public static ValueShape? Find(IEnumerable<ValueShape> roots, Predicate<ValueShape> match)
    {
        Stack<ValueShape> open = new(roots.Reverse());
        for (int seen = 0; open.Count > 0 && seen < MaxNodes; seen++)
        {
            ValueShape value = open.Pop();
            if (match(value))
                return value;

            // What a result or an instance got was judged where it was made.
            if (value.Kind is ShapeKind.Result or ShapeKind.Instance or ShapeKind.Persistent)
                continue;

            for (int i = value.Items.Count - 1; i >= 0; i--)
                open.Push(value.Items[i]);
        }

        return null;
    }
}
