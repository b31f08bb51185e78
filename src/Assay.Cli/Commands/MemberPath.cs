// Paths that lead into a file: model.pt!/archive/data.pkl.
namespace Assay.Cli.Commands;

/// <summary>Paths that lead into a file, as reports print them.</summary>
internal static class MemberPath
{
    /// <summary>The path that stands for standard input; a file of that name is <c>./-</c>.</summary>
    public const string StandardInput = "-";

    private const string Separator = "!/";

    /// <summary>
    /// The file's part of a path, and whether a member follows. A directory may be called <c>a!</c>, so the longest part that is there wins.
    /// </summary>
    public static (string File, bool Member) Split(string name)
    {
        if (name == StandardInput || name.StartsWith(StandardInput + Separator, StringComparison.Ordinal))
        {
            return (StandardInput, name != StandardInput);
        }

        if (Path.Exists(name))
        {
            return (name, false);
        }

        for (int at = name.LastIndexOf(Separator, StringComparison.Ordinal); at > 0; at = name.LastIndexOf(Separator, at - 1, StringComparison.Ordinal))
        {
            if (Path.Exists(name[..at]) && !Directory.Exists(name[..at]))
            {
                return (name[..at], true);
            }
        }

        return (name, false);
    }
}
