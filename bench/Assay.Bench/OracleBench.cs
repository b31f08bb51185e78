// Runs the oracle of the tests on as many streams as one likes.
using System.Diagnostics;
using System.Globalization;
using Assay.Tests.Oracle;

namespace Assay.Bench;

/// <summary>Runs the oracle of the tests on as many streams as one likes.</summary>
internal static class OracleBench
{
    private const int Reduced = 24;

    /// <summary>Compares generated streams; returns 1 when the machine missed an event.</summary>
    public static int Generated(long count, ulong seed, string failures)
    {
        if (OracleProcess.Missing is { } why)
        {
            throw new IOException(why);
        }

        OracleTally tally = new();
        StreamGenerator generator = new(seed, OrdinaryPickles.Make());
        long begun = Stopwatch.GetTimestamp();
        long said = 0;
        OracleRun.Generated(generator, 0, count, Environment.ProcessorCount, tally, done =>
        {
            if (done - Interlocked.Read(ref said) >= 20_000)
            {
                Interlocked.Exchange(ref said, done);
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} of {count}, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s, {tally.MissingEvents} missed"));
            }
        });
        return Conclude(tally, failures, Stopwatch.GetElapsedTime(begun), $"seed {seed}");
    }

    /// <summary>Compares every pickle that our scanner finds in a folder.</summary>
    public static int Corpus(string folder, string failures)
    {
        if (OracleProcess.Missing is { } why)
        {
            throw new IOException(why);
        }

        OracleTally tally = new();
        long begun = Stopwatch.GetTimestamp();
        using OracleProcess oracle = new();
        CorpusPickles pickles = new();
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            foreach ((string Name, byte[] Stream) pickle in pickles.Of(file))
            {
                OracleRun.Compare(oracle, [pickle], tally);
            }
        }

        Console.WriteLine($"{pickles.Files} files with pickles, {pickles.TooLarge} pickles longer than {CorpusPickles.Longest} bytes cut there");
        return Conclude(tally, failures, Stopwatch.GetElapsedTime(begun), folder);
    }

    private static int Conclude(OracleTally tally, string failures, TimeSpan time, string what)
    {
        Console.Write(tally.Summary());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}, {time.TotalSeconds:0.0} s"));
        if (tally.Misses.Count == 0)
        {
            return 0;
        }

        List<IGrouping<string, OracleMiss>> classes = [.. tally.Misses.GroupBy(m => m.Class).OrderByDescending(c => c.Count())];
        using OracleProcess oracle = new();
        using StreamWriter writer = new(failures);
        foreach (IGrouping<string, OracleMiss> one in classes.Take(Reduced))
        {
            OracleMiss least = StreamReducer.Reduce(oracle, one.MinBy(m => m.Stream.Length)!);
            writer.WriteLine($"== {one.Count()} times: {one.Key}\n{least}");
        }

        foreach (OracleMiss miss in tally.Misses)
        {
            writer.WriteLine(miss);
        }

        Console.WriteLine($"{classes.Count} classes of misses among the first {tally.Misses.Count}: see {failures}");
        return 1;
    }
}
