// assay store: keeps a store in order, and takes it elsewhere.
using System.CommandLine;
using System.Globalization;
using Assay.Hosting.Files;
using Assay.Reports;
using Assay.Store;
using Assay.Store.Databases;
using Assay.Store.Upkeep;

namespace Assay.Cli.Commands;

/// <summary><c>assay store check|compact|alerts|export|import|prune</c>; judging and finding are in <see cref="StoreJudgeCommand"/>.</summary>
internal static class StoreCommand
{
    private const int MostAlerts = 1000;
    private const int LongestAgo = 36_500;

    /// <summary>The command with those below it.</summary>
    public static Command Create(Host host)
    {
        Command store = new("store", "What was read and judged before: check it, judge it again, find models in it, keep it small.");
        store.Add(Simple(host, "check", "Check the database, all that is in it, and that the log is whole.", Check));
        store.Add(Simple(host, "compact", "Take out what newer readings have replaced, and give the room back.", (one, output, _) =>
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{StoreUpkeep.Compact(one, host.Cancellation)} readings were taken out."));
            return ExitCode.Passed;
        }));
        store.Add(StoreJudgeCommand.CreateJudge(host));
        store.Add(StoreJudgeCommand.CreateFind(host));
        store.Add(Alerts(host));
        store.Add(Export(host));
        store.Add(Import(host));
        store.Add(Prune(host));
        return store;
    }

    /// <summary>A command on a store that must be there.</summary>
    internal static Command Simple(Host host, string name, string description, Func<ModelStore, TextWriter, ParseResult, int> run)
    {
        Command command = new(name, description);
        Func<ParseResult, StoreAddress?> at = StoreOption.AddTo(host, command);
        command.SetAction(parsed =>
        {
            using ModelStore store = host.OpenStore(at(parsed) ?? StoreAddress.Default, false);
            using StreamWriter output = host.Writer();
            return run(store, output, parsed);
        });
        return command;
    }

    private static int Check(ModelStore store, TextWriter output, ParseResult parsed)
    {
        StoreCheck check = StoreUpkeep.Check(store, CancellationToken.None);
        foreach ((string table, long rows) in check.Counts)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{table,-12}{rows,12:n0}"));
        }

        foreach (string fault in check.Faults)
        {
            output.WriteLine("wrong: " + Escape.Visible(fault));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The log ends with entry {check.LogEntries} and the digest {check.LogHead}."));
        output.WriteLine(check.Faults.Count == 0 ? "The store is whole." : string.Create(CultureInfo.InvariantCulture, $"{check.Faults.Count} things are wrong with the store."));
        return check.Faults.Count == 0 ? ExitCode.Passed : ExitCode.Incomplete;
    }

    private static Command Alerts(Host host)
    {
        Option<bool> all = new("--all") { Description = "Those too that were acknowledged." };
        Option<bool> json = new("--json") { Description = "One JSON object a line." };
        Command command = Simple(host, "alerts", "Show what got worse and nobody has seen to: exit code 1 where there is any.", (store, output, parsed) =>
        {
            AlertBook book = new(store);
            foreach (StoreAlert alert in book.List(parsed.GetValue(all), MostAlerts))
            {
                string by = alert.Acknowledged is { } at ? string.Create(CultureInfo.InvariantCulture, $"  [{at:yyyy-MM-dd HH:mm}, {Escape.Visible(alert.By)}]") : "";
                output.WriteLine(parsed.GetValue(json)
                    ? JsonText.Line(line =>
                    {
                        line.WriteNumber("alert", alert.Id);
                        line.WriteString("made", alert.Made);
                        line.WriteString("kind", alert.Kind);
                        line.WriteNumber("weight", alert.Weight);
                        line.WriteString("text", Escape.WellFormed(alert.Text));
                        if (alert.Acknowledged is { } when)
                        {
                            line.WriteString("acknowledged", when);
                            line.WriteString("by", Escape.WellFormed(alert.By));
                        }
                    })
                    : string.Create(CultureInfo.InvariantCulture, $"{alert.Id,6}  {alert.Made:yyyy-MM-dd HH:mm}  {alert.Kind,-8}{Escape.Visible(alert.Text)}{by}"));
            }

            long open = book.Open;
            if (!parsed.GetValue(json))
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{open:n0} open."));
            }

            return open > 0 ? ExitCode.Findings : ExitCode.Passed;
        });
        command.Add(all);
        command.Add(json);
        command.Add(Acknowledge(host));
        return command;
    }

    private static Command Acknowledge(Host host)
    {
        Argument<string[]> numbers = new("NUMBER") { Description = "The numbers of alerts, or all.", Arity = ArgumentArity.OneOrMore };
        Option<string> reason = new("--reason") { Description = "What was done about it.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        Command command = Simple(host, "ack", "Acknowledge alerts: somebody has seen to them.", (store, output, parsed) =>
        {
            string[] named = parsed.GetValue(numbers)!;
            long[] some = [.. named.Where(n => n != "all").Select(n => long.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw new UsageException($"{n} is no number of an alert."))];
            if (some.Length > 0 && some.Length != named.Length)
            {
                throw new UsageException("Name numbers of alerts, or all.");
            }

            long done = new AlertBook(store).Acknowledge(some.Length == 0 ? null : some, host.User, parsed.GetValue(reason) ?? "");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done:n0} acknowledged."));
            return ExitCode.Passed;
        });
        command.Add(numbers);
        command.Add(reason);
        return command;
    }

    private static Command Export(Host host)
    {
        Argument<string> file = new("FILE") { Description = "The file to write, or - for standard output." };
        Command command = Simple(host, "export", "Write all of a store as lines of JSON.", (store, output, parsed) =>
        {
            string to = parsed.GetValue(file)!;
            if (to == "-")
            {
                StoreUpkeep.Export(store, host.Output, host.Cancellation);
                return ExitCode.Passed;
            }

            long rows = 0;
            new Files.ReportFile(to, Files.CommandInputs.Of(host, parsed, store.At, file), StoreUpkeep.Schema).Write(stream => rows = StoreUpkeep.Export(store, stream, host.Cancellation));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows:n0} rows were written to {Escape.Visible(to)}."));
            return ExitCode.Passed;
        });
        command.Add(file);
        return command;
    }

    private static Command Import(Host host)
    {
        Argument<string> file = new("FILE") { Description = "A file that assay store export wrote." };
        Command command = new("import", "Take an export into a store that holds nothing yet.") { file };
        Func<ParseResult, StoreAddress?> at = StoreOption.AddTo(host, command);
        command.SetAction(parsed =>
        {
            string from = parsed.GetValue(file)!;
            using FileStream lines = SettingFile.Open("export", from);
            using ModelStore store = host.OpenStore(at(parsed) ?? StoreAddress.Default, true);
            long rows = StoreUpkeep.Import(store, lines, from, host.Cancellation);
            using StreamWriter output = host.Writer();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows:n0} rows were taken in."));
            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Prune(Host host)
    {
        Option<int> days = new("--older-than") { Description = "Forget what was last seen so many days ago, or longer.", HelpName = "DAYS", Required = true };
        Command command = Simple(host, "prune", "Forget what has not been seen for a while.", (store, output, parsed) =>
        {
            int old = parsed.GetValue(days);
            if (old is < 0 or > LongestAgo)
            {
                throw new UsageException($"--older-than takes a number of days, from 0 to {LongestAgo}.");
            }

            long gone = StoreUpkeep.Prune(store, store.Time.GetUtcNow() - TimeSpan.FromDays(old));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{gone:n0} artifacts were forgotten."));
            return ExitCode.Passed;
        });
        command.Add(days);
        return command;
    }
}
