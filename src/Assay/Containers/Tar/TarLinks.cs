// Follows links of a tar: out of the archive, and through an earlier link.
namespace Assay.Containers.Tar;

/// <summary>Looks at links and at members that would be written through one.</summary>
internal sealed class TarLinks(OddityLog oddities)
{
    private readonly HashSet<string> _links = new(StringComparer.Ordinal);

    public void Add(TarEntry entry)
    {
        string name = Normalise(entry.Name);
        Through(entry, name);
        switch (entry.Kind)
        {
            case TarKind.Device:
                oddities.Add("tar.device", entry.Offset, 512, $"\"{entry.Name}\" is a device or a FIFO.");
                break;
            case TarKind.SymbolicLink:
                oddities.Add("archive.symbolic-link", entry.Offset, 512, $"\"{entry.Name}\" is a symbolic link to \"{entry.LinkTarget}\".");
                _links.Add(name);
                Escape(entry, MemberNames.Escapes(entry.Name, entry.LinkTarget));
                break;
            case TarKind.HardLink:
                // The target of a hard link counts from the top of the archive.
                oddities.Add("tar.hard-link", entry.Offset, 512, $"\"{entry.Name}\" is a hard link to \"{entry.LinkTarget}\".");
                Escape(entry, MemberNames.Escapes("", entry.LinkTarget));
                break;
            default:
                break;
        }
    }

    private void Escape(TarEntry entry, bool escapes)
    {
        if (escapes)
        {
            oddities.Add("archive.link-escape", entry.Offset, 512, $"\"{entry.Name}\" is a link that leads outside the archive, to \"{entry.LinkTarget}\".");
        }
    }

    private void Through(TarEntry entry, string name)
    {
        if (_links.Count == 0 || name.Length > MemberNames.LongestPath)
        {
            return;
        }

        // A member with the very name of a link is written through it too, unless it replaces it by another link.
        bool through = entry.Kind == TarKind.File && _links.Contains(name);
        for (int slash = name.IndexOf('/'); slash >= 0 && !through; slash = name.IndexOf('/', slash + 1))
        {
            through = _links.Contains(name[..slash]);
        }

        if (through)
        {
            oddities.Add("archive.through-link", entry.Offset, 512, $"\"{entry.Name}\" would be written through an earlier symbolic link.");
        }
    }

    private static string Normalise(string name) =>
        name.Length > MemberNames.LongestPath ? name : string.Join('/', name.Split('/', '\\').Where(p => p is not "" and not "."));
}
