// Servers that break, lie and stall: a clear sentence, bounded time, and never a pass of what was not read.
using Assay.Artifacts;
using Assay.Hub.Bundles;
using Assay.Hub.Http;
using Assay.Hub.Targets;
using Assay.Hub.Tests.Builders;
using Assay.Hub.Tests.Server;
using Assay.Policies;

namespace Assay.Hub.Tests.Bundles;

public sealed class FaultTests
{
    private static readonly TestFile[] s_files =
    [
        TestFile.Plain("config.json", """{"model_type": "odd"}"""),
        TestFile.Large("model.safetensors", Hubs.SafetensorsFile("weight", 600_000)),
        TestFile.Large("other.safetensors", Hubs.SafetensorsFile("other", 500_000)),
    ];

    private static async Task<TestHub> StartAsync()
    {
        TestHub hub = await TestHub.StartAsync();
        hub.Add("org/model").Commit("main", s_files);
        return hub;
    }

    /// <summary>The places of the protocol at which something can go wrong.</summary>
    private static bool IsAt(string phase, TestRequest request) => phase switch
    {
        "revision" => request.Path.Contains("/revision/", StringComparison.Ordinal),
        "tree" => request.Path.Contains("/tree/", StringComparison.Ordinal),
        "batch" => request.Path.EndsWith("/batch", StringComparison.Ordinal),
        "resolve" => request.Path.Contains("/resolve/", StringComparison.Ordinal),
        _ => request.IsStorage,
    };

    private static Fault FaultOf(string name) => name switch
    {
        "cut before the head" => Fault.Cut(-1),
        "cut at once" => Fault.Cut(0),
        "cut in the body" => Fault.Cut(10),
        "429" => Fault.Of(429, ("Retry-After", "0")),
        "500" => Fault.Of(500),
        "503" => Fault.Of(503),
        _ => throw new ArgumentException(name),
    };

    public static TheoryData<string, string> Passing => new MatrixTheoryData<string, string>(
        ["revision", "tree", "batch", "resolve", "storage"], ["cut before the head", "cut at once", "cut in the body", "429", "500"]);

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task WhatGoesWrongOnceChangesNothing(string phase, string fault)
    {
        await using TestHub hub = await StartAsync();
        Judged right = await Judged.OfAsync(hub, "hf://org/model");
        int asked = 0;
        hub.OnRequest = request => IsAt(phase, request) && Interlocked.Increment(ref asked) == 1 ? FaultOf(fault) : null;
        right.Equals(phase, await Judged.OfAsync(hub, "hf://org/model"));
        Assert.True(asked > 1, "Nothing was asked again.");
    }

