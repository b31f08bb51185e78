// assay audit: looks at the same models again and again, and says what changed.
using System.CommandLine;
using System.Globalization;
using Assay.Bytes;
using Assay.Detection;
using Assay.Hosting;
using Assay.Hosting.Files;
using Assay.Hosting.Packs;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;
using Assay.Store;
using Assay.Store.Audits;
using Assay.Store.Databases;

namespace Assay.Cli.Commands;

/// <summary><c>assay audit add|run|list|show|report|schedule|baseline|daemon|remove</c>.</summary>
internal static class AuditCommand
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(30);

    /// <summary>The command with those below it.</summary>
    public static Command Create(Host host)
    {
        Command audit = new("audit", "Look at the same models again and again: what changed, what got worse?");
        audit.Add(Add(host));
        audit.Add(Run(host));
        audit.Add(StoreCommand.Simple(host, "list", "Show all audits.", (store, output, _) =>
        {
            AuditBook book = new(store);
            IReadOnlyList<Audit> audits = [.. book.All()];
            if (audits.Count == 0)
            {
                host.Error.WriteLine("assay: There are no audits; assay audit add makes one.");
            }

            foreach (Audit one in audits)
            {
                AuditRun? last = book.LastRun(one);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{Escape.Visible(one.Name),-20} {(one.Schedule.Length == 0 ? "by hand" : one.Schedule),-14} {(last is null ? "never run" : $"{last.Began:yyyy-MM-dd HH:mm} {last.Summary.Files} files, {last.Summary.Regressions} regressions")}  {Escape.Visible(string.Join(" ", one.Targets))}"));
            }

            return ExitCode.Passed;
        }));
        audit.Add(OnOne(host, "show", "Show the runs of an audit.", (book, one, output) =>
        {
            foreach (AuditRun run in book.Runs(one, 100))
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"run {run.Id,-6} {run.Began:yyyy-MM-dd HH:mm}  {run.Summary.Files} files: {run.Summary.Malicious} malicious, {run.Summary.Suspicious} suspicious, {run.Summary.Incomplete} incomplete; {run.Summary.Notices} notices, {run.Summary.Regressions} regressions{(one.Baseline == run.Id ? "; the baseline" : "")}"));
            }
        }));
        audit.Add(Report(host));
        audit.Add(OnOne(host, "baseline", "Compare from now on with the last run, and not with the one before.", (book, one, output) =>
        {
            AuditRun run = book.LastRun(one) ?? throw new UsageException($"The audit {one.Name} has no run yet.");
            book.SetBaseline(one, run.Id);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Run {run.Id} is the baseline."));
        }));
        audit.Add(OnOne(host, "remove", "Take out an audit with its runs.", (book, one, output) =>
        {
            book.Remove(one);
            output.WriteLine($"The audit {Escape.Visible(one.Name)} was taken out.");
        }));
        audit.Add(Schedule(host));
        audit.Add(Daemon(host));
        return audit;
    }

    private static Argument<string> Name() => new("NAME") { Description = "The name of the audit." };

    private static Command OnOne(Host host, string name, string description, Action<AuditBook, Audit, TextWriter> run)
    {
        Argument<string> which = Name();
        Command command = StoreCommand.Simple(host, name, description, (store, output, parsed) =>
        {
            AuditBook book = new(store);
            run(book, book.Find(parsed.GetValue(which)!), output);
            return ExitCode.Passed;
        });
        command.Add(which);
        return command;
    }

    private static Command Add(Host host)
    {
        Argument<string> name = Name();
        Argument<string[]> targets = new("TARGET") { Description = "Folders, archives, files, patterns (models/**/*.pt), repositories (hf://owner/model@tag), all of an owner (hf://owner), what else scan opens on servers.", Arity = ArgumentArity.ZeroOrMore };
        Option<string[]> lists = new("--list") { Description = "A file with one target a line, which is read again at each run; # begins a comment.", HelpName = "FILE" };
        Option<string?> cron = Text("--cron", "When it is due: five fields of cron, or @daily.", "EXPRESSION");
        Option<string?> rules = ListingOptions.Rules();
        Option<string?> policy = ListingOptions.Policy();
        Option<string?> told = Text("--notify-command", "Hand the report as JSON to this command.", "COMMAND");
        Option<string?> webhook = Text("--notify-webhook", "Post the report as JSON to this address.", "URL");
        Option<string?> secret = Text("--webhook-secret", "Sign what is posted with the secret in this file.", "FILE");
        Option<string?> mail = Text("--notify-mail", "Mail the report to this address.", "ADDRESS");
        Option<string?> sender = Text("--mail-from", "Who sends the mail.", "ADDRESS");
        Option<string?> smtp = Text("--smtp", "The server of mail.", "HOST[:PORT]");
        Command command = new("add", "Add an audit.") { name, targets, lists, cron, rules, policy, told, webhook, secret, mail, sender, smtp };
        Func<ParseResult, StoreAddress?> at = StoreOption.AddTo(host, command);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name)!.Any(char.IsControl) || string.IsNullOrWhiteSpace(parsed.GetValue(name)))
            {
                throw new UsageException("The name of an audit is a line of text: it stands in tables of cron and units of systemd.");
            }

            string schedule = parsed.GetValue(cron) ?? "";
            if (schedule.Length > 0 && !AuditSchedule.IsValid(schedule))
            {
                throw new UsageException($"--cron {schedule} is no expression of cron: five fields (30 2 * * 1-5), or @hourly, @daily, @weekly, @monthly.");
            }

            if (parsed.GetValue(webhook) is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"))
            {
                throw new UsageException($"--notify-webhook {url} is no address that begins with http:// or https://.");
            }

            if (parsed.GetValue(mail) is not null && (parsed.GetValue(smtp) is null || parsed.GetValue(sender) is null))
            {
                throw new UsageException("--notify-mail needs a server (--smtp) and a sender (--mail-from).");
            }

            foreach (string mailbox in new[] { parsed.GetValue(mail), parsed.GetValue(sender) }.OfType<string>().Where(a => !AuditHooks.IsMailbox(a)))
            {
                throw new UsageException($"{mailbox} is no address of a mailbox.");
            }

            if (parsed.GetValue(smtp)?.Split(':') is [_, var port] && !(ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) && number > 0))
            {
                throw new UsageException($"--smtp takes HOST or HOST:PORT, and {port} is no port.");
            }

            // What runs later may run elsewhere.
            WatchedHub servers = new(host);
            string Full(string path)
            {
                if (!servers.IsRemote(path))
                {
                    return Path.GetFullPath(path, host.Directory);
                }

                servers.Check(path);
                return path;
            }

            string[] listed = [.. (parsed.GetValue(lists) ?? []).Select(f => Audit.ListSign + Path.GetFullPath(f, host.Directory))];
            if ((parsed.GetValue(targets) ?? []).Length + listed.Length == 0)
            {
                throw new UsageException("Name what to look at: folders, files, hf://owner/model, or --list FILE.");
            }

            foreach (string missing in listed.Where(f => !File.Exists(f[1..])))
            {
                throw new UsageException($"There is no file {missing[1..]} of targets.");
            }

            string FullOrNone(string? path) => path is null ? "" : Full(path);
            Audit audit = new()
            {
                Name = parsed.GetValue(name)!,
                Targets = [.. (parsed.GetValue(targets) ?? []).Select(Full), .. listed],
                Schedule = schedule,
                Settings = new AuditSettings
                {
                    Command = parsed.GetValue(told) ?? "",
                    Webhook = parsed.GetValue(webhook) ?? "",
                    SecretFile = FullOrNone(parsed.GetValue(secret)),
                    MailTo = parsed.GetValue(mail) ?? "",
                    MailFrom = parsed.GetValue(sender) ?? "",
                    Smtp = parsed.GetValue(smtp) ?? "",
                    Rules = FullOrNone(parsed.GetValue(rules)),
                    Policy = FullOrNone(parsed.GetValue(policy)),
                },
            };
            using ModelStore store = host.OpenStore(at(parsed) ?? StoreAddress.Default, true);
            new AuditBook(store).Add(audit);

            // A disk may be mounted later, so a target that is not there is no mistake; one that is written wrongly is seen today, and not at night.
            foreach (string missing in audit.Targets.Where(t => t[0] != Audit.ListSign && !servers.IsRemote(t) && !t.AsSpan().ContainsAny('*', '?') && !Path.Exists(t)))
            {
                host.Error.WriteLine($"assay: There is nothing at {Escape.Visible(missing)} today.");
            }

            using StreamWriter output = host.Writer();
            output.WriteLine($"The audit {Escape.Visible(audit.Name)} was added; assay audit run {Word(audit.Name)} runs it.");
            return ExitCode.Passed;
        });
        return command;
    }

    /// <summary>A name as it is typed behind a command.</summary>
    private static string Word(string name)
    {
        if (!name.StartsWith('-'))
        {
            return Shell.Quote(name);
        }

        // It is no path, so it goes behind -- and not behind ./.
        string quoted = Shell.Quote("a" + name);
        return "-- " + quoted.Remove(quoted.IndexOf('a', StringComparison.Ordinal), 1);
    }

    private static Command Run(Host host)
    {
        Argument<string> which = Name();
        Option<string> format = Format();
        Option<bool> quiet = new("--quiet", "-q") { Description = "Say nothing; the exit code and the notifications tell." };
        Command command = StoreCommand.Simple(host, "run", "Run an audit now: exit code 1 where something got worse, 2 where something new could not be read.", (store, output, parsed) =>
            RunOne(host, store, new AuditBook(store).Find(parsed.GetValue(which)!), parsed.GetValue(quiet) ? TextWriter.Null : output, parsed.GetValue(format)!));
        command.Add(which);
        command.Add(format);
        command.Add(quiet);
        return command;
    }

    private static int RunOne(Host host, ModelStore store, Audit audit, TextWriter output, string format)
    {
        (AuditRun run, AuditSnapshot snapshot) = new AuditRunner(store, a => Options(host, a), new WatchedHub(host)).Run(audit, host.Cancellation);
        output.Write(Written(store, audit, run, snapshot, format));
        foreach (string fault in AuditHooks.Tell(audit, AuditReport.Headline(audit, run), AuditReport.Text(audit, run, snapshot), AuditReport.Json(audit, run, snapshot), store.Time.GetUtcNow(), host.Cancellation))
        {
            host.Error.WriteLine("assay: " + Escape.Visible(fault));
        }

        AuditSummary summary = run.Summary;
        return summary.Against == 0
            ? summary.Malicious + summary.Suspicious > 0 ? ExitCode.Findings : summary.Incomplete + summary.Unreachable > 0 ? ExitCode.Incomplete : summary.Files == 0 ? ExitCode.Nothing : ExitCode.Passed
            : summary.Regressions > 0 ? ExitCode.Findings : summary.Unreachable > 0 ? ExitCode.Incomplete : ExitCode.Passed;
    }

    private static Command Report(Host host)
    {
        Argument<string> which = Name();
        Option<string> format = Format();
        Option<string?> to = new("--output", "-o") { Description = "Write the report to this file.", HelpName = "FILE" };
        Command command = StoreCommand.Simple(host, "report", "Report on the last run of an audit.", (store, output, parsed) =>
        {
            AuditBook book = new(store);
            Audit audit = book.Find(parsed.GetValue(which)!);
            AuditRun run = book.LastRun(audit) ?? throw new UsageException($"The audit {audit.Name} has no run yet.");
            string text = Written(store, audit, run, book.SnapshotOf(run.Id), parsed.GetValue(format)!);
            if (parsed.GetValue(to) is { } file)
            {
                new Files.ReportFile(file, Files.CommandInputs.Of(host, parsed, store.At, to)).Write(stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
            }
            else
            {
                output.Write(text);
            }

            return ExitCode.Passed;
        });
        command.Add(which);
        command.Add(format);
        command.Add(to);
        return command;
    }

    private static Command Schedule(Host host)
    {
        Argument<string> which = Name();
        Option<bool> cron = new("--crontab") { Description = "As a line for a table of cron, and not as a timer of systemd." };
        Command command = StoreCommand.Simple(host, "schedule", "Print what makes the system run an audit: a timer of systemd, or a line for cron.", (store, output, parsed) =>
        {
            Audit audit = new AuditBook(store).Find(parsed.GetValue(which)!);
            if (audit.Schedule.Length == 0)
            {
                throw new UsageException($"The audit {audit.Name} has no schedule; assay audit add --cron gives one.");
            }

            string at = store.At.IsServer ? store.At.Shown : Path.GetFullPath(store.At.Text);
            output.WriteLine(parsed.GetValue(cron) ? AuditSchedule.CronLine(audit, Program(), at) : AuditSchedule.SystemdUnits(audit, Program(), at));
            return ExitCode.Passed;
        });
        command.Add(which);
        command.Add(cron);
        return command;
    }

    /// <summary>What starts this program again: itself, or the host of .NET with what it was given.</summary>
    private static IReadOnlyList<string> Program()
    {
        string path = Environment.ProcessPath ?? "assay";
        string given = Environment.GetCommandLineArgs() is [var first, ..] ? first : "";
        return Path.GetFileNameWithoutExtension(path) is "dotnet" && given.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? [path, Path.GetFullPath(given)] : [path];
    }

    private static Command Daemon(Host host)
    {
        Command command = new("daemon", "Run audits when they are due, until it is stopped.");
        Func<ParseResult, StoreAddress?> at = StoreOption.AddTo(host, command);
        command.SetAction(parsed =>
        {
            StoreAddress address = at(parsed) ?? StoreAddress.Default;
            DateTimeOffset from = TimeProvider.System.GetUtcNow();
            Dictionary<long, DateTimeOffset> begun = [];

            // A store that cannot be used from the start is a mistake; one that fails later, as when its server starts again, is opened anew the next time.
            host.OpenStore(address, false).Dispose();
            using StreamWriter output = host.Writer();
            while (!host.Cancellation.IsCancellationRequested)
            {
                try
                {
                    // Audits may be added while it runs, so it looks again every time.
                    using ModelStore store = host.OpenStore(address, false);
                    RunDue(host, store, from, begun, output);
                }
                catch (StoreException e)
                {
                    host.Error.WriteLine("assay: " + Escape.Visible(e.Message));
                }

                host.Cancellation.WaitHandle.WaitOne(s_rest);
            }

            return ExitCode.Passed;
        });
        return command;
    }

    private static void RunDue(Host host, ModelStore store, DateTimeOffset from, Dictionary<long, DateTimeOffset> begun, StreamWriter output)
    {
        AuditBook book = new(store);
        DateTimeOffset now = store.Time.GetUtcNow();
        foreach (Audit audit in book.All().Where(a => AuditSchedule.IsDue(a, begun.TryGetValue(a.Id, out DateTimeOffset last) ? last : book.LastRun(a)?.Began ?? from, now)))
        {
            begun[audit.Id] = now;
            try
            {
                RunOne(host, store, audit, output, "text");
            }
            catch (Exception e) when (e is SettingException or UsageException or StoreException or ScanStopException)
            {
                // What goes wrong with one audit tonight must not end those of tomorrow.
                host.Error.WriteLine($"assay: {Escape.Visible(audit.Name)}: {Escape.Visible(e.Message)}");
            }

            output.Flush();
        }
    }

    private static string Written(ModelStore store, Audit audit, AuditRun run, AuditSnapshot snapshot, string format) => format switch
    {
        "json" => System.Text.Encoding.UTF8.GetString(AuditReport.Json(audit, run, snapshot)) + "\n",
        "html" => AuditPage.Of(audit, run, snapshot, new AuditBook(store).Runs(audit, 60)),
        _ => AuditReport.Text(audit, run, snapshot),
    };

    private static ScanOptions Options(Host host, Audit audit)
    {
        ScanLimits limits = new();
        RuleSet rules = RulePacks.Load(audit.Settings.Rules.Length > 0 ? audit.Settings.Rules : null);
        return new ScanOptions
        {
            Limits = limits,
            Rules = rules,
            Policy = audit.Settings.Policy.Length > 0 ? RulePacks.ReadPolicy(audit.Settings.Policy, rules) : Policy.None,
            Scratch = new FileScratch(host.TemporaryDirectory, limits.InflatedInMemory),
            Jobs = Environment.ProcessorCount,
            KeepFacts = true,
        };
    }

    private static Option<string> Format()
    {
        Option<string> format = new("--format", "-f") { Description = "text, json or html.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json", "html");
        return format;
    }

    private static Option<string?> Text(string name, string description, string help) => new(name) { Description = description, HelpName = help };
}
