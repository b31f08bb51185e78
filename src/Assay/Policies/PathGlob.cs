// Matches the paths of findings against the patterns of policies.
using Assay.Detection;

namespace Assay.Policies;

/// <summary>
/// A path pattern: <c>?</c> is one character and <c>*</c> any number of them, both without a slash; <c>**</c> is anything. A
/// pattern that does not begin with a slash may begin at any folder of the path. A pattern for a file covers its members, too.
/// </summary>
internal sealed class PathGlob(string pattern)
{
    private readonly WildcardPattern _glob = WildcardPattern.OfPath(Anchored(pattern.Replace('\\', '/')));

    /// <summary>Whether <paramref name="path"/>, as reports print it, matches.</summary>
    public bool Matches(string path) => _glob.IsMatch(path.Replace('\\', '/'), "!/");

    private static string Anchored(string pattern) => pattern.StartsWith('/') || pattern.StartsWith("**/", StringComparison.Ordinal) ? pattern : "**/" + pattern;
}