    [Theory]
    [InlineData("cut before the head", RemoteFault.Network)]
    [InlineData("cut in the body", RemoteFault.Network)]
    [InlineData("429", RemoteFault.RateLimited)]
    [InlineData("503", RemoteFault.ServerError)]
    public async Task AHubThatFailsAlwaysIsSaidToAndIsAskedABoundedNumberOfTimes(string fault, RemoteFault expected)
    {
        await using TestHub hub = await StartAsync();
        hub.OnRequest = _ => FaultOf(fault);
        RemoteException failure = await Assert.ThrowsAsync<RemoteException>(() => Judged.OfAsync(hub, "hf://org/model"));
        Assert.Equal(expected, failure.Fault);
        Assert.Equal(Hubs.Options(hub).Attempts, hub.Log.Count);
        Assert.EndsWith(".", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cut before the head")]
    [InlineData("500")]
    public async Task FilesThatCannotBeHadAreUnreadAndTheRestIsJudged(string fault)
    {
        await using TestHub hub = await StartAsync();
        hub.OnRequest = request => request.IsStorage ? FaultOf(fault) : null;
        Judged judged = await Judged.OfAsync(hub, "hf://org/model");
        Assert.Equal(Verdict.Incomplete, judged.Reports["model.safetensors"].Verdict);
        Assert.Equal(Verdict.Passed, judged.Reports["config.json"].Verdict);
        Assert.StartsWith("Incomplete", judged.Whole, StringComparison.Ordinal);
    }

    public static TheoryData<string> Lies => ["whole", "longer", "shorter", "another part", "packed", "exchanged", "endless", "corrupt small file"];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task WhatIsNotTheFileThatWasListedIsUnread(string lie)
    {
        await using TestHub hub = await StartAsync();
        int asked = 0;
        hub.OnRequest = request => lie switch
        {
            "corrupt small file" => request.Path.EndsWith("config.json", StringComparison.Ordinal) ? new Fault { Corrupts = true } : null,
            _ when !request.IsStorage => null,
            "whole" => new Fault { IgnoresRanges = true },
            "longer" => new Fault { Total = 700_000, GivesParts = false },
            "shorter" => new Fault { Total = 600_000 },
            "another part" => new Fault { GivesParts = false, Headers = [("Content-Range", "bytes 5-10/600000")], Status = 206, Body = [1, 2, 3, 4, 5, 6] },
            "packed" => new Fault { Headers = [("Content-Encoding", "gzip")] },
            "exchanged" => new Fault { GivesParts = false, Status = null, Headers = [("ETag", $"\"{Interlocked.Increment(ref asked)}\"")] },
            _ => new Fault { IsEndless = true, IgnoresRanges = true },
        };
        Judged judged = await Judged.OfAsync(hub, "hf://org/model");
        string file = lie == "corrupt small file" ? "config.json" : "model.safetensors";
        Assert.Equal(Verdict.Incomplete, judged.Reports[file].Verdict);
        Assert.All(judged.Reports[file].Unread, u => Assert.True(u.Cause is UnreadCause.Changed or UnreadCause.Unreadable, $"{u.Cause}: {u.Detail}"));
    }

    [Fact]
    public async Task AServerThatKnowsNoRangesGivesSmallFilesAllTheSame()
    {
        await using TestHub hub = await StartAsync();
        hub.OnRequest = _ => new Fault { IgnoresRanges = true };
        Judged judged = await Judged.OfAsync(hub, "hf://org/model");
        Assert.Equal(Verdict.Passed, judged.Reports["config.json"].Verdict);
        Assert.Contains("parts", Assert.Single(judged.Reports["model.safetensors"].Unread).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("drip")]
    public async Task WhoAnswersTooSlowlyIsLeft(string how)
    {
        await using TestHub hub = await StartAsync();
        hub.OnRequest = _ => how == "silent" ? new Fault { IsSilent = true } : new Fault { Drip = TimeSpan.FromMilliseconds(20) };
        HubOptions options = Hubs.Options(hub) with { Attempts = 2, AnswerTime = TimeSpan.FromMilliseconds(300), IdleTime = TimeSpan.FromSeconds(20), SlowestRate = 1 << 20 };
        RemoteException failure = await Assert.ThrowsAsync<RemoteException>(() => RemoteBundle.OpenAsync(RemoteTarget.Parse("hf://org/model", options), options, TestContext.Current.CancellationToken));
        Assert.Equal(RemoteFault.TooSlow, failure.Fault);
    }

    [Fact]
    public async Task ABodyThatStopsComingIsLeft()
    {
        await using TestHub hub = await StartAsync();
        hub.OnRequest = request => request.IsStorage ? new Fault { SilentAfter = 10 } : null;
        Judged judged = await Judged.OfAsync(hub, "hf://org/model", o => o with { Attempts = 2, IdleTime = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(Verdict.Incomplete, judged.Reports["model.safetensors"].Verdict);
        Assert.Equal(Verdict.Incomplete, judged.Reports["other.safetensors"].Verdict);
    }

    [Fact]
    public async Task AServerThatFailsInARowIsNotAskedForEveryFile()
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.Add("org/model").Commit("main", [.. Enumerable.Range(0, 60).Select(i => TestFile.Large($"model{i:D2}.safetensors", Hubs.SafetensorsFile("w" + i, 300_000)))]);
        hub.OnRequest = request => request.IsStorage ? Fault.Of(500) : null;
        Judged judged = await Judged.OfAsync(hub, "hf://org/model", o => o with { Connections = 1 });
        Assert.All(judged.Reports.Values, r => Assert.Equal(Verdict.Incomplete, r.Verdict));
        Assert.InRange(hub.Log.All.Count(r => r.IsStorage), 3, 200);
    }

    [Fact]
    public async Task AnEndlessListingEnds()
    {
        await using TestHub hub = await StartAsync();
        hub.OnRequest = request => IsAt("tree", request) ? new Fault { IsEndless = true } : null;
        HubOptions options = Hubs.Options(hub) with { AnswerBytes = 1 << 20 };
        Assert.Equal(RemoteFault.TooLarge, (await Assert.ThrowsAsync<RemoteException>(() => Judged.OfAsync(hub, "hf://org/model", _ => options))).Fault);
        Assert.True(hub.Log.All.Count(r => IsAt("tree", r)) == 1, "An answer without end was asked for again.");
    }

    [Theory]
    [InlineData(3, 1_000_000)]
    [InlineData(2000, 3)]
    public async Task OversizedListingsEnd(int pages, int files)
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.PageSize = 1;
        hub.Add("org/model").Commit("main", [.. Enumerable.Range(0, 10).Select(i => TestFile.Plain($"file{i}.txt", "x"))]);
        Assert.Equal(RemoteFault.TooLarge, (await Assert.ThrowsAsync<RemoteException>(() => Judged.OfAsync(hub, "hf://org/model", o => o with { Pages = pages, Files = files }))).Fault);
    }

    [Fact]
    public async Task AListingThatLeadsToItselfEnds()
    {
        await using TestHub hub = await StartAsync();
        hub.OnRequest = request => IsAt("tree", request) ? new Fault { Headers = [("Link", $"<{hub.Endpoint.GetLeftPart(UriPartial.Authority)}{request.Path}{request.Query}>; rel=\"next\"")] } : null;
        Assert.Equal(RemoteFault.TooLarge, (await Assert.ThrowsAsync<RemoteException>(() => Judged.OfAsync(hub, "hf://org/model"))).Fault);
    }

    [Theory]
    [InlineData("loop", RemoteFault.Refused)]
    [InlineData("file:///etc/passwd", RemoteFault.Refused)]
    [InlineData("ftp://example.org/model", RemoteFault.Refused)]
    [InlineData("http://example.org/model", RemoteFault.Refused)]
    [InlineData("https://169.254.169.254/latest/meta-data", RemoteFault.Refused)]
    [InlineData("https://[::1]/model", RemoteFault.Refused)]
    [InlineData("https://10.0.0.1/model", RemoteFault.Refused)]
    [InlineData("https://user:word@example.org/model", RemoteFault.Refused)]
    public async Task RedirectsThatNobodyShouldFollowAreRefused(string location, RemoteFault expected)
    {
        await using TestHub hub = await StartAsync();
        hub.OnRequest = request => new Fault { Location = location == "loop" ? hub.Endpoint + request.Path[1..] : location };
        RemoteException failure = await Assert.ThrowsAsync<RemoteException>(() => Judged.OfAsync(hub, "hf://org/model"));
        Assert.Equal(expected, failure.Fault);
        Assert.True(hub.Log.Count <= Hubs.Options(hub).Redirects + 1);
        Assert.DoesNotContain("word", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHostOfThePrivateNetworkIsGoneToOnlyWhereItIsNamed()
    {
        await using TestHub hub = await StartAsync();
        Judged judged = await Judged.OfAsync(hub, "hf://org/model", o => o with { PrivateHosts = new HashSet<string>() });
        Assert.Equal(Verdict.Incomplete, judged.Reports["model.safetensors"].Verdict);
        Assert.DoesNotContain(hub.Log.All, r => r.IsStorage);
    }

    [Fact]
    public async Task AServerThatAsksToWaitForHoursIsNotWaitedFor()
    {
        await using TestHub hub = await StartAsync();
        hub.OnRequest = _ => Fault.Of(429, ("RateLimit", "\"api\";r=0;t=7200"));
        RemoteException failure = await Assert.ThrowsAsync<RemoteException>(() => Judged.OfAsync(hub, "hf://org/model"));
        Assert.Equal(RemoteFault.RateLimited, failure.Fault);
        Assert.Contains("7201", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, hub.Log.Count);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"sha\": \"../../etc\"}")]
    [InlineData("{\"sha\": 5}")]
    [InlineData("<html>")]
    [InlineData("\"\\ud800\"")]
    public async Task WhatIsNoAnswerOfAHubIsSaidToBeNone(string answer)
    {
        await using TestHub hub = await StartAsync();
        hub.OnRequest = request => IsAt("revision", request) ? new Fault { Body = System.Text.Encoding.UTF8.GetBytes(answer) } : null;
        Assert.Equal(RemoteFault.Malformed, (await Assert.ThrowsAsync<RemoteException>(() => Judged.OfAsync(hub, "hf://org/model"))).Fault);
    }

    [Theory]
    [InlineData("../../outside.pkl")]
    [InlineData("/etc/outside.pkl")]
    [InlineData("a//b.pkl")]
    [InlineData("twice.pkl")]
    public async Task NamesThatNoBundleHasAreUnread(string name)
    {
        await using TestHub hub = await TestHub.StartAsync();
        byte[] bad = Hubs.Pickle("os", "system", "echo canary");
        hub.Add("org/model").Commit("main", TestFile.Plain("twice.pkl", bad), TestFile.Plain(name, bad));
        Judged judged = await Judged.OfAsync(hub, "hf://org/model");
        Assert.Equal(Verdict.Incomplete, judged.Reports[name].Verdict);
    }
}
