// Compares the program with CPython on the same bytes, process against process.
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Assay.Bench;

/// <summary>The measurement <c>speed</c>.</summary>
internal static class SpeedBench
{
    private const int DefaultRuns = 5;

    // Objects are not torn down and nothing is collected: the reference is C's unpickler at its best.
    private static string Load(Reference reference) => $"""
        import gc, os, sys
        gc.disable()
        {reference switch
        {
            Reference.JoblibLoad => "from joblib import load",
            Reference.NumpyLoad => "import numpy; load = lambda file: numpy.load(file, allow_pickle=True)",
            _ => "from pickle import load",
        }}
        path = sys.argv[1]
        for name in sorted(os.listdir(path)) if os.path.isdir(path) else [""]:
            with open(os.path.join(path, name) if name else path, "rb") as file:
                value = load(file)
        os._exit(0)
        """;

    /// <summary>Measures every input that is there; 0, or 1 when a goal is missed and <c>--check</c> was given.</summary>
    public static int Run(string folder, Options options)
    {
        int runs = int.Parse(options["--runs"] ?? DefaultRuns.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        if (options.Has("--in-process"))
        {
            return InProcess(folder, runs);
        }

        string program = options["--program"] ?? Inputs.Of("artifacts/assay/assay");
        if (!File.Exists(program))
        {
            throw new IOException($"There is no {program}; run ./assay once, or name the program with --program.");
        }

        bool reached = true;
        string output = Path.GetTempFileName();
        try
        {
            ChildRun start = ChildRun.Median(runs, output, program, "--help");
            Say($"{"(--help)",-26} {"",10} {start.Cpu,9:F3} {"",7} {start.Megabytes,8:F0}");
            Say($"{"input",-26} {"CPython s",10} {"Assay s",9} {"ratio",7} {"peak MB",8} {"complete",9}  goals");
            foreach (SpeedGoal goal in SpeedGoal.In(folder))
            {
                string input = Path.Combine(folder, goal.Input);
                if (!Path.Exists(input))
                {
                    Say($"{goal.Input,-26} is not there");
                    reached = false;
                    continue;
                }

                reached &= One(goal, input, program, runs, output);
            }
        }
        finally
        {
            File.Delete(output);
        }

        return reached || !options.Has("--check") ? 0 : 1;
    }

    private static bool One(SpeedGoal goal, string input, string program, int runs, string output)
    {
        string[] scan = [program, "scan", "--format", "json", "--no-progress", input];
        ChildRun? python = null;
        ChildRun assay;
        if (goal.Reference == Reference.None)
        {
            assay = ChildRun.Median(runs, output, scan);
        }
        else
        {
            (python, assay) = ChildRun.MedianPair(runs, output, [Inputs.Python, "-c", Load(goal.Reference), input], scan);
            if (python.Exit != 0)
            {
                throw new IOException($"CPython could not read {input}: exit code {python.Exit}.");
            }
        }

        bool? complete = IsComplete(output);
        double? ratio = assay.Cpu / python?.Cpu;
        List<string> missed = [];
        Check("ratio", ratio, goal.Ratio);
        Check("seconds", assay.Cpu, goal.Seconds);
        Check("MB", assay.Megabytes, goal.Megabytes);
        if (complete is null)
        {
            missed.Add($"no report, exit code {assay.Exit}");
        }
        else if (goal.MustBeComplete && complete is false)
        {
            missed.Add("not complete");
        }

        string wanted = string.Join(", ", ((string?[])[Limit(goal.Ratio, "of CPython"), Limit(goal.Seconds, "s"), Limit(goal.Megabytes, "MB")]).OfType<string>());
        Say($"{goal.Input,-26} {python?.Cpu,10:F3} {assay.Cpu,9:F3} {ratio,7:F2} {assay.Megabytes,8:F0} {(complete is true ? "yes" : "no"),9}  {(missed.Count > 0 ? $"MISSED ({string.Join(", ", missed)})" : wanted.Length > 0 ? "reached" : "")}{(wanted.Length > 0 ? $": at most {wanted}" : "")}");
        return missed.Count == 0;

        static string? Limit(double? limit, string unit) => limit is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value} {unit}") : null;

        void Check(string what, double? value, double? limit)
        {
            if (value > limit)
            {
                missed.Add(what);
            }
        }
    }

