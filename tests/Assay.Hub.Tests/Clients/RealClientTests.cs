// The test hub is a hub: npm's @huggingface/hub reads it as it reads the real one.
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Assay.Hub.Tests.Builders;
using Assay.Hub.Tests.Cli;
using Assay.Hub.Tests.Server;
using Assay.Tests.Builders;

namespace Assay.Hub.Tests.Clients;

public sealed class RealClientTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task TheClientInJavaScriptReadsTheTestHub()
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.PageSize = 2;
        byte[] large = RandomNumberGenerator.GetBytes(1_200_000);
        TestFile[] files =
        [
            TestFile.Plain("config.json", "{\"model_type\": \"bert\"}"), TestFile.Plain("a folder/code.py", "x = 1\n"),
            TestFile.Large("model.safetensors", large), TestFile.Large("sub/dir/small.bin", [1, 2, 3, 4, 5, 6, 7, 8]),
        ];
        (string Type, string Name, string Revision, bool IsClosed)[] asked =
            [("model", "org/model", "main", false), ("model", "lonely", "v1", false), ("model", "org/closed", "main", true), ("dataset", "org/data", "refs/pr/1", false)];
        List<string> commits = [];
        foreach ((string type, string name, string revision, bool closed) in asked)
        {
            TestRepository repository = hub.Add(name, type + "s");
            repository.IsGated = repository.IsPrivate = closed;
            repository.SecurityStatus["sub/dir/small.bin"] = "unsafe";
            repository.Commit("main", TestFile.Plain("old", "old"));
            commits.Add(repository.Commit(revision, files));
        }

        JsonArray all = await NodeClient.ReadAsync(hub.Endpoint, _tree.Root, [.. asked.Select(a => new JsonObject { ["type"] = a.Type, ["name"] = a.Name, ["revision"] = a.Revision, ["token"] = a.IsClosed ? TestHub.Token : null })]);
        Assert.Equal(asked.Length, all.Count);
        for (int at = 0; at < asked.Length; at++)
        {
            JsonNode seen = all[at]!;
            Assert.True(seen["exists"]!.GetValue<bool>());
            Assert.Equal(asked[at].Type == "model" ? commits[at] : null, seen["sha"]?.GetValue<string>());
            Assert.Null(seen["missing"]);
            Assert.Equal(files.Length, seen["files"]!.AsObject().Count);
            Assert.All(files, f =>
            {
                JsonNode file = seen["files"]![f.Path]!;
                Assert.Equal(f.Length, file["size"]!.GetValue<long>());
                Assert.Equal(f.Oid, file["oid"]!.GetValue<string>());
                Assert.Equal(f.IsLarge ? f.Sha256 : null, file["lfs"]?.GetValue<string>());
                Assert.Equal(f.Sha256, file["sha256"]!.GetValue<string>());
                Assert.Equal(Convert.ToHexStringLower(f.ToArray().AsSpan(1, 4)), seen["ranges"]![f.Path]!.GetValue<string>());
            });
            Assert.Equal("unsafe", seen["security"]!["sub/dir/small.bin"]!.GetValue<string>());
            Assert.Equal(3, seen["cached"]!.AsObject().Count);
        }

        Assert.All(hub.Log.All.Where(r => r.IsStorage), r => Assert.Null(r.Authorization));
        Assert.Contains(hub.Log.All, r => r.IsStorage);
    }

    [Fact]
    public async Task TheClientInJavaScriptFindsWhatWasPulledIntoTheCache()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestFile[] files = [TestFile.Plain("config.json", "{\"model_type\": \"odd\"}"), TestFile.Plain("sub/words.txt", "words"), TestFile.Large("model.safetensors", Hubs.SafetensorsFile("w", 300_000))];
        string commit = hub.Add("org/model").Commit("main", files);
        ProgramRun run = ProgramRun.Of(hub, _tree.Root, ["pull", "hf://org/model", "--cache"], ("ASSAY_HUB_CACHE", "off"));
        Assert.True(run.Code == 0, run.Error);
        hub.Log.Clear();
        JsonNode seen = (await NodeClient.ReadAsync(hub.Endpoint, _tree.Root, [new JsonObject
        {
            ["type"] = "model", ["name"] = "org/model", ["revision"] = commit, ["cacheDir"] = _tree[".cache/huggingface/hub"], ["offline"] = new JsonArray([.. files.Select(f => (JsonNode)f.Path)]),
        }]))[0]!;
        Assert.Equal(0, hub.Log.Count);
        Assert.All(files, f => Assert.Equal((f.IsLarge ? f.Sha256 : f.Oid, f.Sha256), (seen["cached"]![f.Path]!["blob"]!.GetValue<string>(), seen["cached"]![f.Path]!["sha256"]!.GetValue<string>())));
        JsonNode scanned = Assert.Single(seen["scanned"]!.AsArray())!;

        // It counts what lies at the top.
        Assert.Equal(("org/model", "model", commit, 2), (scanned["name"]!.GetValue<string>(), scanned["type"]!.GetValue<string>(), scanned["commit"]!.GetValue<string>(), scanned["files"]!.GetValue<int>()));
        Assert.Equal("main", Assert.Single(scanned["refs"]!.AsArray())!.GetValue<string>());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task WhatIsClosedStaysClosed(bool isPrivate, bool isGated)
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/closed");
        repository.IsPrivate = isPrivate;
        repository.IsGated = isGated;
        repository.Commit("main", TestFile.Large("model.safetensors", [1, 2, 3]));
        using HttpClient stranger = new();
        Assert.Equal(isPrivate ? 401 : 200, (int)(await stranger.GetAsync(new Uri(hub.Endpoint, "/api/models/org/closed"), TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(401, (int)(await stranger.GetAsync(new Uri(hub.Endpoint, "/org/closed/resolve/main/model.safetensors"), TestContext.Current.CancellationToken)).StatusCode);
    }
}
