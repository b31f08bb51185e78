// How long a scan of 100 GB takes over a network with a delay, and how much memory.
using System.Diagnostics;
using System.Globalization;
using Assay.Hub.Tests.Cli;
using Assay.Hub.Tests.Server;
using Assay.Tests.Builders;

namespace Assay.Hub.Tests.Bundles;

/// <summary>
/// <c>ASSAY_PROGRAM=artifacts/assay/assay tests/Assay.Hub.Tests/bin/Release/net10.0/Assay.Hub.Tests --filter-class '*SparseRepositoryBench' --show-live-output on</c>: the goal is 5 seconds and 200 MB,
/// with 20 milliseconds added to each request.
/// </summary>
public sealed class SparseRepositoryBench
{
    [Fact]
    public async Task TheClockAndTheMemory()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("ASSAY_PROGRAM") is null, "A measurement: ASSAY_PROGRAM names the program to measure.");
        await using TestHub hub = await TestHub.StartAsync();
        using TemporaryTree tree = new();
        hub.Add("org/large").Commit("main", SparseRepositoryTests.Files());
        hub.Delay = TimeSpan.FromMilliseconds(20);
        for (int run = 0; run < 3; run++)
        {
            hub.Log.Clear();
            long begin = Stopwatch.GetTimestamp();
            using Process program = ProgramRun.Start(hub, tree.Root, ["scan", "hf://org/large", "--format", "json"], ("ASSAY_HUB_CACHE", "off"));
            Task<string> output = program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Task<string> error = program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            long peak = 0;
            while (!program.WaitForExit(10))
            {
                peak = Math.Max(peak, Peak(program));
            }

            Assert.True(program.ExitCode == 0, await error + await output);
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Stopwatch.GetElapsedTime(begin).TotalSeconds:F2} s, {peak / 1e6:F0} MB of memory, {hub.Log.Count} requests, {hub.Log.Sent / 1e6:F2} MB"));
        }
    }

    /// <summary>The most memory that a process has had so far; 0 where it has just ended.</summary>
    private static long Peak(Process program)
    {
        try
        {
            program.Refresh();
            return program.PeakWorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }
}
