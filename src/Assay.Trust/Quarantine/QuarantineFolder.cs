// The folder in which files are in quarantine, and what a killed program left in it.
using System.Security.Cryptography;
using System.Text.Json;
using Assay.Hosting;
using Assay.Hosting.Files;
using Assay.Trust.Storage;
using Microsoft.Win32.SafeHandles;

namespace Assay.Trust.Quarantine;

/// <summary>
/// The folder in which files are in quarantine. At every moment a file is whole in its place, or whole here, or both. A file is here from the one rename that gives its
/// folder a name; what lies under a name with a dot is not finished or not needed any more, and whoever opens the folder next puts it right. One program at a time has it open.
/// </summary>
public sealed class QuarantineFolder : IDisposable
{
    internal const string Content = "content";
    internal const string Manifest = "manifest.json";

    /// <summary>Says that the file may still lie in its place as well.</summary>
    internal const string Pending = "pending";

    private const string New = ".new-";
    private const string Gone = ".gone-";
    private const string LockName = ".lock";
    private const int LargestManifest = 4 << 20;
    private const int OthersWrite = 2;
    private readonly string _path;
    private readonly SafeFileHandle _lock;
    private readonly List<string> _told = [];

    private QuarantineFolder(string path, Disk disk, SafeFileHandle @lock)
    {
        _path = path;
        Disk = disk;
        _lock = @lock;
    }

    internal Disk Disk { get; }

    /// <summary>What was put right or could not be read since this was last asked, in sentences.</summary>
    public IReadOnlyList<string> TakeTold()
    {
        string[] told = [.. _told];
        _told.Clear();
        return told;
    }

    /// <summary>Opens the folder, and makes it where there is none; waits for another program that has it open.</summary>
    /// <exception cref="SettingException">It cannot be used.</exception>
    public static QuarantineFolder Open(string path) => Open(path, new Disk());

