// Where a name that stands in a file leads, seen from the bundle that the file lies in.
namespace Assay.Artifacts;

/// <summary>A reference that was looked at.</summary>
/// <param name="Place">Where it leads; never <see cref="ReferencePlace.Missing"/>, because nothing was opened.</param>
/// <param name="Name">The bundle's name for it where it leads inside, else empty.</param>
public readonly record struct BundleReference(ReferencePlace Place, string Name = "");

/// <summary>The names of a bundle's files, and the references to them that stand in files. Everything here is about texts; nothing is opened.</summary>
public static class BundleName
{
    /// <summary>
    /// Whether <paramref name="name"/> has the one form in which a bundle's files are named: names with <c>/</c> between them, none of them empty,
    /// <c>.</c> or <c>..</c>, and no null character. A name of another form names nothing in a bundle.
    /// </summary>
    public static bool IsPlain(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name.Contains('\0'))
        {
            return false;
        }

        foreach (Range part in name.Split('/'))
        {
            if (name[part] is "" or "." or "..")
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Where <paramref name="reference"/> leads that stands in the file called <paramref name="holder"/>, as loaders read it: beside that file.
    /// Windows also separates names by <c>\</c> and has drives. Where that reading leads further out than that of other systems, it counts.
    /// </summary>
    public static BundleReference Resolve(string holder, string reference)
    {
        ArgumentNullException.ThrowIfNull(holder);
        ArgumentNullException.ThrowIfNull(reference);
        if (reference.Length == 0 || reference.Contains('\0', StringComparison.Ordinal))
        {
            return new BundleReference(ReferencePlace.Unclear);
        }

        if (HasScheme(reference))
        {
            return new BundleReference(ReferencePlace.Url);
        }

        string path = reference.Replace('\\', '/');
        if (path[0] == '/' || (path.Length > 1 && path[1] == ':' && char.IsAsciiLetter(path[0])))
        {
            return new BundleReference(ReferencePlace.Absolute);
        }

        List<string> names = [.. holder.Split('/')[..^1]];
        bool folder = true;
        foreach (string part in path.Split('/'))
        {
            folder = part is "" or "." or "..";
            if (!folder)
            {
                names.Add(part);
            }
            else if (part == "..")
            {
                if (names.Count == 0)
                {
                    return new BundleReference(ReferencePlace.Outside);
                }

                names.RemoveAt(names.Count - 1);
            }
        }

        return folder || !IsPlain(string.Join('/', names))
            ? new BundleReference(ReferencePlace.Unclear)
            : new BundleReference(ReferencePlace.Inside, string.Join('/', names));
    }

    /// <summary>Whether a text begins like a URL (RFC 3986, 3.1). A single letter is a drive and no scheme.</summary>
    private static bool HasScheme(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 2 || !char.IsAsciiLetter(text[0]) || !text.AsSpan(colon + 1).StartsWith("//"))
        {
            // "file:/etc/passwd" and "data:..." have no authority and are URLs all the same; "a:b" is an ordinary name.
            return text.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("data:", StringComparison.OrdinalIgnoreCase);
        }

        foreach (char one in text.AsSpan(0, colon))
        {
            if (!char.IsAsciiLetterOrDigit(one) && one is not ('+' or '-' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
