// Whoever is killed while scanning has lost nothing that was told, and leaves a store that is whole.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Assay.Store.Databases;

namespace Assay.Store.Tests.Scans;

public sealed class CrashTests(PostgresServer server) : StoreTests(server)
{
    /// <summary>How often each store is killed: a few times, or as often as ASSAY_CRASHES says.</summary>
    private static int Runs => int.TryParse(Environment.GetEnvironmentVariable("ASSAY_CRASHES"), CultureInfo.InvariantCulture, out int runs) ? runs : 2;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void NothingThatWasToldIsLost(Kind kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Processes are killed by a signal.");
        string store = NewStore(kind);
        Random random = new(16);
        for (int run = 0; run < Runs; run++)
        {
            // New bytes in each run, so that there is something to keep.
            for (int i = 0; i < 120; i++)
            {
                Put(string.Create(CultureInfo.InvariantCulture, $"{i:d4}.pkl"), System.Text.Encoding.ASCII.GetBytes($"(lp0\nI{(run * 1000) + i}\na."));
            }

            List<string> told = KilledAfter(random.Next(1, 120), store);
            using ModelStore open = Open(store);
            HashSet<string> kept = [.. open.Connection.All("SELECT a.sha256 FROM artifacts a JOIN readings r ON r.artifact = a.id JOIN verdicts v ON v.reading = r.id", r => Convert.ToHexStringLower((byte[])r[0]))];
            Assert.All(told, digest => Assert.Contains(digest, kept));
            Assert.Empty(Assay.Store.Upkeep.StoreUpkeep.Check(open, TestContext.Current.CancellationToken).Faults);
        }
    }

    /// <summary>Scans, kills the program when it has told of so many files, and returns the digests of those.</summary>
    private List<string> KilledAfter(int files, string store)
    {
        ProcessStartInfo start = new("dotnet", [Path.Join(AppContext.BaseDirectory, "Assay.Cli.dll"), "scan", Models, "--format", "jsonl", "--store=" + store]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        List<string> told = [];
        while (process.StandardOutput.ReadLine() is { } line)
        {
            using JsonDocument parsed = JsonDocument.Parse(line);
            if (parsed.RootElement.TryGetProperty("target", out JsonElement target) && target.TryGetProperty("sha256", out JsonElement digest) && digest.ValueKind == JsonValueKind.String)
            {
                told.Add(digest.GetString()!);
            }

            if (told.Count == files)
            {
                process.Kill();
                break;
            }
        }

        process.WaitForExit();
        Assert.NotEmpty(told);
        return told;
    }
}
