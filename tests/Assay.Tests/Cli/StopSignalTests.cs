// The program as its users start it: a signal ends it with a report, and results come as they are there.
using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using Assay.Tests.Attacks;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Cli;

[UnsupportedOSPlatform("windows")]
public sealed class StopSignalTests : IDisposable
{
    /// <summary>No measure of speed: a program that does not heed a signal would take minutes for the input in the middle.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryTree _tree = new();

    public StopSignalTests()
    {
        File.WriteAllBytes(_tree.Add("a.pkl", ""), Scans.Canary);
        File.WriteAllBytes(_tree.Add("b.zip", ""), CostlyInputs.MembersOnOneStream(60_000, 40_000));
        File.WriteAllBytes(_tree.Add("c.pkl", ""), Scans.Canary);
    }

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("INT", 1)]
    [InlineData("TERM", 1)]
    [InlineData("TERM", 2)]
    public async Task ASignalEndsTheScanWithAReportOfAllThatWasDone(string signal, int jobs)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such signals.");
        // A shell starts what runs in its background with the signal ignored, and what ignores it hands that down.
        ProcessStartInfo start = new("env")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "Assay.Cli.dll"), "scan", _tree["a.pkl"], _tree["b.zip"], _tree["c.pkl"], "--format", "json", "--no-progress", "--jobs", $"{jobs}",
                "--limit", "work=9000000000000000000", "--limit", "opcodes=9000000000000000000", "--limit", "facts=1000", "--limit", "inflated-bytes=9000000000000000000",
            },
        };
        using Process program = Process.Start(start)!;
        Task<string> errors = program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);

        // What is known of the first file is written while the second one is read, which takes far longer.
        StringBuilder report = new();
        char[] some = new char[4096];
        while (!report.ToString().Contains("\"verdict\"", StringComparison.Ordinal))
        {
            int got = await program.StandardOutput.ReadAsync(some, TestContext.Current.CancellationToken);
            Assert.True(got > 0, "The report ended before it said anything.");
            report.Append(some, 0, got);
        }

        Assert.Equal(0, await RunAsync("kill", $"-{signal}", $"{program.Id}"));
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(s_patience);
        report.Append(await program.StandardOutput.ReadToEndAsync(patience.Token));
        await program.WaitForExitAsync(patience.Token);

        JsonElement all = JsonDocument.Parse(report.ToString()).RootElement;
        JsonElement[] targets = [.. all.GetProperty("targets").EnumerateArray()];
        Assert.Equal(["a.pkl", "b.zip", "c.pkl"], targets.Select(t => Path.GetFileName(t.GetProperty("path").GetString())));
        Assert.Equal("malicious", targets[0].GetProperty("verdict").GetString());
        Assert.Contains("cancelled", Causes(targets[1]));
        if (jobs == 1)
        {
            Assert.Equal(["cancelled"], Causes(targets[2]));
            Assert.Equal("incomplete", targets[2].GetProperty("verdict").GetString());
        }

        Assert.Contains("Cancelled", await errors, StringComparison.Ordinal);
        Assert.Equal(1, program.ExitCode);
    }

    private static string[] Causes(JsonElement target) => [.. target.GetProperty("coverage").GetProperty("unread").EnumerateArray().Select(u => u.GetProperty("cause").GetString()!)];

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
