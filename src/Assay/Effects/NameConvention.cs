// What the form of a name says by convention.
namespace Assay.Effects;

/// <summary>What the form of a name says by convention.</summary>
internal static class NameConvention
{
    private static readonly string[] s_exceptions = ["Error", "Exception", "Warning", "Err", "Failure", "NotFound", "Interrupt"];

    /// <summary>Whether a name is that of an exception or a warning, which keep what they get to say it.</summary>
    public static bool IsException(string path) =>
        IsClass(path) && s_exceptions.Any(e => path.EndsWith(e, StringComparison.Ordinal));

    /// <summary>
    /// Whether the last part of a dotted name is that of a class: a capital after any underscores, or after the letter by which numeric libraries tell the element types of
    /// one class apart (<c>dStatespace</c>, <c>zStatespace</c>).
    /// </summary>
    public static bool IsClass(string path)
    {
        ReadOnlySpan<char> bare = path.AsSpan()[(path.LastIndexOf('.') + 1)..].TrimStart('_');
        bare = bare.Length > 2 && bare[0] is 's' or 'd' or 'c' or 'z' && char.IsAsciiLetterUpper(bare[1]) && char.IsAsciiLetterLower(bare[2]) ? bare[1..] : bare;
        return bare.Length > 0 && char.IsAsciiLetterUpper(bare[0]) && !path.EndsWith("__", StringComparison.Ordinal);
    }
}
