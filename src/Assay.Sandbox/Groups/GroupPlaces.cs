// Finds where on this machine processes may be put into control groups (cgroup v2) with limits of their own.
using System.Text;

namespace Assay.Sandbox.Groups;

/// <summary>A group of the machine below which further ones may be possible.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="IsOwn">Whether this process itself is in it.</param>
internal sealed record GroupPlace(string Folder, bool IsOwn);

/// <summary>
/// Reads where this process stands in the tree of control groups (cgroups(7)). Only version 2 counts, and only places that control memory
/// and processes: version 1 cannot be handed to an unprivileged user.
/// </summary>
internal static class GroupPlaces
{
    private const int MostLevels = 32;

    /// <summary>The controllers without which a group is of no use here.</summary>
    public static IReadOnlyList<string> Needed { get; } = ["memory", "pids"];

    /// <summary>The own group first, then those above it up to the top that can be seen; none, with the reason, where there are no such groups.</summary>
    public static IReadOnlyList<GroupPlace> Find(string proc, out string refusal)
    {
        refusal = "";
        try
        {
            string? own = File.ReadLines(Path.Combine(proc, "self/cgroup")).FirstOrDefault(l => l.StartsWith("0::/", StringComparison.Ordinal))?[3..];
            if (own is null)
            {
                refusal = "this process is in no control group of version 2";
                return [];
            }

            foreach (string line in File.ReadLines(Path.Combine(proc, "self/mountinfo")))
            {
                // number parent major:minor root place options [more] - kind source options
                string[] cells = line.Split(' ');
                int dash = Array.IndexOf(cells, "-");
                if (dash < 6 || dash + 1 >= cells.Length || cells[dash + 1] != "cgroup2" || Below(own, Plain(cells[3])) is not { } rest)
                {
                    continue;
                }

                List<GroupPlace> places = Upwards(Plain(cells[4]), rest);
                refusal = places.Count == 0 ? "the control groups of version 2 do not control memory and processes here" : "";
                return places;
            }

            refusal = "the control groups of version 2 cannot be seen here";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            refusal = "where this process stands cannot be read: " + e.Message;
        }

        return [];
    }

    private static List<GroupPlace> Upwards(string top, string rest)
    {
        List<GroupPlace> places = [];
        bool own = true;
        for (int level = 0; level < MostLevels; level++)
        {
            string folder = rest.Length == 0 ? top : top + "/" + rest;
            if (Needed.All(GroupFiles.Words(folder, "cgroup.controllers").Contains))
            {
                places.Add(new GroupPlace(folder, own));
            }

            if (rest.Length == 0)
            {
                break;
            }

            own = false;
            rest = rest.Contains('/') ? rest[..rest.LastIndexOf('/')] : "";
        }

        return places;
    }

    /// <summary>The path below the root of a mount, or null when it lies elsewhere (another cgroup namespace).</summary>
    private static string? Below(string path, string root) =>
        path.Contains("/..", StringComparison.Ordinal) ? null
        : root == "/" || root == path ? (root == path ? "" : path.Trim('/'))
        : path.StartsWith(root + "/", StringComparison.Ordinal) ? path[root.Length..].Trim('/')
        : null;

    /// <summary>Blanks and backslashes of a path are written as octal numbers (proc(5)).</summary>
    private static string Plain(string text)
    {
        StringBuilder plain = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text.AsSpan(i + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                plain.Append((char)(((text[i + 1] - '0') * 64) + ((text[i + 2] - '0') * 8) + (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                plain.Append(text[i]);
            }
        }

        return plain.ToString();
    }
}
