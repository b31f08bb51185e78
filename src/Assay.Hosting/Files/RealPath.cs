// Follows every link of a path, so that "inside the tree" means what the system means.
namespace Assay.Hosting.Files;

/// <summary>Follows every link of a path, at its end and on the way.</summary>
internal static class RealPath
{
    private const int LongestChain = 40;

    /// <summary>The path without links, or null when it leads nowhere, round in a circle, or where access is denied.</summary>
    public static string? Of(string path) => Leading(path) is { } real && Path.Exists(real) ? real : null;

    /// <summary>Where a path leads, whether or not anything is there: what a shell's <c>&gt;</c> would create. Null where it leads round in a circle or access is denied.</summary>
    public static string? Leading(string path)
    {
        try
        {
            string full = Path.GetFullPath(path);
            string real = Path.GetPathRoot(full) ?? "/";
            Stack<string> pending = new();
            Push(pending, full[real.Length..]);
            int links = 0;
            while (pending.TryPop(out string? name))
            {
                if (name == "..")
                {
                    real = Path.GetDirectoryName(real) ?? real;
                    continue;
                }

                string next = Path.Join(real, name);
                string? target = new FileInfo(next).LinkTarget;
                if (target is null)
                {
                    real = next;
                    continue;
                }

                if (++links > LongestChain)
                {
                    return null;
                }

                if (Path.IsPathRooted(target))
                {
                    real = Path.GetPathRoot(target)!;
                    target = target[real.Length..];
                }

                Push(pending, target);
            }

            return real;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether the real path <paramref name="path"/> is <paramref name="root"/> or lies below it.</summary>
    public static bool IsWithin(string path, string root)
    {
        string trimmed = Path.TrimEndingDirectorySeparator(root);
        return path.StartsWith(trimmed, StringComparison.Ordinal)
            && (path.Length == trimmed.Length || Path.EndsInDirectorySeparator(trimmed) || path[trimmed.Length] == Path.DirectorySeparatorChar);
    }

    private static void Push(Stack<string> pending, string path)
    {
        string[] names = path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]);
        for (int at = names.Length - 1; at >= 0; at--)
        {
            if (names[at] is not ("" or "."))
            {
                pending.Push(names[at]);
            }
        }
    }
}
