// The names of a zip's members, as the kinds of model files ask for them.
using Assay.Containers.Zip;

namespace Assay.Formats.Archives;

/// <summary>The names of a zip's members.</summary>
internal static class ZipNames
{
    /// <summary>The names of all members in all views, local names included.</summary>
    public static IEnumerable<string> Of(ZipDirectory directory)
    {
        foreach (ZipEntry entry in directory.Entries)
        {
            yield return entry.Name;
            if (entry is { Central: not null, Local: { } local } && local.Name != entry.Name)
            {
                yield return local.Name;
            }
        }
    }

    /// <summary>What follows the top folder; empty when there is none.</summary>
    public static string Tail(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "" : name[(slash + 1)..];
    }

    /// <summary>What comes before the first slash.</summary>
    public static string Top(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "" : name[..slash];
    }
}
