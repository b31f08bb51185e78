// Several loads of the same bytes: what only some of them show, and what another name of the machine brings out.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;
using Assay.Sandbox.Observing;

namespace Assay.Tests.Sandbox;

public sealed class ComparedLoadTests(Boxed box) : IClassFixture<Boxed>
{
    private static readonly FormatFact s_pickle = new() { Path = "m", Format = "pickle" };

    private static BehaviourFact Event(string subject, long count = 1) =>
        new() { Path = "m", Kind = "file-write", Source = BehaviourSource.Syscall, Subject = subject, Count = count };

    [Fact]
    public void WhatOnlySomeLoadsShowIsCounted()
    {
        IReadOnlyList<BehaviourFact> joined = RunComparison.Join([[Event("a"), Event("b", 2)], [Event("b", 5)], [Event("b"), Event("c")]]);
        Assert.Equal([("a", 1, 1L), ("b", 3, 5L), ("c", 1, 1L)], joined.Select(e => (e.Subject, e.SeenIn, e.Count)));
        Assert.All(joined, e => Assert.Equal(3, e.Runs));
    }

    [Fact]
    public void OneLoadIsComparedWithNothing() => Assert.All(RunComparison.Join([[Event("a")]]), e => Assert.Equal((1, 1), (e.SeenIn, e.Runs)));

    [Fact]
    public void EachEndingIsToldOnceWithHowOftenItOccurred()
    {
        IReadOnlyList<BehaviourFact> told = RunComparison.Endings("m", "pickle.load", Bare("loaded builtins.dict", "raised builtins.OSError", "loaded builtins.dict"));
        Assert.Equal([("loaded builtins.dict", 2, 3), ("raised builtins.OSError", 1, 3)], told.Select(e => (e.Subject, e.SeenIn, e.Runs)));
        Assert.Equal([("died", 2, 2)], RunComparison.Endings("m", "pickle.load", Bare("died", "died")).Select(e => (e.Subject, e.SeenIn, e.Runs)));
    }

    [Fact]
    public void AnEndingIsTheSameWhateverTheTextOfTheException()
    {
        LoadResult one = new("pickle.load", LoadEnd.Failed, "builtins.OSError: [Errno 2] /tmp/a8d", [], 0);
        Assert.Equal(one.Ending, (one with { Detail = "builtins.OSError: [Errno 2] /tmp/77b" }).Ending);
        Assert.NotEqual(one.Ending, (one with { Detail = "builtins.ValueError: no" }).Ending);
        Assert.NotEqual(one.Ending, (one with { End = LoadEnd.Loaded }).Ending);
    }

    [Fact]
    public void APayloadThatFailsNowAndThenIsTold()
    {
        Boxed.Needs();
        using TestLoader often = new(new SandboxOptions { Repeat = 12, Time = TimeSpan.FromSeconds(40) });
        // Each load has a clock and random numbers of its own; that twelve of them agree happens once in two thousand times.
        using MemorySource bytes = new(Boxed.Running("import os\nif os.urandom(1)[0] & 1:\n    raise LookupError(os.urandom(4).hex())"));
        List<BehaviourFact> endings = [.. often.Load("m", bytes, [s_pickle], true, TestContext.Current.CancellationToken)
            .OfType<BehaviourFact>().Where(e => e is { Kind: "load-ending", Source: BehaviourSource.Sandbox })];
        Assert.Equal(["loaded builtins.NoneType", "raised builtins.LookupError"], endings.Select(e => e.Subject).Order());
        Assert.Equal(12, endings.Sum(e => e.SeenIn));
    }

    [Fact]
    public void ANameThatDiffersFromLoadToLoadIsSeenInOneOfThem()
    {
        Boxed.Needs();
        using TestLoader thrice = new(new SandboxOptions { Repeat = 3, Time = TimeSpan.FromSeconds(40) });
        using MemorySource bytes = new(Boxed.Running("import os\nopen('/tmp/al' + 'ways', 'w').close()\nopen('/tmp/x' + os.urandom(8).hex(), 'w').close()"));
        List<BehaviourFact> written = [.. thrice.Load("m", bytes, [s_pickle], true, TestContext.Current.CancellationToken)
            .OfType<BehaviourFact>().Where(e => e is { Kind: "file-write", Source: BehaviourSource.Syscall })];
        Assert.Equal(3, Assert.Single(written, e => e.Subject == "/tmp/always").SeenIn);
        Assert.Equal([1, 1, 1], written.Where(e => e.Subject.StartsWith("/tmp/x", StringComparison.Ordinal)).Select(e => e.SeenIn));
    }

    [Fact]
    public void APayloadThatWaitsForAHostIsSeenUnderItsName()
    {
        byte[] pickle = Boxed.Running("import socket, os\nif socket.gethostname() == 'build' + '-7':\n    os.system('ec' + 'ho x')");
        LoadResult usual = box.Load(pickle);
        Assert.Equal(LoadEnd.Loaded, usual.End);
        Assert.DoesNotContain(usual.Events, e => e.Kind == "process-start");
        using TestLoader named = new(new SandboxOptions { HostName = "build-7", Time = TimeSpan.FromSeconds(40) });
        using MemorySource bytes = new(pickle);
        BehaviourFact started = Assert.Single(
            named.Load("m", bytes, [s_pickle], true, TestContext.Current.CancellationToken).OfType<BehaviourFact>(), e => e.Kind == "process-start");
        Assert.Equal("pickle.load, host build-7", started.Loader);
    }

    [Theory]
    [InlineData("pandas.core.frame", true)]
    [InlineData("collections", false)]
    public void PandasLoadsPicklesThatImportIt(string module, bool loads)
    {
        CallableFact import = new() { Path = "m", Callee = module + ".X", Resolved = module + ".X", Module = module, Name = "X", Use = CallableUse.Imported, Pickle = new PickleUse { Opcode = "GLOBAL" } };
        Assert.Equal(loads, LoaderChoice.For("m", [s_pickle, import]).Any(l => l.Name == "pandas.read_pickle"));
    }

    private static (string, IReadOnlyList<string>)[] Bare(params string[] endings) => [.. endings.Select(e => (e, (IReadOnlyList<string>)[]))];
}
