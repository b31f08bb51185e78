// The program as a user meets it: exit codes, streams, options, and what it refuses.
using System.Text;
using System.Text.Json;
using Assay.Cli;
using Assay.Cli.Commands;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Reports;

namespace Assay.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryTree _tree = new();
    private ScanOptions? _options;

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("fine", "suspicious", 0)]
    [InlineData("odd", "suspicious", 1)]
    [InlineData("evil", "suspicious", 1)]
    [InlineData("odd", "malicious", 0)]
    [InlineData("evil", "malicious", 1)]
    [InlineData("evil", "never", 0)]
    [InlineData("broken", "suspicious", 2)]
    [InlineData("broken", "never", 2)]
    [InlineData("oddbroken", "suspicious", 1)]
    [InlineData("oddbroken", "malicious", 2)]
    [InlineData("oddbroken", "never", 2)]
    public void T213_ExitCodes(string content, string failOn, int code) =>
        Assert.Equal(code, Run("scan", _tree.Add("m.pt", content), "--fail-on", failOn).Code);

    [Fact]
    public void T213_FindingsWinOverIncompleteness()
    {
        _tree.Add("d/a.pt", "evil");
        _tree.Add("d/b.pt", "broken");
        Assert.Equal(1, Run("scan", _tree["d"]).Code);
    }

    [Fact]
    public void NothingToScanIsThree()
    {
        Directory.CreateDirectory(_tree["empty"]);
        Assert.Equal(3, Run("scan", _tree["empty"]).Code);
        _tree.Add("d/readme", "text");
        Assert.Equal(3, Run("scan", _tree["d"]).Code);
    }

    [Fact]
    public void AMissingPathIsTwo() => Assert.Equal(2, Run("scan", _tree["nope"]).Code);

    [Fact]
    public void AMissingPathDoesNotKeepTheOthersFromBeingScanned() =>
        Assert.Equal(1, Run("scan", _tree["nope"], _tree.Add("m.pt", "evil")).Code);

    [Theory]
    [InlineData()]
    [InlineData("--jsn", "x")]
    [InlineData("x", "--format", "xml")]
    [InlineData("x", "--fail-on", "sometimes")]
    [InlineData("x", "--jobs", "0")]
    [InlineData("x", "--jobs", "many")]
    [InlineData("x", "--limit", "depth")]
    [InlineData("x", "--limit", "depth=")]
    [InlineData("x", "--limit", "depth=0")]
    [InlineData("x", "--limit", "depth=-1")]
    [InlineData("x", "--limit", "depth=1e3")]
    [InlineData("x", "--limit", "depth=99999999999")]
    [InlineData("x", "--limit", "inflated-bytes=9999999999TiB")]
    [InlineData("x", "--limit", "unknown=1")]
    [InlineData("x", "--policy", "/nonexistent/policy.yaml")]
    [InlineData("x", "--rules", "/nonexistent")]
    [InlineData("x", "--output", "/nonexistent/report")]
    [InlineData("x", "--output", "/dev/null")]
    [InlineData("x", "--output")]
    public void AUsageErrorIsFourAndOneSentence(params string[] arguments)
    {
        Result result = Run(["scan", .. arguments]);
        Assert.Equal(4, result.Code);
        Assert.Equal("", result.Out);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
        Assert.Null(_options);
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("pickle")]
    [InlineData("pickle", "load", "x")]
    [InlineData("explain")]
    [InlineData("explain", "NO-SUCH-RULE")]
    [InlineData("formats", "--format", "sarif")]
    public void AWrongCommandIsFour(params string[] arguments) => Assert.Equal(4, Run(arguments).Code);

    [Theory]
    [InlineData("--help")]
    [InlineData("scan", "--help")]
    [InlineData("--version")]
    [InlineData("formats")]
    [InlineData("formats", "--format", "json")]
    [InlineData("rules")]
    [InlineData("rules", "--format", "json")]
    public void AListingIsZero(params string[] arguments)
    {
        Result result = Run(arguments);
        Assert.Equal(0, result.Code);
        Assert.NotEqual("", result.Out);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public void APathThatLooksLikeAResponseFileIsAPath() => Assert.Equal(2, Run("scan", "@nope").Code);

    [Fact]
    public void APathThatBeginsWithADashGoesBehindTwoDashes() => Assert.Equal(2, Run("scan", "--", "--nope.pt").Code);

    [Fact]
    public void T217_StandardInputIsJudgedAsAFileIs()
    {
        Result result = Run("evil", "scan", "-", "--format", "json");
        Assert.Equal(1, result.Code);
        Assert.Equal("-", Json(result).GetProperty("targets")[0].GetProperty("path").GetString());
        Assert.Equal(0, Run("fine", "scan", "-").Code);
    }

    [Theory]
    [InlineData("scan")]
    [InlineData("inspect")]
    public void StandardInputIsTakenByWhoeverTakesAFile(string command)
    {
        byte[] pickle = Assay.Tests.Scanning.Scans.Harmless;
        string whole = Inputs(pickle, command, "-", command == "scan" ? "--format=json" : "--json").Out;
        Assert.Contains("\"-\"", whole, StringComparison.Ordinal);
        Assert.Contains("pickle", whole, StringComparison.Ordinal);
        Assert.Equal(0, Inputs(pickle, command, "-").Code);
        Assert.Equal(2, Inputs(pickle, command, "-", "--limit", "stdin-bytes=2").Code);
        Assert.Equal(2, Inputs([], command, "-").Code);
    }

    private static (int Code, string Out) Inputs(byte[] input, params string[] arguments)
    {
        using MemoryStream output = new();
        using MemoryStream stream = new(input);
        int code = CommandLine.Run(arguments, stream, output, TextWriter.Null, TestContext.Current.CancellationToken);
        return (code, Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public void T207_StandardInputOverItsLimitIsIncomplete()
    {
        Result result = Run(new string('x', 2000), "scan", "-", "--limit", "stdin-bytes=1KiB");
        Assert.Equal(2, result.Code);
        Assert.Contains("stdin-bytes=1024", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void LimitsJobsAndDigestReachTheEngine()
    {
        Run("scan", _tree.Add("m.pt"), _tree.Add("n.pt"), "--limit", "depth=3", "--limit", "inflated-bytes=2GiB", "--jobs", "3", "--digest");
        Assert.Equal(3, _options!.Limits.Depth);
        Assert.Equal(2L << 30, _options.Limits.InflatedBytes);
        Assert.Equal(3, _options.Jobs);
        Assert.True(_options.DigestAll);
    }

    [Fact]
    public void JsonConformsToThePublishedSchema()
    {
        _tree.Add("d/a.pt", "evil");
        _tree.Add("d/b.pt", "broken");
        Assert.Empty(JsonSchema.FromDocs("scan.schema.json").Errors(Json(Run("scan", _tree["d"], "--format", "json"))));
    }

    [Fact]
    public void T212_TheOrderOfPathsDoesNotMatter()
    {
        string a = _tree.Add("a.pt", "odd");
        string b = _tree.Add("b.pt", "evil");
        Assert.Equal(Run("scan", a, b, "-f", "json").Out, Run("scan", b, a, "-f", "json").Out);
    }

    [Fact]
    public void T211_AHostileNameReachesNoTerminal()
    {
        _tree.Add("d/\e]0;owned\a\u202egnp.pt", "evil");
        string text = Run("scan", _tree["d"]).Out;
        EscapeTests.AssertHarmless(text.Replace("\n", "", StringComparison.Ordinal));
        Result missing = Run("scan", "--\e[31m");
        EscapeTests.AssertHarmless(missing.Error.Replace("\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public void TheReportGoesIntoAFileWholeAndNothingElseIsLeft()
    {
        string report = _tree["out/report.json"];
        Directory.CreateDirectory(_tree["out"]);
        Result result = Run("scan", _tree.Add("m.pt", "evil"), "--format", "json", "--output", report);
        Assert.Equal(1, result.Code);
        Assert.Equal("", result.Out);
        Assert.Equal("malicious", JsonDocument.Parse(File.ReadAllText(report)).RootElement.GetProperty("verdict").GetString());
        Assert.Equal([report], Directory.GetFileSystemEntries(_tree["out"]));
    }

    [Fact]
    public void TheReportNeverOverwritesAnInput()
    {
        string model = _tree.Add("d/m.pt", "evil");
        Assert.Equal(4, Run("scan", model, "--output", model).Code);
        Assert.Equal(4, Run("scan", _tree["d"], "--output", model).Code);
        _tree.Link("link", model);
        Assert.Equal(4, Run("scan", _tree["d"], "--output", _tree["link"]).Code);
        Assert.Equal("evil", File.ReadAllText(model));
    }

    [Fact]
    public void AnEarlierReportInTheScannedDirectoryIsReplacedAndNotScanned()
    {
        _tree.Add("d/m.pt", "fine");
        foreach (string format in (string[])["json", "sarif"])
        {
            string report = _tree[$"d/report.{format}"];
            Assert.Equal(new Result(0, "", ""), Run("scan", _tree["d"], "--exclude", "report.*", "-f", format, "-o", report));
            string first = File.ReadAllText(report);
            Result again = Run("scan", _tree["d"], "--include", "m.pt", "--include", $"report.{format}", "-f", format, "-o", report);
            Assert.Equal(first, File.ReadAllText(report));
            Assert.Equal(new Result(0, "", ""), again);
            Assert.Equal(first, File.ReadAllText(report));
        }
    }

    [Fact]
    public void ColourOnlyOnATerminalThatWantsIt()
    {
        string model = _tree.Add("m.pt", "evil");
        Assert.DoesNotContain('\e', Run("scan", model).Out);
        Assert.Contains('\e', Run(Host() with { OutputIsTerminal = true }, "scan", model).Out);
        Assert.DoesNotContain('\e', Run(Host() with { OutputIsTerminal = true }, "scan", model, "--no-color").Out);
        Assert.DoesNotContain('\e', Run(Host() with { OutputIsTerminal = true, NoColour = true }, "scan", model).Out);
    }

    [Fact]
    public void NoProgressWhereThereIsNoTerminal()
    {
        Result result = Run(Host() with { Scan = Slow }, "scan", _tree.Add("m.pt"));
        Assert.Equal("", result.Error);
    }

    [Fact]
    public void ALongScanShowsItsProgressOnATerminalAndEscapesNames()
    {
        string model = _tree.Add("\u202em[bold].pt");
        Host terminal = Host() with { ErrorIsTerminal = true, Width = 160, Scan = Slow };
        using WatchedWriter error = new("of 1 files");
        Host watched = terminal with
        {
            Output = Stream.Null,
            Error = error,
            Scan = (scanner, inputs, progress, cancellation) =>
            {
                // The scan is as long as it takes until its progress stands there, however busy the machine is.
                ScanResult[] results = [.. FakeEngine.Scan(scanner, inputs, progress, cancellation)];
                error.Seen.Wait(TimeSpan.FromMinutes(2), CancellationToken.None);
                return results;
            },
        };
        CommandLine.Run(["scan", model], watched);
        string shown = error.ToString();
        Assert.Contains("of 1 files", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', shown);
        Assert.Equal("", Run(terminal, "scan", model, "--no-progress").Error);
        Assert.Equal("", Run(terminal, "scan", model, "--quiet").Error);
    }

    [Fact]
    public void ACancelledScanSaysSoAndIsNotPassed()
    {
        string model = _tree.Add("m.pt", "fine");
        using CancellationTokenSource cancel = new();
        Host host = Host() with { Cancellation = cancel.Token };
        Result result = Run(host with
        {
            Scan = (scanner, inputs, progress, cancellation) =>
            {
                cancel.Cancel();
                return FakeEngine.Scan(scanner, inputs, progress, cancellation);
            },
        }, "scan", model);
        Assert.Equal(2, result.Code);
        Assert.NotEqual("", result.Error);
        Result thrown = Run(host with { Scan = (_, _, _, cancellation) => throw new OperationCanceledException(cancellation) }, "scan", model);
        Assert.Equal(2, thrown.Code);
        Assert.NotEqual("", thrown.Error);
    }

    [Fact]
    public void WhatACancelledScanDidNotComeToIsInTheReport()
    {
        _tree.Add("d/a.pt", "fine");
        _tree.Add("d/b.pt", "fine");
        _tree.Add("d/c/d.pt", "fine");
        using CancellationTokenSource cancel = new();
        IEnumerable<ScanResult> CancelAfterOne(Scanner scanner, IEnumerable<ScanInput> inputs, IProgress<ScanProgress>? progress, CancellationToken cancellation)
        {
            foreach (ScanResult result in FakeEngine.Scan(scanner, inputs, progress, cancellation))
            {
                yield return result;
                cancel.Cancel();
            }
        }

        Result result = Run(Host() with { Cancellation = cancel.Token, Scan = CancelAfterOne }, "scan", _tree["d"], _tree.Add("e.pt"), "--format", "json");
        Assert.Equal(2, result.Code);
        JsonElement report = Json(result);
        Assert.Equal("incomplete", report.GetProperty("verdict").GetString());
        Assert.Equal(3, report.GetProperty("targets").GetArrayLength());
        Assert.All(report.GetProperty("targets").EnumerateArray().Skip(1), t =>
            Assert.Equal("cancelled", t.GetProperty("coverage").GetProperty("unread")[0].GetProperty("cause").GetString()));
        Assert.Contains("b.pt", report.GetProperty("targets")[1].GetProperty("coverage").GetProperty("unread")[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("1 file was examined", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ADefectIsNeitherAVerdictNorSilent()
    {
        Result result = Run(Host() with { Scan = (_, _, _, _) => throw new InvalidOperationException("\e[2Jboom") }, "scan", _tree.Add("m.pt"));
        Assert.Equal(2, result.Code);
        Assert.Contains("boom", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Error);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    [InlineData("sarif")]
    public void AnOutputThatTakesNothingIsAnErrorWithOneSentence(string format)
    {
        Result result = Run(Host() with { Output = new FullDisk() }, "scan", _tree.Add("m.pt", "evil"), "--format", format);
        Assert.Equal(4, result.Code);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("formats")]
    [InlineData("rules", "--format", "json")]
    [InlineData("--help")]
    public void AListingThatCannotBeWrittenIsAnErrorWithOneSentence(params string[] arguments)
    {
        Result result = Run(Host() with { Output = new FullDisk() }, arguments);
        Assert.Equal(4, result.Code);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void AReportIsWrittenToWhatALinkLeadsTo()
    {
        string report = _tree.Add("out/report.json", "");
        _tree.Link("latest.json", "out/report.json");
        Assert.Equal(1, Run("scan", _tree.Add("m.pt", "evil"), "-f", "json", "-o", _tree["latest.json"]).Code);
        Assert.NotNull(new FileInfo(_tree["latest.json"]).LinkTarget);
        Assert.StartsWith("{", File.ReadAllText(report), StringComparison.Ordinal);
    }

    [Fact]
    public void AReportThroughALinkToNothingIsMadeWhereTheLinkLeads()
    {
        _tree.Add("reports/old.json", "");
        _tree.Link("latest.json", "reports/new.json");
        Assert.Equal(1, Run("scan", _tree.Add("m.pt", "evil"), "-f", "json", "-o", _tree["latest.json"]).Code);
        Assert.Equal("reports/new.json", new FileInfo(_tree["latest.json"]).LinkTarget);
        Assert.True(File.Exists(_tree["reports/new.json"]));

        _tree.Link("round.json", "round.json");
        Assert.Equal(4, Run("scan", _tree["m.pt"], "-o", _tree["round.json"]).Code);
        Assert.Equal("round.json", new FileInfo(_tree["round.json"]).LinkTarget);
    }

    [Fact]
    public void AReportThatIsNotFinishedLeavesNothingBehind()
    {
        Directory.CreateDirectory(_tree["out"]);
        Host host = Host() with { Scan = (_, _, _, _) => throw new InvalidOperationException("boom") };
        Run(host, "scan", _tree.Add("m.pt"), "-o", _tree["out/report"]);
        Assert.Empty(Directory.GetFileSystemEntries(_tree["out"]));
    }

    [Fact]
    public void AnInputThatGivesNothingCanBeCancelled()
    {
        using System.IO.Pipes.AnonymousPipeServerStream silent = new(System.IO.Pipes.PipeDirection.In);
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(50));
        Result result = Run(Host() with { Input = silent, Cancellation = cancel.Token }, "scan", "-");
        Assert.Equal(2, result.Code);
    }

    [Fact]
    public void PicklesAreDecompiledAndABreakIsNoFailure()
    {
        string file = Path.Join(_tree.Root, "broken.pkl");
        File.WriteAllBytes(file, PickleBuilder.Protocol(2).Call("os", "system", "id").Raw(0xFF).ToArray());
        Result result = Run(Host(), "pickle", "decompile", file, "--no-color");
        Assert.Equal(0, result.Code);
        Assert.Contains("v1 = system('id')", result.Out, StringComparison.Ordinal);
        Assert.Equal(4, Run(Host(), "pickle", "decompile").Code);
    }

    private static ScanResult[] Slow(Scanner scanner, IEnumerable<ScanInput> inputs, IProgress<ScanProgress>? progress, CancellationToken cancellation)
    {
        ScanResult[] results = [.. FakeEngine.Scan(scanner, inputs, progress, cancellation)];
        Thread.Sleep(1_400);
        return results;
    }

    private static JsonElement Json(Result result) => JsonDocument.Parse(result.Out).RootElement;

    private Host Host() => new()
    {
        Input = Stream.Null,
        Output = Stream.Null,
        Error = TextWriter.Null,
        TemporaryDirectory = _tree.Root,
        Cancellation = CancellationToken.None,
        Scan = (scanner, inputs, progress, cancellation) =>
        {
            _options = scanner.Options;
            return FakeEngine.Scan(scanner, inputs, progress, cancellation);
        },
    };

    private Result Run(params string[] arguments) => arguments is ["evil" or "fine" or ['x', ..], "scan", ..]
        ? Run(Host() with { Input = new MemoryStream(Encoding.UTF8.GetBytes(arguments[0])) }, arguments[1..])
        : Run(Host(), arguments);

    private static Result Run(Host host, params string[] arguments)
    {
        using MemoryStream output = new();
        using StringWriter error = new() { NewLine = "\n" };
        int code = CommandLine.Run(arguments, host with { Output = host.Output is FullDisk ? host.Output : output, Error = error });
        return new Result(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    private sealed record Result(int Code, string Out, string Error);

    /// <summary>Says when a text has been written.</summary>
    private sealed class WatchedWriter(string awaited) : StringWriter
    {
        private readonly Lock _lock = new();

        public ManualResetEventSlim Seen { get; } = new();

        public override void Write(char value) => Locked(() => base.Write(value));

        public override void Write(string? value) => Locked(() => base.Write(value));

        public override void Write(char[] buffer, int index, int count) => Locked(() => base.Write(buffer, index, count));

        public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

        public override string ToString()
        {
            lock (_lock)
            {
                return base.ToString();
            }
        }

        private void Locked(Action write)
        {
            lock (_lock)
            {
                write();
                if (base.ToString().Contains(awaited, StringComparison.Ordinal))
                {
                    Seen.Set();
                }
            }
        }
    }

    private sealed class FullDisk : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device");

        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("No space left on device");
    }
}
