// Audits of repositories: what moved, who owns it now, what is only called the same; and that nothing is read that did not change.
using System.Text.Json.Nodes;
using Assay.Hub.Tests.Builders;
using Assay.Hub.Tests.Server;
using Assay.Tests.Builders;

namespace Assay.Hub.Tests.Cli;

public sealed class WatchTests : IDisposable
{
    private static readonly TestFile s_config = TestFile.Plain("config.json", """{"model_type": "odd"}""");
    private static readonly TestFile s_weights = TestFile.Large("model.safetensors", Hubs.SafetensorsFile("weight", 600_000));
    private static readonly TestFile s_good = TestFile.Large("head.pkl", Hubs.Harmless);
    private static readonly TestFile s_bad = TestFile.Large("head.pkl", Hubs.Pickle("os", "system", "echo canary"));
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task OfANewRevisionOnlyTheChangedFileIsReadAndItsBehaviourCompared()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/model");
        repository.Commit("main", s_config, s_weights, s_good);
        Assert.Equal(0, Audit(hub, "add", "house", "hf://org/model").Code);
        ProgramRun first = Audit(hub, "run", "house");
        Assert.True(first.Code == 0, first.Error + first.Output);
        repository.Commit("main", s_config, s_weights, s_bad);
        hub.Log.Clear();
        (string Kind, string File)[] notices = Notices(hub, 1);
        Assert.Contains(("new-revision", "hf://org/model"), notices);
        Assert.Contains(("worse", "head.pkl"), notices);
        Assert.Contains(("behaviour", "head.pkl"), notices);
        Assert.DoesNotContain(notices, n => n.File is "config.json" or "model.safetensors");
        Assert.DoesNotContain(hub.Log.All, r => r.Path.EndsWith("config.json", StringComparison.Ordinal) || r.Path.Contains(s_weights.Sha256, StringComparison.Ordinal));
        Assert.Contains(hub.Log.All, r => r.Path.Contains(s_bad.Sha256, StringComparison.Ordinal) || r.Path.EndsWith("head.pkl", StringComparison.Ordinal));

        // The same commit once more: no file is asked for at all.
        hub.Log.Clear();
        Assert.Empty(Notices(hub, 0));
        Assert.All(hub.Log.All, r => Assert.StartsWith("/api/", r.Path.Replace("/org/model.git/info/lfs/objects/batch", "/api/", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public async Task ATagThatMovesIsARegression()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/model");
        repository.Commit("main", s_config);
        repository.Commit("tag-1.0", s_config);
        Audit(hub, "add", "house", "hf://org/model@tag-1.0");
        Audit(hub, "run", "house");
        repository.Commit("tag-1.0", s_config, s_weights);
        Assert.Contains(("moved-tag", "hf://org/model@tag-1.0"), Notices(hub, 1));
    }

    [Fact]
    public async Task ATagThatNobodyWatchesMovesToo()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/model");
        repository.Commit("tag-1.0", s_config);
        repository.Commit("main", s_config);
        Audit(hub, "add", "house", "hf://org/model");
        Audit(hub, "run", "house");
        repository.Commit("tag-1.0", s_config, s_weights);
        Assert.Equal([("moved-tag", "hf://org/model")], Notices(hub, 1));
    }

    [Fact]
    public async Task ABranchThatMovesIsNone()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/model");
        repository.Commit("main", s_config);
        Audit(hub, "add", "house", "hf://org/model");
        Audit(hub, "run", "house");
        repository.Commit("main", s_config, s_weights);
        Assert.DoesNotContain(Notices(hub, 0), n => n.Kind == "moved-tag");
    }

