// What is to be moved into quarantine, worked out before anything is touched.
using Assay.Hosting;
using Assay.Hosting.Files;
using Assay.Trust.Storage;

namespace Assay.Trust.Quarantine;

/// <summary>One file that is to be moved: all the names it was given by, and the links that led to it.</summary>
public sealed class QuarantinePlan
{
    private const int LongestChain = 40;
    private const int MostFiles = 100_000;
    private readonly List<string> _names = [];
    private readonly List<QuarantineLink> _links = [];

    private QuarantinePlan(FileStatus status) => Status = status;

    /// <summary>The names of the file, as paths without links.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The links that led to it.</summary>
    public IReadOnlyList<QuarantineLink> Links => _links;

    /// <summary>What the system said of it.</summary>
    internal FileStatus Status { get; }

    /// <summary>What is to be moved where <paramref name="paths"/> are named; names of one file are one entry.</summary>
    /// <exception cref="SettingException">One of them is no regular file, or has names that were not given.</exception>
    public static IReadOnlyList<QuarantinePlan> Of(IEnumerable<string> paths, string folder) => Of(paths, folder, new Disk());

    internal static IReadOnlyList<QuarantinePlan> Of(IEnumerable<string> paths, string folder, Disk disk)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (!Disk.IsSupported)
        {
            throw new SettingException("Quarantine works on Linux only.");
        }

        string? store = RealPath.Of(folder);
        List<QuarantinePlan> plans = [];
        foreach (string path in paths.SelectMany(p => Directory.Exists(p) ? Below(p, disk) : [p]))
        {
            Add(plans, path, store, disk);
        }

        foreach (QuarantinePlan plan in plans)
        {
            if (plan.Status.Links > plan.Names.Count)
            {
                long more = plan.Status.Links - plan.Names.Count;
                throw new SettingException($"{plan.Names[0]} has {more} more {(more == 1 ? "name" : "names")} (hard links) under which it would still be loaded: name {(more == 1 ? "it" : "them")} as well.");
            }
        }

        return plans;
    }

    /// <summary>The files below a directory, and the links in it that lead to one of them. What is no file stays, and no link is followed out.</summary>
    private static List<string> Below(string path, Disk disk)
    {
        string root = RealPath.Of(path) ?? throw Refused(path, "it leads nowhere");
        List<string> files = [];
        Stack<string> folders = new([root]);
        try
        {
            while (folders.TryPop(out string? folder))
            {
                foreach (string entry in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
                {
                    switch (disk.Status(entry)?.Kind)
                    {
                        case EntryKind.Folder:
                            folders.Push(entry);
                            break;
                        case EntryKind.Link when !(RealPath.Of(entry) is { } real && RealPath.IsWithin(real, root) && disk.Status(real) is { Kind: EntryKind.Regular }):
                            break;
                        case EntryKind.Regular or EntryKind.Link when files.Count == MostFiles:
                            throw Refused(path, $"it holds more than {MostFiles} files");
                        case EntryKind.Regular or EntryKind.Link:
                            files.Add(entry);
                            break;
                        default:
                            break;
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, FileFault.Of(e));
        }

        return files.Count > 0 ? files : throw Refused(path, "it is a directory without files");
    }

    private static void Add(List<QuarantinePlan> plans, string path, string? store, Disk disk)
    {
        List<QuarantineLink> links = [];
        string at = Path.GetFullPath(path);
        for (int step = 0; ; step++)
        {
            // Links on the way stay; those at the end are names of the file, and go with it.
            if (RealPath.Of(Path.GetDirectoryName(at) ?? "/") is not { } parent)
            {
                throw Refused(path, "there is no such file");
            }

            at = Path.Join(parent, Path.GetFileName(at));
            if (disk.Status(at) is not { } status)
            {
                throw Refused(path, links.Count > 0 ? "it is a link that leads nowhere" : "there is no such file");
            }

            if (store is not null && RealPath.IsWithin(at, store))
            {
                throw Refused(path, "it lies in quarantine already");
            }

            switch (status.Kind)
            {
                case EntryKind.Folder:
                    throw Refused(path, "its links lead to a directory");
                case EntryKind.Special:
                    throw Refused(path, "it is a FIFO, a device or a socket");
                case EntryKind.Link when step == LongestChain:
                    throw Refused(path, "its links lead round in a circle");
                case EntryKind.Link:
                    string target = new FileInfo(at).LinkTarget ?? throw Refused(path, "it changed while it was looked at");
                    links.Add(new QuarantineLink(at, target));
                    at = Path.GetFullPath(target, parent);
                    continue;
                default:
                    QuarantinePlan? plan = plans.Find(p => p.Status.IsSameFile(status));
                    if (plan is null)
                    {
                        plan = new QuarantinePlan(status);
                        plans.Add(plan);
                    }

                    if (!plan._names.Contains(at))
                    {
                        plan._names.Add(at);
                    }

                    plan._links.AddRange(links.Where(l => !plan._links.Contains(l)));
                    return;
            }
        }
    }

    private static SettingException Refused(string path, string why) => new($"{path} cannot be quarantined: {why}.");
}
