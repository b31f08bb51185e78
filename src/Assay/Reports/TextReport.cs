// The report for people: the verdict, the evidence file by file, the counts.
using System.Globalization;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>How a text report looks.</summary>
public sealed record TextReportOptions
{
    /// <summary>Columns.</summary>
    public int Width { get; init; } = 100;

    /// <summary>Whether to colour with ANSI codes.</summary>
    public bool Colour { get; init; }

    /// <summary>One line for each file that did not pass, and nothing else.</summary>
    public bool Quiet { get; init; }

    /// <summary>Every place of a finding, with its content key.</summary>
    public bool Verbose { get; init; }

    /// <summary>The names of the files that were ignored.</summary>
    public bool ShowIgnored { get; init; }
}

/// <summary>
/// Writes a report as text to read in a terminal. Text from files is escaped (<see cref="Escape.Visible"/>). The verdict stands first, then what would happen, then why
/// that matters and what to do. A few files are told in full; more are a table with a row each. Of very many, rows are written while they come and the
/// verdict stands at the end.
/// </summary>
public sealed class TextReport : IScanReport
{
    private const int PassedShown = 20;
    private const int WorstShown = 10;

    /// <summary>How many files are told in full; of more there is a table.</summary>
    private const int InFull = 3;
    private const int Hang = 12;
    private readonly TextWriter _writer;
    private readonly TextPage _page;
    private readonly ScanHead _head;
    private readonly bool _quiet;
    private readonly bool _verbose;
    private readonly bool _showIgnored;
    private readonly ReportSummary _summary = new();
    private readonly List<TargetReport> _passed = [];
    private readonly List<TargetReport> _remarked = [];
    private readonly List<TargetReport> _byWaiver = [];
    private readonly TextAdvice _advice = new();
    private long _waivedTargets;
    private List<TargetReport>? _few = [];
    private readonly List<string> _worst = [];
    private bool _begun;

    /// <summary>How many files are few enough to be told together.</summary>
    public const int Few = 100;

    /// <summary>Begins a report on <paramref name="writer"/>, which stays open.</summary>
    public TextReport(TextWriter writer, ScanHead head, TextReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(head);
        options ??= new TextReportOptions();
        _writer = writer;
        _head = head;
        _quiet = options.Quiet;
        _verbose = options.Verbose;
        _showIgnored = options.ShowIgnored;
        _page = TextPage.Of(writer, options);
    }

    /// <inheritdoc/>
    public void Add(ScanResult result)
    {
        Verdict before = _summary.Verdict;
        _summary.Add(result);
        if (result.Report is not { } target)
        {
            return;
        }

        if (_summary.Verdict > before)
            _worst.Clear();

        if (target.Verdict == _summary.Verdict && target.Verdict >= Verdict.Suspicious && _worst.Count < WorstShown)
            _worst.Add(target.Path);

        if (_quiet)
        {
            Quiet(target);
            return;
        }

        _advice.Add(target);
        if (target.Verdict == Verdict.Passed)
        {
            bool isWaived = TextTarget.IsByWaiver(target);
            _waivedTargets += isWaived ? 1 : 0;
            List<TargetReport> list = isWaived ? _byWaiver : Remarks(target) ? _remarked : _passed;
            if (list.Count < PassedShown)
            {
                list.Add(target);
            }
        }
        else if (_few is null)
        {
            WriteAsItComes(target);
        }
        else
        {
            _few.Add(target);
            if (_few.Count > Few)
            {
                _few.ForEach(WriteAsItComes);
                _few = null;
            }
        }
    }

    /// <inheritdoc/>
    public void Add(BundleReport bundle)
    {
        _summary.Add(bundle);
        _advice.Add(bundle.Judgement.Findings);
        if (_quiet && bundle.Judgement.Findings.Count > 0)
            _page.Line(0, new Piece(bundle.Path), ": ", new Piece(Words.Of(bundle.Judgement.Verdict), InkOf(bundle.Judgement.Verdict)), " " + Rules(bundle.Judgement.Findings));
    }

