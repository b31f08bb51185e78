// What a whole process cost.
using System.Diagnostics;
using System.Text.Json;

namespace Assay.Bench;

/// <summary>CPU seconds (user and system) and peak memory of a process that has ended.</summary>
internal sealed record ChildRun(double User, double System, double Wall, double Megabytes, int Exit)
{
    /// <summary>CPU seconds.</summary>
    public double Cpu => User + System;

    /// <summary>Runs a command <paramref name="runs"/> times and returns the run with the median CPU time.</summary>
    public static ChildRun Median(int runs, string output, params string[] command) => Median([.. Enumerable.Range(0, runs).Select(_ => Once(output, command))]);

    /// <summary>Runs two commands in turns, so that what else the machine does meets both alike, and returns the median run of each. The output is the second one's.</summary>
    public static (ChildRun First, ChildRun Second) MedianPair(int runs, string output, string[] first, string[] second)
    {
        List<ChildRun> firsts = [], seconds = [];
        for (int run = 0; run < runs; run++)
        {
            firsts.Add(Once(output, first));
            seconds.Add(Once(output, second));
        }

        return (Median(firsts), Median(seconds));
    }

    private static ChildRun Median(List<ChildRun> all)
    {
        all.Sort((a, b) => a.Cpu.CompareTo(b.Cpu));
        return all[all.Count / 2] with { Megabytes = all.Max(r => r.Megabytes), Exit = all.Max(r => r.Exit) };
    }

    // A small program starts the command: memory counts from the one that forks, and this process is large.
    private static ChildRun Once(string output, string[] command)
    {
        ProcessStartInfo start = new(Inputs.Python, [Inputs.Of("bench/measure.py"), output, .. command]) { RedirectStandardOutput = true };
        using Process python = Process.Start(start)!;
        string said = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        using JsonDocument json = JsonDocument.Parse(said);
        JsonElement run = json.RootElement;
        return new ChildRun(
            run.GetProperty("user").GetDouble(),
            run.GetProperty("system").GetDouble(),
            run.GetProperty("wall").GetDouble(),
            run.GetProperty("megabytes").GetDouble(),
            run.GetProperty("exit").GetInt32());
    }
}
