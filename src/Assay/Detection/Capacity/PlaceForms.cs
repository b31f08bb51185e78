// Texts that name a place: a path, a file that runs, an address on a network, a dotted name.
namespace Assay.Detection.Capacity;

/// <summary>Tells paths, files that run, addresses and dotted names by their form.</summary>
internal sealed class PlaceForms(CapacityWords words)
{
    private const int LongestExtension = 8;

    /// <summary>What place the text names, or null.</summary>
    public string? Of(string text)
    {
        if (IsAddress(text))
            return CarriedForms.Address;

        if (IsPath(text))
            return CarriedForms.Path;

        if (text.AsSpan().IndexOfAny(" \t\r\n") >= 0)
            return null;

        if (Runs(text))
            return CarriedForms.Native;

        return IsDotted(text) ? CarriedForms.DottedName : null;
    }

    /// <summary>Whether the text is a dotted or colon-separated name whose first part is a module of the standard library.</summary>
    public bool IsStandardName(string text)
    {
        int end = text.AsSpan().IndexOfAny('.', ':');
        return end > 0 && IsDotted(text) && words.IsModule(text.AsSpan(0, end)) && !words.IsData(text[(text.LastIndexOf('.') + 1)..]);
    }

    /// <summary>Whether the last part of a path names a file that some program runs: by its extension, or by itself.</summary>
    public bool Runs(string text)
    {
        ReadOnlySpan<char> name = NameOf(text);
        return words.RunsByItself(name.ToString()) || words.IsRunning(ExtensionOf(name));
    }

    /// <summary>Whether the last part of a path names a library of native code.</summary>
    public bool IsNativeCode(string text) => words.IsNative(ExtensionOf(NameOf(text)));

    private static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> text) => text[(text.LastIndexOfAny('/', '\\') + 1)..];

    private static ReadOnlySpan<char> ExtensionOf(ReadOnlySpan<char> name)
    {
        // Versions follow the extension of shared objects: libm.so.6.
        int dot = name.LastIndexOf('.');
        while (dot > 0)
        {
            ReadOnlySpan<char> extension = name[(dot + 1)..];
            if (extension.IndexOfAnyExceptInRange('0', '9') >= 0)
                return extension;

            name = name[..dot];
            dot = name.LastIndexOf('.');
        }

        return "";
    }

    private static bool IsPath(ReadOnlySpan<char> text)
    {
        if (text.Length > 1 && (text[0] == '/' || text.StartsWith("~") || text.StartsWith("\\\\") || text.StartsWith("./") || text.StartsWith(".\\")))
            return text[0] != '~' || text[1] is '/' or '\\' || TextForms.IsIdentifier(text[1..]);

        if (text.Length > 2 && text[1] == ':' && char.IsAsciiLetter(text[0]) && text[2] is '/' or '\\')
            return true;

        if (text is ".." || text.StartsWith("../") || text.StartsWith("..\\") || text.IndexOf("/../") >= 0 || text.IndexOf("\\..\\") >= 0 || text.EndsWith("/.."))
            return true;

        // a/b is also a unit or a pair of words: it takes an extension to be a file.
        int slash = text.LastIndexOfAny('/', '\\');
        if (slash < 0 || text.IndexOfAny(" \n\t") >= 0)
            return false;

        ReadOnlySpan<char> last = text[(slash + 1)..];
        int dot = last.LastIndexOf('.');
        return dot >= 0 && last.Length - dot - 1 is > 0 and <= LongestExtension && IsExtension(last[(dot + 1)..]);
    }

    private static bool IsExtension(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c))
                return false;
        }

        return text.IndexOfAnyExceptInRange('0', '9') >= 0;
    }

    private static bool IsAddress(ReadOnlySpan<char> text)
    {
        int scheme = text.IndexOf("://");
        if (scheme > 0 && char.IsAsciiLetter(text[scheme - 1]))
            return true;

        foreach (string prefix in (ReadOnlySpan<string>)["data:", "file:", "javascript:", "mailto:", "www."])
        {
            if (text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        // A host, perhaps behind a user, and before a port or a path.
        if (text.IndexOfAny(" \t\r\n") >= 0)
            return false;

        ReadOnlySpan<char> host = text[(text.IndexOf('@') + 1)..];
        int end = host.IndexOfAny('/', ':');
        bool port = end >= 0 && host[end] == ':' && host.Length > end + 1 && host[(end + 1)..].IndexOfAnyExceptInRange('0', '9') < 0;
        host = end >= 0 ? host[..end] : host;

        // EPSG:4326 is a number in a register.
        if (port && !host.IsEmpty && host.IndexOfAnyExceptInRange('A', 'Z') < 0)
            return false;

        return IsHost(host, port || text.Contains('@'));
    }

    private static bool IsHost(ReadOnlySpan<char> host, bool sure)
    {
        int labels = 0, numbers = 0;
        bool hyphens = false;
        foreach (Range range in host.Split('.'))
        {
            ReadOnlySpan<char> label = host[range];
            if (label.IsEmpty || label[0] == '-')
                return false;

            bool digits = true;
            foreach (char c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                    return false;

                hyphens |= c == '-';
                digits &= char.IsAsciiDigit(c);
            }

            labels++;
            numbers += digits && label.Length <= 3 ? 1 : 0;
        }

        return (labels == 4 && numbers == 4) || (sure && labels > 0 && numbers < labels) || (hyphens && labels > 1 && numbers == 0);
    }

    /// <summary>Identifiers with dots or one colon between them.</summary>
    private static bool IsDotted(ReadOnlySpan<char> text)
    {
        int parts = 0, colons = 0;
        foreach (char c in text)
            colons += c == ':' ? 1 : 0;

        foreach (Range range in text.SplitAny('.', ':'))
        {
            if (!TextForms.IsIdentifier(text[range]))
                return false;

            parts++;
        }

        return parts > 1 && colons < 2;
    }
}
