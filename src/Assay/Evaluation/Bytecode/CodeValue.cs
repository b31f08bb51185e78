// What a value on the stack of a code object is, as far as reading it tells.
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

/// <summary>A value on the stack: a constant, a path from a name, a container that the code builds, or something unknown.</summary>
/// <param name="Path">The path; it begins with a dot where its root is not known. Null where the value is no path.</param>
/// <param name="IsImported">Whether the path begins with a module that the code imports.</param>
/// <param name="Constant">The constant, or null.</param>
/// <param name="IsNull">Whether it is the empty slot that calls leave.</param>
internal readonly record struct CodeValue(string? Path, bool IsImported, ValueShape? Constant, bool IsNull)
{
    private const int LongestPath = 256;
    private static readonly ValueShape s_unknown = new(ShapeKind.Unknown);

    public static CodeValue Unknown => default;

    public static CodeValue Null => new(null, false, null, true);

    /// <summary>The container that the code builds.</summary>
    public CodeSite? Site { get; init; }

    /// <summary>The key by which an item was taken from what the code got; null where it is none.</summary>
    public string? Key { get; init; }

    /// <summary>What a call of a value gives back of which nothing is known.</summary>
    public static CodeValue Result => At(".result");

    /// <summary>A constant. What the file puts among the constants by its name is that name.</summary>
    public static CodeValue Of(ValueShape constant) => constant.Kind switch
    {
        ShapeKind.Import => At(constant.Text, isImported: true),
        ShapeKind.Result or ShapeKind.Instance or ShapeKind.Unknown => At(".constant") with { Constant = constant },
        _ => new(null, false, constant, false),
    };

    public static CodeValue At(string path, bool isImported = false) => new(path, isImported, null, false);

    /// <summary>An attribute of the value.</summary>
    public CodeValue Attribute(string name)
    {
        // The next one of the next one: what a loop goes along has no end.
        if (Path is { Length: > 0 } path && (path[0] == '.' || path.Contains('(', StringComparison.Ordinal)) && path.EndsWith(name, StringComparison.Ordinal) && path.Length > name.Length && path[^(name.Length + 1)] == '.')
            return this with { Constant = null };

        string root = Path ?? (Constant is { } constant ? $"builtins.{TypeOf(constant)}" : ".value");
        return root.Length + name.Length > LongestPath ? Unknown : new CodeValue($"{root}.{name}", IsImported || (Constant is not null && Path is null), null, false);
    }

    /// <summary>An item of the value, by a key that cannot be told.</summary>
    public CodeValue Item() => Path is not { Length: > 0 } path ? At(".item") : path.EndsWith("[]", StringComparison.Ordinal) ? this with { Constant = null, Key = null } : path.Length > LongestPath ? Unknown : At(path + "[]", IsImported);

    /// <summary>What the value looks like as an argument.</summary>
    public ValueShape Shape => Site is { } site ? site.Shape(0) : Path is { Length: > 0 } path ? path[0] != '.' ? new ValueShape(ShapeKind.Import, path) : Constant is { Kind: not ShapeKind.Unknown } made ? made : Given(path) : Constant ?? s_unknown;

    /// <summary>What the code got is not known to it; where it lies there may be known to whoever knows what it got.</summary>
    private ValueShape Given(string path) => path.Contains('(', StringComparison.Ordinal) || path is ".result" or ".constant" or ".value" or ".item" or ".<function>" ? s_unknown : new ValueShape(ShapeKind.Unknown, Key is null ? path : $"{path}:{Key}");

    private static string TypeOf(ValueShape constant) => constant.Kind switch
    {
        ShapeKind.Str => "str",
        ShapeKind.Bytes => "bytes",
        ShapeKind.Int => "int",
        ShapeKind.Tuple => "tuple",
        _ => "object",
    };
}
