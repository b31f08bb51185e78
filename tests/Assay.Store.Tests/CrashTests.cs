// Whoever is killed, in the middle of whatever, has lost nothing that was told, and leaves a store that is whole.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Store.Audits;
using Assay.Store.Upkeep;

namespace Assay.Store.Tests;

public sealed class CrashTests(PostgresServer server) : StoreTests(server)
{
    private const int Files = 40;

    /// <summary>After so many runs the next store is a new one: each run looks at all that is in it.</summary>
    private const int RunsOfAStore = 25;

    private readonly Dictionary<string, TimeSpan> _lengths = [];
    private string _store = "";
    private int _run;

    /// <summary>How often the program is killed on each kind of store: a few times, or as often as ASSAY_CRASHES says.</summary>
    private static int Runs => int.TryParse(Environment.GetEnvironmentVariable("ASSAY_CRASHES"), CultureInfo.InvariantCulture, out int runs) ? runs : 5;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void NothingThatWasToldIsLost(Kind kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Processes are killed by a signal.");
        Random random = new(16);
        Action<Random>[] all = [Scan, Judge, Audit, Quarantine, Restore];
        Tree.Add("rules/own.yaml", Rules.Pickles);
        for (_run = 0; _run < Runs; _run++)
        {
            if (_run % RunsOfAStore == 0)
            {
                _store = NewStore(kind);
                Lay();
                Assert.Equal(0, Command.Run("scan", Models, "--store=" + _store).Code);
                Assert.Equal(0, Command.Run("audit", "add", "house", Models, "--store=" + _store).Code);
            }

            all[_run % all.Length](random);
            using ModelStore open = Open(_store);
            Assert.Empty(StoreUpkeep.Check(open, TestContext.Current.CancellationToken).Faults);
        }
    }

    /// <summary>Every file that was reported is kept with its verdict.</summary>
    private void Scan(Random random)
    {
        Lay();
        string[] told = [.. Lines(Killed(random, "scan", Models, "--format", "jsonl", "--store=" + _store))
            .Select(l => l.TryGetProperty("target", out JsonElement target) && target.TryGetProperty("sha256", out JsonElement digest) ? digest.GetString() : null).OfType<string>()];
        using ModelStore open = Open(_store);
        HashSet<string> kept = [.. open.Connection.All("SELECT a.sha256 FROM artifacts a JOIN readings r ON r.artifact = a.id JOIN verdicts v ON v.reading = r.id", r => Convert.ToHexStringLower((byte[])r[0]))];
        Assert.All(told, digest => Assert.Contains(digest, kept));
    }

    /// <summary>Every change that was told is kept, and is an alert where it is one for the worse.</summary>
    private void Judge(Random random)
    {
        // Under the rules of the house every pickle is worse than without them, so that each judgement changes everything that is new.
        Lay();
        Command.Run("scan", Models, "--store=" + _store);
        JsonElement[] told = [.. Lines(Killed(random, "store", "judge", "--rules", Tree["rules"], "--format", "json", "--store=" + _store)).Where(l => l.TryGetProperty("after", out _))];
        using (ModelStore open = Open(_store))
        {
            HashSet<string> alerted = [.. new AlertBook(open).List(all: true, int.MaxValue).Select(a => a.Text)];
            Assert.All(told, t => Assert.Contains(alerted, a => a.StartsWith(t.GetProperty("path").GetString()!, StringComparison.Ordinal)));
            Dictionary<string, long> worst = [];
            open.Connection.Each("SELECT a.sha256, max(v.verdict) FROM artifacts a JOIN readings r ON r.artifact = a.id JOIN verdicts v ON v.reading = r.id GROUP BY a.sha256", r => worst[Convert.ToHexStringLower((byte[])r[0])] = r.GetInt64(1));
            Assert.All(told.Where(t => t.GetProperty("sha256").ValueKind is JsonValueKind.String), t => Assert.True(worst[t.GetProperty("sha256").GetString()!] >= (long)Policies.Verdict.Suspicious));
        }

        // What was cut short is made good by the next one.
        Assert.InRange(Command.Run("store", "judge", "--rules", Tree["rules"], "--store=" + _store).Code, 0, 1);
        Command.Run("store", "judge", "--store=" + _store);
    }

    /// <summary>A run that was reported is kept, and one that is kept is whole.</summary>
    private void Audit(Random random)
    {
        Put("0000.pkl", _run % 2 == 0 ? Hostile : Good);
        string told = Killed(random, "audit", "run", "house", "--format", "json", "--store=" + _store);
        using ModelStore open = Open(_store);
        AuditBook book = new(open);
        IReadOnlyList<AuditRun> runs = book.Runs(book.Find("house"), int.MaxValue);
        Assert.All(runs, r => Assert.Equal(r.Summary.Files, book.SnapshotOf(r.Id).Files.Count));
        if (told.Length > 0)
        {
            int at = told.IndexOf("\"run\": ", StringComparison.Ordinal) + 7;
            Assert.Contains(runs, r => r.Id == long.Parse(told.AsSpan(at, told.IndexOf(',', at) - at), CultureInfo.InvariantCulture));
        }
    }