    // Null when there is no report at all.
    private static bool? IsComplete(string output)
    {
        try
        {
            using FileStream stream = File.OpenRead(output);
            using JsonDocument report = JsonDocument.Parse(stream);
            JsonElement targets = report.RootElement.GetProperty("targets");
            return targets.GetArrayLength() > 0 && targets.EnumerateArray().All(t => t.GetProperty("coverage").GetProperty("complete").GetBoolean());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Compares the engine alone with the C unpickler alone, both in their own process, CPU time of the load or scan only.</summary>
    private static int InProcess(string folder, int runs)
    {
        // The rules are read once per process, whatever is scanned.
        Engine.Prepare();
        Dictionary<string, double> python = LoadTimes(folder, [.. SpeedGoal.All.Where(g => g.InProcess is not null && Path.Exists(Path.Combine(folder, g.Input))).Select(g => g.Input)]);
        Say($"{"input",-26} {"first ms",9} {"median ms",10} {"CPython ms",11} {"ratio",6} {"limit",6}");
        foreach (SpeedGoal goal in SpeedGoal.In(folder))
        {
            string input = Path.Combine(folder, goal.Input);
            string[] files = Directory.Exists(input) ? [.. Directory.GetFiles(input).Order(StringComparer.Ordinal)] : File.Exists(input) ? [input] : [];
            if (files.Length == 0)
            {
                continue;
            }

            // Of a checkpoint, the pickle alone is what CPython loads here.
            if (goal.InProcess is not null && input.EndsWith(".pt", StringComparison.Ordinal))
            {
                files = [ExtractPickle(input)];
            }

            Row(goal.Input, () => Engine.Analyse(files), goal.InProcess);
            if (goal.Walk is not null)
            {
                Row($"{goal.Input}, opcodes", () => Engine.Walk(input), goal.Walk);
            }

            void Row(string name, Action work, double? limit)
            {
                double[] milliseconds = [.. Enumerable.Range(0, Math.Max(1, runs)).Select(_ => Cpu(work))];
                double median = milliseconds.Order().ElementAt(milliseconds.Length / 2);
                string reference = python.TryGetValue(goal.Input, out double load)
                    ? string.Create(CultureInfo.InvariantCulture, $"{load,11:F1} {median / load,6:F2} {limit,6:F2}")
                    : "";
                Say($"{name,-26} {milliseconds[0],9:F1} {median,10:F1} {reference}");
            }
        }

        Say($"peak memory {Engine.PeakMegabytes:F0} MB");
        return 0;
    }

    private static string ExtractPickle(string checkpoint)
    {
        string file = checkpoint + ".data.pkl";
        using ZipArchive archive = ZipFile.OpenRead(checkpoint);
        archive.Entries.Single(e => e.FullName.EndsWith("/data.pkl", StringComparison.Ordinal)).ExtractToFile(file, overwrite: true);
        return file;
    }

    private static Dictionary<string, double> LoadTimes(string folder, IReadOnlyList<string> inputs)
    {
        string script = Environment.GetEnvironmentVariable("ASSAY_LOAD_INPUTS") ?? Path.Combine("bench", "load_inputs.py");
        Dictionary<string, double> times = [];
        if (!File.Exists(script) || inputs.Count == 0)
        {
            return times;
        }

        ProcessStartInfo start = new("/usr/bin/python3", [script, folder, .. inputs]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        foreach (string line in process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] cells = line.Split(' ');
            times[cells[0]] = double.Parse(cells[1], CultureInfo.InvariantCulture);
        }

        process.WaitForExit();
        return times;
    }

    private static double Cpu(Action work)
    {
        double before = Environment.CpuUsage.TotalTime.TotalMilliseconds;
        work();
        return Environment.CpuUsage.TotalTime.TotalMilliseconds - before;
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
