// A node of a skops tree while it is read.
namespace Assay.Formats.Skops;

/// <summary>A JSON object or list of a tree; one that names a loader is a node.</summary>
internal sealed class SkopsNode
{
    /// <summary>Where it starts.</summary>
    public required long Offset { get; init; }

    /// <summary>The name under which it stands; that of the list where it stands in one.</summary>
    public required string Key { get; init; }

    /// <summary>The node or object that it lies in.</summary>
    public required SkopsNode? Parent { get; init; }

    public bool IsObject { get; init; }

    public string Next { get; set; } = "";

    public string? Class { get; set; }

    public string? Module { get; set; }

    public string? Loader { get; set; }

    /// <summary>The text of a constant.</summary>
    public string? Content { get; set; }

    /// <summary>The name of a method or function in its content.</summary>
    public string? Function { get; set; }

    /// <summary>The function in its content, as releases before 0.11 write it, and the module that they import it from.</summary>
    public string? Imported { get; set; }

    /// <inheritdoc cref="Imported"/>
    public string? ImportedFrom { get; set; }

    /// <summary>The nodes in its content that stand under <c>obj</c> and <c>func</c>.</summary>
    public SkopsNode? Object { get; set; }

    /// <inheritdoc cref="Object"/>
    public SkopsNode? Callee { get; set; }

    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);
}
