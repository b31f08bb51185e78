// The protocol as the client speaks it.
using Assay.Hub.Bundles;
using Assay.Hub.Http;
using Assay.Hub.Targets;
using Assay.Hub.Tests.Builders;
using Assay.Hub.Tests.Server;

namespace Assay.Hub.Tests.Protocol;

public sealed class HubClientTests
{
    private static readonly TestFile[] s_files = [TestFile.Plain("a/b/c.txt", "words"), TestFile.Plain("config.json", "{}"), TestFile.Large("a/model.safetensors", Hubs.SafetensorsFile("w", 300_000))];

    private static async Task<RemoteBundle> OpenAsync(TestHub hub, string target, bool token = false)
    {
        HubOptions options = Hubs.Options(hub, token);
        return await RemoteBundle.OpenAsync(RemoteTarget.Parse(target, options), options, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("org/model", "models", "hf://org/model")]
    [InlineData("org/model", "models", "hf://models/org/model@main")]
    [InlineData("lonely", "models", "hf://lonely")]
    [InlineData("lonely", "models", "hf://lonely@main")]
    [InlineData("org/data", "datasets", "hf://datasets/org/data")]
    [InlineData("org/space", "spaces", "hf://spaces/org/space")]
    public async Task ARepositoryIsFoundByItsAddress(string name, string kind, string address)
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.PageSize = 2;
        string commit = hub.Add(name, kind).Commit("main", s_files);
        using RemoteBundle bundle = await OpenAsync(hub, address);
        Assert.Equal(commit, bundle.Revision!.Commit);
        Assert.Equal(["a/b/c.txt", "a/model.safetensors", "config.json"], bundle.Names);
        Assert.EndsWith("@" + commit, bundle.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hf://org/model/a", new[] { "b/c.txt", "model.safetensors" }, null)]
    [InlineData("hf://org/model@v1/a/model.safetensors", new[] { "b/c.txt", "model.safetensors" }, "model.safetensors")]
    [InlineData("hf://org/model/config.json", new[] { "a/b/c.txt", "a/model.safetensors", "config.json" }, "config.json")]
    public async Task AFolderOrAFileIsTheBundleAndItsPart(string address, string[] names, string? single)
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/model");
        repository.Commit("main", s_files);
        repository.Commit("v1", s_files);
        using RemoteBundle bundle = await OpenAsync(hub, address);
        Assert.Equal(names, bundle.Names);
        Assert.Equal(single, bundle.Single);
    }

    [Theory]
    [InlineData("hf://org/nothing", RemoteFault.NoRepository)]
    [InlineData("hf://org/model@nothing", RemoteFault.NoRevision)]
    [InlineData("hf://org/model/nothing", RemoteFault.NoEntry)]
    [InlineData("hf://org/private", RemoteFault.NoRepository)]
    public async Task WhatIsNotThereIsSaidByItsKind(string address, RemoteFault fault)
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.Add("org/model").Commit("main", s_files);
        TestRepository closed = hub.Add("org/private");
        closed.IsPrivate = true;
        closed.Commit("main", s_files);
        Assert.Equal(fault, (await Assert.ThrowsAsync<RemoteException>(() => OpenAsync(hub, address))).Fault);
        Assert.All(hub.Log.All, r => Assert.Null(r.Authorization));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task ATokenOpensWhatIsClosedAndGoesToTheHubOnly(bool isPrivate, bool isGated)
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository closed = hub.Add("org/closed");
        (closed.IsPrivate, closed.IsGated) = (isPrivate, isGated);
        closed.Commit("main", [.. s_files, TestFile.Large("second.safetensors", Hubs.SafetensorsFile("w", 300_000))]);
        using RemoteBundle bundle = await OpenAsync(hub, "hf://org/closed", token: true);
        Judged judged = await Judged.OfAsync(bundle);
        Assert.StartsWith("Passed", judged.Whole, StringComparison.Ordinal);
        Assert.Contains(hub.Log.All, r => r.IsStorage);
        Assert.All(hub.Log.All, r => Assert.Equal(r.IsStorage, r.Authorization is null));
    }

    [Fact]
    public async Task AGatedRepositoryWithoutATokenIsUnreadAndSaysWhy()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository closed = hub.Add("org/closed");
        closed.IsGated = true;
        closed.Commit("main", s_files);
        Judged judged = await Judged.OfAsync(hub, "hf://org/closed");
        Assert.StartsWith("Incomplete", judged.Whole, StringComparison.Ordinal);
        Assert.Contains("gated", judged.Files["config.json"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatWasReadBeforeIsNotReadAgain()
    {
        await using TestHub hub = await TestHub.StartAsync();
        using Assay.Tests.Builders.TemporaryTree tree = new();
        hub.Add("org/model").Commit("main", Hubs.Everything);
        HubOptions Cached(HubOptions options) => options with { CacheDirectory = tree["cache"] };
        Judged first = await Judged.OfAsync(hub, "hf://org/model", Cached);
        hub.Log.Clear();
        first.Equals("again", await Judged.OfAsync(hub, "hf://org/model", Cached));
        Assert.Equal(["/api/models/org/model/revision/main"], hub.Log.All.Where(r => !r.Path.Contains("/tree/", StringComparison.Ordinal) && !r.Path.EndsWith("/batch", StringComparison.Ordinal)).Select(r => r.Path));

        // What was damaged meanwhile is read again.
        foreach (string file in Directory.EnumerateFiles(tree["cache"], "*", SearchOption.AllDirectories))
        {
            byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            bytes[0] ^= 1;
            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        }

        first.Equals("damaged", await Judged.OfAsync(hub, "hf://org/model", Cached));
    }

    [Fact]
    public async Task RedirectsWithinTheHubAreFollowed()
    {
        // The hub gives small files from a place of its own, and a repository that was renamed under its new name.
        await using TestHub hub = await TestHub.StartAsync();
        hub.Add("org/new").Commit("main", s_files);
        hub.OnRequest = request => request.Path.Contains("/org/old", StringComparison.Ordinal) ? new Fault { Status = 307, Location = request.Path.Replace("/org/old", "/org/new", StringComparison.Ordinal) + request.Query }
            : request.Path.EndsWith("config.json", StringComparison.Ordinal) && request.Query.Length == 0 ? new Fault { Status = 307, Location = request.Path + "?again" } : null;
        Judged judged = await Judged.OfAsync(hub, "hf://org/old");
        Assert.StartsWith("Passed", judged.Whole, StringComparison.Ordinal);
        Assert.Contains(hub.Log.All, r => r.Query == "?again");
    }

    [Fact]
    public async Task TheHubsOwnFindingsAreTold()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/model");
        repository.SecurityStatus["a/model.safetensors"] = "unsafe";
        repository.Commit("main", s_files);
        using RemoteBundle bundle = await OpenAsync(hub, "hf://org/model");
        Assert.Equal([("a/model.safetensors", "unsafe")], bundle.Revision!.HubFindings);
        Assert.StartsWith("Passed", (await Judged.OfAsync(bundle)).Whole, StringComparison.Ordinal);
    }
}
