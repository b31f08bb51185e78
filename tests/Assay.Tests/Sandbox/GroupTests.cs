// Control groups: where they are looked for, on made-up machines, and what they do where this machine hands some over.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Groups;
using Assay.Sandbox.Loading;

namespace Assay.Tests.Sandbox;

public sealed class GroupTests : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("assay groups ").FullName;

    public void Dispose() => Directory.Delete(_top, true);

    [Fact]
    public void TheOwnGroupComesFirstAndThenThoseAboveIt()
    {
        Machine("0::/user.slice/app.slice/run.scope\n", Mount("/"));
        Group("", "cpu memory pids");
        Group("user.slice", "memory pids");
        Group("user.slice/app.slice", "memory pids");
        Group("user.slice/app.slice/run.scope", "memory pids");
        Assert.Equal(
            [(Tree + "/user.slice/app.slice/run.scope", true), (Tree + "/user.slice/app.slice", false), (Tree + "/user.slice", false), (Tree, false)],
            GroupPlaces.Find(Proc, out _).Select(p => (p.Folder, p.IsOwn)));
    }

    [Fact]
    public void AMountOfAPartCountsFromThere()
    {
        Machine("0::/machine/box/inner\n", Mount("/machine/box"));
        Group("", "memory pids");
        Group("inner", "memory pids");
        Assert.Equal([Tree + "/inner", Tree], GroupPlaces.Find(Proc, out _).Select(p => p.Folder));
    }

    [Theory]
    [InlineData("9:memory:/x\n", "/")]
    [InlineData("0::/../elsewhere\n", "/")]
    [InlineData("0::/here\n", "/there")]
    [InlineData("", "/")]
    public void WhereTheGroupCannotBeSeenThereIsNone(string groups, string root)
    {
        Machine(groups, Mount(root));
        Group("", "memory pids");
        Assert.Empty(GroupPlaces.Find(Proc, out string refusal));
        Assert.NotEmpty(refusal);
    }

    [Fact]
    public void WithoutItsControllersAGroupIsOfNoUse()
    {
        // Machines of the years between have version 2 mounted beside version 1, which holds the controllers.
        Machine("4:memory:/x\n0::/\n", "31 23 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" + Mount("/"));
        Group("", "cpu");
        Assert.Empty(GroupPlaces.Find(Proc, out string refusal));
        Assert.NotEmpty(refusal);
    }

    [Fact]
    public void AMachineWithoutAProcFolderHasNone() => Assert.Empty(GroupPlaces.Find(Path.Combine(_top, "nothing"), out _));

    [Fact]
    public void APlaceOfOthersIsLeftAlone()
    {
        // Another process stands in the group, and nothing is handed down from it.
        Machine("0::/shared\n", Mount("/"));
        Group("shared", "memory pids", inside: "1\n" + Own + "\n");
        Assert.Null(GroupTree.Open(Proc, out string refusal));
        Assert.NotEmpty(refusal);
        Assert.Empty(Directory.GetDirectories(Tree + "/shared"));
        Assert.Equal("", File.ReadAllText(Tree + "/shared/cgroup.subtree_control"));
    }

    [Fact]
    public void WhereTheKernelDoesNotFollowNothingIsLeft()
    {
        // A folder that is no group: what is written there has no effect, and that is noticed.
        Machine("0::/own\n", Mount("/"));
        Group("own", "memory pids", inside: Own + "\n");
        Assert.Null(GroupTree.Open(Proc, out _));
        Assert.Equal(Own, File.ReadAllText(Tree + "/own/cgroup.procs")[..Own.Length]);
    }

    [Fact]
    public void WhatAKilledProcessLeftIsRemovedAndWhatALivingOneHoldsIsNot()
    {
        Machine("0::/place/own\n", Mount("/"));
        Group("place", "memory pids", inside: "1\n");
        Group("place/own", "memory pids", inside: "1\n");
        string dead = Tree + "/place/assay-dead";
        string alive = Tree + "/place/assay-alive";
        Group("place/assay-dead", "memory pids");
        Group("place/assay-alive", "memory pids");
        Directory.CreateDirectory(dead + "/load-1");
        Directory.CreateDirectory(alive + "/load-1");
        using (new FileStream(alive + "/cgroup.procs", FileMode.Open, FileAccess.Read, FileShare.None))
        {
            Assert.Null(GroupTree.Open(Proc, out _));
        }

        // The folder itself stays here, because its files are real ones.
        Assert.False(Directory.Exists(dead + "/load-1"));
        Assert.True(Directory.Exists(alive + "/load-1"));
    }

    [Fact]
    public void WhereThisMachineHandsGroupsOverALoadHasOneOfItsOwn()
    {
        using GroupTree? tree = GroupTree.Open("/proc", out string refusal);
        Assert.SkipWhen(tree is null, "This machine hands no control groups over: " + refusal);
        Boxed.Needs();
        using TestLoader tight = new(new SandboxOptions { MemoryInAll = 256L << 20, Processes = 20, Time = TimeSpan.FromSeconds(30) });
        LoadResult hungry = Load(tight, "import os, time\nfor i in range(4):\n    if os.fork() == 0:\n        break\nx = b'x' * (100 << 20)\ntime.sleep(25)");
        Assert.Equal(LoadEnd.Died, hungry.End);
        Assert.Contains(hungry.Events, e => e.Kind == "limit-memory");
        LoadResult many = Load(tight, "import os, time\nfor i in range(40):\n    try:\n        if os.fork() == 0:\n            time.sleep(1)\n            os._exit(0)\n    except OSError:\n        break");
        Assert.Contains(many.Events, e => e.Kind == "limit-processes");
    }

    private static LoadResult Load(TestLoader loader, string source)
    {
        using MemorySource bytes = new(Boxed.Running(source));
        return loader.LoadOnce("model.pkl", bytes, new KnownLoader("pickle.load", ""), [], BoxSetting.Usual, TestContext.Current.CancellationToken);
    }

    private static string Own => Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private string Proc => Path.Combine(_top, "proc");

    private string Tree => Path.Combine(_top, "tree");

    private string Mount(string root) => $"41 31 0:38 {root} {Tree.Replace(" ", "\\040", StringComparison.Ordinal)} rw,relatime shared:9 - cgroup2 cgroup2 rw\n";

    private void Machine(string groups, string mounts)
    {
        Directory.CreateDirectory(Path.Combine(Proc, "self"));
        File.WriteAllText(Path.Combine(Proc, "self/cgroup"), groups);
        File.WriteAllText(Path.Combine(Proc, "self/mountinfo"), "22 1 254:0 / / rw - ext4 /dev/vda rw\n" + mounts);
    }

    private void Group(string name, string controllers, string inside = "")
    {
        string folder = Path.Combine(Tree, name);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "cgroup.controllers"), controllers + "\n");
        File.WriteAllText(Path.Combine(folder, "cgroup.subtree_control"), "");
        File.WriteAllText(Path.Combine(folder, "cgroup.procs"), inside);
        if (name.Length > 0)
        {
            File.WriteAllText(Path.Combine(folder, "cgroup.type"), "domain\n");
        }
    }
}
