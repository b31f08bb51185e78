// What a value on the stack of a code object is, as far as reading it tells.
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

/// <summary>A value on the stack: a constant, a path from a name, or something unknown.</summary>
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

    public static CodeValue Of(ValueShape constant) => new(null, false, constant, false);

    public static CodeValue At(string path, bool isImported = false) => new(path, isImported, null, false);

    /// <summary>An attribute of the value.</summary>
    public CodeValue Attribute(string name)
    {
        string root = Path ?? (Constant is { } constant ? $"builtins.{TypeOf(constant)}" : "");
        return root.Length + name.Length > LongestPath ? Unknown : new CodeValue($"{root}.{name}", IsImported || Constant is not null, null, false);
    }

    /// <summary>What the value looks like as an argument.</summary>
    public ValueShape Shape => Constant ?? (Path is { Length: > 0 } path && path[0] != '.' ? new ValueShape(ShapeKind.Import, path) : s_unknown);

    private static string TypeOf(ValueShape constant) => constant.Kind switch
    {
        ShapeKind.Str => "str",
        ShapeKind.Bytes => "bytes",
        ShapeKind.Int => "int",
        ShapeKind.Tuple => "tuple",
        _ => "object",
    };
}