    /// <summary>A file is whole where it lay, or whole in quarantine.</summary>
    private void Quarantine(Random random)
    {
        byte[] bytes = Large();
        string file = Put("../held/model.bin", bytes);
        Killed(random, "quarantine", file, "--quarantine", Tree["quarantine"]);
        bool wasThere = IsThere(file, bytes);

        // Whoever opens the quarantine next ends what was begun behind the naming; before that the file may be in both places, and never in none.
        bool isHeld = IsHeld();
        Assert.True(wasThere || isHeld, "It is nowhere.");
        Assert.True(IsThere(file, bytes) != isHeld, isHeld ? "It is in quarantine, and where it lay." : "It is in neither place.");
    }

    /// <summary>What was in quarantine is whole again where it lay, or still there.</summary>
    private void Restore(Random random)
    {
        byte[] bytes = Large();
        string file = Put("../held/model.bin", bytes);
        Assert.Equal(0, Command.Run("quarantine", file, "--quarantine", Tree["quarantine"]).Code);
        Killed(random, "quarantine", "restore", Held()[0], "--quarantine", Tree["quarantine"]);
        Assert.True(IsThere(file, bytes) || IsHeld(), "It is nowhere.");
        foreach (string id in Held())
        {
            File.Delete(file);
            Assert.Equal(0, Command.Run("quarantine", "restore", id, "--quarantine", Tree["quarantine"]).Code);
        }

        Assert.Equal(bytes, File.ReadAllBytes(file));
        File.Delete(file);
    }

    private static bool IsThere(string file, byte[] bytes) => File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(bytes);

    private bool IsHeld() => Held().Length > 0;

    /// <summary>The items in quarantine; to list them puts right what a killed run has left.</summary>
    private string[] Held()
    {
        Said said = Command.Run("quarantine", "list", "--quarantine", Tree["quarantine"]);
        Assert.Equal(0, said.Code);
        return [.. said.Output.Split('\n').Where(l => l.Contains("model.bin", StringComparison.Ordinal)).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0])];
    }

    private byte[] Large()
    {
        foreach (string id in Held())
        {
            Command.Run("quarantine", "purge", id, "--quarantine", Tree["quarantine"]);
        }

        byte[] bytes = new byte[3 << 20];
        new Random(_run).NextBytes(bytes);
        return bytes;
    }

    /// <summary>New bytes in each run, so that there is something to keep.</summary>
    private void Lay()
    {
        for (int i = 0; i < Files; i++)
        {
            Put(string.Create(CultureInfo.InvariantCulture, $"{i:d4}.pkl"), Encoding.ASCII.GetBytes($"(lp0\nI{(_run * 1000) + i}\na."));
        }
    }

    /// <summary>
    /// What the program wrote until it was killed, at a moment somewhere between its start and a little behind the end that it had the last time. Whatever the moment is, the
    /// invariants hold: how busy the machine is decides which of them is tried and never how it ends.
    /// </summary>
    private string Killed(Random random, params string[] arguments)
    {
        string what = string.Join(' ', arguments.Take(2).Where(a => !a.Contains('/', StringComparison.Ordinal)));
        TimeSpan length = _lengths.GetValueOrDefault(what, TimeSpan.FromSeconds(1));
        string? program = Environment.GetEnvironmentVariable("ASSAY_PROGRAM");
        ProcessStartInfo start = new(program ?? "dotnet", program is null ? [Path.Join(AppContext.BaseDirectory, "Assay.Cli.dll"), .. arguments] : arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Stopwatch watch = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (!process.WaitForExit(length * (random.NextDouble() * 1.2)))
        {
            process.Kill();
        }

        process.WaitForExit();
        const int Killed = 137;
        if (process.ExitCode is not Killed)
        {
            Assert.True(process.ExitCode is 0 or 1, $"{string.Join(' ', arguments)}: exit code {process.ExitCode}: {error.Result}");
            _lengths[what] = watch.Elapsed;
        }
        else if (watch.Elapsed > length)
        {
            // It takes longer than it was thought to.
            _lengths[what] = length * 1.5;
        }

        return output.Result;
    }

    /// <summary>The lines that are whole.</summary>
    private static IEnumerable<JsonElement> Lines(string output) =>
        output[..(output.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] == '{').Select(l => JsonDocument.Parse(l).RootElement);
}
