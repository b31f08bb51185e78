// Every known way out of the box, tried for real; each that gets through outside proves a wall.
using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Assay.Bytes;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;

namespace Assay.Tests.Sandbox;

[UnsupportedOSPlatform("windows")]
public sealed partial class ContainmentTests(Boxed box, HostBait bait) : IClassFixture<Boxed>, IClassFixture<HostBait>
{
    /// <summary>Settings by which a machine refuses an attempt to everybody, and the values with which it does not; there the bare kernel stops it.</summary>
    private static readonly Dictionary<string, (string Setting, int From, int To)> s_closed = new()
    {
        ["trace_host_process"] = ("/proc/sys/kernel/yama/ptrace_scope", 0, 0),
        ["write_memory_of_the_starter"] = ("/proc/sys/kernel/yama/ptrace_scope", 0, 0),
        ["io_uring"] = ("/proc/sys/kernel/io_uring_disabled", 0, 0),
        ["performance_events"] = ("/proc/sys/kernel/perf_event_paranoid", -1, 2),
        ["type_into_terminal"] = ("/proc/sys/dev/tty/legacy_tiocsti", 1, 1),
    };

    /// <summary>
    /// What an attempt ends with, where the machine has not what it goes through and no setting says so: some virtual machines answer the gate of 32-bit
    /// programs with a fault (a filter would end it with signal 31).
    /// </summary>
    private static readonly Dictionary<string, string> s_absent = new() { ["i386_call"] = "contained Refused ended with 11" };

    public static TheoryData<string> Attempts => [.. Attempt().Matches(HostBait.Source).Select(m => m.Groups[2].Value)];

    /// <summary>Those whose control is outside the box, and whether they get through there.</summary>
    public static TheoryData<string, bool> Controls =>
        [.. Marked("OUTSIDE").Select(n => new TheoryDataRow<string, bool>(n, true)), .. Marked("KERNEL").Select(n => new TheoryDataRow<string, bool>(n, false))];

    public static TheoryData<string> StoppedByTheDeadNetwork => [.. Marked("ANSWERED")];

    public static TheoryData<string> StoppedByLimits => [.. Marked("ROOMIER")];

    private static IEnumerable<string> Marked(string control) =>
        Attempt().Matches(HostBait.Source).Where(m => m.Groups[1].Value == control).Select(m => m.Groups[2].Value);

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
        if (s_closed.TryGetValue(name, out (string Setting, int From, int To) closed) && File.Exists(closed.Setting))
        {
            int value = int.Parse(File.ReadAllText(closed.Setting), CultureInfo.InvariantCulture);
            getsThrough = value >= closed.From && value <= closed.To;
        }

        string outcome = bait.Outside(name);
        if (!s_absent.TryGetValue(name, out string? absent) || !outcome.StartsWith(absent, StringComparison.Ordinal))
        {
            Assert.StartsWith(getsThrough ? "escaped" : "contained", outcome, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(StoppedByTheDeadNetwork))]
    public void GetsThroughInABoxWhoseNetworkAnswers(string name) => GetsThroughWith(new SandboxOptions { Sinkhole = true }, name);

    [Theory]
    [MemberData(nameof(StoppedByLimits))]
    public void GetsThroughInABoxWithMoreRoom(string name) => GetsThroughWith(new SandboxOptions { Processes = 400, Files = 256L << 20 }, name);

    [Theory]
    [InlineData("write_model")]
    [InlineData("truncate_model")]
    [InlineData("mount_tmpfs")]
    [InlineData("new_user_namespace")]
    public void IsContainedWhereTheModelIsAFileOfItsOwn(string name)
    {
        Boxed.Needs();
        using TestLoader other = new(new SandboxOptions { WholeFiles = true, Time = TimeSpan.FromSeconds(40) });
        using MemorySource bytes = new(Boxed.Running($"""
            import os
            assert os.path.realpath('/home/mara/model') == '/home/mara/model' and not os.path.islink('/home/mara/model')
            assert os.listdir('/tmp') == []
            for change in (lambda: os.remove('/home/mara/model'), lambda: os.rename('/home/mara/model', '/home/mara/other'), lambda: os.chmod('/home/mara/model', 0o777)):
                try:
                    change()
                    raise AssertionError('it was changed')
                except OSError:
                    pass

            """.ReplaceLineEndings("\n") + bait.Inside() + $"\nrun('{name}')\n"));
        LoadResult result = other.LoadOnce("m", bytes, new KnownLoader("pickle.load", ""), [], BoxSetting.Usual, TestContext.Current.CancellationToken);
        Assert.StartsWith("builtins.LookupError: contained", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadsSideBySideDoNotMeet()
    {
        Boxed.Needs();
        // The first writes, waits, and tells what it sees; the second does the same meanwhile, in the same box.
        static string Source(string own) => $"""
            import os, time, socket
            for folder in ('/tmp', '/dev/shm', '/run', '/var/tmp', '/home/mara'):
                open(folder + '/of-{own}', 'w').close()
            listener = socket.socket(socket.AF_UNIX)
            listener.bind('\0of-{own}')
            child = os.fork()
            if child == 0:
                time.sleep(20)
            os.system('ec' + 'ho {own}')
            time.sleep(2)
            found = sorted(f for d in ('/tmp', '/dev/shm', '/run', '/var/tmp', '/home/mara') for f in os.listdir(d) if f.startswith('of-'))
            names = [l.split()[-1] for l in open('/proc/net/unix') if 'of-' in l]
            processes = sorted(int(p) for p in os.listdir('/proc') if p.isdigit())
            os.kill(child, 9)
            raise LookupError(sorted(set(found)), len(found), names, len(processes))
            """;
        _ = box.Run("pass");
        Task<LoadResult>[] both = [.. new[] { "one", "two" }.Select(own => Task.Run(() => box.Run(Source(own)), TestContext.Current.CancellationToken))];
        LoadResult[] results = await Task.WhenAll(both);
        foreach ((LoadResult result, string own, string other) in new[] { (results[0], "one", "two"), (results[1], "two", "one") })
        {
            Assert.Equal($"builtins.LookupError: (['of-{own}'], 5, ['@of-{own}'], 3)", result.Detail);
            Assert.Contains(result.Events, e => e.Kind == "process-start" && e.Arguments.Any(a => a.Contains("echo " + own, StringComparison.Ordinal)));
            Assert.DoesNotContain(result.Events, e => e.Subject.Contains("of-" + other, StringComparison.Ordinal) || e.Arguments.Any(a => a.Contains(other, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void OnlyThreeAttemptsHaveNoControl() => Assert.Equal(["open_disk", "core_pattern", "sysrq"], Marked("NEVER"));

    /// <summary>The same attempt in a box in which one wall was taken down.</summary>
    private void GetsThroughWith(SandboxOptions options, string name)
    {
        Boxed.Needs();
        using TestLoader other = new(options with { Time = TimeSpan.FromSeconds(40) });
        using MemorySource bytes = new(Boxed.Running(bait.Inside() + $"\nrun('{name}')\n"));
        LoadResult result = other.LoadOnce("m", bytes, new KnownLoader("pickle.load", ""), [], BoxSetting.Usual, TestContext.Current.CancellationToken);
        Assert.Equal("builtins.LookupError: escaped", result.Detail);
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
