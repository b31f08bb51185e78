// Scans a labelled corpus and says how often the verdicts were right.
using System.Globalization;
using Assay.Policies;

namespace Assay.Bench;

/// <summary>The measurement <c>corpus</c>.</summary>
internal static class CorpusBench
{
    private const int SecondsPerFile = 5;
    private const int Megabytes = 300;
    private const int ReasonsShown = 4;

    /// <summary>Scans every file that the labels name; 0, or 1 when a goal is missed and <c>--check</c> was given.</summary>
    public static int Run(string folder, Options options)
    {
        List<CorpusCase> cases = [];
        foreach (CorpusLabel label in CorpusLabel.Read(folder))
        {
            // What is made to cost much has no right verdict; only its cost is measured, and only where it is asked for.
            if (label.Label == "costly" && !options.Has("--costly"))
            {
                continue;
            }

            string file = Path.Combine(folder, label.Path);
            if (!File.Exists(file))
            {
                Console.Error.WriteLine($"There is no {label.Path}; it does not count.");
                continue;
            }

            cases.Add(Scan(file, label, options.Has("--renamed") ? "unnamed" : label.Path));
        }

        double megabytes = Engine.PeakMegabytes;
        IReadOnlyList<CorpusGoal> goals = Goals(cases, megabytes);
        Print(cases, megabytes, goals);
        if (options["--json"] is { } json)
        {
            using FileStream stream = File.Create(json);
            CorpusJson.Write(stream, cases, megabytes, goals);
        }

        return options.Has("--check") && goals.Any(g => !g.Reached) ? 1 : 0;
    }

    private static CorpusCase Scan(string file, CorpusLabel label, string name)
    {
        try
        {
            (Scanning.TargetReport report, TimeSpan wall) = Engine.Scan(file, name);
            return CorpusCase.Of(label, report, wall);
        }
#pragma warning disable CA1031 // An exception that leaves the engine is what this measurement looks for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            string crash = $"{e.GetType().Name}: {e.Message}";
            return new CorpusCase(label, null, [crash], TimeSpan.Zero, crash);
        }
    }

    private static List<CorpusGoal> Goals(List<CorpusCase> cases, double megabytes)
    {
        CorpusCase[] bad = [.. cases.Where(c => c.Label is { Family: "pickle", Label: "malicious" })];
        CorpusCase[] good = [.. cases.Where(c => c.Label is { Family: "pickle", Label: "benign" })];
        CorpusCase[] other = [.. cases.Where(c => c.Label is { Family: "other", Label: "malicious" })];
        return
        [
            new("pickle, malicious: flagged", Share(bad, c => c.Flagged), AtLeast: 0.99),
            new("pickle, benign: flagged", Share(good, c => c.Flagged), AtMost: 0.005),
            new("pickle, benign: incomplete", Share(good, c => c.Incomplete), AtMost: 0.01),
            new("other, malicious: passed", Share(other, c => c.Verdict is Verdict.Passed), AtMost: 0),
            new("crashes", cases.Count(c => c.Crash is not null), AtMost: 0),
            new("slowest file, seconds", cases.Count == 0 ? 0 : cases.Max(c => c.Wall).TotalSeconds, AtMost: SecondsPerFile),
            new("peak memory, MB", megabytes, AtMost: Megabytes),
        ];
    }

    private static double Share(CorpusCase[] cases, Func<CorpusCase, bool> which) =>
        cases.Length == 0 ? double.NaN : (double)cases.Count(which) / cases.Length;

    private static void Print(List<CorpusCase> cases, double megabytes, IReadOnlyList<CorpusGoal> goals)
    {
        Say($"{"family",-8} {"label",-10} {"files",6} {"flagged",14} {"incomplete",14} {"passed",14} {"crash",6} {"seconds",8} {"slowest",8}");
        foreach (IGrouping<(string Family, string Label), CorpusCase> group in cases.GroupBy(c => (c.Label.Family, c.Label.Label)).OrderBy(g => g.Key))
        {
            int count = group.Count();
            string flagged = Part(group.Count(c => c.Flagged), count);
            string incomplete = Part(group.Count(c => c.Incomplete), count);
            string passed = Part(group.Count(c => c.Verdict is Verdict.Passed), count);
            int crashed = group.Count(c => c.Crash is not null);
            double seconds = group.Sum(c => c.Wall.TotalSeconds), slow = group.Max(c => c.Wall.TotalSeconds);
            Say($"{group.Key.Family,-8} {group.Key.Label,-10} {count,6} {flagged,14} {incomplete,14} {passed,14} {crashed,6} {seconds,8:F2} {slow,8:F3}");
        }

        Say($"\n{cases.Count} files in {cases.Sum(c => c.Wall.TotalSeconds):F2} s; peak memory {megabytes:F0} MB");
        if (cases.MaxBy(c => c.Wall) is { } slowest)
        {
            Say($"slowest: {slowest.Wall.TotalSeconds:F3} s  {slowest.Label.Path}");
        }

        List("Crashes", cases.Where(c => c.Crash is not null));
        List("Misses (malicious, not flagged)", cases.Where(c => c.Label.Label == "malicious" && !c.Flagged && c.Crash is null));
        List("False flags (benign, flagged)", cases.Where(c => c.Label.Label == "benign" && c.Flagged));
        List("Incomplete (benign, family pickle)", cases.Where(c => c.Label is { Label: "benign", Family: "pickle" } && c.Incomplete));

        Say($"\nGoals");
        foreach (CorpusGoal goal in goals)
        {
            Say($"  {(goal.Reached ? "reached" : "MISSED "),-8} {goal}");
        }
    }

    private static void List(string title, IEnumerable<CorpusCase> cases)
    {
        CorpusCase[] all = [.. cases.OrderBy(c => c.Label.Path, StringComparer.Ordinal)];
        Say($"\n{title}: {all.Length}");
        foreach (CorpusCase one in all)
        {
            Say($"  {one.Label.Path}  [{one.Label.Technique}]  {one.Said}");
            foreach (string reason in one.Reasons.Take(ReasonsShown))
            {
                Say($"      {Shown(reason)}");
            }

            if (one.Reasons.Count > ReasonsShown)
            {
                Say($"      and {one.Reasons.Count - ReasonsShown} more");
            }
        }
    }

    // Messages quote hostile files: nothing in them may steer the terminal.
    private static string Shown(string text)
    {
        string plain = string.Concat(text.Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? '?' : c));
        return plain.Length <= 240 ? plain : plain[..240] + " ...";
    }

    private static string Part(int count, int of) => string.Create(CultureInfo.InvariantCulture, $"{count} ({100.0 * count / of:F1} %)");

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}

/// <summary>Something that the corpus run must reach; a share where the name speaks of files.</summary>
internal sealed record CorpusGoal(string Name, double Value, double? AtLeast = null, double? AtMost = null)
{
    /// <summary>Whether it is reached; a share of no files is.</summary>
    public bool Reached => double.IsNaN(Value) || ((AtLeast is null || Value >= AtLeast) && (AtMost is null || Value <= AtMost));

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name}: {Value:0.####}, {(AtLeast is null ? "at most" : "at least")} {AtLeast ?? AtMost:0.####}");
}