    internal static QuarantineFolder Open(string path, Disk disk)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Disk.IsSupported)
        {
            throw new SettingException("Quarantine works on Linux only.");
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
            if (disk.Status(path) is null)
            {
                disk.MakeFolder(path);
            }

            if (disk.Status(path) is not { Kind: EntryKind.Folder } status || RealPath.Of(path) is not { } real)
            {
                throw new SettingException($"The quarantine {path} cannot be used: it is no directory.");
            }

            // What is written in a manifest is done: names are taken away, and files come back with their owners and permissions.
            if ((status.Mode & OthersWrite) != 0 || (status.User != 0 && status.User != LinuxCalls.User()))
            {
                throw new SettingException($"The quarantine {path} cannot be used: others may write into it.");
            }

            return PutRight(new QuarantineFolder(real, disk, disk.OpenLock(Path.Join(real, LockName))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"The quarantine {path} cannot be used: {FileFault.Of(e)}.");
        }
    }

    /// <summary>What is in quarantine, the oldest first.</summary>
    public IReadOnlyList<QuarantineItem> Items() =>
        [.. Names().Where(n => !n.StartsWith('.')).Select(Read).OfType<QuarantineItem>().OrderBy(i => i.At).ThenBy(i => i.Id, StringComparer.Ordinal)];

    /// <summary>The item with this id, or one whose id begins like it, or that lay at this path.</summary>
    /// <exception cref="SettingException">There is none, or several.</exception>
    public QuarantineItem Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        string full = Path.GetFullPath(name);
        QuarantineItem[] found = [.. Items().Where(i => i.Id.StartsWith(name, StringComparison.Ordinal) || i.Names.Contains(full) || i.Links.Any(l => l.Path == full))];
        return found switch
        {
            [] => throw new SettingException($"Nothing in quarantine is called {name}; assay quarantine list names what is there."),
            [var only] => only,
            _ => throw new SettingException($"{name} could be {string.Join(" or ", found.Select(f => f.Id))}."),
        };
    }

    /// <summary>All items that a name means: one, as <see cref="Find"/> finds it, or those that lay below a directory.</summary>
    /// <exception cref="SettingException">There is none, or a name that begins several ids.</exception>
    public IReadOnlyList<QuarantineItem> FindAll(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(name));
        string root = RealPath.Of(full) ?? full;
        QuarantineItem[] below = name.Length == 0 ? [] : [.. Items().Where(i => RealPath.IsWithin(i.Names[0], root) && i.Names[0] != root)];
        return below.Length > 0 ? below : [Find(name)];
    }

    /// <summary>Destroys what is in quarantine; nothing gives it back.</summary>
    public void Purge(QuarantineItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Guard($"{item.Id} cannot be purged", () => Drop(item.Id));
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    internal string PathOf(string id, string part = "") => part.Length == 0 ? Path.Join(_path, id) : Path.Join(_path, id, part);

    internal static string NewName() => New + Random();

    internal static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    internal void FlushNames() => Disk.FlushFolder(_path);

    internal void Tell(string sentence) => _told.Add(sentence);

    /// <summary>Takes an item out of the folder: by one rename, and then bit by bit.</summary>
    internal void Drop(string id)
    {
        string gone = Gone + Random();
        Disk.Rename(PathOf(id), PathOf(gone));
        FlushNames();
        Remove(gone);
    }

    /// <summary>Removes an unfinished or unneeded folder of ours.</summary>
    internal void Remove(string name)
    {
        foreach (string part in (string[])[Content, Pending, Manifest])
        {
            if (Disk.Status(PathOf(name, part)) is not null)
            {
                Disk.Unlink(PathOf(name, part));
            }
        }

        Disk.RemoveFolder(PathOf(name));
    }

    internal static void Guard(string failure, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"{failure}: {FileFault.Of(e)}.");
        }
    }

    private static QuarantineFolder PutRight(QuarantineFolder folder)
    {
        try
        {
            folder.PutRight();
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Ends what a program that was killed had begun. What cannot be ended is named, and keeps nobody from the rest.</summary>
    private void PutRight()
    {
        foreach (string name in Names())
        {
            try
            {
                PutRight(name);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                string what = name.StartsWith('.') ? $"What is left of an earlier run in {name}" : Read(name) is { } item ? $"{item.Names[0]}, in quarantine as {item.Id} and not yet taken away where it lies," : name;
                Tell($"{what} cannot be put right: {FileFault.Of(e)}.");
            }
        }
    }

    private void PutRight(string name)
    {
        if (name.StartsWith(New, StringComparison.Ordinal) || name.StartsWith(Gone, StringComparison.Ordinal))
        {
            Remove(name);
        }
        else if (!name.StartsWith('.') && Disk.Status(PathOf(name, Pending)) is not null && Read(name) is { } item)
        {
            if (!QuarantineRestoring.IsWhole(this, item))
            {
                Tell($"{item.Names[0]} was being quarantined when the program ended, and what is here of it is damaged, so it was not touched where it lies.");
                return;
            }

            new QuarantineTaking(this).Finish(item, isLater: true);
            Tell($"{item.Names[0]} was being quarantined when the program ended; that is finished now.");
        }
    }

    private List<string> Names() => [.. Directory.EnumerateDirectories(_path).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    private static bool IsOrderly(QuarantineItem item)
    {
        long at = 0;
        foreach (QuarantineHole hole in item.Holes)
        {
            if (hole.From < at || hole.To <= hole.From || hole.To > item.Size || hole.From % QuarantineCoding.Block != 0 || (hole.To != item.Size && hole.To % QuarantineCoding.Block != 0))
            {
                return false;
            }

            at = hole.To;
        }

        return true;
    }

    private QuarantineItem? Read(string id)
    {
        try
        {
            string path = PathOf(id, Manifest);
            if (Disk.Status(path) is { Kind: EntryKind.Regular, Size: <= LargestManifest })
            {
                QuarantineItem? item = JsonSerializer.Deserialize(File.ReadAllBytes(path), QuarantineJson.Default.QuarantineItem);
                if (item is { Schema: QuarantineItem.CurrentSchema, Names.Count: > 0, Attributes: not null, Holes: not null } && item.Id == id && IsOrderly(item))
                {
                    return item;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            Tell($"{id} cannot be read: {(e is JsonException ? "its manifest is broken" : FileFault.Of(e))}.");
            return null;
        }

        Tell($"{id} is nothing that this version of Assay has put here.");
        return null;
    }
}
