// Tells installers that whole communities run from a pipe by the addresses that they come from.
using System.Buffers;

namespace Assay.Formats.Shell;

/// <summary>
/// Tells whether what is downloaded comes from where only its publisher can put something. An address counts from its start: what a line says elsewhere, in a comment or in the path of another host, vouches for nothing.
/// </summary>
internal static class Installers
{
    private static readonly SearchValues<char> s_ends = SearchValues.Create(" \t\r\n;|&<>()\"'`,\\{}");

    /// <summary>Whether all addresses among some words are such ones, and there is one.</summary>
    public static bool Are(IEnumerable<string> words)
    {
        int known = 0;
        foreach (string word in words)
        {
            foreach (Range part in word.AsSpan().SplitAny(s_ends))
            {
                ReadOnlySpan<char> address = word.AsSpan(part);
                int scheme = address.IndexOf("://");
                ReadOnlySpan<char> place = scheme >= 0 ? address[(scheme + 3)..] : address;
                bool isKnown = IsKnown(place.StartsWith("www.", StringComparison.OrdinalIgnoreCase) ? place[4..] : place);
                known += isKnown ? 1 : 0;
                if (scheme >= 0 && !isKnown)
                {
                    return false;
                }
            }
        }

        return known > 0;
    }

    /// <summary>Whether a host with its path begins as one of the table does; of hosts where everybody has a folder, the whole name of the folder has to stand there.</summary>
    private static bool IsKnown(ReadOnlySpan<char> place)
    {
        foreach (string installer in ShellWords.Table("installer"))
        {
            if (place.StartsWith(installer, StringComparison.OrdinalIgnoreCase) && (place.Length == installer.Length || place[installer.Length] is '/' || (place[installer.Length] is '.' or '-' or '?' or '@' && installer.Contains('/', StringComparison.Ordinal) && !IsShared(installer))))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsShared(string installer) => installer.StartsWith("raw.githubusercontent.com/", StringComparison.OrdinalIgnoreCase) || installer.StartsWith("github.com/", StringComparison.OrdinalIgnoreCase);
}