    /// <inheritdoc/>
    public void Finish(LeftAside aside = default)
    {
        _summary.Add(aside);
        if (!_quiet)
        {
            if (_few is not null)
            {
                Headline();
                Together(_few);
            }

            TextBundle.Write(_page, _summary.Bundles, _verbose);
            _advice.Write(_page, _verbose);
            ByWaiver();
            Passed();
            if (_few is null)
            {
                _page.Blank();
                Headline();
            }

            Summary();
        }

        _writer.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The writer belongs to whoever made it.
    }

    /// <summary>The ink of a verdict.</summary>
    internal static Ink InkOf(Verdict verdict) => verdict switch
    {
        Verdict.Passed => Ink.Good,
        Verdict.Incomplete => Ink.Unsure,
        Verdict.Suspicious => Ink.Warning,
        _ => Ink.Danger,
    };

    /// <summary>One of very many: a row, or all of it where that was asked for.</summary>
    private void WriteAsItComes(TargetReport target)
    {
        if (_verbose)
        {
            Write(target);
        }
        else
        {
            TextTable.Row(_page, _page.Width / 3, target);
            _begun = true;
        }
    }

    /// <summary>The files that did not pass, the worst first: in full where they are few or where that was asked for, a table otherwise.</summary>
    private void Together(List<TargetReport> targets)
    {
        TargetReport[] ordered = [.. targets.OrderByDescending(t => t.Verdict)];
        if (ordered.Length <= InFull || _verbose)
        {
            foreach (TargetReport target in ordered)
            {
                Write(target);
            }

            return;
        }

        _page.Blank();
        int columns = TextTable.Columns(_page, ordered.Select(t => t.Path));
        foreach (TargetReport target in ordered)
        {
            TextTable.Row(_page, columns, target);
        }

        _page.Blank();
        _page.Entry(2, "", 2, new Piece("-v shows each of them in full, and so does a scan of one file.", Ink.Faint));
    }

    private void Write(TargetReport target)
    {
        // The first line of a report on one file is about that file.
        bool heading = _summary.Targets > 1 || _few is null;
        if (_begun && heading)
        {
            _page.Blank();
        }

        TextTarget.Write(_page, target, _verbose, heading);
        _begun = true;
    }

    private void Headline()
    {
        _begun = true;
        string files = Words.Count(_summary.Targets, "file");
        if (_summary.Targets == 0)
        {
            _page.Entry(0, new Piece("NOTHING TO SCAN", Ink.Unsure), 17, _summary.Ignored > _summary.NotLookedAt
                ? $"{Words.Count(_summary.Ignored - _summary.NotLookedAt, "file was", "files were")} looked at, and nothing in them is or claims to be a model."
                : "No file was looked at: there is none, or all are left out.");
            return;
        }

        string verdict = Words.Of(_summary.Verdict).ToUpperInvariant();
        TargetReport? only = _summary.Targets == 1 && _few is not null ? _few.Concat(_passed).Concat(_remarked).Concat(_byWaiver).FirstOrDefault() : null;
        if (only is not null && only.Verdict == _summary.Verdict)
        {
            verdict = TextTarget.State(only);
            _page.Entry(0, new Piece(verdict, InkOf(only.Verdict)), verdict.Length + 2, new Piece(only.Path, Ink.Strong, true), new Piece(TextTarget.Sentence(only)));
            return;
        }

        string sentence = _summary.Verdict switch
        {
            > Verdict.Passed when _summary[_summary.Verdict] == 0 => ReportGroups.Together(_summary),
            Verdict.Malicious => $"{_summary[Verdict.Malicious]:N0} of {files} would do harm when loaded. Do not load {(_summary[Verdict.Malicious] == 1 ? "it" : "them")}.",
            Verdict.Suspicious => $"{_summary[Verdict.Suspicious]:N0} of {files} cannot be shown to be harmless.",
            Verdict.Incomplete => $"Nothing was found, and {_summary[Verdict.Incomplete]:N0} of {files} could not be read to the end.",
            _ => $"{(_summary.Findings > 0 ? "Nothing but notes" : "Nothing")} was found in {files}{(_summary.Waived > 0 ? " beside what your policy waives" : "")}, and all of them were read to the end{(_summary.WaivedUnread > 0 ? " but for what your policy accepts unread" : "")}.",
        };
        _page.Entry(0, new Piece(verdict, InkOf(_summary.Verdict)), verdict.Length + 2, sentence);
        if (_few is null)
            Worst();
    }

