// The order of paths: ordinal, with every separator counted as one and the same.
namespace Assay.Hosting.Folders;

/// <summary>Compares paths as reports order them.</summary>
internal sealed class PathOrder : IComparer<string>
{
    /// <summary>The only one.</summary>
    public static PathOrder Instance { get; } = new();

    /// <inheritdoc cref="IComparer{T}.Compare"/>
    public static int Compare(string left, string right) => Path.DirectorySeparatorChar == '/'
        ? string.CompareOrdinal(left, right)
        : string.CompareOrdinal(left.Replace(Path.DirectorySeparatorChar, '/'), right.Replace(Path.DirectorySeparatorChar, '/'));

    int IComparer<string>.Compare(string? x, string? y) => Compare(x ?? "", y ?? "");
}
