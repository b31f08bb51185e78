// assay scan, review and diff over a hub: the same exit codes and reports as over folders, and no secret anywhere.
using System.Text.Json.Nodes;
using Assay.Cli;
using Assay.Cli.Commands;
using Assay.Hub.Tests.Builders;
using Assay.Hub.Tests.Server;
using Assay.Tests.Builders;

namespace Assay.Hub.Tests.Cli;

public sealed class ScanCommandTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task AReportNamesTheCommitAndTheWhole()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/model");
        repository.SecurityStatus["old/bad.pkl"] = "unsafe";
        string commit = repository.Commit("main", Hubs.Everything);
        ProgramRun run = ProgramRun.Of(hub, _tree.Root, ["scan", "hf://org/model", "--format", "json"]);
        Assert.True(run.Code == 1, run.Error);
        JsonNode report = JsonNode.Parse(run.Output)!;
        Assert.Contains(report["targets"]!.AsArray(), t => t!["path"]!.GetValue<string>() == $"hf://org/model@{commit}/old/bad.pkl" && t["verdict"]!.GetValue<string>() == "malicious");
        Assert.Contains(report["bundles"]!.AsArray(), b => b!["path"]!.GetValue<string>() == $"hf://org/model@{commit}");
        Assert.Contains("old/bad.pkl: unsafe", run.Error, StringComparison.Ordinal);
        Assert.Contains(" requests.", run.Error, StringComparison.Ordinal);

        // What was read lies in the cache of whoever asked.
        Assert.NotEmpty(Directory.EnumerateFiles(_tree[".cache/assay/hub"], "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("hf://org/model/old/bad.pkl", 1)]
    [InlineData("hf://org/model/model.safetensors", 0)]
    [InlineData("hf://org/nothing", 2)]
    [InlineData("hf://org/model@nothing", 2)]
    [InlineData("https://127.0.0.1:1/model.bin", 2)]
    [InlineData("http://example.org/model.bin", 2)]
    [InlineData("hf://", 4)]
    [InlineData("hf://a/b/../c", 4)]
    [InlineData("oci://", 4)]
    [InlineData("s3+https://host", 4)]
    public async Task ExitCodesAreThoseOfPaths(string target, int code)
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.Add("org/model").Commit("main", Hubs.Everything);
        ProgramRun run = ProgramRun.Of(hub, _tree.Root, ["scan", target]);
        Assert.True(run.Code == code, $"exit code {run.Code}, not {code}: {run.Error}{run.Output}");
        Assert.DoesNotContain("Exception", run.Error + run.Output, StringComparison.Ordinal);
        Assert.True(code != 4 || run.Error.TrimEnd().Split('\n').Length == 1);
    }

    [Fact]
    public async Task PatternsHoldForNamesInARepository()
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.Add("org/model").Commit("main", Hubs.Everything);
        ProgramRun run = ProgramRun.Of(hub, _tree.Root, ["scan", "hf://org/model", "--include", "*.safetensors", "--quiet"]);
        Assert.Equal(0, run.Code);
        Assert.Empty(run.Error);
        Assert.DoesNotContain(hub.Log.All, r => r.Path.Contains("modeling_odd", StringComparison.Ordinal));
    }

    public static TheoryData<string> Failures => ["closed", "gated", "refused", "echo", "cut"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task ATokenIsNowhereInWhatIsWritten(string failure)
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/model");
        repository.Commit("main", Hubs.Everything);
        (repository.IsPrivate, repository.IsGated) = (failure == "closed", failure == "gated");
        hub.OnRequest = request => failure switch
        {
            "refused" when request.IsStorage => Fault.Of(403, ("X-Error-Message", "no " + TestHub.Signature)),
            "echo" when !request.Path.StartsWith("/api/models/org/model/revision", StringComparison.Ordinal) && !request.IsStorage => Fault.Of(403, ("X-Error-Message", "You sent " + request.Authorization)),
            "cut" when request.IsStorage => Fault.Cut(3),
            _ => null,
        };
        foreach (string[] command in (string[][])[["scan", "hf://org/model", "--format", "json", "--facts", _tree["facts"]], ["review", "hf://org/model"], ["pull", "hf://org/model", _tree["out"]]])
        {
            ProgramRun run = ProgramRun.Of(hub, _tree.Root, command, ("HF_TOKEN", failure is "closed" or "gated" ? "hf_wrongTokenThatNobodyMayPrint" : TestHub.Token));
            string all = run.Output + run.Error + (File.Exists(_tree["facts"]) ? File.ReadAllText(_tree["facts"]) : "");
            Assert.NotEmpty(all);
            Assert.DoesNotContain("ThatNobodyMayPrint", all, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(TestHub.Signature, run.Error + (failure == "refused" ? "" : all), StringComparison.OrdinalIgnoreCase);
        }

        Assert.All(Directory.EnumerateFiles(_tree.Root, "*", SearchOption.AllDirectories), f => Assert.DoesNotContain("ThatNobodyMayPrint", File.ReadAllText(f), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void ProgressSaysHowMuchWasReadOfHowMuch()
    {
        LiveProgress progress = new(new Host { Input = Stream.Null, Output = Stream.Null, Error = TextWriter.Null }, () => 1) { Network = () => (1_500_000, 100_000_000_000) };
        Assert.Contains("1.5 MB of 100.0 GB read", progress.Describe(3, 120), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATestLoadLoadsWhatLiesOnAServer()
    {
        Assert.SkipWhen(new Sandbox.TestLoader(new Sandbox.SandboxOptions()).Missing is not null, "There is no box here.");
        await using TestHub hub = await TestHub.StartAsync();
        hub.Add("org/model").Commit("main", TestFile.Large("bad.pkl", Hubs.Pickle("os", "system", "echo canary")));
        ProgramRun run = ProgramRun.Of(hub, _tree.Root, ["scan", "hf://org/model/bad.pkl", "--detonate", "-v"], ("ASSAY_HUB_CACHE", "off"));
        Assert.Equal(1, run.Code);
        Assert.Contains("observed-", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProxyIsAskedAsTheEnvironmentSays()
    {
        // The hub's name leads nowhere: only who is asked for everything can know where it is.
        await using TestHub hub = await TestHub.StartAsync();
        hub.Add("org/model").Commit("main", Hubs.Everything);
        string proxy = hub.Endpoint.ToString().TrimEnd('/');
        (string, string)[] away = [("HF_ENDPOINT", "http://hub.invalid"), ("ASSAY_HUB_CACHE", "off"), ("http_proxy", proxy), ("HTTP_PROXY", proxy)];
        Assert.Equal(0, await RunAsync(hub, ["scan", "hf://org/model", "--include", "*.py"], away));
        Assert.NotEmpty(hub.Log.All);
        Assert.All(hub.Log.All, r => Assert.Equal("hub.invalid", r.Host));

        // What is left out is asked directly, though the proxy is dead.
        hub.Log.Clear();
        (string, string)[] here = [("ASSAY_HUB_CACHE", "off"), ("http_proxy", "http://127.0.0.1:9"), ("HTTP_PROXY", "http://127.0.0.1:9"), ("no_proxy", "127.0.0.1,localhost"), ("NO_PROXY", "127.0.0.1,localhost")];
        Assert.Equal(0, await RunAsync(hub, ["scan", "hf://org/model", "--include", "*.py"], here));
        Assert.NotEmpty(hub.Log.All);
        Assert.All(hub.Log.All, r => Assert.NotEqual("hub.invalid", r.Host));
    }

    private async Task<int> RunAsync(TestHub hub, string[] arguments, (string, string)[] variables)
    {
        using System.Diagnostics.Process program = ProgramRun.Start(hub, _tree.Root, arguments, variables);
        Task<string> error = program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await program.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(program.ExitCode == 0, await error);
        return program.ExitCode;
    }

    [Fact]
    public async Task TwoRevisionsAreCompared()
    {
        await using TestHub hub = await TestHub.StartAsync();
        TestRepository repository = hub.Add("org/model");
        repository.Commit("v1", [.. Hubs.Everything.Where(f => !f.Path.StartsWith("old/", StringComparison.Ordinal))]);
        repository.Commit("v2", Hubs.Everything);
        ProgramRun same = ProgramRun.Of(hub, _tree.Root, ["diff", "hf://org/model@v1", "hf://org/model@v1", "--format", "json"]);

        // Nothing changed, as far as both were read: pictures and the like are no models.
        Assert.True(same.Code == 2, same.Error + same.Output);
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(same.Output);
        Assert.Empty(json.RootElement.GetProperty("changes").EnumerateArray());
        Assert.NotEmpty(json.RootElement.GetProperty("unread").EnumerateArray());
        ProgramRun other = ProgramRun.Of(hub, _tree.Root, ["diff", "hf://org/model@v1", "hf://org/model@v2", "--format", "json"]);
        Assert.True(other.Code == 1, other.Error);
        Assert.Contains("bad.pkl", other.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARepositoryIsReviewedAsOnDisk()
    {
        await using TestHub hub = await TestHub.StartAsync();
        string commit = hub.Add("org/model").Commit("main", Hubs.Everything);
        Hubs.WriteTo(_tree["disk"], Hubs.Everything);
        ProgramRun there = ProgramRun.Of(hub, _tree.Root, ["review", "hf://org/model"]);
        ProgramRun here = ProgramRun.Of(hub, _tree.Root, ["review", _tree["disk"]]);
        Assert.Equal(here.Code, there.Code);
        Assert.Equal(here.Output.Replace(_tree["disk"], "", StringComparison.Ordinal), there.Output.Replace("hf://org/model@" + commit, "", StringComparison.Ordinal));
    }
}
