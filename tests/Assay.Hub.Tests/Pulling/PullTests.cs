// assay pull: what passed, all of it, with its digest, or nothing.
using System.Diagnostics;
using Assay.Hub.Tests.Builders;
using Assay.Hub.Tests.Cli;
using Assay.Hub.Tests.Server;
using Assay.Tests.Builders;

namespace Assay.Hub.Tests.Pulling;

public sealed class PullTests : IDisposable
{
    private static readonly TestFile[] s_good =
    [
        TestFile.Plain("config.json", """{"model_type": "odd"}"""), TestFile.Plain("README.md", "# Words\n"), TestFile.Plain("sub/empty.txt", ""),
        TestFile.Large("model.safetensors", Hubs.SafetensorsFile("weight", 700_000)), TestFile.Large("pytorch_model.bin", Hubs.Torch(Hubs.Harmless, 300_000)),
    ];

    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    private static async Task<TestHub> StartAsync(params TestFile[] files)
    {
        TestHub hub = await TestHub.StartAsync();
        hub.Add("org/model").Commit("main", files);
        return hub;
    }

    private ProgramRun Pull(TestHub hub, params string[] arguments) => ProgramRun.Of(hub, _tree.Root, ["pull", "hf://org/model", .. arguments], ("ASSAY_HUB_CACHE", "off"));

    private string[] Here(string folder) =>
        Directory.Exists(_tree[folder]) ? [.. Directory.EnumerateFiles(_tree[folder], "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_tree[folder], f)).Order(StringComparer.Ordinal)] : [];

    private void IsWhole(string folder, IEnumerable<TestFile> files) =>
        Assert.All(files, f => Assert.Equal(f.ToArray(), File.ReadAllBytes(Path.Join(_tree[folder], f.Path))));

    private void NothingIsLeft() => Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_tree.Root), e => Path.GetFileName(e).StartsWith(".assay", StringComparison.Ordinal));

    [Fact]
    public async Task WhatPassedAndIsNeededIsBrought()
    {
        await using TestHub hub = await StartAsync(s_good);
        ProgramRun run = Pull(hub, _tree["out"]);
        Assert.True(run.Code == 0, run.Error + run.Output);
        Assert.Equal(["README.md", "config.json", "model.safetensors", "sub/empty.txt"], Here("out"));
        IsWhole("out", s_good.Where(f => f.Path != "pytorch_model.bin"));
        Assert.Contains("pytorch_model.bin", run.Output, StringComparison.Ordinal);
        NothingIsLeft();
        foreach (string file in OperatingSystem.IsWindows() ? [] : Directory.GetFiles(_tree["out"]))
        {
            Assert.False(IsExecutable(file), file);
        }
    }

    private static bool IsExecutable(string file) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

    [Fact]
    public async Task WhatLiesInTheNewerStorageIsHeldToItsDigest()
    {
        await using TestHub hub = await StartAsync(s_good);
        hub.HasXet = true;
        Assert.Equal(0, Pull(hub, _tree["out"]).Code);
        IsWhole("out", s_good.Where(f => f.Path != "pytorch_model.bin"));

        // The storage's own name for a file is no digest of its bytes, and says nothing about others in its place.
        byte[] other = Hubs.SafetensorsFile("weight", 700_000);
        other[^1] ^= 1;
        await using TestHub lying = await StartAsync(TestFile.Large("model.safetensors", other).Claiming(s_good.Single(f => f.Path == "model.safetensors").Sha256));
        lying.HasXet = true;
        Assert.Equal(2, Pull(lying, _tree["lying"]).Code);
        Assert.False(Path.Exists(_tree["lying"]));
    }

    [Fact]
    public async Task AllThatPassedIsBroughtWhereAskedFor()
    {
        await using TestHub hub = await StartAsync(s_good);
        Assert.Equal(0, Pull(hub, _tree["out"], "--all").Code);
        IsWhole("out", s_good);
        Assert.Equal(["config.json"], Pulled("--include", "*.json"));

        string[] Pulled(params string[] options)
        {
            Assert.Equal(0, Pull(hub, [_tree["some"], .. options]).Code);
            return Here("some");
        }
    }

    [Fact]
    public async Task WhereAnythingWasFoundNothingThatCanRunIsBrought()
    {
        await using TestHub hub = await StartAsync(Hubs.Everything);
        ProgramRun run = Pull(hub, _tree["out"]);
        Assert.Equal(1, run.Code);
        Assert.Equal([".gitattributes", "README.md", "empty.txt", "model.safetensors", "picture.png", "tokenizer_config.json"], Here("out"));
        Assert.Contains("old/bad.pkl", run.Output, StringComparison.Ordinal);
        NothingIsLeft();
    }

