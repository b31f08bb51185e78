// A model on a hub is judged as the same files on a disk are.
using Assay.Hub.Tests.Builders;
using Assay.Hub.Tests.Server;
using Assay.Policies;
using Assay.Tests.Builders;

namespace Assay.Hub.Tests.Bundles;

public sealed class EqualToDiskTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task ARepositoryIsJudgedAsOnDisk()
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.PageSize = 5;
        hub.Add("org/model").Commit("main", Hubs.Everything);
        Hubs.WriteTo(_tree["disk"], Hubs.Everything);
        Judged disk = await Judged.OfAsync(_tree["disk"]);
        disk.Equals("org/model", await Judged.OfAsync(hub, "hf://org/model"));

        // The set has something of everything.
        Assert.Contains("Malicious", disk.Whole, StringComparison.Ordinal);
        Assert.Equal(Verdict.Passed, disk.Reports["model.safetensors"].Verdict);
        Assert.Equal(Verdict.Malicious, disk.Reports["old/bad.bin"].Verdict);
        Assert.Contains("ignored", disk.Files.Values);
    }

    [Fact]
    public async Task WhatLiesInTheNewerStorageIsReadThroughItsBridge()
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.HasXet = true;
        hub.HasBatches = false;
        hub.Add("org/model").Commit("main", Hubs.Everything);
        Hubs.WriteTo(_tree["disk"], Hubs.Everything);
        (await Judged.OfAsync(_tree["disk"])).Equals("org/model", await Judged.OfAsync(hub, "hf://org/model"));
        Assert.Contains(hub.Log.All, r => r is { IsStorage: true, Range: not null });
        Assert.DoesNotContain(hub.Log.All, r => r.Path.Contains("xet-read-token", StringComparison.Ordinal) || r.Path.Contains("reconstructions", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, true, 0)]
    [InlineData(true, false, 0)]
    [InlineData(true, false, 400)]
    [InlineData(true, false, 416)]
    public async Task WhatAServerCannotDoChangesNothing(bool batches, bool parts, int status)
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.HasBatches = batches;
        hub.OnRequest = request => new Fault { GivesParts = parts, Status = status > 0 && request.Range?.Contains(',', StringComparison.Ordinal) == true ? status : null };
        hub.Add("org/model").Commit("main", Hubs.Everything);
        Hubs.WriteTo(_tree["disk"], Hubs.Everything);
        (await Judged.OfAsync(_tree["disk"])).Equals("org/model", await Judged.OfAsync(hub, "hf://org/model"));
    }

    [Fact]
    public async Task AFolderOfTheCorpusIsJudgedAsOnDisk()
    {
        string? corpus = Environment.GetEnvironmentVariable("ASSAY_CORPUS");
        Assert.SkipUnless(Directory.Exists(corpus), "ASSAY_CORPUS names no folder of files.");
        await using TestHub hub = await TestHub.StartAsync();
        List<string> folders = [.. Directory.EnumerateDirectories(corpus!, "*", SearchOption.AllDirectories).Where(f => Directory.EnumerateFiles(f).Any()).Order(StringComparer.Ordinal)];
        foreach (string folder in folders)
        {
            TestFile[] files = [.. Directory.EnumerateFiles(folder).Where(f => new FileInfo(f).LinkTarget is null).Select(f => TestFile.Large(Path.GetFileName(f), File.ReadAllBytes(f)))];
            string name = "org/folder" + hub.Repositories.Count;
            hub.Add(name).Commit("main", files);
            Directory.CreateDirectory(_tree["disk"]);
            Hubs.WriteTo(_tree["disk"], files);
            (await Judged.OfAsync(_tree["disk"])).Equals(folder, await Judged.OfAsync(hub, "hf://" + name));
            Directory.Delete(_tree["disk"], recursive: true);
        }

        Assert.NotEmpty(folders);
    }
}
