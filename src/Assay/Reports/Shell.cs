// Words of a command line that people copy.
namespace Assay.Reports;

/// <summary>Quotes words for a POSIX shell.</summary>
internal static class Shell
{
    /// <summary>The word as a shell takes it: bare where it can be, in single quotes otherwise. A path that begins with - stands behind ./.</summary>
    public static string Quote(string word)
    {
        string safe = word.StartsWith('-') ? "./" + word : word;
        return safe.Length > 0 && safe.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or '+' or '@' or ':' or ',' or '=')
            ? safe
            : $"'{safe.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
