// One run of assay verify, file by file.
using System.Globalization;
using Assay.Detection;
using Assay.Hosting;
using Assay.Hosting.Packs;
using Assay.Policies;
using Assay.Reports;
using Assay.Sandbox;
using Assay.Scanning;
using Assay.Store.Databases;
using Assay.Trust.Decisions;
using Assay.Trust.ModelSignatures;
using Assay.Trust.Quarantine;
using Assay.Trust.Signing;

namespace Assay.Cli.Commands;

/// <summary>What the user asked <c>assay verify</c> to do.</summary>
internal sealed record VerifyArguments
{
    public required IReadOnlyList<string> Paths { get; init; }

    public string? Decide { get; init; }

    public string? Reason { get; init; }

    public DateOnly? Until { get; init; }

    public bool IsEndless { get; init; }

    public string? Key { get; init; }

    public string? PassphraseFile { get; init; }

    public string? Decisions { get; init; }

    public bool All { get; init; }

    public string? Quarantine { get; init; }

    /// <summary>The store that remembers what was decided.</summary>
    public StoreAddress? Store { get; init; }

    public string? Policy { get; init; }

    public bool NoPolicy { get; init; }

    public string? Rules { get; init; }

    public IReadOnlyList<string> Effects { get; init; } = [];

    public TextReportOptions Look { get; init; } = new();
}

/// <summary>One run of <c>assay verify</c>: shows the evidence on each file that does not pass, asks, and keeps what was decided.</summary>
internal sealed class VerifyRun(Host host, VerifyArguments arguments)
{
    /// <summary>How long an allowance holds where no day is said.</summary>
    private const int Days = 90;

    private const int MostCode = 3;
    private const int LongestCode = 60;

    private readonly DecisionPlaces _places = DecisionPlaces.Of(host, arguments.Decisions, mayBeMissing: true);
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    private (DecisionBook Book, TrustedWords? Words)? _known;
    private DecisionMemory? _memory;

    private DateOnly Today => DateOnly.FromDateTime(_now.UtcDateTime);

    /// <summary>Runs and returns the exit code: that of a scan after what was decided.</summary>
    public int Run()
    {
        if (arguments.Decide is VerifyChoice.Allow or VerifyChoice.Deny or VerifyChoice.Quarantine && string.IsNullOrWhiteSpace(arguments.Reason))
        {
            throw new UsageException($"--decide {arguments.Decide} needs --reason TEXT: somebody will ask why.");
        }

        if (arguments.Decide == VerifyChoice.Allow && arguments.IsEndless)
        {
            throw new UsageException("Nothing is allowed for ever: --until takes a day.");
        }

        if (arguments.Until < Today)
        {
            throw new UsageException($"--until {arguments.Until:yyyy-MM-dd} is over already.");
        }

        if (arguments.Paths.FirstOrDefault(p => !File.Exists(p) && !Directory.Exists(p)) is { } missing)
        {
            throw new UsageException($"There is nothing at {missing}.");
        }

        if (arguments.Decide is not (VerifyChoice.Skip or VerifyChoice.Detonate or VerifyChoice.Report))
        {
            TrustKeys.Meant(_places.Keys, arguments.Key);
        }

        RuleSet rules = RulePacks.Load(arguments.Rules, arguments.Effects);
        Policy policy = ScanRun.PolicyOf(host, rules, arguments.Paths, arguments.Policy, baseline: null, arguments.NoPolicy);
        Examination examination = new(host, rules, policy);
        using DecisionMemory? memory = _memory = DecisionMemory.Of(host, arguments.Store);
        using StreamWriter writer = host.Writer();
        using VerifyChoice choice = new(host, writer);
        ScanTally tally = new();
        BundleSheet bundles = new(rules, policy, Today);
        long asked = 0;
        foreach (TargetReport report in examination.Of(arguments.Paths))
        {
            bool isNamed = arguments.Paths.Contains(report.Path);
            TargetReport shown = Applied(rules, policy, report);
            if (shown.Verdict != Verdict.Passed || arguments.All || (isNamed && arguments.Decide is not null))
            {
                asked++;
                try
                {
                    shown = Decide(examination.Head, rules, policy, report, choice, writer) ?? shown;
                }
                catch (OperationCanceledException) when (host.Cancellation.IsCancellationRequested)
                {
                    writer.WriteLine();
                    writer.Flush();
                    host.Error.WriteLine($"assay: Cancelled; nothing was decided about {Escape.Visible(report.Path)}, nor about what follows it.");
                    return ExitCode.Incomplete;
                }

            }
            else if (isNamed)
            {
                writer.WriteLine($"{Escape.Visible(report.Path)}: passed; there is nothing to decide (--all asks all the same).");
            }

            ScanResult result = new(shown.Path, shown);
            tally.Add(result);
            bundles.Add(result);
        }

        foreach (BundleReport whole in bundles.End())
        {
            tally.Add(whole);
            Tell(whole, writer);
        }

        if (asked == 0)
        {
            string[] folders = [.. arguments.Paths.Where(Directory.Exists)];
            if (folders.Length > 0)
            {
                long seen = tally.Examined - tally.Ignored;
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Escape.Visible(string.Join(", ", folders))}: {seen} {(seen == 1 ? "file" : "files")} examined, none of which does not pass by itself; no file was decided about (--all asks about each)."));
            }
            else if (tally.Examined == tally.Ignored)
            {
                writer.WriteLine("Nothing there is a model that Assay reads; nothing was decided.");
            }
        }

