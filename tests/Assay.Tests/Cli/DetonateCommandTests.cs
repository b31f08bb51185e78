// Test loads are asked for, never implied; what could not be loaded has an exit code of its own.
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Cli;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Cli;

public sealed class DetonateCommandTests : IDisposable
{
    private readonly TemporaryTree _tree = new();
    private ScanOptions? _options;

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void AScanLoadsNothingUnlessItIsAsked()
    {
        string file = _tree.Add("m.pkl", "x");
        Run(Verdict.Passed, null, "scan", file);
        Assert.Null(_options?.TestLoad);
        Run(Verdict.Passed, null, "scan", "--detonate", file);
        Assert.NotNull(_options?.TestLoad);
        Run(Verdict.Passed, null, "detonate", file);
        Assert.NotNull(_options?.TestLoad);
    }

    [Theory]
    [InlineData("--load-time", "60")]
    [InlineData("--linger", "3")]
    [InlineData("--shift-days", "0")]
    [InlineData("--host-name", "a")]
    [InlineData("--repeat", "1")]
    [InlineData("--sinkhole", null)]
    [InlineData("--load-memory", "6GiB")]
    [InlineData("--backend", "bwrap")]
    public void OptionsOfTestLoadsWithoutOneAreRefused(string option, string? value)
    {
        string[] options = value is null ? [option] : [option, value];
        string file = _tree.Add("m.pkl", "x");
        Assert.Equal(4, Run(Verdict.Passed, null, ["scan", file, .. options]));
        Assert.Equal(0, Run(Verdict.Passed, null, ["scan", "--detonate", file, .. options]));
    }

    [Fact]
    public void WhatCouldNotBeLoadedIsFive() =>
        Assert.Equal(5, Run(Verdict.Incomplete, UnreadCause.NotDetonated, "detonate", _tree.Add("m.pkl", "x")));

    [Fact]
    public void FindingsWinOverLoadsThatDidNotTakePlace() =>
        Assert.Equal(1, Run(Verdict.Malicious, UnreadCause.NotDetonated, "detonate", _tree.Add("m.pkl", "x")));

    [Fact]
    public void WhatCouldNotBeReadIsStillTwo() =>
        Assert.Equal(2, Run(Verdict.Incomplete, UnreadCause.Truncated, "detonate", _tree.Add("m.pkl", "x")));

    [Theory]
    [InlineData("--load-time", "0")]
    [InlineData("--linger", "soon")]
    [InlineData("--shift-days", "1e9")]
    [InlineData("--repeat", "0")]
    [InlineData("--host-name", "a b")]
    [InlineData("--load-memory", "1MiB")]
    [InlineData("--load-memory", "much")]
    [InlineData("--backend", "docker")]
    public void OddNumbersAreRefused(string option, string value) =>
        Assert.Equal(4, Run(Verdict.Passed, null, "detonate", _tree.Add("m.pkl", "x"), option, value));

    [Theory]
    [InlineData("--sinkhole", null)]
    [InlineData("--shift-days", "3")]
    public void WhatOneBackendCannotDoIsRefusedWithIt(string option, string? value)
    {
        string file = _tree.Add("m.pkl", "x");
        string[] options = value is null ? [option] : [option, value];
        Assert.Equal(4, Run(Verdict.Passed, null, ["detonate", file, "--backend", "runsc", .. options]));
        Assert.Equal(0, Run(Verdict.Passed, null, ["detonate", file, "--backend", "bwrap", .. options]));
    }

    [Fact]
    public void BytesThatNoLoaderTakesAreNotDetonated()
    {
        // The real engine, on a format that is recognised and that the sandbox has no loader for.
        string file = _tree.Add("m.gguf", "GGUF\u0003\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        using MemoryStream output = new();
        Assert.Equal(5, CommandLine.Run(["detonate", file], Stream.Null, output, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.Contains("not-detonated", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void FilesOfAFolderThatNoLoaderTakesAreNoFailedLoads()
    {
        Sandbox.Boxed.Needs();
        _tree.Add("config.json", "{\"model_type\": \"odd\"}");
        File.WriteAllBytes(_tree.Add("m.pkl", ""), Assay.Tests.Scanning.Scans.Harmless);
        Assert.Equal(0, CommandLine.Run(["detonate", _tree.Root], Stream.Null, Stream.Null, TextWriter.Null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void ALoadInWhichNothingWasSeenIsToldWithItsLoader()
    {
        Sandbox.Boxed.Needs();
        string file = _tree.Add("m.pkl", "");
        File.WriteAllBytes(file, Assay.Tests.Scanning.Scans.Harmless);
        using MemoryStream output = new();
        Assert.Equal(0, CommandLine.Run(["detonate", file, "--format", "json"], Stream.Null, output, TextWriter.Null, TestContext.Current.CancellationToken));
        JsonElement report = JsonDocument.Parse(output.ToArray()).RootElement;
        Assert.Empty(Reports.JsonSchema.FromDocs("scan.schema.json").Errors(report));
        JsonElement[] events = [.. report.GetProperty("targets")[0].GetProperty("events").EnumerateArray()];
        Assert.Contains(events, e => e.GetProperty("kind").GetString() == "load-ending" && e.GetProperty("loader").GetString() == "pickle.load");
        using MemoryStream text = new();
        CommandLine.Run(["detonate", file], Stream.Null, text, TextWriter.Null, TestContext.Current.CancellationToken);
        Assert.Contains("pickle.load: loaded", Encoding.UTF8.GetString(text.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void WhereNoLoadTookPlaceTheEventsAreEmptyAndAScanHasNone()
    {
        string file = _tree.Add("m.gguf", "GGUF\u0003\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        using MemoryStream output = new();
        CommandLine.Run(["detonate", file, "--format", "json"], Stream.Null, output, TextWriter.Null, TestContext.Current.CancellationToken);
        Assert.Equal(0, JsonDocument.Parse(output.ToArray()).RootElement.GetProperty("targets")[0].GetProperty("events").GetArrayLength());
        using MemoryStream scan = new();
        CommandLine.Run(["scan", file, "--format", "json"], Stream.Null, scan, TextWriter.Null, TestContext.Current.CancellationToken);
        Assert.False(JsonDocument.Parse(scan.ToArray()).RootElement.GetProperty("targets")[0].TryGetProperty("events", out _));
    }

    private int Run(Verdict verdict, UnreadCause? cause, params string[] arguments)
    {
        Host host = new()
        {
            Input = Stream.Null,
            Output = Stream.Null,
            Error = TextWriter.Null,
            Scan = (scanner, inputs, _, _) =>
            {
                _options = scanner.Options;
                string path = inputs.First().Path;
                TargetReport target = new()
                {
                    Path = path,
                    Verdict = verdict,
                    Unread = cause is { } one ? [new UnreadFact { Path = path, Cause = one }] : [],
                };
                return [new ScanResult(path, target)];
            },
        };
        return CommandLine.Run(arguments, host);
    }
}
