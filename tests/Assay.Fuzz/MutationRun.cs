// Runs a target on millions of changed inputs in this process.
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Assay.Fuzz;

/// <summary>Runs a target again and again on changed inputs; keeps those that took a new way, and saves those that broke a promise.</summary>
internal sealed class MutationRun(FuzzTarget target, int seed, string crashes)
{
    private const int Longest = 16 << 10;
    private const int Pool = 4096;
    private const int SavedPerKind = 3;
    private const int MostSignatures = 1 << 20;
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(200);
    private readonly Random _random = new(seed);
    private readonly Coverage _coverage = new();
    private readonly List<byte[]> _pool = [];
    private readonly HashSet<int> _signatures = [];
    private readonly Dictionary<string, int> _kinds = [];
    private TimeSpan _slowest;
    private byte[] _slowestInput = [];
    private long _most;

    public long Failures { get; private set; }

    /// <summary>Runs <paramref name="count"/> inputs, or until <paramref name="time"/> is over.</summary>
    public long Run(IEnumerable<byte[]> seeds, long count, TimeSpan time)
    {
        ByteMutator bytes = new(_random);
        PickleMutator? opcodes = target.IsPickle ? new PickleMutator(_random) : null;
        long begun = Stopwatch.GetTimestamp();
        long done = 0;
        foreach (byte[] input in seeds)
        {
            Try(input);
            _pool.Add(input);
            done++;
        }

        while (done < count && Stopwatch.GetElapsedTime(begun) < time)
        {
            // Half of the time from what was found last: that is where new ways are.
            byte[] parent = _pool[_random.Next(2) == 0 ? _random.Next(_pool.Count) : Math.Max(0, _pool.Count - 1 - _random.Next(Math.Min(64, _pool.Count)))];
            byte[] other = _pool[_random.Next(_pool.Count)];
            byte[] input = opcodes is not null && _random.Next(4) != 0 ? opcodes.Mutate(parent, other, Longest) : bytes.Mutate(parent, other, Longest);
            done++;
            if (Try(input))
            {
                if (_pool.Count < Pool)
                {
                    _pool.Add(input);
                }
                else
                {
                    _pool[_random.Next(Pool)] = input;
                }
            }
        }

        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{target.Name}: {done} executions in {seconds:0} s ({done / Math.Max(0.001, seconds):0} a second), {_signatures.Count} ways, {_coverage.Branches} branches, slowest {_slowest.TotalMilliseconds:0} ms, at most {_most >> 10} KB, {Failures} failures of {_kinds.Count} kinds"));
        if (_slowest > s_slow)
        {
            Directory.CreateDirectory(crashes);
            File.WriteAllBytes(Path.Join(crashes, "slowest"), _slowestInput);
        }

        return done;
    }

    /// <summary>Runs one input; true when it took a new way.</summary>
    private bool Try(byte[] input)
    {
        try
        {
            _coverage.Begin();
            FuzzOutcome outcome = FuzzGuard.Check(target, input);
            if (outcome.Time > _slowest)
            {
                _slowest = outcome.Time;
                _slowestInput = input;
            }

            _most = Math.Max(_most, outcome.Allocated);
            bool isNew = _coverage.IsNew();
            bool answersAnew = _signatures.Count < MostSignatures && _signatures.Add(outcome.Signature);
            return _coverage.Branches > 0 ? isNew : answersAnew;
        }
        catch (FuzzFailure failure)
        {
            Failures++;
            int seen = _kinds.GetValueOrDefault(failure.Kind);
            _kinds[failure.Kind] = seen + 1;
            if (seen < SavedPerKind)
            {
                byte[] small = Minimiser.Shrink(target, input, failure.Kind);
                Directory.CreateDirectory(crashes);
                string file = Path.Join(crashes, "crash-" + Convert.ToHexStringLower(SHA256.HashData(small))[..12]);
                File.WriteAllBytes(file, small);
                Console.WriteLine($"{target.Name}: {failure.Message}{Environment.NewLine}  saved as {file} ({small.Length} bytes)");
            }

            return false;
        }
    }
}