        writer.Flush();
        int code = tally.Code(Verdict.Suspicious);
        return memory?.HasFailed == true && code is ExitCode.Passed or ExitCode.Nothing ? ExitCode.Incomplete : code;
    }

    /// <summary>What files are together, which no decision about one of them covers.</summary>
    private static void Tell(BundleReport whole, StreamWriter writer)
    {
        if (whole.Judgement.Findings.Count == 0)
        {
            return;
        }

        writer.WriteLine($"\n{Escape.Visible(whole.Path)}: {whole.Judgement.Verdict.ToString().ToLowerInvariant()} by what its files do together:");
        foreach (Finding finding in whole.Judgement.Findings)
        {
            writer.WriteLine($"  {finding.Severity.ToString().ToLowerInvariant(),-10}{Escape.Visible(finding.Rule.Id)}: {Escape.Visible(Escape.Cut(finding.Message, 300))}");
        }

        writer.WriteLine($"A decision is about one file, so nothing was decided about them together. A policy can do that: assay policy init {Shell.Quote(whole.Path)} -o assay.yaml drafts one, and each entry needs a reason.");
    }

    /// <summary>What is known of decisions, read again only after one was made.</summary>
    private (DecisionBook Book, TrustedWords? Words) Known => _known ??= (_places.Book(), TrustedWords.Of(host, _places));

    private TargetReport Applied(RuleSet rules, Policy policy, TargetReport report) =>
        Known.Words?.Over(rules, policy, Today)(new ScanResult(report.Path, report)).Report ?? report;

    /// <summary>Shows, asks, and does what is decided, until something is; the answer is the report after that, or null where the file is gone.</summary>
    private TargetReport? Decide(ScanHead head, RuleSet rules, Policy policy, TargetReport report, VerifyChoice choice, StreamWriter writer)
    {
        while (true)
        {
            TargetReport shown = Applied(rules, policy, report);
            string evidence = Evidence(shown, report, head);
            if (arguments.Decide is null)
            {
                choice.Show(evidence);
            }
            else
            {
                writer.Write(evidence);
            }

            if (report.Sha256 is null)
            {
                writer.WriteLine("It could not be read, so there is nothing that a decision could be bound to.");
                return shown;
            }

            string? decided = arguments.Decide ?? choice.AskAbout(report.Path);
            switch (decided)
            {
                case VerifyChoice.Allow or VerifyChoice.Deny or VerifyChoice.Quarantine:
                    if (!Keep(decided == VerifyChoice.Allow ? DecisionPredicate.Allow : DecisionPredicate.Deny, report, head, choice, writer))
                    {
                        return shown;
                    }

                    if (decided == VerifyChoice.Quarantine)
                    {
                        Move(report, writer);
                    }

                    writer.Flush();
                    return Applied(rules, policy, report);
                case VerifyChoice.Detonate:
                    writer.Flush();
                    using (TestLoader loader = new(new SandboxOptions()))
                    {
                        report = new Examination(host, rules, policy, loader).Of(report.Path).FirstOrDefault() ?? report;
                    }

                    break;
                case VerifyChoice.Report:
                    string folder = $"{Path.GetFileName(report.Path)}.report";
                    ReportCommand.Write(host, report.Path, rules, Path.Join(host.Directory, folder), payload: false, publisher: null, space: null);
                    writer.WriteLine($"The report is in {Escape.Visible(folder)}.");
                    break;
                default:
                    writer.WriteLine("Nothing was decided.");
                    writer.Flush();
                    return shown;
            }

            if (arguments.Decide is not null)
            {
                writer.Write(Evidence(Applied(rules, policy, report), report, head));
                writer.Flush();
                return Applied(rules, policy, report);
            }
        }
    }

    /// <summary>What it is, what runs and where, the code, the test load; and what changed since somebody last decided.</summary>
    private string Evidence(TargetReport shown, TargetReport report, ScanHead head)
    {
        using StringWriter writer = new() { NewLine = "\n" };
        using (TextReport text = new(writer, head, arguments.Look))
        {
            text.Add(new ScanResult(shown.Path, shown));
            text.Finish();
        }

        Code(report, writer);
        Signature(report.Path, writer);
        DecisionBook book = Known.Book;
        if (book.About(report.Sha256).Concat(book.Before(_places.NameOf(report.Path), report.Sha256)).FirstOrDefault() is not { } last)
        {
            writer.WriteLine("\nNobody has decided about it yet.");
            return writer.ToString();
        }

        DecisionStanding standing = book.Of(last, Today);
        writer.WriteLine(Escape.Visible(string.Create(CultureInfo.InvariantCulture, $"SINCE THE LAST DECISION: {last.Id}, to {last.Said.Decision}, by {last.Said.By} on {last.Said.At:yyyy-MM-dd} ({last.Said.Reason}){(standing.Holds ? "" : $"; it does not hold: {standing.Why}")}")).Insert(0, "\n"));
        writer.WriteLine(last.Sha256 == report.Sha256 ? "  bytes     the same" : "  bytes     others");
        HashSet<string> before = [.. last.Said.Findings.Select(f => f.ContentKey)], now = [.. report.Findings.Select(f => f.ContentKey)];
        Finding[] appeared = [.. DecidedScan.Deciding(report).Where(f => !before.Contains(f.ContentKey))];
        DecidedFinding[] gone = [.. last.Said.Findings.Where(f => !now.Contains(f.ContentKey))];

        // The same sentence about other bytes is neither new nor gone to a reader, and not the same either.
        HashSet<(string, string)> changed = [.. appeared.Select(f => (f.Rule.Id, f.Message))];
        changed.IntersectWith(gone.Select(f => (f.Rule, f.Message)));
        foreach ((string rule, string message) in changed.Take(20))
        {
            writer.WriteLine($"  changed   {Escape.Visible(rule)}: {Escape.Visible(Escape.Cut(message, 300))} (of other bytes than were decided about)");
        }

        foreach (Finding finding in appeared.Where(f => !changed.Contains((f.Rule.Id, f.Message))).Take(20))
        {
            writer.WriteLine($"  new       {Escape.Visible(finding.Rule.Id)}: {Escape.Visible(Escape.Cut(finding.Message, 300))}");
        }

        foreach (DecidedFinding finding in gone.Where(f => !changed.Contains((f.Rule, f.Message))).Take(20))
        {
            writer.WriteLine($"  gone      {Escape.Visible(finding.Rule)}: {Escape.Visible(Escape.Cut(finding.Message, 300))}");
        }

        if (appeared.Length + gone.Length == 0)
        {
            writer.WriteLine("  findings  the same");
        }

        return writer.ToString();
    }

    /// <summary>The pickles in which something was found as Python, as far as anybody reads; nothing of them is run.</summary>
    private void Code(TargetReport report, StringWriter writer)
    {
        Host silent = host with { Error = TextWriter.Null };
        foreach (string place in DecidedScan.Deciding(report).Select(f => f.Path).Distinct().Take(MostCode))
        {
            try
            {
                if (PickleTarget.Find(silent, place, raw: false, out _, out _) is not { } pickle || pickle.Name != place)
                {
                    continue;
                }

                using StringWriter code = new() { NewLine = "\n" };
                pickle.Visit(bytes => DecompiledText.Write(bytes, code, arguments.Look, cancellation: host.Cancellation));
                string[] lines = code.ToString().TrimEnd('\n').Split('\n');
                writer.WriteLine($"\nCODE of {Escape.Visible(place)}, as Python; nothing of it was run");
                foreach (string line in lines.Take(LongestCode).Where(l => l.Length > 0))
                {
                    writer.WriteLine("  " + line);
                }

                if (lines.Length > LongestCode)
                {
                    writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  and {lines.Length - LongestCode} lines more: assay pickle decompile shows all."));
                }
            }
            catch (Exception e) when (e is Bytes.MalformedException or Bytes.ScanStopException or IOException or UnauthorizedAccessException)
            {
                // It is told what could not be read.
            }
        }
    }

    /// <summary>Who has signed the model, where a signature lies beside it. It says who made it, never that it is harmless.</summary>
    private void Signature(string path, StringWriter writer)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        (string Model, string File)? found = File.Exists(path + ".sig") ? (path, path + ".sig") : File.Exists(Path.Join(folder, ModelSignature.FileName)) ? (folder, Path.Join(folder, ModelSignature.FileName)) : null;
        if (found is not { } place)
        {
            return;
        }

        string says;
        try
        {
            ModelSignature signature = ModelSignature.Read(place.File);
            string? signer = _places.Keys.Trusted().FirstOrDefault(signature.IsSignedBy)?.Name;
            IReadOnlyList<string> differences = signer is null ? [] : signature.Compare(place.Model, place.Model == folder ? [ModelSignature.FileName] : [], host.Cancellation);
            says = signer is null ? "by nobody whom you trust" : differences.Count == 0 ? $"by {signer}; every file is what was signed" : $"by {signer}, and {differences[0]}{(differences.Count > 1 ? $", and {differences.Count - 1} more" : "")}";
        }
        catch (SettingException e)
        {
            says = e.Message;
        }

        writer.WriteLine($"\nSIGNED: {Escape.Visible(Path.GetFileName(place.File))}: {Escape.Visible(says)}");
    }

    /// <summary>Signs and keeps a decision; false where the person gave no reason.</summary>
    private bool Keep(string decision, TargetReport report, ScanHead head, VerifyChoice choice, StreamWriter writer)
    {
        string? reason = arguments.Reason ?? choice.Ask("Why");
        if (string.IsNullOrWhiteSpace(reason))
        {
            writer.WriteLine("Without a reason nothing is decided.");
            writer.Flush();
            return false;
        }

        DateOnly? until = arguments.IsEndless ? null : arguments.Until;
        if (until is null && !arguments.IsEndless)
        {
            string standard = decision == DecisionPredicate.Allow ? Today.AddDays(Days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "never";
            string? day = arguments.Decide is null ? AskDay(decision, standard, choice, writer) : standard;
            if (day is null)
            {
                writer.WriteLine("Nothing was decided.");
                writer.Flush();
                return false;
            }

            until = VerifyCommand.Day(day);
        }

        using SigningKey key = TrustKeys.OpenToSign(host, _places.Keys, arguments.Key, arguments.PassphraseFile);
        DecisionPredicate said = DecidedScan.Decide(report, head, decision, reason, key.Public.Name, _now, until);
        Decision kept = Decision.Read(Decision.Write(_places.NameOf(report.Path), report.Sha256!, said).Signed(key))!;
        string file = _places.New.Keep(kept);
        _memory?.Keep(kept);
        _known = null;
        DecisionStanding standing = Known.Book.Of(kept, Today);
        writer.WriteLine(Escape.Visible($"Decision {kept.Id} to {decision} is in {file}{(standing.Holds ? "." : $"; it does not hold yet: {standing.Why}.")}"));
        return true;
    }

    /// <summary>The day until which something holds, or <c>never</c>; asked until the answer is one, null where nobody answers.</summary>
    private string? AskDay(string decision, string standard, VerifyChoice choice, StreamWriter writer)
    {
        while (true)
        {
            string? day = choice.Ask($"Until when ({(decision == DecisionPredicate.Allow ? "a day" : "a day, or never")}; Enter: {standard})");
            if (day is null or "")
            {
                return day is null ? null : standard;
            }

            string? wrong = day == "never" ? decision == DecisionPredicate.Allow ? "Nothing is allowed for ever." : null
                : !DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly until) ? $"{Escape.Visible(Escape.Cut(day, 40))} is no day such as {Today.AddDays(Days):yyyy-MM-dd}."
                : until < Today ? "That day is over." : null;
            if (wrong is null)
            {
                return day;
            }

            writer.WriteLine(wrong);
        }
    }

    private void Move(TargetReport report, StreamWriter writer)
    {
        string place = arguments.Quarantine ?? QuarantineCommand.Place(host);
        IReadOnlyList<QuarantinePlan> plan = QuarantinePlan.Of([report.Path], place);
        using QuarantineFolder quarantine = QuarantineCommand.Open(host, place);
        QuarantineItem item = QuarantineCommand.Take(quarantine, plan[0], new QuarantineReason { By = host.User, At = _now, Reason = arguments.Reason ?? "" }, report);
        writer.WriteLine($"{Escape.Visible(report.Path)} is in quarantine as {item.Id}.");
    }
}
