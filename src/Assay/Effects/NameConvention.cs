// What the form of a name says by convention.
namespace Assay.Effects;

/// <summary>What the form of a name says by convention.</summary>
internal static class NameConvention
{
    /// <summary>Whether a name is that of an exception or a warning, which keep what they get to say it.</summary>
    public static bool IsException(string path) =>
        IsClass(path) && (path.EndsWith("Error", StringComparison.Ordinal) || path.EndsWith("Exception", StringComparison.Ordinal) || path.EndsWith("Warning", StringComparison.Ordinal));

    /// <summary>Whether the last part of a dotted name is that of a class: a capital after any underscores.</summary>
    public static bool IsClass(string path)
    {
        ReadOnlySpan<char> bare = path.AsSpan()[(path.LastIndexOf('.') + 1)..].TrimStart('_');
        return bare.Length > 0 && char.IsAsciiLetterUpper(bare[0]) && !path.EndsWith("__", StringComparison.Ordinal);
    }
}