    /// <summary>Where the verdict stands at the end: which files it is about.</summary>
    private void Worst()
    {
        foreach (string path in _worst)
            _page.Line(2, new Piece(path));

        if (_summary.Verdict >= Verdict.Suspicious && _summary[_summary.Verdict] > _worst.Count)
            _page.Line(2, new Piece($"and {Words.Count(_summary[_summary.Verdict] - _worst.Count, "more file")}", Ink.Faint));
    }

    /// <summary>The files that pass only because the policy says so: what it waives, who said it, until when.</summary>
    private void ByWaiver()
    {
        if (_waivedTargets == 0)
        {
            return;
        }

        _page.Blank();
        _page.Entry(0, new Piece("PASSED BY WAIVER", Ink.Warning), 18, "would not pass without your policy");
        foreach (TargetReport target in _byWaiver.OrderBy(t => t.Path, StringComparer.Ordinal))
        {
            PassedFile(target);
        }

        if (_waivedTargets > _byWaiver.Count)
        {
            _page.Line(2, new Piece($"and {Words.Count(_waivedTargets - _byWaiver.Count, "more file")}", Ink.Faint));
        }
    }

    /// <summary>A few of the files that passed. Files with something to say come first into the few lines there are.</summary>
    private void Passed()
    {
        long passed = _summary[Verdict.Passed] - _waivedTargets;
        if (passed == 0)
        {
            return;
        }

        TargetReport[] shown = [.. _remarked.Concat(_passed).Take(PassedShown).OrderBy(t => t.Path, StringComparer.Ordinal)];
        _page.Blank();
        _page.Entry(0, new Piece("PASSED", Ink.Good), 8, "read to the end, and nothing found that decides a verdict");
        foreach (TargetReport target in shown)
        {
            PassedFile(target);
        }

        if (passed > shown.Length)
        {
            _page.Line(2, new Piece($"and {Words.Count(passed - shown.Length, "more file")}", Ink.Faint));
        }
    }

    private void PassedFile(TargetReport target)
    {
        string kind = TextTarget.Kind(target);
        int behind = 4 + TextWidth.Of(Escape.Visible(target.Path));
        _page.Entry(2, new Piece(target.Path, Whole: true), behind + TextWidth.Of(kind) <= _page.Width ? behind : 4, new Piece(kind, Ink.Faint));
        TextFinding.Notes(_page, target.Path, target.Findings, _verbose);
        TextFinding.Waived(_page, target.Judgement);
        TextEvents.Write(_page, target, brief: true);
    }

    private static bool Remarks(TargetReport target) => target.Findings.Count + target.Events.Count > 0;

