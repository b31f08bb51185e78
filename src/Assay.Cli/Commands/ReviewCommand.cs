// assay review: a repository as a reviewer reads it. assay diff: what changed in what it does.
using System.CommandLine;
using Assay.Bytes;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Inspection;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary><c>assay review DIR</c> and <c>assay diff OLD NEW</c>.</summary>
internal static class ReviewCommand
{
    /// <summary>The command <c>review</c>.</summary>
    public static Command Create(Host host)
    {
        Argument<string> path = new("DIR") { Description = "A repository with a model, or one file; here, or on a server (docs/hub.md)." };
        Option<string> format = Format();
        Option<string> failOn = ListingOptions.FailOn();
        Command command = new("review", "Review a repository: what runs when its model is loaded, what is only there, what could be left out.") { path, format, failOn };
        command.SetAction(parsed =>
        {
            using ReviewedPlace place = ReviewedPlace.Open(host, parsed.GetValue(path)!);
            ScanTally tally = new();
            (Dictionary<string, TargetReport> files, BundleReport whole) = Scan(host, place, tally);
            if (files.Count == 0)
            {
                throw new UsageException($"There is nothing to review in {place.Path}.");
            }

            RepositoryReview review = RepositoryReview.Of([.. files.Values], whole);
            if (parsed.GetValue(format) is "json")
            {
                ReviewReport.Json(review, host.Output, place.Line);
            }
            else
            {
                using StreamWriter writer = host.Writer();
                ReviewReport.Write(review, writer, parsed.GetValue(format) is "markdown", place.Line);
            }

            tally.Add(whole);
            return tally.Code(ListingOptions.Mildest(parsed.GetValue(failOn)));
        });
        return command;
    }

    /// <summary>The command <c>diff</c>.</summary>
    public static Command CreateDiff(Host host)
    {
        Argument<string> old = new("OLD") { Description = "A file or a folder, here or on a server (docs/hub.md)." };
        Argument<string> @new = new("NEW") { Description = "Its new version." };
        Option<string> format = Format();
        Command command = new("diff", "Compare two versions: what changed in what they do, the weightiest first.") { old, @new, format };
        command.SetAction(parsed =>
        {
            using ReviewedPlace before = ReviewedPlace.Open(host, parsed.GetValue(old)!);
            using ReviewedPlace after = ReviewedPlace.Open(host, parsed.GetValue(@new)!);
            ScanTally tally = new();
            (Dictionary<string, TargetReport> oldFiles, BundleReport oldWhole) = Scan(host, before, tally);
            (Dictionary<string, TargetReport> newFiles, BundleReport newWhole) = Scan(host, after, tally);

            // Elements are read where they are here: over a network that would be all of both versions.
            bool elements = !before.IsRemote && !after.IsRemote;
            RepositoryDiff diff = RepositoryDiff.Of(oldFiles, newFiles, name => Tensors(host, before, name, elements), name => Tensors(host, after, name, elements)).Together(oldWhole, newWhole);
            if (parsed.GetValue(format) is "json")
            {
                ReviewReport.Json(diff, host.Output);
            }
            else
            {
                using StreamWriter writer = host.Writer();
                ReviewReport.Write(diff, writer, parsed.GetValue(format) is "markdown");
            }

            return diff.Changes.Any(c => c.Risk >= 2) ? ExitCode.Findings : diff.Unread.Count > 0 ? ExitCode.Incomplete : ExitCode.Passed;
        });
        return command;
    }

    private static Option<string> Format()
    {
        Option<string> format = new("--format", "-f") { Description = "text, markdown or json.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "markdown", "json");
        return format;
    }

    /// <summary>The reports of all files of a place, by their names below it, and what they are together.</summary>
    private static (Dictionary<string, TargetReport> Files, BundleReport Whole) Scan(Host host, ReviewedPlace place, ScanTally tally)
    {
        ScanLimits limits = new();
        Scanner scanner = new(new ScanOptions { Limits = limits, Rules = RuleSet.Default, Scratch = new FileScratch(host.TemporaryDirectory, limits.InflatedInMemory), KeepFacts = true, Jobs = Environment.ProcessorCount });
        BundleSheet sheet = new(RuleSet.Default, Policy.None, scanner.Head.Day, limits);
        Dictionary<string, TargetReport> files = new(StringComparer.Ordinal);
        foreach (ScanResult result in host.Scan(scanner, place.Inputs(), null, host.Cancellation))
        {
            tally.Add(result);
            sheet.Add(result);
            if (result.Report is { } report)
            {
                files[place.NameOf(result.Path)] = report;
            }
        }

        return (files, sheet.End(place.Path));
    }

    /// <summary>The tensors of a file, with what their elements are like; null where it cannot be read so.</summary>
    private static InspectedArtifact? Tensors(Host host, ReviewedPlace place, string name, bool elements)
    {
        try
        {
            return Inspector.Inspect(name, () => place.OpenFile(name), new InspectionOptions { Reading = place.Reading(name), Statistics = elements }, host.Cancellation);
        }
        catch (Exception e) when (e is MalformedException or ScanStopException { Reason: not StopReason.Cancelled } or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
