// What a code object of CPython says about itself.
namespace Assay.Evaluation.Marshalled;

/// <summary>What a code object of CPython says about itself: the names and constants that its bytecode uses.</summary>
internal sealed record PythonCode
{
    /// <summary>The name of the function, or <c>&lt;module&gt;</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Names of globals, attributes, modules and variables, those of nested code included, without doubles.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The texts among the constants, those of nested code included; bytes as characters of the same numbers.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>The bytes among the constants.</summary>
    public IReadOnlyList<byte[]> Blobs { get; init; } = [];
}