    [Fact]
    public async Task AnotherRepositoryUnderTheSameNameIsToldAsSuch()
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.Add("org/model").Commit("main", s_config);
        Audit(hub, "add", "house", "hf://org/model");
        Audit(hub, "run", "house");
        hub.Remove(hub.Repositories[0]);
        TestRepository second = hub.Add("org/model");
        second.Id = "ffffffffffffffffffffffff";
        second.Created = "2026-11-01T00:00:00.000Z";
        second.Commit("main", s_config);
        Assert.Equal([("re-registered", "hf://org/model")], Notices(hub, 1));
    }

    [Fact]
    public async Task ANewOwnerIsTold()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository first = hub.Add("org/model");
        first.Commit("main", s_config);
        Audit(hub, "add", "house", "hf://org/model");
        Audit(hub, "run", "house");
        hub.Remove(first);
        TestRepository second = hub.Add("other/model");
        second.Id = first.Id;
        second.Commit("main", s_config);
        hub.Moved["org/model"] = "other/model";
        Assert.Contains(("new-owner", "hf://org/model"), Notices(hub, 1));
    }

    [Fact]
    public async Task ALookAlikeOfSomebodyElseIsToldAndANamesakeIsNot()
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.Add("google/model").Commit("main", s_config);
        Audit(hub, "add", "house", "hf://google/model");
        Audit(hub, "run", "house");
        hub.Add("someone/model-copy").Commit("main", s_config);
        Assert.Empty(Notices(hub, 0));
        hub.Add("g00gle/model").Commit("main", s_config);
        Assert.Equal([("look-alike", "hf://google/model")], Notices(hub, 1));
        Assert.Empty(Notices(hub, 0));
    }

    [Fact]
    public async Task AContentThatChangesBehindItsNameAndSizeIsTold()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/model");
        repository.Commit("main", s_config, TestFile.Large("model.safetensors", Hubs.SafetensorsFile("a", 5000)));
        Audit(hub, "add", "house", "hf://org/model");
        Audit(hub, "run", "house");
        repository.Commit("main", s_config, TestFile.Large("model.safetensors", Hubs.SafetensorsFile("b", 5000)));
        Assert.Contains(("same-size", "model.safetensors"), Notices(hub, 0));
    }

    [Fact]
    public async Task AServerThatChangesACommitIsToldAsSuch()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/model");
        string commit = repository.Commit("main", s_config, s_good);
        Audit(hub, "add", "house", "hf://org/model");
        Audit(hub, "run", "house");
        repository.Exchange(commit, s_config, TestFile.Large("head.pkl", Hubs.Torch(Hubs.Harmless)));
        Assert.Contains(("same-commit", "head.pkl"), Notices(hub, 1));
    }

    [Fact]
    public async Task WhatTheHubSaysStandsBesideOursAndCountsForNothing()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/good");
        repository.SecurityStatus["head.pkl"] = "unsafe";
        repository.Commit("main", s_config, s_good);
        hub.Add("org/bad").Commit("main", s_config, s_bad);
        Audit(hub, "add", "house", "hf://org/good", "hf://org/bad");
        ProgramRun run = Audit(hub, "run", "house", "--format", "json");
        Assert.Equal(1, run.Code);
        JsonArray repositories = JsonNode.Parse(run.Output)!["repositories"]!.AsArray();
        JsonNode Of(string name) => repositories.Single(r => r!["name"]!.GetValue<string>() == name)!;
        Assert.Equal("passed", Of("hf://org/good")["verdict"]!.GetValue<string>());
        Assert.Contains("unsafe", Of("hf://org/good")["hubSays"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("malicious", Of("hf://org/bad")["verdict"]!.GetValue<string>());
        Assert.Equal("found nothing", Of("hf://org/bad")["hubSays"]!.GetValue<string>());
        Assert.Contains("found nothing", Audit(hub, "report", "house", "--format", "html").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hf://org")]
    [InlineData("hf://org/*")]
    public async Task AnOwnerStandsForAllRepositoriesThatComeAndGo(string target)
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository first = hub.Add("org/one");
        first.Commit("main", s_config);
        hub.Add("org/two").Commit("main", s_config, s_good);
        hub.Add("other/three").Commit("main", s_bad);
        Audit(hub, "add", "house", target);
        ProgramRun run = Audit(hub, "run", "house", "--format", "json");
        Assert.True(run.Code == 0, run.Error + run.Output);
        Assert.Equal(["org/one/config.json", "org/two/config.json", "org/two/head.pkl"], JsonNode.Parse(run.Output)!["files"]!.AsArray().Select(f => f!["name"]!.GetValue<string>()));
        hub.Remove(first);
        hub.Add("org/tw0").Commit("main", s_bad);
        (string Kind, string File)[] notices = Notices(hub, 1);
        Assert.Contains(("new-repository", "hf://org/tw0"), notices);
        Assert.Contains(("look-alike", "hf://org/tw0"), notices);
        Assert.Contains(("gone-repository", "hf://org/one"), notices);
    }

    [Fact]
    public async Task AListIsReadAgainAtEachRun()
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.Add("org/one").Commit("main", s_config);
        hub.Add("org/two").Commit("main", s_config);
        string list = _tree.Add("watched.txt", "# what we use\nhf://org/one\n\n");
        Audit(hub, "add", "house", "--list", list);
        Audit(hub, "run", "house");
        File.AppendAllText(list, "hf://org/two\n");
        Assert.Contains(("new-repository", "hf://org/two"), Notices(hub, 0));
    }

    [Fact]
    public async Task WhatCannotBeReachedIsNotGone()
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.Add("org/one").Commit("main", s_config, s_good);
        hub.Add("org/two").Commit("main", s_config);
        Audit(hub, "add", "house", "hf://org/one", "hf://org/two");
        Audit(hub, "run", "house");
        hub.OnRequest = r => r.Path.Contains("org/one", StringComparison.Ordinal) ? new Fault { Status = 500 } : null;
        Assert.Equal([("unreachable", "hf://org/one")], Notices(hub, 2));
        hub.OnRequest = null;
        Assert.Empty(Notices(hub, 0));
        hub.Remove(hub.Repositories[0]);
        (string Kind, string File)[] gone = Notices(hub, 0);
        Assert.Contains(("gone-repository", "hf://org/one"), gone);
        Assert.Contains(("gone-file", "org/one/head.pkl"), gone);
    }

    [Fact]
    public async Task ARunOfAnotherHostOrATokenStandsNowhere()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/model");
        repository.IsPrivate = true;
        repository.Commit("main", s_config, s_good);
        Audit(hub, "add", "house", "hf://org/model");
        ProgramRun run = ProgramRun.Of(hub, _tree.Root, ["audit", "run", "house", "--format", "json", "--store=" + Store], ("HF_TOKEN", TestHub.Token), ("ASSAY_HUB_CACHE", "off"));
        Assert.True(run.Code == 0, run.Error);
        byte[] token = System.Text.Encoding.ASCII.GetBytes(TestHub.Token);
        Assert.All(Directory.EnumerateFiles(_tree.Root, "store.db*"), f => Assert.True(File.ReadAllBytes(f).AsSpan().IndexOf(token) < 0));
        Assert.DoesNotContain(TestHub.Token, run.Output + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(TestHub.Signature, run.Output + run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hf://")]
    [InlineData("hf://a/b/../c")]
    public async Task WhatNamesNothingIsRefusedWhenItIsAdded(string target)
    {
        await using TestHub hub = await TestHub.StartAsync();
        Assert.Equal(4, Audit(hub, "add", "house", target).Code);
    }

    [Fact]
    public async Task AScanRemembersWhatAServerListed()
    {
        await using TestHub hub = await TestHub.StartAsync();
        string commit = hub.Add("org/model").Commit("main", Hubs.Everything);
        ProgramRun first = Run(hub, "scan", "hf://org/model", "--format", "json");
        hub.Log.Clear();
        ProgramRun second = Run(hub, "scan", "hf://org/model", "--format", "json");
        Assert.Equal(first.Code, second.Code);
        Assert.Equal(first.Output, second.Output);
        Assert.DoesNotContain(hub.Log.All, r => r.IsStorage || r.Path.Contains("/resolve/", StringComparison.Ordinal));
        string found = Run(hub, "store", "find", "--publisher", "org", "--repository", "hf://org/model", "--json").Output;
        Assert.Contains($"hf://org/model@{commit}/old/bad.pkl", found, StringComparison.Ordinal);
        Assert.Equal(3, Run(hub, "store", "find", "--publisher", "nobody").Code);
        Assert.Equal(0, Run(hub, "store", "check").Code);
    }

    [Fact]
    public async Task WhatAServerSaidOfALargeFileIsNeverTakenForAFileHere()
    {
        await using TestHub hub = await TestHub.StartAsync();
        byte[] bad = Hubs.Torch(Hubs.Pickle("os", "system", "echo canary"), 900_000), good = Hubs.Torch(Hubs.Harmless, 900_000);

        // The server shows good bytes under the digest of bad ones.
        hub.Add("org/model").Commit("main", TestFile.Large("model.bin", good).Claiming(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bad))));
        Run(hub, "scan", "hf://org/model");
        Directory.CreateDirectory(_tree["here"]);
        File.WriteAllBytes(_tree["here/model.bin"], bad);
        Assert.Equal(1, Run(hub, "scan", _tree["here"]).Code);
    }

    private string Store => _tree["store.db"];

    private ProgramRun Run(TestHub hub, params string[] arguments) => ProgramRun.Of(hub, _tree.Root, [.. arguments, "--store=" + Store], ("ASSAY_HUB_CACHE", "off"));

    private ProgramRun Audit(TestHub hub, params string[] arguments) => Run(hub, ["audit", .. arguments]);

    /// <summary>Runs the audit and returns what it noticed.</summary>
    private (string Kind, string File)[] Notices(TestHub hub, int code)
    {
        ProgramRun run = Audit(hub, "run", "house", "--format", "json");
        Assert.True(run.Code == code, $"exit code {run.Code}, not {code}: {run.Error}{run.Output}");
        return [.. JsonNode.Parse(run.Output)!["notices"]!.AsArray().Select(n => (n!["kind"]!.GetValue<string>(), n["file"]!.GetValue<string>()))];
    }
}
