// Scans one file the way the program does, in this process.
using System.Diagnostics;
using Assay.Bytes;
using Assay.Detection;
using Assay.Pickle;
using Assay.Scanning;

namespace Assay.Bench;

/// <summary>Scans one file at a time with the rules that ship.</summary>
internal static class Engine
{
    private static readonly Scanner Whole = new(new ScanOptions { Rules = RuleSet.Default });
    private static readonly Scanner Analyser = new(new ScanOptions { Rules = RuleSet.Default, DigestLimit = -1 });

    /// <summary>The report on a file that is shown as <paramref name="name"/>, and the wall time.</summary>
    public static (TargetReport Report, TimeSpan Wall) Scan(string file, string name)
    {
        ScanInput input = new() { Path = name, Open = () => new FileSource(File.OpenHandle(file)), Named = true };
        long begun = Stopwatch.GetTimestamp();
        TargetReport report = Whole.Scan(input).Report!;
        return (report, Stopwatch.GetElapsedTime(begun));
    }

    /// <summary>Reads and judges files in one scan, without digesting them.</summary>
    public static void Analyse(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            Analyser.Scan(new ScanInput { Path = file, Open = () => new FileSource(File.OpenHandle(file)), Named = true });
        }
    }

    /// <summary>Reads the opcodes of a pickle with their arguments, and does nothing with them; returns how many there are.</summary>
    public static long Walk(string file)
    {
        using FileSource source = new(File.OpenHandle(file));
        PickleReader reader = new(source, 0, source.Length, new byte[64 << 10], new ScanLimits().LineBytes);
        long opcodes = 0;
        while (reader.Read())
        {
            opcodes++;
        }

        return opcodes;
    }

    /// <summary>Reads the rules.</summary>
    public static void Prepare() => _ = Analyser.Head;

    /// <summary>The most memory that this process has held, in MB.</summary>
    public static double PeakMegabytes
    {
        get
        {
            using Process self = Process.GetCurrentProcess();
            return self.PeakWorkingSet64 / 1048576.0;
        }
    }
}