    private void Summary()
    {
        _page.Blank();
        _page.Line(0, new Piece("SUMMARY", Ink.Strong));
        List<string> verdicts = [];
        foreach (Verdict verdict in (ReadOnlySpan<Verdict>)[Verdict.Malicious, Verdict.Suspicious, Verdict.Incomplete, Verdict.Passed])
        {
            if (_summary[verdict] > 0)
            {
                verdicts.Add($"{_summary[verdict]:N0} {Words.Of(verdict)}");
            }
        }

        long looked = _summary.Ignored - _summary.NotLookedAt;
        string ignored = (looked > 0 ? $"; {Words.Count(looked, "other file")} ignored (no model)" : "") + (_summary.NotLookedAt > 0 ? $"; {Words.Count(_summary.NotLookedAt, "other")} left out and not looked at" : "");
        string counted = verdicts.Count > 0 ? ": " + string.Join(", ", verdicts) : "";
        _page.Entry(2, Label("files"), Hang, $"{_summary.Targets:N0} examined{counted}{ignored}");
        foreach (string file in _showIgnored ? _summary.IgnoredFiles : [])
        {
            _page.Line(Hang, new Piece(file, Ink.Faint));
        }

        List<string> severities = [];
        foreach (Severity severity in (ReadOnlySpan<Severity>)[Severity.Critical, Severity.High, Severity.Medium, Severity.Low, Severity.Info])
        {
            if (_summary[severity] > 0)
            {
                severities.Add($"{_summary[severity]:N0} {Words.Of(severity)}");
            }
        }

        string waived = _summary.Waived > 0 ? $"; {_summary.Waived:N0} waived by your policy" : "";
        _page.Entry(2, Label("findings"), Hang, (severities.Count > 0 ? string.Join(", ", severities) : "none") + waived);
        if (_summary.Targets > 0)
        {
            string accepted = _summary.WaivedUnread > 0 ? $"complete but for {Words.Count(_summary.WaivedUnread, "part")} that your policy accepts unread" : "complete";
            string coverage = _summary.Unread == 0
                ? accepted
                : $"incomplete: {Words.Count(_summary.Unread, "part")} of {Words.Count(_summary.UnreadTargets, "file")} not read";
            _page.Entry(2, Label("coverage"), Hang,
                $"{coverage}; of {Words.Size(_summary.Bytes)}, {Words.Size(_summary.Parsed)} parsed, {Words.Size(_summary.Data)} stepped over as data, {Words.Size(_summary.Unknown)} unaccounted for");
        }

        TextBundle.Summary(_page, _summary.Bundles);
        Policy();
        string digest = _head.RulesDigest.Length > 12 ? _head.RulesDigest[..12] : _head.RulesDigest;
        _page.Entry(2, Label("by"), Hang, $"assay {_head.Version}, rules {_head.RulesVersion}{(digest.Length > 0 ? $" ({digest})" : "")}{string.Concat(_head.EffectPacks.Select(p => $", effects {p.Name} {p.Version} ({p.Digest[..12]})"))}");
        if (_summary.Targets > 0 && _summary.Verdict == Verdict.Passed)
        {
            _page.Blank();
            _page.Entry(0, "", 0, new Piece($"Passed means that Assay found {ReportGroups.Passed(_summary)}{(_summary.Waived > 0 ? ", beside what your policy waives" : "")}. It says nothing about what the model's weights do.", Ink.Faint));
        }
    }

    /// <summary>Which policy was applied, and what of it has ended or meets nothing.</summary>
    private void Policy()
    {
        if (_head.Policy.Name.Length == 0)
        {
            return;
        }

        _page.Entry(2, Label("policy"), Hang, $"{_head.Policy.Name} ({_head.Policy.Digest[..12]}), {Words.Count(_head.Policy.Waivers.Count, "waiver")}");
        (IReadOnlyList<Waiver> expired, IReadOnlyList<Waiver> unused) = _summary.Standing(_head);
        foreach (Waiver waiver in expired)
        {
            _page.Entry(2, "", Hang, string.Create(CultureInfo.InvariantCulture, $"ended on {waiver.Expires:yyyy-MM-dd}: {waiver} ({waiver.Reason})"));
        }

        foreach (Waiver waiver in unused.Where(w => !w.IsBaseline))
        {
            _page.Entry(2, "", Hang, $"{(_summary.HasChanged(waiver) ? "not applied, as the content is not what it was given for" : "met nothing")}: {waiver} ({waiver.Reason})");
        }

        if (unused.Count(w => w.IsBaseline) is > 0 and int gone)
        {
            _page.Entry(2, "", Hang, $"{Words.Count(gone, "entry", "entries")} of the baseline met nothing");
        }
    }

    internal static Piece Label(string text) => new(text, Ink.Faint);

    private static string Rules(IReadOnlyList<Finding> findings) =>
        string.Join(' ', findings.Where(f => f.Severity >= Severity.Medium).Select(f => f.Rule.Id).Distinct());

    private void Quiet(TargetReport target)
    {
        if (target.Verdict == Verdict.Passed)
        {
            return;
        }

        string rules = Rules(target.Findings);
        string causes = string.Join(' ', target.Unread.Select(u => Words.Of(u.Cause)).Distinct());
        string why = rules.Length > 0 ? rules : causes;
        _page.Line(0, new Piece(target.Path), ": ", new Piece(Words.Of(target.Verdict), InkOf(target.Verdict)), why.Length > 0 ? " " + why : "");
    }
}
