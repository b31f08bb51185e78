// Loads a labelled corpus in the sandbox and says what test loads found.
using System.Diagnostics;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Sandbox;
using Assay.Scanning;

namespace Assay.Bench;

/// <summary>
/// The measurement <c>detonate</c>: every file of a label, loaded for real in the box. A benign file must give no finding of a test load.
/// </summary>
internal static class DetonateBench
{
    private const int ReasonsShown = 12;

    /// <summary>Loads; 1 when a benign file gave a finding or nothing at all was loaded.</summary>
    public static int Run(string folder, Options options)
    {
        string label = options["--label"] ?? "benign";
        using TestLoader loader = new();
        if (loader.Missing is { } missing)
        {
            Console.Error.WriteLine("Not detonated: " + missing);
            return 5;
        }

        List<ScanInput> inputs = [];
        foreach (CorpusLabel file in CorpusLabel.Read(folder).Where(l => l.Label == label))
        {
            string path = Path.Combine(folder, file.Path);
            if (File.Exists(path))
            {
                inputs.Add(new ScanInput { Path = file.Path, Open = () => new FileSource(File.OpenHandle(path)), Named = true });
            }
        }

        long begun = Stopwatch.GetTimestamp();
        Scanner scanner = new(new ScanOptions { Rules = RuleSet.Default, TestLoad = loader, Jobs = Math.Min(4, Environment.ProcessorCount) });
        TargetReport[] targets = [.. scanner.ScanAsync(inputs).ToBlockingEnumerable().Select(r => r.Report!)];
        TimeSpan wall = Stopwatch.GetElapsedTime(begun);
        return Print(targets, label, wall);
    }

    private static int Print(TargetReport[] targets, string label, TimeSpan wall)
    {
        string[] reasons = [.. targets.SelectMany(t => t.Unread.Where(u => u.Cause == UnreadCause.NotDetonated).Take(1)).Select(u => Short(u.Detail))];
        int loaded = targets.Length - reasons.Length;
        TargetReport[] observed = [.. targets.Where(t => Findings(t).Any())];
        Console.WriteLine(FormattableString.Invariant(
            $"{label}: {targets.Length} files, {loaded} loaded, {reasons.Length} not detonated, {observed.Length} with a finding of a test load, {wall.TotalSeconds:F0} s"));
        foreach (IGrouping<string, string> group in reasons.GroupBy(r => r).OrderByDescending(g => g.Count()).Take(ReasonsShown))
        {
            Console.WriteLine(FormattableString.Invariant($"  {group.Count(),5}  {group.Key}"));
        }

        foreach (TargetReport target in observed)
        {
            Console.WriteLine($"{target.Path}: {string.Join(", ", Findings(target).Select(f => f.Rule.Id))}");
            if (label == "benign")
            {
                foreach (Finding finding in Findings(target))
                {
                    Console.WriteLine("    " + finding.Message.ReplaceLineEndings(" "));
                }
            }
        }

        return loaded == 0 || (label == "benign" && observed.Length > 0) ? 1 : 0;
    }

    private static IEnumerable<Finding> Findings(TargetReport target) => target.Findings.Where(f => f.Rule.Id.StartsWith("observed-", StringComparison.Ordinal));

    /// <summary>The reason without what differs from file to file.</summary>
    private static string Short(string reason)
    {
        string[] words = reason.ReplaceLineEndings(" ").Split(' ');
        return string.Join(' ', words.Take(10));
    }
}
