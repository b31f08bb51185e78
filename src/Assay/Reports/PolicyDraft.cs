// A policy that accepts what a scan found: for a person to decide about, or as a baseline.
using System.Globalization;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Facts;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>What a draft is for.</summary>
public enum DraftKind
{
    /// <summary>A person gives the reason for each entry; what does harm is not offered.</summary>
    Policy,

    /// <summary>All that is there today is known; only what is new counts from now on.</summary>
    Baseline,
}

/// <summary>
/// Writes a policy (docs/policy.md) with a waiver for each finding that decides a verdict, bound to its content, and for what was not read, bound to the digest of the file. What the file says stands in
/// comments only, a line each.
/// </summary>
public sealed class PolicyDraft : IScanReport
{
    private const int DaysUnread = 180;
    private readonly TextWriter _writer;
    private readonly ScanHead _head;
    private readonly DraftKind _kind;
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private long _harmful;
    private bool _any;

    /// <summary>Begins a draft on <paramref name="writer"/>, which stays open.</summary>
    public PolicyDraft(TextWriter writer, ScanHead head, DraftKind kind)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(head);
        _writer = writer;
        _head = head;
        _kind = kind;
        string day = Day(head.Day);
        writer.Write(kind == DraftKind.Baseline
            ? $"# What assay {head.Version} found on {day}. Given to --baseline, only what is new fails.\n"
            : $"# What assay {head.Version} found on {day}, to be decided about: keep an entry only with a reason, and say who decided it.\n");
    }

    /// <inheritdoc/>
    public void Add(ScanResult result)
    {
        if (result.Report is { } target)
        {
            Judged(target.Judgement, target.Sha256);
        }
    }

    /// <inheritdoc/>
    public void Add(BundleReport bundle) => Judged(bundle.Judgement, null);

    /// <inheritdoc/>
    public void Finish(LeftAside aside = default)
    {
        if (!_any)
        {
            _writer.Write("waivers: []\n");
        }

        if (_harmful > 0)
        {
            _writer.Write($"# {Words.Count(_harmful, "finding")} would do harm; no policy should accept that, and none is offered here.\n");
        }

        _writer.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The writer belongs to whoever made it.
    }

    private void Judged(Judgement judgement, string? digest)
    {
        foreach (Finding finding in judgement.Findings.Where(f => f.Severity >= Severity.Medium))
        {
            if (finding.Severity >= Severity.High && finding.Confidence > Confidence.Low && _kind == DraftKind.Policy)
            {
                _harmful++;
            }
            else if (!finding.IsContentPartial && _written.Add(finding.Rule.Id + finding.ContentKey))
            {
                Begin(finding.Path, $"{Words.Of(finding.Severity)}: {finding.Message}");
                _writer.Write($"- rule: {finding.Rule.Id}\n  content: [{Quote(finding.ContentKey)}]\n");
                Reason(null);
            }
        }

        foreach (IGrouping<UnreadCause, UnreadFact> cause in judgement.Unread.GroupBy(u => u.Cause))
        {
            if (digest is not null && Waiver.Acceptable.Contains(cause.Key) && _written.Add(cause.Key + digest))
            {
                UnreadFact first = cause.First();
                Begin(first.Path, $"not read: {(first.Detail.Length > 0 ? first.Detail : Words.Meaning(first.Cause))}");
                _writer.Write($"- unread: {EnumNames<UnreadCause>.Of(cause.Key)}\n  file: {Quote(digest)}\n");
                Reason(_head.Day.AddDays(DaysUnread));
            }
        }
    }

    private void Begin(string path, string what)
    {
        if (!_any)
        {
            _writer.Write("waivers:\n");
            _any = true;
        }

        _writer.Write($"# {Comment(path)}\n# {Comment(what)}\n");
    }

    private void Reason(DateOnly? expires)
    {
        _writer.Write(_kind == DraftKind.Baseline ? $"  reason: was there on {Day(_head.Day)}\n" : "  reason: \"\"\n  by: \"\"\n");
        if (expires is { } end)
        {
            _writer.Write($"  expires: {Day(end)}\n");
        }
    }

    /// <summary>A text of a file on one line: no control character, no line break of Unicode.</summary>
    private static string Comment(string text) => Escape.Cut(Escape.Visible(text), 200);

    // Digits alone would be a number in YAML.
    private static string Quote(string hex) => $"\"{hex}\"";

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
