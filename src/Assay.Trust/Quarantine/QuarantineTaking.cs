// Moves a file into quarantine.
using System.Security.Cryptography;
using System.Text.Json;
using Assay.Hosting;
using Assay.Hosting.Files;
using Assay.Trust.Storage;
using Microsoft.Win32.SafeHandles;

namespace Assay.Trust.Quarantine;

/// <summary>
/// Moves files into quarantine: a coded copy and a manifest are written and flushed, read again, and named; only then are the file's names taken away. Killed before the
/// naming, nothing has happened; killed behind it, whoever opens the folder next takes the names away.
/// </summary>
public sealed class QuarantineTaking(QuarantineFolder folder)
{
    private const int Piece = 1 << 20;
    private readonly Disk _disk = folder.Disk;

    /// <summary>Moves a file; <paramref name="why"/> stands in its manifest.</summary>
    /// <exception cref="SettingException">It cannot be moved, and is where it was.</exception>
    public QuarantineItem Take(QuarantinePlan plan, QuarantineReason why)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(why);
        string name = QuarantineFolder.NewName();
        QuarantineItem? item = null;
        QuarantineFolder.Guard($"{plan.Names[0]} cannot be quarantined", () =>
        {
            try
            {
                item = Copy(plan, why, name);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or SettingException)
            {
                if (_disk.Status(folder.PathOf(name)) is not null)
                {
                    folder.Remove(name);
                }

                throw;
            }

            try
            {
                Finish(item);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Undo(item);
                throw;
            }
        });
        return item!;
    }

    /// <summary>
    /// Gives back what was taken of a file of which a name could not be taken away, and takes it out of quarantine again: nobody is told that it was not moved and loses it later.
    /// Where no name of it is left it stays in quarantine, the only place where it is.
    /// </summary>
    private void Undo(QuarantineItem item)
    {
        FileStatus taken = Taken(item);
        try
        {
            if (item.Names.FirstOrDefault(n => _disk.Status(n) is { } now && taken.IsUnwritten(now)) is not { } kept)
            {
                return;
            }

            foreach (string name in item.Names.Where(n => _disk.Status(n) is null))
            {
                Within(name, at => _disk.Link(kept, at));
            }

            foreach (QuarantineLink link in item.Links.Where(l => _disk.Status(l.Path) is null))
            {
                Within(link.Path, at => _disk.SymbolicLink(link.Target, at));
            }

            folder.Drop(item.Id);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            folder.Tell($"A copy of {item.Names[0]} stays in quarantine as {item.Id}: what was begun could not be undone ({FileFault.Of(e)}).");
        }
    }

    private static FileStatus Taken(QuarantineItem item) => new() { Kind = EntryKind.Regular, Device = item.Device, Inode = item.Inode, Size = item.Size, Modified = item.Modified };

    /// <summary>Takes the names of a file away that is whole in quarantine. A name that leads to something else by now stays.</summary>
    /// <param name="item">The item.</param>
    /// <param name="isLater">Whether another program had begun it, so that time has passed: a number of a file is given again, and times can be set, so the bytes are compared too.</param>
    internal void Finish(QuarantineItem item, bool isLater = false)
    {
        FileStatus taken = Taken(item);
        foreach (QuarantineLink link in item.Links)
        {
            Within(link.Path, at =>
            {
                if (_disk.Status(at) is { Kind: EntryKind.Link } && new FileInfo(at).LinkTarget == link.Target)
                {
                    _disk.Unlink(at);
                }
            });
        }

        foreach (string path in item.Names)
        {
            Within(path, at =>
            {
                if (_disk.Status(at) is { } now && taken.IsUnwritten(now) && (!isLater || Digest(at) == item.Sha256))
                {
                    _disk.Unlink(at);
                }
                else if (_disk.Status(at) is not null)
                {
                    folder.Tell($"{path} was written again meanwhile, so it stays; what it was is in quarantine as {item.Id}.");
                }
            });
        }

        _disk.Unlink(folder.PathOf(item.Id, QuarantineFolder.Pending));
        _disk.FlushFolder(folder.PathOf(item.Id));
    }

    /// <summary>Does something with a name in its folder, which is held so that nobody leads it elsewhere meanwhile, and flushes the folder. A folder that is gone holds nothing.</summary>
    private void Within(string path, Action<string> work)
    {
        string parent = Path.GetDirectoryName(path)!;
        if (_disk.Status(parent) is not { Kind: EntryKind.Folder } || RealPath.Of(parent) != parent)
        {
            if (_disk.Status(path) is not null)
            {
                folder.Tell($"{path} is reached by a link by now, and was not touched: look whether it is the file that is in quarantine.");
            }

            return;
        }

        using HeldFolder held = Disk.Hold(parent);
        work(held[path]);
        _disk.FlushFolder(held.Path);
    }

    private QuarantineItem Copy(QuarantinePlan plan, QuarantineReason why, string name)
    {
        using SafeFileHandle source = _disk.OpenRead(plan.Names[0]);
        FileStatus status = _disk.Status(source);
        if (!status.IsUnwritten(plan.Status))
        {
            throw Changed(plan);
        }

        _disk.MakeFolder(folder.PathOf(name));
        IReadOnlyDictionary<string, byte[]> attributes = _disk.Attributes(source);
        QuarantineHole[] holes = [.. Disk.Holes(source, status.Size).Select(h => new QuarantineHole(h.From, h.To))];
        string sha256 = Encode(source, status.Size, holes, folder.PathOf(name, QuarantineFolder.Content));
        FileStatus behind = _disk.Status(source);
        if (!behind.IsUnwritten(status) || behind.Changed != status.Changed)
        {
            throw Changed(plan);
        }

        using (FileStream copy = new(_disk.OpenRead(folder.PathOf(name, QuarantineFolder.Content)), FileAccess.Read, 0))
        {
            // Unlinking what cannot be read back would be the one way to lose it.
            if (QuarantineRestoring.Decode(copy, status.Size, holes, (_, _) => { }) != sha256)
            {
                throw new SettingException($"{plan.Names[0]} cannot be quarantined: what was written there reads back as something else.");
            }
        }

        QuarantineItem item = new()
        {
            Id = $"{sha256[..12]}-{QuarantineFolder.Random()}",
            Names = plan.Names,
            Links = plan.Links,
            Size = status.Size,
            Sha256 = sha256,
            Mode = status.Mode,
            User = status.User,
            Group = status.Group,
            Accessed = status.Accessed,
            Modified = status.Modified,
            Attributes = attributes,
            Holes = holes,
            Device = status.Device,
            Inode = status.Inode,
            By = why.By,
            Reason = why.Reason,
            At = why.At,
            Verdict = why.Verdict,
            Findings = why.Findings,
        };
        Write(folder.PathOf(name, QuarantineFolder.Pending), []);
        Write(folder.PathOf(name, QuarantineFolder.Manifest), JsonSerializer.SerializeToUtf8Bytes(item, QuarantineJson.Default.QuarantineItem));
        _disk.FlushFolder(folder.PathOf(name));
        _disk.Rename(folder.PathOf(name), folder.PathOf(item.Id));
        folder.FlushNames();
        return item;
    }

    private string Encode(SafeFileHandle source, long size, QuarantineHole[] holes, string target)
    {
        using SafeFileHandle file = _disk.Make(target);
        (QuarantineCoding coding, byte[] header) = QuarantineCoding.New();
        using (coding)
        {
            _disk.Write(file, target, header, 0);
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] piece = new byte[(int)Math.Min(Piece, Math.Max(size, 1))];
            long at = 0;
            while (at < size && RandomAccess.Read(source, piece.AsSpan(0, (int)Math.Min(piece.Length, size - at)), at) is > 0 and int read)
            {
                // A short read in the middle is completed: the key stream goes by whole blocks.
                while (read < piece.Length && at + read < size && RandomAccess.Read(source, piece.AsSpan(read, (int)Math.Min(piece.Length - read, size - at - read)), at + read) is > 0 and int more)
                {
                    read += more;
                }

                Span<byte> bytes = piece.AsSpan(0, read);
                hash.AppendData(bytes);
                coding.Apply(bytes, at, holes);
                if (!holes.Any(h => h.From <= at && h.To >= at + read))
                {
                    _disk.Write(file, target, bytes, header.Length + at);
                }

                at += read;
            }

            if (holes.Length > 0)
            {
                _disk.SetLength(file, target, header.Length + at);
            }

            _disk.Flush(file, target);
            return at == size ? Convert.ToHexStringLower(hash.GetHashAndReset()) : throw new SettingException("It became shorter while it was read; nothing was moved.");
        }
    }

    private string Digest(string path)
    {
        using FileStream stream = new(_disk.OpenRead(path), FileAccess.Read, 0);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using SafeFileHandle file = _disk.Make(path);
        _disk.Write(file, path, bytes, 0);
        _disk.Flush(file, path);
    }

    private static SettingException Changed(QuarantinePlan plan) => new($"{plan.Names[0]} cannot be quarantined: somebody writes to it.");
}
