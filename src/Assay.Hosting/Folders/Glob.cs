// Patterns over walked paths.
using Assay.Detection;

namespace Assay.Hosting.Folders;

/// <summary>
/// A pattern over a path relative to the walked directory, with <c>/</c> between names. <c>*</c> and <c>?</c> stay within a
/// name, <c>**</c> does not, <c>[a-z]</c> and <c>[!a-z]</c> take one character. A pattern without <c>/</c> matches a name at
/// any depth; a pattern that ends in <c>/</c> matches everything below.
/// </summary>
public sealed class Glob
{
    private readonly WildcardPattern _pattern;

    /// <summary>Creates the pattern.</summary>
    /// <exception cref="SettingException">It is empty.</exception>
    public Glob(string pattern)
    {
        string text = pattern.Replace('\\', '/');
        if (text.StartsWith("./", StringComparison.Ordinal))
        {
            text = text[2..];
        }

        if (text.Trim('/').Length == 0)
        {
            // It would match everything, and leave out everything, which cannot be meant.
            throw new SettingException("A pattern of files to take or to leave out is empty.");
        }

        if (IsOpen(text))
        {
            throw new SettingException($"In the pattern {pattern} a [ has no ] behind it; [[] matches the character itself.");
        }

        bool anywhere = !text.TrimEnd('/').Contains('/', StringComparison.Ordinal);
        text = text.TrimStart('/');
        if (anywhere && !pattern.StartsWith('/'))
        {
            text = "**/" + text;
        }

        if (text.EndsWith('/'))
        {
            text += "**";
        }

        _pattern = WildcardPattern.OfPath(text, OperatingSystem.IsWindows());
    }

    /// <summary>Whether a set of characters has no end.</summary>
    private static bool IsOpen(string text)
    {
        for (int at = text.IndexOf('[', StringComparison.Ordinal); at >= 0; at = text.IndexOf('[', at))
        {
            // The first character of a set is one of the set, also where it is the bracket that would end it.
            int first = at + 1 < text.Length && text[at + 1] == '!' ? at + 2 : at + 1;
            int end = first + 1 <= text.Length ? text.IndexOf(']', Math.Min(first + 1, text.Length)) : -1;
            if (end < 0)
            {
                return true;
            }

            at = end;
        }

        return false;
    }

    /// <summary>Whether the pattern matches the whole of <paramref name="path"/>.</summary>
    public bool IsMatch(string path) => _pattern.IsMatch(path);

    /// <summary>Whether the pattern matches the directory, or everything in it.</summary>
    public bool IsMatchForDirectory(string path) => IsMatch(path) || IsMatch(path + "/");
}
