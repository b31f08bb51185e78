// The part of the machine's control groups that belongs to this process: one folder, in it a group for each box and each load.
using System.Globalization;
using System.Security.Cryptography;
using Assay.Sandbox.Kernel;
using Microsoft.Win32.SafeHandles;

namespace Assay.Sandbox.Groups;

/// <summary>
/// A folder of control groups that this process made. It is locked as long as the process lives; what a killed one left behind has no lock and is
/// removed by the next. Nothing here is needed for a load: where the kernel refuses, loads go without.
/// </summary>
internal sealed class GroupTree : IDisposable
{
    private const string Prefix = "assay-";
    private const string Self = "self";
    // A hundred processes that were killed at once can take seconds to be gone; nothing is waited for when they are.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly Lock s_lock = new();
    private static GroupTree? s_shared;
    private static int s_users;
    private readonly GroupPlace _place;
    private readonly string _folder;
    private readonly List<string> _left = [];
    private readonly Lock _lock = new();
    private SafeFileHandle? _held;
    private bool _enabled;
    private bool _moved;
    private int _number;

    private GroupTree(GroupPlace place)
    {
        _place = place;
        _folder = Path.Combine(place.Folder, Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
    }

    /// <summary>Its folder.</summary>
    public string Folder => _folder;

    /// <summary>The tree of this process, or null where the machine allows none; <see cref="Release"/> belongs to each call that returned one.</summary>
    public static GroupTree? Share()
    {
        lock (s_lock)
        {
            s_shared ??= Open("/proc", out _);
            s_users += s_shared is null ? 0 : 1;
            return s_shared;
        }
    }

    /// <summary>Gives back what <see cref="Share"/> returned; the last one removes the tree.</summary>
    public static void Release()
    {
        lock (s_lock)
        {
            if (--s_users == 0)
            {
                s_shared?.Dispose();
                s_shared = null;
            }
        }
    }

    /// <summary>Makes a tree in the nearest place that allows one; null, with the reason, where none does.</summary>
    public static GroupTree? Open(string proc, out string refusal)
    {
        IReadOnlyList<GroupPlace> places = GroupPlaces.Find(proc, out refusal);
        foreach (GroupPlace place in places)
        {
            Sweep(place.Folder);
        }

        foreach (GroupPlace place in places)
        {
            GroupTree tree = new(place);
            try
            {
                tree.Make();
                return tree;
            }
            catch (IOException e)
            {
                refusal = "no control groups: " + e.Message;
                tree.Dispose();
            }
        }

        return null;
    }

    /// <summary>A new group, or null when the kernel refuses it.</summary>
    public LoadGroup? Group(string name, GroupLimits limits)
    {
        string folder = Path.Combine(_folder, name + "-" + Interlocked.Increment(ref _number).ToString(CultureInfo.InvariantCulture));
        RemoveLeft();
        LoadGroup? group = null;
        try
        {
            NewFolder(folder);
            group = new LoadGroup(folder, Remove);
            group.Limit(limits);
            return group;
        }
        catch (IOException)
        {
            group?.Dispose();
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        foreach (string child in Children(_folder).Where(c => Path.GetFileName(c) != Self))
        {
            _ = GroupFiles.TryWrite(child, "cgroup.kill", "1");
            RemoveBy(child, until);
        }

        if (_enabled)
        {
            // A group that hands controllers down may hold no process itself, so this comes before the way back.
            Hand(_folder, '-');
            Hand(_place.Folder, '-');
        }

        if (_moved)
        {
            _ = GroupFiles.TryWrite(_place.Folder, "cgroup.procs", Own);
            RemoveBy(Path.Combine(_folder, Self), until);
        }

        RemoveBy(_folder, until);
        _held?.Dispose();
    }

    private static string Own => Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private void Make()
    {
        string place = _place.Folder;
        bool ready = GroupPlaces.Needed.All(GroupFiles.Words(place, "cgroup.subtree_control").Contains);
        bool top = !File.Exists(Path.Combine(place, "cgroup.type"));
        IReadOnlyList<string> inside = GroupFiles.Words(place, "cgroup.procs");
        bool alone = _place.IsOwn && inside is [var one] && one == Own;
        if (!ready && !top && inside.Count > 0 && !alone)
        {
            throw new IOException($"other processes are in {place}");
        }

        // Whoever moves a process needs this of the group above both places, too.
        if (Native.Access(Path.Combine(place, "cgroup.procs"), Native.MayWrite) != 0)
        {
            throw new IOException($"{place} is not delegated to this user");
        }

        NewFolder(_folder);
        _held = Hold(_folder) ?? throw new IOException($"{_folder} is held by another process");
        if (!ready && alone && !top)
        {
            string leaf = Path.Combine(_folder, Self);
            NewFolder(leaf);
            GroupFiles.Write(leaf, "cgroup.procs", Own);
            _moved = true;
        }

        if (!ready)
        {
            // The top belongs to the machine, and what is handed down from there stays.
            _enabled = !top;
            Hand(place, '+');
        }

        Hand(_folder, '+');
        if (!GroupPlaces.Needed.All(GroupFiles.Words(_folder, "cgroup.subtree_control").Contains))
        {
            throw new IOException($"memory and processes are not controlled in {_folder}");
        }
    }

    /// <summary>Hands controllers down to the groups in a folder, or no longer; the processor only where that is possible.</summary>
    private static void Hand(string folder, char sign)
    {
        foreach (string controller in (ReadOnlySpan<string>)[.. GroupPlaces.Needed, "cpu"])
        {
            _ = GroupFiles.TryWrite(folder, "cgroup.subtree_control", sign + controller);
        }
    }

    /// <summary>Removes what processes left that were killed.</summary>
    private static void Sweep(string place)
    {
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        foreach (string old in Children(place).Where(c => Path.GetFileName(c).StartsWith(Prefix, StringComparison.Ordinal)))
        {
            if (Native.Access(Path.Combine(old, "cgroup.procs"), Native.MayWrite) != 0)
            {
                continue;
            }

            using SafeFileHandle? free = Hold(old);
            if (free is not null && !GroupFiles.Words(Path.Combine(old, Self), "cgroup.procs").Contains(Own))
            {
                bool alone = Directory.Exists(Path.Combine(old, Self));
                foreach (string child in Children(old))
                {
                    _ = GroupFiles.TryWrite(child, "cgroup.kill", "1");
                    RemoveBy(child, until);
                }

                RemoveBy(old, until);
                if (alone)
                {
                    // It had handed controllers down for itself; while another tree here lives, the kernel refuses to take them back.
                    Hand(place, '-');
                }
            }
        }
    }

    /// <summary>The lock of a tree, or null when a living process has it.</summary>
    private static SafeFileHandle? Hold(string folder)
    {
        try
        {
            return File.OpenHandle(Path.Combine(folder, "cgroup.procs"), FileMode.Open, FileAccess.Read, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string[] Children(string folder)
    {
        try
        {
            return Directory.GetDirectories(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void NewFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>Removes a group whose processes are about to end; they leave it a moment after they are ended.</summary>
    private void Remove(string folder)
    {
        if (!GroupFiles.TryRemove(folder))
        {
            lock (_lock)
            {
                _left.Add(folder);
            }
        }
    }

    private void RemoveLeft()
    {
        lock (_lock)
        {
            _ = _left.RemoveAll(GroupFiles.TryRemove);
        }
    }

    private static void RemoveBy(string folder, long until)
    {
        while (!GroupFiles.TryRemove(folder) && Environment.TickCount64 < until)
        {
            Thread.Sleep(5);
        }
    }
}
