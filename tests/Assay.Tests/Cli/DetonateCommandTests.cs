// Test loads are asked for, never implied; what could not be loaded has an exit code of its own.
using System.Text;
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
