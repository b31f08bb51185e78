// What the results of a scan come to: an exit code.
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary>Counts results and says which exit code they come to, as docs/cli.md promises.</summary>
internal sealed class ScanTally
{
    private readonly bool[] _verdicts = new bool[4];
    private bool _notDetonated;
    private bool _unread;

    /// <summary>How many files were examined, as far as they could be: those that the user's cancellation kept from it are none.</summary>
    public long Examined { get; private set; }

    /// <summary>How many files turned out to be no models.</summary>
    public long Ignored { get; private set; }

    /// <summary>Counts a result.</summary>
    public void Add(ScanResult result)
    {
        Examined++;
        if (result.Report is not { } report)
        {
            Ignored++;
            return;
        }

        _verdicts[(int)report.Verdict] = true;
        foreach (UnreadFact unread in report.Unread)
        {
            _unread = true;
            _notDetonated |= unread.Cause == UnreadCause.NotDetonated;
            if (unread.Cause == UnreadCause.Cancelled)
            {
                Examined--;
                break;
            }
        }
    }

    /// <summary>Counts what a bundle is as a whole.</summary>
    public void Add(BundleReport bundle)
    {
        _verdicts[(int)bundle.Judgement.Verdict] = true;
        _unread |= bundle.Judgement.Unread.Count > 0;
    }

    /// <summary>The exit code, where verdicts of <paramref name="failOn"/> and worse fail and null stands for none.</summary>
    public int Code(Verdict? failOn)
    {
        for (Verdict verdict = Verdict.Suspicious; verdict <= Verdict.Malicious; verdict++)
        {
            if (_verdicts[(int)verdict] && verdict >= failOn)
            {
                return ExitCode.Findings;
            }
        }

        return _notDetonated ? ExitCode.NotDetonated
            : _unread || _verdicts[(int)Verdict.Incomplete] ? ExitCode.Incomplete
            : _verdicts.Contains(true) ? ExitCode.Passed : ExitCode.Nothing;
    }
}
