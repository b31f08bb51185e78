// Compares what the two headers of each member say, and the members with each other.
using Assay.Bytes;

namespace Assay.Containers.Zip;

/// <summary>Compares headers and members of a zip. The entries are ordered by offset.</summary>
internal sealed class ZipCrossCheck(long sourceLength, OddityLog oddities)
{
    public void Check(IReadOnlyList<ZipEntry> entries, IReadOnlyList<ByteRange> structures)
    {
        MemberNames names = new(oddities);
        foreach (ZipEntry entry in entries)
        {
            if (!names.Add(entry.Name, entry.Offset))
            {
                oddities.Add("zip.duplicate-name", entry.Offset, 0, () => $"Several members are called \"{entry.Name}\"; some loaders take the first, others the last.");
            }

            Flags(entry);
            if (entry is { Central: { } central, Local: { } local })
            {
                Headers(entry, central, local);
            }
        }

        Overlaps(entries);
        Directories(entries, structures);
    }

    private void Headers(ZipEntry entry, ZipHeader central, ZipHeader local)
    {
        if (central.Name != local.Name)
        {
            oddities.Add("zip.local-central-name", entry.Offset, local.Length, () => $"The directory calls the member \"{central.Name}\" and its local header \"{local.Name}\".");
            new MemberNames(oddities).Add(local.Name, entry.Offset);
        }

        if (central.Method != local.Method)
        {
            oddities.Add("zip.local-central-method", entry.Offset, local.Length, () => $"The directory gives \"{entry.Name}\" method {central.Method} and its local header method {local.Method}.");
        }

        if (((central.Flags ^ local.Flags) & ZipHeader.Refusing) != 0)
        {
            oddities.Add("zip.local-central-flags", entry.Offset, local.Length, () => $"The directory gives \"{entry.Name}\" flags 0x{central.Flags:X4} and its local header 0x{local.Flags:X4}.");
        }

        if (local.Packed >= 0 && (local.Packed != central.Packed || local.Size != central.Size))
        {
            oddities.Add(
                "zip.local-central-size",
                entry.Offset,
                local.Length,
                () => $"The directory gives \"{entry.Name}\" {central.Packed} stored and {central.Size} inflated bytes, its local header {local.Packed} and {local.Size}.");
        }

        bool told = (local.Flags & ZipHeader.Descriptor) == 0 || local.Crc != 0;
        if (told && local.Crc != central.Crc)
        {
            oddities.Add("zip.local-central-crc", entry.Offset, local.Length, () => $"The directory gives \"{entry.Name}\" another CRC-32 than its local header.");
        }
    }

    private void Flags(ZipEntry entry)
    {
        int flags = (entry.Central?.Flags ?? 0) | (entry.Local?.Flags ?? 0);
        if ((flags & ZipHeader.Encrypted) != 0)
        {
            oddities.Add("zip.encrypted-flag", entry.Offset, 0, () => $"A header says that \"{entry.Name}\" is encrypted.");
        }

        if ((flags & ZipHeader.Patched) != 0)
        {
            oddities.Add("zip.patched-flag", entry.Offset, 0, () => $"A header says that \"{entry.Name}\" is a patch.");
        }

        if ((flags & ZipHeader.StrongEncryption) != 0)
        {
            oddities.Add("zip.strong-encryption-flag", entry.Offset, 0, () => $"A header says that \"{entry.Name}\" uses strong encryption.");
        }

        ByteRange data = entry.Data(sourceLength);
        if (entry.Local is not null && entry.Packed > data.Length)
        {
            oddities.Add("zip.data-cut", data.Offset, data.Length, () => $"The data of \"{entry.Name}\" reach beyond the end of the file.");
        }
    }

    private void Overlaps(IReadOnlyList<ZipEntry> entries)
    {
        ZipEntry? before = null;
        long end = 0;
        foreach (ZipEntry entry in entries.Where(e => e.Local is not null))
        {
            if (before is not null && entry.Offset == before.Offset)
            {
                oddities.Add("zip.shared-data", entry.Offset, 0, () => $"Several records of the directory lead to the local header of \"{entry.Name}\".");
            }
            else if (before is not null && entry.Offset < end)
            {
                string other = before.Name;
                oddities.Add("zip.overlap", entry.Offset, end - entry.Offset, () => $"The member \"{entry.Name}\" lies inside \"{other}\".");
            }

            long own = entry.Data(sourceLength).End;
            if (before is null || own > end)
            {
                end = own;
                before = entry;
            }
        }
    }

    private void Directories(IReadOnlyList<ZipEntry> entries, IReadOnlyList<ByteRange> structures)
    {
        // Headers of other members inside a member are overlaps already; this is about directories, end records and descriptors.
        HashSet<long> heads = [.. entries.Select(e => e.Offset)];
        ByteRange[] others = [.. structures.Where(s => s.Length > 0 && !heads.Contains(s.Offset)).OrderBy(s => s.Offset)];
        int at = 0;
        foreach (ZipEntry entry in entries.Where(e => e.Local is not null))
        {
            ByteRange data = entry.Data(sourceLength);
            while (at < others.Length && others[at].Offset < data.Offset)
            {
                at++;
            }

            if (at < others.Length && others[at].Offset < data.End)
            {
                oddities.Add("zip.overlap", others[at].Offset, others[at].Length, () => $"A directory, an end record or a descriptor lies inside \"{entry.Name}\".");
                return;
            }
        }
    }
}
