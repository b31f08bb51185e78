// Gives files back from quarantine.
using System.Security.Cryptography;
using Assay.Hosting;
using Assay.Hosting.Files;
using Assay.Trust.Storage;
using Microsoft.Win32.SafeHandles;

namespace Assay.Trust.Quarantine;

/// <summary>
/// Gives files back with bytes, permissions, times and names. Never over what is there. Killed on the way, the item is still in quarantine, and restoring it again finds what
/// was done already.
/// </summary>
public sealed class QuarantineRestoring(QuarantineFolder folder)
{
    private const int Piece = 1 << 20;
    private readonly Disk _disk = folder.Disk;

    /// <summary>Gives a file back to where it lay, or to <paramref name="to"/>; the answer is what could not be restored as it was, in sentences.</summary>
    /// <exception cref="SettingException">It cannot be given back, and is in quarantine still.</exception>
    public IReadOnlyList<string> Restore(QuarantineItem item, string? to = null)
    {
        ArgumentNullException.ThrowIfNull(item);
        List<string> notes = [];
        string[] names = to is null ? [.. item.Names] : [Path.GetFullPath(to)];
        QuarantineLink[] links = to is null ? [.. item.Links] : [];
        QuarantineFolder.Guard($"{item.Id} cannot be given back to {names[0]}", () =>
        {
            CheckPlaces(item, names, links);
            if (_disk.Status(names[0]) is null)
            {
                Place(item, names[0], notes);
            }

            foreach (string name in names.Skip(1).Where(n => _disk.Status(n) is null))
            {
                Within(name, at => _disk.Link(names[0], at));
            }

            foreach (QuarantineLink link in links.Where(l => _disk.Status(l.Path) is null))
            {
                Within(link.Path, at => _disk.SymbolicLink(link.Target, at));
            }

            foreach (string parent in names.Concat(links.Select(l => l.Path)).Select(p => Path.GetDirectoryName(p)!).Distinct())
            {
                _disk.FlushFolder(parent);
            }

            folder.Drop(item.Id);
        });
        return notes;
    }

    /// <summary>Whether what is in quarantine of a file is all of it.</summary>
    internal static bool IsWhole(QuarantineFolder folder, QuarantineItem item)
    {
        if (folder.Disk.Status(folder.PathOf(item.Id, QuarantineFolder.Content)) is not { Kind: EntryKind.Regular })
        {
            return false;
        }

        using FileStream content = new(folder.Disk.OpenRead(folder.PathOf(item.Id, QuarantineFolder.Content)), FileAccess.Read, 0);
        return Decode(content, item.Size, item.Holes, static (_, _) => { }) == item.Sha256;
    }

    /// <summary>Decodes what is in quarantine, and returns its SHA-256; empty where it is not in the form.</summary>
    internal static string Decode(Stream content, long size, IReadOnlyList<QuarantineHole> holes, Action<ReadOnlyMemory<byte>, long> write)
    {
        byte[] header = new byte[QuarantineCoding.HeaderLength];
        if (content.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || QuarantineCoding.Of(header) is not { } coding)
        {
            return "";
        }

        using (coding)
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] piece = new byte[(int)Math.Min(Piece, size + 1)];
            long at = 0;
            while (content.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false) is > 0 and int read)
            {
                coding.Apply(piece.AsSpan(0, read), at, holes);
                hash.AppendData(piece.AsSpan(0, read));
                at += read;
                if (at > size)
                {
                    return "";
                }

                write(piece.AsMemory(0, read), at - read);
            }

            return at == size ? Convert.ToHexStringLower(hash.GetHashAndReset()) : "";
        }
    }

    /// <summary>Sees that every place is free, or holds what an earlier attempt has put there.</summary>
    private void CheckPlaces(QuarantineItem item, string[] names, QuarantineLink[] links)
    {
        FileStatus? first = _disk.Status(names[0]);
        foreach (string path in names.Concat(links.Select(l => l.Path)))
        {
            string parent = Path.GetDirectoryName(path) ?? "/";
            if (_disk.Status(parent) is not { Kind: EntryKind.Folder } || RealPath.Of(parent) != parent)
            {
                throw Refused(item, path, "its directory is not there, or is reached by a link");
            }
        }

        if (first is { } there && (there.Kind != EntryKind.Regular || there.Size != item.Size || Digest(names[0]) != item.Sha256))
        {
            throw Refused(item, names[0], "something else is there");
        }

        foreach (string name in names.Skip(1))
        {
            if (_disk.Status(name) is { } other && !(first is { } one && other.IsSameFile(one)))
            {
                throw Refused(item, name, "something else is there");
            }
        }

        foreach (QuarantineLink link in links)
        {
            if (_disk.Status(link.Path) is { } other && !(other.Kind == EntryKind.Link && new FileInfo(link.Path).LinkTarget == link.Target))
            {
                throw Refused(item, link.Path, "something else is there");
            }
        }
    }

    /// <summary>Does something with a name in its folder, which is held so that nobody leads it elsewhere meanwhile.</summary>
    private static void Within(string path, Action<string> work)
    {
        using HeldFolder held = Disk.Hold(Path.GetDirectoryName(path)!);
        work(held[path]);
    }

    private void Place(QuarantineItem item, string path, List<string> notes) => Within(path, at => Place(item, path, at, notes));

    private void Place(QuarantineItem item, string path, string at, List<string> notes)
    {
        string temporary = Path.Join(Path.GetDirectoryName(at), $".assay-restore-{item.Id}");
        if (_disk.Status(temporary) is not null)
        {
            // Of an attempt that was killed: the folder of the quarantine is locked, so nobody else writes it.
            _disk.Unlink(temporary);
        }

        try
        {
            using SafeFileHandle file = _disk.Make(temporary);
            using (FileStream content = new(_disk.OpenRead(folder.PathOf(item.Id, QuarantineFolder.Content)), FileAccess.Read, 0))
            {
                string digest = Decode(content, item.Size, item.Holes, (bytes, at) =>
                {
                    if (!item.Holes.Any(h => h.From <= at && h.To >= at + bytes.Length))
                    {
                        _disk.Write(file, temporary, bytes.Span, at);
                    }
                });
                if (digest != item.Sha256)
                {
                    throw new SettingException($"{item.Id} cannot be given back: what lies in quarantine is damaged, its digest is not the one that was written down.");
                }
            }

            if (item.Holes.Count > 0)
            {
                _disk.SetLength(file, temporary, item.Size);
            }

            FileStatus status = new() { User = item.User, Group = item.Group, Mode = item.Mode, Accessed = item.Accessed, Modified = item.Modified };
            List<string> lost = [];
            _disk.Restore(file, temporary, status, item.Attributes, lost);
            notes.AddRange(lost.Select(l => $"{path}: {l}."));

            _disk.Flush(file, temporary);
            _disk.Rename(temporary, at);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SettingException)
        {
            if (_disk.Status(temporary) is not null)
            {
                _disk.Unlink(temporary);
            }

            throw;
        }
    }

    private string Digest(string path)
    {
        using FileStream stream = new(_disk.OpenRead(path), FileAccess.Read, 0);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static SettingException Refused(QuarantineItem item, string path, string why) =>
        new($"{item.Id} cannot be given back to {path}: {why}; --to PATH gives it back elsewhere.");
}
