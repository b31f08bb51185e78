// Loads under gVisor: another kernel tells the same things, and nothing gets out of it.
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;
using Assay.Tests.Builders;

namespace Assay.Tests.Sandbox;

[UnsupportedOSPlatform("windows")]
public sealed partial class RunscTests(Guarded box, HostBait bait) : IClassFixture<Guarded>, IClassFixture<HostBait>
{
    /// <summary>
    /// What a load may do to gVisor, because gVisor is all that it does it to: its own processes, its own namespaces, its own kernel's memory. None of it
    /// is a door of the machine.
    /// </summary>
    private static readonly HashSet<string> s_ownKernel =
    [
        "udp_loopback", "netlink_socket", "trace_own_child", "new_user_namespace", "clone_user_namespace", "io_uring", "shared_memory", "memory_file",
        // The box has one of its own, which is empty.
        "read_shadow",
        // A node in its own /tmp; there is no such device behind it.
        "make_device",
        // It has no filter and says nothing of privileges: there is no kernel of the machine behind its calls.
        "run_without_filter", "second_filter", "answer_oneself", "gain_by_setuid_programs",
        // The process that waits for the load: its descriptors can be listed, its memory not. What could be said through them is the load's own end, and a
        // load can say that anyway.
        "descriptors_of_the_starter",
        // It knows the model by another name there; NoFurtherDescriptorsAreOpen looks for the same.
        "inherited_descriptors",
        // Each is a process of the machine as well; many of them are for a machine that can be thrown away.
        "many_processes",
    ];

    /// <summary>What these look at is not the same in a further process.</summary>
    private static readonly string[] s_here = ["write_memory_of_the_starter"];

    [Theory]
    [InlineData("command")]
    [InlineData("late program of a forked process")]
    [InlineData("connection")]
    [InlineData("listening")]
    [InlineData("reading credentials")]
    [InlineData("passing on a token")]
    [InlineData("a token in a command")]
    [InlineData("deleting a file")]
    [InlineData("renaming a file")]
    [InlineData("linking a file")]
    [InlineData("native code")]
    [InlineData("executable memory")]
    [InlineData("file in memory")]
    [InlineData("mounting")]
    [InlineData("leaving the process")]
    [InlineData("crash")]
    [InlineData("memory")]
    [InlineData("thread that waits")]
    [InlineData("process that waits")]
    [InlineData("silence by closing")]
    [InlineData("hooks wiped, then a command")]
    public void IsObserved(string family)
    {
        (_, string kind, BehaviourSource source, string code) = CanaryTests.Families.Select(f => f.Data).Single(f => f.Item1 == family);
        LoadResult result = box.Run(code);
        Assert.Contains(result.Events, e => e.Kind == kind && e.Source == source);
        Assert.Contains(FactBuilder.Judge([.. result.Events]), f => f.Severity >= Severity.Medium && f.Rule.Id.StartsWith("observed-", StringComparison.Ordinal));
    }

    [Fact]
    public void AnOrdinaryLoadIsSilent()
    {
        LoadResult result = box.Load(PickleBuilder.Protocol(4).Global("collections", "OrderedDict").EmptyTuple().Reduce().Stop().ToArray());
        Assert.Equal((LoadEnd.Loaded, "collections.OrderedDict"), (result.End, result.Detail));
        Assert.Empty(FactBuilder.Judge([.. result.Events]));
        Assert.DoesNotContain(result.Events, e => e.Source == BehaviourSource.Syscall);
    }

    [Fact]
    public void ProcessesFormATree()
    {
        LoadResult result = box.Run("import os\nos.system('/bin/true; /bin/true')");
        BehaviourFact shell = result.Events.First(e => e is { Kind: "process-start", Subject: "/bin/sh" });
        BehaviourFact program = result.Events.First(e => e is { Kind: "process-start", Subject: "/bin/true" });
        Assert.Equal((2, 1), (shell.Process, shell.Parent));
        Assert.Equal(shell.Process, program.Parent);
    }

    [Fact]
    public void AnotherHostNameCanBePretended() =>
        Assert.Equal("builtins.LookupError: train-9", box.Run("import os\nraise LookupError(os.uname().nodename)", new BoxSetting(HostName: "train-9")).Detail);

    [Fact]
    public void WhatHappensBehindAForgedEndIsSeen()
    {
        LoadResult result = box.Run("""
            import os, sys
            frame = sys._getframe()
            while 'mark' not in frame.f_locals:
                frame = frame.f_back
            try:
                os.open(frame.f_locals['mark'] + 'end', 0)
            except OSError:
                pass
            os.system('ec' + 'ho x')
            """);
        Assert.Contains(result.Events, e => e is { Kind: "process-start", Subject: "/bin/sh" });
    }

    [Fact]
    public void AProcessNamedLikeACallHidesNone()
    {
        LoadResult result = box.Run("import ctypes, os\nctypes.CDLL(None).prctl(15, b'a E read(', 0, 0, 0)\nos.unlink(os.path.expanduser('~/.bash_history'))");
        Assert.Contains(result.Events, e => e is { Kind: "file-delete", Source: BehaviourSource.Syscall, Subject: "/home/mara/.bash_history" });
    }

    [Fact]
    public void ALibraryThatIsNotThereIsSaid()
    {
        LoadResult result = box.Load(PickleBuilder.Protocol(2).None().Stop().ToArray(), null, "nothing_of_this_name.load", "nothing_of_this_name");
        Assert.Equal((LoadEnd.NotBegun, "the library nothing_of_this_name is not installed"), (result.End, result.Detail));
    }

    [Fact]
    public void NoFurtherDescriptorsAreOpen()
    {
        LoadResult result = box.Run("""
            import os
            to = {}
            for name in os.listdir('/proc/self/fd'):
                try:
                    to[int(name)] = os.readlink('/proc/self/fd/' + name)
                except OSError:
                    pass
            raise LookupError(str(sorted(to)[:5]) + str([n for n in to if n > 4 and to[n] != to[4] and '/fd' not in to[n]]))
            """);
        // The events have a number of their own, out of the way of what a load opens.
        Assert.Equal("builtins.LookupError: [0, 1, 2, 3, 4][200]", result.Detail);
    }

    [Fact]
    public void NothingGetsOut()
    {
        Guarded.Needs();
        string[] names = [.. Attempt().Matches(HostBait.Source).Select(m => m.Groups[1].Value).Where(n => !s_ownKernel.Contains(n) && !s_here.Contains(n))];
        LoadResult result = box.Run(bait.Inside() + $$"""

            def outcome(name):
                try:
                    run(name)
                except LookupError as error:
                    return str(error)[:40]
            def apart(name):
                # Some end the process that tries them, and what ends has not got through.
                told, tell = os.pipe()
                child = os.fork()
                if child == 0:
                    os.write(tell, outcome(name).encode())
                    os._exit(0)
                os.close(tell)
                said = os.read(told, 100).decode()
                os.close(told)
                os.waitpid(child, 0)
                return said or 'contained'
            here = '{{string.Join(' ', s_here)}}'.split()
            said = [(name, outcome(name)) for name in here] + [(name, apart(name)) for name in '{{string.Join(' ', names)}}'.split()]
            raise LookupError('%d tried, out: ' % len(said) + ', '.join(name + ' ' + what for name, what in said if not what.startswith('contained')))
            """);
        Assert.Equal($"builtins.LookupError: {names.Length + s_here.Length} tried, out: ", result.Detail);
    }

    [GeneratedRegex(@"^@attempt\(\w+\)\r?\ndef (\w+)\(", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Attempt();
}