    /// <summary>Which verdict fails a job is one thing, and what comes to the disk another.</summary>
    [Theory]
    [InlineData("never")]
    [InlineData("malicious")]
    public async Task WhatIsMaliciousIsBroughtByNoOption(string failOn)
    {
        await using TestHub hub = await StartAsync(Hubs.Everything);
        ProgramRun run = Pull(hub, [_tree["out"], "--fail-on", failOn, "--all"]);
        Assert.Equal([".gitattributes", "README.md", "empty.txt", "model.safetensors", "picture.png", "tokenizer_config.json"], Here("out"));
        Assert.Contains("left out: old/bad.pkl: malicious", run.Output, StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Fact]
    public async Task WhatTheExitCodeIsAboutIsToldThoughNobodyAskedForIt()
    {
        await using TestHub hub = await StartAsync(Hubs.Everything);
        ProgramRun run = Pull(hub, [_tree["out"], "--include", "*.safetensors"]);
        Assert.Equal(1, run.Code);
        Assert.Contains("not asked for: old/bad.pkl: malicious", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServerThatShowsAScannerOtherBytesIsFoundOut()
    {
        // Parts come from a harmless file, and the whole is another, with the digest that the listing promises.
        byte[] good = [.. Hubs.Torch(Hubs.Harmless, 400_000)];
        byte[] bad = Hubs.Torch(Hubs.Pickle("os", "system", "echo canary"), 400_000);
        Array.Resize(ref good, Math.Max(good.Length, bad.Length));
        byte[] shown = good;
        byte[] kept = new byte[good.Length];
        bad.CopyTo(kept, 0);
        TestFile file = TestFile.Large("model.bin", kept);
        await using TestHub hub = await StartAsync(file, TestFile.Plain("config.json", "{}"));
        hub.OnRequest = request => request.IsStorage && request.Range is not null
            ? new Fault { Status = 206, Body = Part(shown, request.Range, out string range), Headers = [("Content-Range", range)] }
            : null;
        ProgramRun run = Pull(hub, _tree["out"]);
        Assert.NotEqual(0, run.Code);
        Assert.False(Path.Exists(_tree["out"]) && Here("out").Contains("model.bin"));
        NothingIsLeft();
    }

    private static byte[] Part(byte[] file, string range, out string told)
    {
        string first = range["bytes=".Length..].Split(',')[0];
        int from = int.Parse(first.Split('-')[0], System.Globalization.CultureInfo.InvariantCulture);
        int to = Math.Min(int.Parse(first.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture), file.Length - 1);
        told = System.FormattableString.Invariant($"bytes {from}-{to}/{file.Length}");
        return file[from..(to + 1)];
    }

    [Fact]
    public async Task AWrongDigestIsNotKept()
    {
        TestFile file = TestFile.Large("model.safetensors", Hubs.SafetensorsFile("weight", 700_000));
        await using TestHub hub = await StartAsync(s_good[0], file.Claiming(new string('a', 64)));
        ProgramRun run = Pull(hub, _tree["out"]);
        Assert.Equal(2, run.Code);
        Assert.Contains("digest", run.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(_tree["out"]));
        Assert.DoesNotContain(Directory.EnumerateFiles(_tree.Root, "*.safetensors", SearchOption.AllDirectories), _ => true);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(250_000)]
    public async Task ABrokenConnectionIsTakenUpWhereItBroke(long cut)
    {
        await using TestHub hub = await StartAsync(s_good);
        int whole = 0;
        hub.OnRequest = request => request is { IsStorage: true, Range: null } && Interlocked.Increment(ref whole) == 1 ? Fault.Cut(cut) : null;
        ProgramRun run = Pull(hub, _tree["out"]);
        Assert.True(run.Code == 0, run.Error);
        IsWhole("out", s_good.Where(f => f.Path != "pytorch_model.bin"));
        Assert.True(cut < 1 || hub.Log.All.Any(r => r.IsStorage && r.Range?.StartsWith("bytes=2", StringComparison.Ordinal) == true), string.Join('\n', hub.Log.All));
    }

    [Fact]
    public async Task WhatWasBrokenOffIsTakenUpByTheNextPull()
    {
        await using TestHub hub = await StartAsync(s_good);
        hub.OnRequest = request => request is { IsStorage: true } && (request.Range is null || request.Range.StartsWith("bytes=3", StringComparison.Ordinal)) ? request.Range is null ? Fault.Cut(300_000) : Fault.Of(500) : null;
        Assert.Equal(2, Pull(hub, _tree["out"]).Code);
        Assert.False(Path.Exists(_tree["out"]));
        hub.OnRequest = null;
        hub.Log.Clear();
        Assert.Equal(0, Pull(hub, _tree["out"]).Code);
        IsWhole("out", s_good.Where(f => f.Path != "pytorch_model.bin"));
        Assert.Contains(hub.Log.All, r => r is { IsStorage: true, Range: "bytes=300000-700065" } || r.Range?.StartsWith("bytes=300000-", StringComparison.Ordinal) == true);
        NothingIsLeft();
    }

    [Fact]
    public async Task APullThatWasKilledIsTakenUp()
    {
        await using TestHub hub = await StartAsync(s_good);
        hub.OnRequest = request => request switch
        {
            { IsStorage: true, Range: null } => new Fault { SilentAfter = 300_000 },
            { IsStorage: true, Range: var range } when range!.StartsWith("bytes=300000-", StringComparison.Ordinal) => new Fault { IsSilent = true },
            _ => null,
        };
        using Process program = ProgramRun.Start(hub, _tree.Root, ["pull", "hf://org/model", _tree["out"]], ("ASSAY_HUB_CACHE", "off"));
        while (!program.HasExited && !Parts().Any(p => p.Length == 300_000))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        if (program.HasExited)
        {
            Assert.Fail(await program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        }

        program.Kill();
        await program.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.False(Path.Exists(_tree["out"]));
        hub.OnRequest = null;
        hub.Log.Clear();
        Assert.Equal(0, Pull(hub, _tree["out"]).Code);
        IsWhole("out", s_good.Where(f => f.Path != "pytorch_model.bin"));
        Assert.Contains(hub.Log.All, r => r.Range?.StartsWith("bytes=300000-", StringComparison.Ordinal) == true);
        NothingIsLeft();

        IEnumerable<FileInfo> Parts() => new DirectoryInfo(_tree.Root).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Where(f => f.Directory!.Name == ".parts");
    }

    [Fact]
    public async Task PickleIsLeftBehindWhereAskedFor()
    {
        byte[] torch = Hubs.Torch(PickleBuilder.Protocol(2).Op(Assay.Pickle.Op.EMPTY_DICT).Stop().ToArray(), 1000);
        await using TestHub hub = await StartAsync(TestFile.Plain("config.json", "{}"), TestFile.Large("model.safetensors", Hubs.SafetensorsFile("w", 300_000)), TestFile.Large("other.bin", torch));
        ProgramRun run = Pull(hub, _tree["out"], "--convert");
        Assert.True(run.Code == 0, run.Error + run.Output);
        Assert.Contains("model.safetensors", Here("out"));
        Assert.DoesNotContain("other.bin", Here("out"));
        NothingIsLeft();
    }

    [Fact]
    public async Task TheCacheOfHuggingfaceHubIsFilled()
    {
        await using TestHub hub = await StartAsync(s_good);
        ProgramRun run = Pull(hub, "--cache");
        Assert.True(run.Code == 0, run.Error);
        string commit = hub.Repositories[0].Find("main")!;
        string root = _tree[".cache/huggingface/hub/models--org--model"];
        Assert.Equal(commit, File.ReadAllText(Path.Join(root, "refs", "main")));
        foreach (TestFile file in s_good.Where(f => f.Path != "pytorch_model.bin"))
        {
            string pointer = Path.Join(root, "snapshots", commit, file.Path);
            Assert.Equal(file.ToArray(), File.ReadAllBytes(pointer));
            Assert.Equal(Path.Join(root, "blobs", file.IsLarge ? file.Sha256 : file.Oid), Path.GetFullPath(Path.Join(Path.GetDirectoryName(pointer)!, new FileInfo(pointer).LinkTarget!)));
        }

        // A second pull finds everything there.
        Assert.Equal(0, Pull(hub, "--cache").Code);
    }

    [Theory]
    [InlineData("hf://org/model", "", 4)]
    [InlineData("hf://org/model", "there", 4)]
    [InlineData("hf://org/model", "no/parent/here", 4)]
    [InlineData("model.bin", "out", 4)]
    [InlineData("hf://", "out", 4)]
    [InlineData("hf://org/nothing", "out", 4)]
    [InlineData("hf://org/model --cache", "out", 4)]
    [InlineData("hf://org/model --cache --convert", "", 4)]
    public async Task WhatCannotBeUsedIsSaidInOneSentence(string arguments, string folder, int code)
    {
        await using TestHub hub = await StartAsync(s_good);
        Directory.CreateDirectory(_tree["there"]);
        ProgramRun run = ProgramRun.Of(hub, _tree.Root, ["pull", .. arguments.Split(' '), .. folder.Length == 0 ? Array.Empty<string>() : [_tree[folder]]], ("ASSAY_HUB_CACHE", "off"));
        Assert.True(run.Code == code, $"exit code {run.Code}: {run.Error}");
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Empty(Here("there"));
        Assert.False(Path.Exists(_tree["out"]));
    }
}
