// Every known way out of the box, tried for real; each that gets through outside proves a wall.
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Assay.Sandbox.Loading;

namespace Assay.Tests.Sandbox;

[UnsupportedOSPlatform("windows")]
public sealed partial class ContainmentTests(Boxed box, HostBait bait) : IClassFixture<Boxed>, IClassFixture<HostBait>
{
    /// <summary>Settings by which a machine refuses an attempt to everybody; there the control proves nothing.</summary>
    private static readonly Dictionary<string, string> s_closed = new()
    {
        ["trace_host_process"] = "/proc/sys/kernel/yama/ptrace_scope",
        ["write_memory_of_the_starter"] = "/proc/sys/kernel/yama/ptrace_scope",
        ["io_uring"] = "/proc/sys/kernel/io_uring_disabled",
    };

    public static TheoryData<string> Attempts => [.. Attempt().Matches(HostBait.Source).Select(m => m.Groups[2].Value)];

    /// <summary>Those that are not marked NEVER: these could harm the machine, or need what a machine may not have.</summary>
    public static TheoryData<string, bool> Controls
    {
        get
        {
            TheoryData<string, bool> all = [];
            foreach (Match match in Attempt().Matches(HostBait.Source).Where(m => m.Groups[1].Value != "NEVER"))
            {
                all.Add(match.Groups[2].Value, match.Groups[1].Value == "OUTSIDE");
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Attempts))]
    public void IsContained(string name)
    {
        LoadResult result = box.Run(bait.Inside() + $"\nrun('{name}')\n");
        Assert.Equal(LoadEnd.Failed, result.End);
        Assert.StartsWith("builtins.LookupError: contained", result.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Controls))]
    public void GetsThroughOutsideUnlessTheKernelRefusesItToAnybody(string name, bool getsThrough)
    {
        Boxed.Needs();
        if (s_closed.TryGetValue(name, out string? setting) && File.Exists(setting))
        {
            Assert.SkipUnless(File.ReadAllText(setting).Trim() == "0", $"This machine closes it to everybody: {setting}.");
        }

        Assert.StartsWith(getsThrough ? "escaped" : "contained", bait.Outside(name), StringComparison.Ordinal);
    }

    [Fact]
    public void NothingIsLeftForTheNextLoad()
    {
        const string Folders = "['/tmp', '/dev/shm', '/run', '/var/tmp', '/home/mara', '/', '/dev', '/srv', '/srv/app', '/etc', '/usr/lib', '/proc', '/dev/pts', '/dev/mqueue']";
        LoadResult first = box.Run($"""
            import os
            done = []
            for folder in {Folders}:
                try:
                    open(folder + '/left-behind', 'w').close()
                    done.append(folder)
                except OSError:
                    pass
            raise LookupError(len(done))
            """);
        Assert.Equal("builtins.LookupError: 5", first.Detail);
        LoadResult second = box.Run($"""
            import os
            raise LookupError([f for f in {Folders} if os.path.exists(f + '/left-behind')])
            """);
        Assert.Equal("builtins.LookupError: []", second.Detail);
    }

    [Fact]
    public void KillingEverythingInReachHarmsNoOtherLoad()
    {
        LoadResult killer = box.Run("""
            import os
            for pid in (1, -1, os.getppid()):
                try:
                    os.kill(pid, 9)
                except OSError:
                    pass
            """);
        Assert.NotEqual(LoadEnd.NotBegun, killer.End);
        Assert.Contains(killer.Events, e => e.Kind == "signal");
        Assert.Equal("builtins.LookupError: alive", box.Run("raise LookupError('alive')").Detail);
    }

    [Fact]
    public async Task NobodyInTheBoxIsRoot()
    {
        Task<LoadResult> load = Task.Run(() => box.Run("import time; time.sleep(3)"), TestContext.Current.CancellationToken);
        List<string> users = [];
        while (!load.IsCompleted)
        {
            users.AddRange(UsersOf("/srv/app/serve.py"));
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        Assert.Equal(LoadEnd.Loaded, (await load).End);
        Assert.NotEmpty(users);
        Assert.DoesNotContain("0", users);
    }

    private static IEnumerable<string> UsersOf(string program)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            string? users = null;
            try
            {
                if (File.ReadAllText(folder + "/cmdline").Contains(program, StringComparison.Ordinal))
                {
                    users = File.ReadLines(folder + "/status").First(l => l.StartsWith("Uid:", StringComparison.Ordinal));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile.
            }

            foreach (string user in users?.Split('\t')[1..] ?? [])
            {
                yield return user;
            }
        }
    }

    [GeneratedRegex(@"^@attempt\((\w+)\)\ndef (\w+)", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Attempt();
}
