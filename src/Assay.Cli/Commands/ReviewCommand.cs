// assay review: a repository as a reviewer reads it. assay diff: what changed in what it does.
using System.CommandLine;
using Assay.Bytes;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;
using Assay.Inspection;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary><c>assay review DIR</c> and <c>assay diff OLD NEW</c>.</summary>
internal static class ReviewCommand
{
    private const int LongestSource = 8 << 20;

    /// <summary>The command <c>review</c>.</summary>
    public static Command Create(Host host)
    {
        Argument<string> path = new("DIR") { Description = "A repository with a model, or one file." };
        Option<string> format = Format();
        Option<string> failOn = ListingOptions.FailOn();
        Command command = new("review", "Review a repository: what runs when its model is loaded, what is only there, what could be left out.") { path, format, failOn };
        command.SetAction(parsed =>
        {
            string root = parsed.GetValue(path)!;
            ScanTally tally = new();
            (Dictionary<string, TargetReport> files, BundleReport whole) = Scan(host, root, tally);
            if (files.Count == 0)
            {
                throw new UsageException($"There is nothing to review in {root}.");
            }

            RepositoryReview review = RepositoryReview.Of([.. files.Values], whole);
            Lines lines = new();
            if (parsed.GetValue(format) is "json")
            {
                ReviewReport.Json(review, host.Output, lines.Of);
            }
            else
            {
                using StreamWriter writer = host.Writer();
                ReviewReport.Write(review, writer, parsed.GetValue(format) is "markdown", lines.Of);
            }

            tally.Add(whole);
            return tally.Code(ListingOptions.Mildest(parsed.GetValue(failOn)));
        });
        return command;
    }

    /// <summary>The command <c>diff</c>.</summary>
    public static Command CreateDiff(Host host)
    {
        Argument<string> old = new("OLD") { Description = "A file or a folder." };
        Argument<string> @new = new("NEW") { Description = "Its new version." };
        Option<string> format = Format();
        Command command = new("diff", "Compare two versions: what changed in what they do, the weightiest first.") { old, @new, format };
        command.SetAction(parsed =>
        {
            string before = parsed.GetValue(old)!;
            string after = parsed.GetValue(@new)!;
            ScanTally tally = new();
            Dictionary<string, TargetReport> oldFiles = Scan(host, before, tally).Files;
            Dictionary<string, TargetReport> newFiles = Scan(host, after, tally).Files;
            RepositoryDiff diff = RepositoryDiff.Of(oldFiles, newFiles, name => Tensors(host, before, name), name => Tensors(host, after, name));
            if (parsed.GetValue(format) is "json")
            {
                ReviewReport.Json(diff, host.Output);
            }
            else
            {
                using StreamWriter writer = host.Writer();
                ReviewReport.Write(diff, writer, parsed.GetValue(format) is "markdown");
            }

            return diff.Changes.Any(c => c.Risk >= 2) ? ExitCode.Findings : ExitCode.Passed;
        });
        return command;
    }

    private static Option<string> Format()
    {
        Option<string> format = new("--format", "-f") { Description = "text, markdown or json.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "markdown", "json");
        return format;
    }

    /// <summary>The reports of all files below a path, by their names below it, and what they are together.</summary>
    private static (Dictionary<string, TargetReport> Files, BundleReport Whole) Scan(Host host, string root, ScanTally tally)
    {
        if (!Directory.Exists(root) && !File.Exists(root))
        {
            throw new UsageException($"There is nothing at {root}.");
        }

        ScanLimits limits = new();
        Scanner scanner = new(new ScanOptions { Limits = limits, Rules = RuleSet.Default, Scratch = new FileScratch(host.TemporaryDirectory, limits.InflatedInMemory), KeepFacts = true, Jobs = Environment.ProcessorCount });
        BundleSheet sheet = new(RuleSet.Default, Policy.None, scanner.Head.Day, limits);
        Dictionary<string, TargetReport> files = new(StringComparer.Ordinal);
        FileWalk walk = new([root], new WalkOptions(), host.Cancellation);
        foreach (ScanResult result in host.Scan(scanner, walk.Inputs(), null, host.Cancellation))
        {
            tally.Add(result);
            sheet.Add(result);
            if (result.Report is { } report)
            {
                string name = Directory.Exists(root) && result.Path.Length > root.TrimEnd('/').Length ? result.Path[root.TrimEnd('/').Length..].TrimStart('/') : Path.GetFileName(result.Path);
                files[name] = report;
            }
        }

        return (files, sheet.End(root.TrimEnd('/')));
    }

    /// <summary>The tensors of a file, with what their elements are like; null where it cannot be read so.</summary>
    private static InspectedArtifact? Tensors(Host host, string root, string name)
    {
        string path = Directory.Exists(root) ? Path.Combine(root, name) : root;
        try
        {
            return Inspector.Inspect(name, () => FileOpening.Open(path), new InspectionOptions { Reading = WeightFile.Options(host, path, new ScanLimits()), Statistics = true }, host.Cancellation);
        }
        catch (Exception e) when (e is MalformedException or ScanStopException { Reason: not StopReason.Cancelled } or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Lines of files, each file read once.</summary>
    private sealed class Lines
    {
        private readonly Dictionary<string, string[]> _files = new(StringComparer.Ordinal);

        public string? Of(string path, int line)
        {
            if (!_files.TryGetValue(path, out string[]? lines))
            {
                FileInfo file = new(path);
                _files.Add(path, lines = file.Exists && file.Length < LongestSource ? File.ReadAllText(path).Split('\n') : []);
            }

            return line > 0 && line <= lines.Length ? lines[line - 1].TrimEnd('\r') : null;
        }
    }
}
