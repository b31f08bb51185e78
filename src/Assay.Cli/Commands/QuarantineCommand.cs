// assay quarantine: moves files where nothing loads them, and gives them back.
using System.CommandLine;
using System.Globalization;
using Assay.Detection;
using Assay.Hosting.Packs;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;
using Assay.Trust.Quarantine;

namespace Assay.Cli.Commands;

/// <summary><c>assay quarantine FILE...</c> and <c>list</c>, <c>restore</c>, <c>purge</c>.</summary>
internal static class QuarantineCommand
{
    private const int MostFindings = 100;

    /// <summary>The command. <paramref name="arguments"/> tell a path behind <c>--</c> from a mistyped option.</summary>
    public static Command Create(Host host, IReadOnlyList<string> arguments)
    {
        Argument<string[]> files = new("FILE") { Description = "Files, and directories for the files below; a link goes together with what it leads to.", Arity = ArgumentArity.ZeroOrMore };
        Option<string> reason = new("--reason") { Description = "Why.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        Option<string> by = new("--by") { Description = "Who decides it; otherwise the user's name.", HelpName = "NAME", DefaultValueFactory = _ => host.User };
        Option<string?> folder = Folder();
        Command command = new("quarantine", "Move files where no loader takes them for models; restore gives them back as they were.")
        {
            files, reason, by, folder, List(host), Restore(host), Purge(host),
        };
        command.SetAction(parsed =>
        {
            string[] paths = parsed.GetValue(files) ?? [];
            string place = parsed.GetValue(folder) ?? Place(host);
            IReadOnlyList<QuarantinePlan> plans = QuarantinePlan.Of(paths.Length == 0 ? throw new UsageException("Name a file to quarantine, or list, restore or purge.") : ScanCommand.Paths(paths, arguments), place);
            QuarantineReason why = new() { Reason = parsed.GetValue(reason)!, By = parsed.GetValue(by)!, At = TimeProvider.System.GetUtcNow() };
            Dictionary<string, TargetReport> reports = new Examination(host, RulePacks.Load(null), Policy.None).Of(plans.Select(p => p.Names[0])).ToDictionary(r => r.Path);
            using QuarantineFolder quarantine = Open(host, place);
            using StreamWriter writer = host.Writer();
            foreach (QuarantinePlan plan in plans)
            {
                QuarantineItem item = Take(quarantine, plan, why, reports.GetValueOrDefault(plan.Names[0]));
                Told(host, quarantine);
                writer.WriteLine($"{item.Id}  {Escape.Visible(item.Names[0])}  {(item.Verdict.Length > 0 ? item.Verdict : "no model")}");
                writer.Flush();
            }

            return ExitCode.Passed;
        });
        return command;
    }

    /// <summary>Where the quarantine of a user is.</summary>
    internal static string Place(Host host) => Path.Join(host.Home, "quarantine");

    /// <summary>Opens the quarantine, and says what was put right in it.</summary>
    internal static QuarantineFolder Open(Host host, string place)
    {
        QuarantineFolder quarantine = QuarantineFolder.Open(place);
        Told(host, quarantine);
        return quarantine;
    }

    /// <summary>Moves a file with what a scan said of it.</summary>
    internal static QuarantineItem Take(QuarantineFolder quarantine, QuarantinePlan plan, QuarantineReason why, TargetReport? report) =>
        new QuarantineTaking(quarantine).Take(plan, report is null ? why : why with
        {
            Verdict = EnumText(report.Verdict),
            Findings = [.. report.Findings.Take(MostFindings).Select(f => new QuarantineFinding(f.Rule.Id, EnumText(f.Severity), Escape.WellFormed(f.Message), f.ContentKey))],
        });

    private static string EnumText<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static void Told(Host host, QuarantineFolder quarantine)
    {
        foreach (string sentence in quarantine.TakeTold())
        {
            host.Error.WriteLine("assay: " + Escape.Visible(sentence));
        }
    }

    private static Option<string?> Folder() => new("--quarantine") { Description = "The folder of the quarantine; otherwise the user's.", HelpName = "DIR" };

    private static Command List(Host host)
    {
        Option<string?> folder = Folder();
        Command command = new("list", "What is in quarantine: id, when, by whom, size, what was found, where it lay.") { folder };
        command.SetAction(parsed =>
        {
            using QuarantineFolder quarantine = Open(host, parsed.GetValue(folder) ?? Place(host));
            using StreamWriter writer = host.Writer();
            IReadOnlyList<QuarantineItem> items = [.. quarantine.Items()];
            if (items.Count == 0)
            {
                host.Error.WriteLine("assay: Nothing is in quarantine.");
            }

            foreach (QuarantineItem item in items)
            {
                string rules = string.Join(' ', item.Findings.Where(f => f.Severity is "medium" or "high" or "critical").Select(f => f.Rule).Distinct().Take(3));
                string why = string.Join("; ", new[] { item.Verdict, rules, item.Reason }.Where(t => t.Length > 0));
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{item.Id}  {item.At:yyyy-MM-dd HH:mm}  {Escape.Visible(item.By)}  {item.Size:N0} bytes  {Escape.Visible(item.Names[0])}{(item.Names.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" and {item.Names.Count - 1} more {(item.Names.Count == 2 ? "name" : "names")}") : "")}{(why.Length > 0 ? "  " + Escape.Visible(why) : "")}"));
            }

            Told(host, quarantine);
            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Restore(Host host)
    {
        Argument<string> item = new("ITEM") { Description = "An id, the beginning of one, or the path where the file lay; a directory for all that lay below it." };
        Option<string?> to = new("--to") { Description = "Give it back here instead of where it lay.", HelpName = "PATH" };
        Option<string?> folder = Folder();
        Command command = new("restore", "Give files back as they were: bytes, permissions, attributes, times, names.") { item, to, folder };
        command.SetAction(parsed =>
        {
            using QuarantineFolder quarantine = Open(host, parsed.GetValue(folder) ?? Place(host));
            IReadOnlyList<QuarantineItem> found = quarantine.FindAll(parsed.GetValue(item)!);
            string? place = parsed.GetValue(to);
            if (place is not null && found.Count > 1)
            {
                throw new UsageException($"{parsed.GetValue(item)} is {found.Count} files: --to takes one.");
            }

            using StreamWriter writer = host.Writer();
            foreach (QuarantineItem one in found)
            {
                foreach (string note in new QuarantineRestoring(quarantine).Restore(one, place))
                {
                    host.Error.WriteLine("assay: " + Escape.Visible(note));
                }

                writer.WriteLine($"{Escape.Visible(place ?? one.Names[0])} is back.");
                writer.Flush();
            }

            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Purge(Host host)
    {
        Argument<string[]> items = new("ITEM") { Description = "Ids, beginnings of ids, or the paths where the files lay.", Arity = ArgumentArity.OneOrMore };
        Option<string?> folder = Folder();
        Command command = new("purge", "Destroy files in quarantine for good.") { items, folder };
        command.SetAction(parsed =>
        {
            using QuarantineFolder quarantine = Open(host, parsed.GetValue(folder) ?? Place(host));
            QuarantineItem[] found = [.. parsed.GetValue(items)!.SelectMany(quarantine.FindAll).DistinctBy(i => i.Id)];
            using StreamWriter writer = host.Writer();
            foreach (QuarantineItem item in found)
            {
                quarantine.Purge(item);
                writer.WriteLine($"{item.Id} is destroyed; it was {Escape.Visible(item.Names[0])}.");
            }

            return ExitCode.Passed;
        });
        return command;
    }
}
