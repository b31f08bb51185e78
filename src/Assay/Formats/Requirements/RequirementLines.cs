// Reads lines of requirements: names, versions, places and options.
using System.Text;
using Assay.Bytes;
using Assay.Formats.Shell;

namespace Assay.Formats.Requirements;

/// <summary>
/// Reads lines as pip takes them: a name with versions, a place, or an option. What is told is what installs something else than a reader of the line expects. Specification: PEP 508, and pip's
/// documentation of requirements files.
/// </summary>
internal static class RequirementLines
{
    private const int LongestLine = 8192;
    private static readonly Lazy<Dictionary<string, HashSet<string>>> s_words = new(() => EmbeddedTable.Rows("formats/requirements.tsv").ToDictionary(r => r[0], r => r[1].Split(' ').ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal));

    /// <summary>What a line does that is worth telling; its code is that of an anomaly.</summary>
    public static IEnumerable<ShellUse> Read(string written)
    {
        string line = written.Trim().TrimStart('\ufeff');
        int comment = line.StartsWith('#') ? 0 : line.IndexOf(" #", StringComparison.Ordinal);
        line = comment >= 0 ? line[..comment].TrimEnd() : line;
        if (line.Length is 0 or > LongestLine)
        {
            yield break;
        }

        string shown = line.Length > 160 ? line[..157] + "..." : line;
        foreach (string word in line.Split([' ', '='], StringSplitOptions.RemoveEmptyEntries).Skip(line.StartsWith('-') ? 0 : int.MaxValue))
        {
            if (word is "--index-url" or "-i" or "--extra-index-url" or "--find-links" or "-f" or "--trusted-host")
            {
                bool isKnown = Hosts(line).All(IsKnown) || IsLocal(line);
                yield return new ShellUse(isKnown ? "requirements.known-index" : "requirements.index", $"Packages come from {(isKnown ? "another index that many use" : "an index of somebody's own")}: {shown}");
                yield break;
            }

            if (word is "-r" or "-c" or "--requirement" or "--constraint" && line.Contains("://", StringComparison.Ordinal))
            {
                yield return new ShellUse("requirements.direct-url", $"More requirements are fetched from elsewhere: {shown}");
                yield break;
            }
        }

        string first = line.Split([' ', '=', '<', '>', '~', '!', '[', ';', '@'], 2)[0];
        if (!line.StartsWith('-') && !System.Text.Ascii.IsValid(first))
        {
            yield return new ShellUse("requirements.look-alike", $"The name has letters that only look like those of another: {shown}");
            yield break;
        }

        if (Copied(line) is var (owner, home))
        {
            bool isAlike = home.Split(',').Any(h => IsOneStep(owner.ToLowerInvariant(), h.ToLowerInvariant()) || owner.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).Replace('1', 'l').Replace('0', 'o').Equals(h.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
            yield return new ShellUse(isAlike ? "requirements.look-alike" : "requirements.foreign-copy", $"{(isAlike ? "The owner looks like" : "This is a copy by somebody else; the project's own owner is")} {home.Replace(",", " or ", StringComparison.Ordinal)}: {shown}");
        }

        if (line.Contains("://", StringComparison.Ordinal))
        {
            bool isKnown = Hosts(line).All(IsKnown) && !line.Contains("http://", StringComparison.Ordinal);
            yield return new ShellUse(isKnown ? "requirements.known-url" : "requirements.direct-url", $"A package is installed from a place instead of an index: {shown}");
            yield break;
        }

        if (line.StartsWith('-'))
        {
            yield break;
        }

        string name = Name(line);
        if (name.Length == 0)
        {
            yield break;
        }

        string pinned = line.Replace(" ", "", StringComparison.Ordinal);
        if (s_words.Value["taken"].Any(t => pinned.Equals(t, StringComparison.OrdinalIgnoreCase) || pinned.StartsWith(t + ";", StringComparison.OrdinalIgnoreCase)))
        {
            yield return new ShellUse("requirements.taken-release", $"The release was taken over and steals: {shown}");
        }
        else if (Advisories.Of(name, pinned) is { } advisory)
        {
            yield return new ShellUse("requirements.advisory", $"{advisory}: {shown}");
        }
        else if (s_words.Value["hostile"].Contains(name))
        {
            yield return new ShellUse("requirements.look-alike", $"The name was used by a package that harmed those who mistyped: {shown}");
        }
        else if (Resembled(name) is { } meant)
        {
            yield return new ShellUse("requirements.look-alike", $"The name looks like {meant} and is another: {shown}");
        }
    }

    /// <summary>Whether every line is one that pip would take, and some could be nothing else.</summary>
    public static bool AreRequirements(string text)
    {
        int lines = 0;
        int telling = 0;
        foreach (string raw in text.Split('\n').Take(400))
        {
            string line = raw.Trim();
            if (line.Length == 0 || line[0] is '#')
            {
                continue;
            }

            lines++;
            bool isOption = line.StartsWith("--", StringComparison.Ordinal) || line.StartsWith("-r ", StringComparison.Ordinal) || line.StartsWith("-e ", StringComparison.Ordinal) || line.StartsWith("-i ", StringComparison.Ordinal) || line.StartsWith("-f ", StringComparison.Ordinal) || line.StartsWith("-c ", StringComparison.Ordinal);
            bool isUrl = line.StartsWith("git+", StringComparison.Ordinal) || line.StartsWith("https://", StringComparison.Ordinal) || line.StartsWith("http://", StringComparison.Ordinal);
            string name = Name(line);
            string rest = name.Length > 0 ? line[name.Length..].TrimStart() : "";
            bool hasVersion = rest.Length > 1 && (rest[0] is '=' or '<' or '>' or '~' or '!' or '[' or '@' or ';') && rest[1] is '=' or '<' or '>' or (>= '0' and <= '9') or ' ' or (>= 'a' and <= 'z');
            if (!isOption && !isUrl && (name.Length == 0 || (rest.Length > 0 && !hasVersion && rest[0] is not '#')))
            {
                return false;
            }

            // The address of a page or of data is none of a package.
            bool isPackage = isUrl && (line.StartsWith("git+", StringComparison.Ordinal) || IsArchive(line));
            telling += isOption || isPackage || hasVersion ? 1 : 0;
        }

        return lines > 0 && telling > 0;
    }

    private static bool IsArchive(string url)
    {
        int end = url.AsSpan().IndexOfAny("#? ;");
        string path = end < 0 ? url : url[..end];
        return path.EndsWith(".whl", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)
            || path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tar.bz2", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The owner of a repository called like a project that everybody uses, where it is not the project's own, with that one; null elsewhere.</summary>
    private static (string Owner, string Home)? Copied(string line)
    {
        int host = line.IndexOf("github.com/", StringComparison.OrdinalIgnoreCase);
        string[] parts = host < 0 ? [] : line[(host + "github.com/".Length)..].Split('/');
        if (parts.Length < 2)
        {
            return null;
        }

        string repository = parts[1].Split('@', '#', ' ', '"', ';')[0];
        repository = repository.EndsWith(".git", StringComparison.Ordinal) ? repository[..^4] : repository;
        string? home = s_words.Value["home"].Select(h => h.Split('=')).FirstOrDefault(h => h[0].Equals(repository, StringComparison.OrdinalIgnoreCase))?[1];
        return home is not null && !home.Split(',').Contains(parts[0], StringComparer.OrdinalIgnoreCase) ? (parts[0], home) : null;
    }

    private static string Name(string line)
    {
        int end = 0;
        while (end < line.Length && (char.IsAsciiLetterOrDigit(line[end]) || line[end] is '-' or '_' or '.'))
        {
            end++;
        }

        return line[..end].Replace('_', '-').ToLowerInvariant();
    }

    private static bool IsLocal(string line) => !line.Contains("://", StringComparison.Ordinal) && !line.Contains("--trusted-host", StringComparison.Ordinal);

    private static bool IsKnown(string host) => s_words.Value["host"].Any(h => host == h || host.EndsWith("." + h, StringComparison.Ordinal)) || host is "localhost";

    private static IEnumerable<string> Hosts(string line)
    {
        foreach (string part in line.Split([' ', '=', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            int scheme = part.IndexOf("://", StringComparison.Ordinal);
            if (scheme >= 0)
            {
                // Who asks may stand in front of the host, and a revision behind the path.
                string authority = part[(scheme + 3)..].Split('/', '#', '?')[0];
                string host = authority[(authority.LastIndexOf('@') + 1)..].Split(':')[0].ToLowerInvariant();
                if (host.Length > 0)
                {
                    // A path of one's own machine (file:///) has no host.
                    yield return host;
                }
            }
            else if (line.Contains("--trusted-host", StringComparison.Ordinal) && part.Contains('.', StringComparison.Ordinal) && !part.StartsWith('-'))
            {
                yield return part.Split(':', '/')[0].ToLowerInvariant();
            }
        }
    }

    /// <summary>The popular name from which a name differs by one letter too many, too few, another, or two that changed places.</summary>
    private static string? Resembled(string name)
    {
        if (name.Length < 7 || s_words.Value["popular"].Contains(name) || s_words.Value["neighbour"].Contains(name) || char.IsAsciiDigit(name[^1]))
        {
            return null;
        }

        foreach (string popular in s_words.Value["popular"])
        {
            if (popular.Length >= 8 && Skeleton(popular) == Skeleton(name))
            {
                return popular;
            }

            if (popular.Length >= 8 && Math.Abs(popular.Length - name.Length) <= 1 && IsOneStep(name, popular))
            {
                return popular;
            }
        }

        return null;
    }

    /// <summary>A name with letters that look alike in the place of each other.</summary>
    private static string Skeleton(string name) => name.Replace("rn", "m", StringComparison.Ordinal).Replace("vv", "w", StringComparison.Ordinal).Replace("cl", "d", StringComparison.Ordinal).Replace('0', 'o').Replace('1', 'l').Replace('i', 'l').Replace('5', 's');

    private static bool IsOneStep(string one, string other)
    {
        int start = 0;
        while (start < Math.Min(one.Length, other.Length) && one[start] == other[start])
        {
            start++;
        }

        ReadOnlySpan<char> a = one.AsSpan(start);
        ReadOnlySpan<char> b = other.AsSpan(start);
        return a.Length == b.Length
            ? a.Length > 0 && (a[1..].SequenceEqual(b[1..]) || (a.Length > 1 && a[0] == b[1] && a[1] == b[0] && a[2..].SequenceEqual(b[2..])))
            : a.Length > b.Length ? a[1..].SequenceEqual(b) : b[1..].SequenceEqual(a);
    }
}
