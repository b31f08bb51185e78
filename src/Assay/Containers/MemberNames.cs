// What is odd about the names that members of an archive have, whatever the archive.
namespace Assay.Containers;

/// <summary>Looks at member names one by one and against each other.</summary>
internal sealed class MemberNames(OddityLog oddities)
{
    /// <summary>Names longer than this resolve differently in loaders that give up at PATH_MAX (CVE-2025-12060).</summary>
    public const int LongestPath = 4095;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _folded = new(StringComparer.Ordinal);

    /// <summary>Looks at one member's name; true when no earlier member has the same.</summary>
    public bool Add(string name, long offset)
    {
        Inspect(name, offset);
        if (!_names.Add(name))
        {
            return false;
        }

        string key = NameFolding.Key(name);
        if (!_folded.TryAdd(key, name))
        {
            string other = _folded[key];
            bool caseOnly = string.Equals(other, name, StringComparison.OrdinalIgnoreCase);
            oddities.Add(
                caseOnly ? "archive.case-collision" : "archive.normalisation-collision",
                offset,
                0,
                () => $"The member names \"{other}\" and \"{name}\" are one name on some file systems.");
        }

        return true;
    }

    /// <summary>Where <paramref name="target"/>, as written in a link that lies at <paramref name="member"/>, leads outside the archive.</summary>
    public static bool Escapes(string member, string target)
    {
        if (target.Length == 0 || target[0] is '/' or '\\' || IsDrive(target))
        {
            return target.Length > 0;
        }

        int slash = member.TrimEnd('/').LastIndexOfAny(['/', '\\']);
        return Depth(slash < 0 ? target : member[..(slash + 1)] + target) < 0;
    }

    private void Inspect(string name, long offset)
    {
        if (name.Length == 0)
        {
            Odd("archive.empty-name", "A member has no name.");
            return;
        }

        bool plain = true;
        foreach (char c in name)
        {
            plain &= char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-';
        }

        if (name[0] == '/')
        {
            Odd("archive.absolute-name", "starts at the root of the file system");
        }
        else if (name[0] == '\\' && name.Length > 1 && name[1] == '\\')
        {
            Odd("archive.unc-name", "names another host");
        }
        else if (name[0] == '\\')
        {
            Odd("archive.absolute-name", "starts at the root of a Windows drive");
        }
        else if (IsDrive(name))
        {
            Odd("archive.drive-name", "names a Windows drive");
        }

        if (!plain)
        {
            InspectCharacters(name, Odd);
        }

        if (name.Length > LongestPath)
        {
            Odd("archive.long-name", "is longer than paths may be");
        }

        if (name.Contains("..", StringComparison.Ordinal) && Depth(name) < 0)
        {
            Odd("archive.traversal", "leads outside the directory it is extracted to");
        }

        InspectParts(name, Odd);

        void Odd(string code, string what) => oddities.Add(code, offset, 0, () => $"The member name \"{name}\" {what}.");
    }

    private static void InspectCharacters(string name, Action<string, string> odd)
    {
        if (name.Contains('\0'))
        {
            odd("archive.nul-name", "holds a NUL, where some loaders cut it");
        }

        if (name.Any(c => c != 0 && char.IsControl(c)))
        {
            odd("archive.control-name", "holds control characters");
        }

        if (name.Any(c => c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u200E' or '\u200F'))
        {
            odd("archive.bidi-name", "holds characters that turn the direction of the text");
        }

        if (name.Contains('\\'))
        {
            odd("archive.backslash-name", "holds a backslash, which is a separator on some systems only");
        }

        if (name.IndexOf(':') is int colon and >= 0 && !(colon == 1 && IsDrive(name)))
        {
            odd("archive.stream-name", "holds a colon, which names an alternate data stream on Windows");
            if (name[..colon].Contains('.') && colon + 1 < name.Length && char.IsAsciiLetter(name[colon + 1]) && name.IndexOf('.', colon) > 0)
            {
                odd("archive.hidden-stream", "names a file that hides in a stream of another one on Windows");
            }
        }
    }

    private static void InspectParts(string name, Action<string, string> odd)
    {
        ReadOnlySpan<char> rest = name;
        while (!rest.IsEmpty)
        {
            int slash = rest.IndexOfAny('/', '\\');
            ReadOnlySpan<char> part = slash < 0 ? rest : rest[..slash];
            rest = slash < 0 ? [] : rest[(slash + 1)..];
            if (part.Length > 0 && part[^1] is '.' or ' ' && part is not "." and not "..")
            {
                odd("archive.trailing-name", "has a part that ends in a dot or a space, which Windows drops");
            }

            int dot = part.IndexOf('.');
            if (IsDevice(dot < 0 ? part : part[..dot]))
            {
                odd("archive.reserved-name", "names a device of Windows");
            }
        }
    }

    private static bool IsDevice(ReadOnlySpan<char> stem)
    {
        if (stem.Length == 4 && stem[3] is >= '1' and <= '9')
        {
            return stem[..3].Equals("COM", StringComparison.OrdinalIgnoreCase) || stem[..3].Equals("LPT", StringComparison.OrdinalIgnoreCase);
        }

        return stem.Length == 3 && (stem.Equals("CON", StringComparison.OrdinalIgnoreCase) || stem.Equals("PRN", StringComparison.OrdinalIgnoreCase)
            || stem.Equals("AUX", StringComparison.OrdinalIgnoreCase) || stem.Equals("NUL", StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsDrive(string name) => name.Length > 1 && name[1] == ':' && char.IsAsciiLetter(name[0]);

    /// <summary>The lowest depth that the path reaches while it is walked; below zero it is outside.</summary>
    private static int Depth(string path)
    {
        int depth = 0;
        int lowest = 0;
        foreach (Range part in path.AsSpan().SplitAny('/', '\\'))
        {
            ReadOnlySpan<char> text = path.AsSpan()[part];
            if (text is "..")
            {
                lowest = Math.Min(lowest, --depth);
            }
            else if (text is not "" and not ".")
            {
                depth++;
            }
        }

        return lowest;
    }
}
