// What stands at the end of a report for people: why each rule matters, and what to do now, with commands.
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>
/// Gathers the rules of all files and writes each once, the worst first, with why it matters and what to do; then the commands that go on from here, for
/// the worst file. It keeps rules and one file, whatever the number of files is.
/// </summary>
internal sealed class TextAdvice
{
    private const int RulesShown = 12;
    private const int Hang = 12;

    private readonly OrderedDictionary<string, (Rule Rule, Severity Severity)> _rules = new(StringComparer.Ordinal);
    private TargetReport? _worst;

    /// <summary>Takes the rules of a file.</summary>
    public void Add(TargetReport target)
    {
        Add(target.Findings);
        if (target.Verdict > Verdict.Passed && (_worst is null || target.Verdict > _worst.Verdict))
        {
            _worst = target;
        }
    }

    /// <summary>Takes the rules of a folder.</summary>
    public void Add(IReadOnlyList<Finding> findings)
    {
        foreach (Finding finding in findings.Where(f => f.Severity >= Severity.Medium))
        {
            if (!_rules.TryGetValue(finding.Rule.Id, out (Rule Rule, Severity Severity) known) || known.Severity < finding.Severity)
            {
                _rules[finding.Rule.Id] = (finding.Rule, finding.Severity);
            }
        }
    }

    /// <summary>Writes all of it.</summary>
    public void Write(TextPage page, bool verbose)
    {
        (Rule Rule, Severity Severity)[] rules = [.. _rules.Values.OrderByDescending(r => r.Severity)];
        int shown = verbose ? rules.Length : Math.Min(rules.Length, RulesShown);
        if (shown > 0)
        {
            page.Blank();
            page.Line(0, new Piece("WHY, AND WHAT TO DO", Ink.Strong));
        }

        foreach ((Rule rule, Severity severity) in rules.Take(shown))
        {
            page.Entry(2, "", 2, new Piece(rule.Title, TextFinding.InkOf(severity)), new Piece($"({rule.Id})", Ink.Faint, true));
            page.Entry(4, TextReport.Label("why"), Hang, rule.Why);
            page.Entry(4, TextReport.Label("do"), Hang, rule.Fix);
            if (rule.References.Count > 0)
            {
                page.Entry(4, TextReport.Label("see"), Hang, new Piece(string.Join(", ", rule.References), Ink.Faint));
            }
        }

        if (rules.Length > shown)
        {
            page.Entry(2, "", 2, new Piece($"and {Words.Count(rules.Length - shown, "more rule")}; -v shows all, assay explain RULE one", Ink.Faint));
        }

        Commands(page);
    }

    /// <summary>The commands that go on from here; each works on the file as it stands there.</summary>
    private void Commands(TextPage page)
    {
        if (_worst is null || _worst.Path == "-")
        {
            return;
        }

        (string Command, string What)[] commands = [.. CommandsFor(_worst)];
        if (commands.Length == 0)
        {
            return;
        }

        page.Blank();
        page.Line(0, new Piece("NEXT", Ink.Strong));
        foreach ((string command, string what) in commands)
        {
            page.Entry(2, "", 2, new Piece(command, Ink.Strong, true));
            page.Entry(4, "", 4, what);
        }
    }

    /// <summary>Only what works on this very file: a pickle for what takes pickles, elements of tensors for what writes them, a path for what takes no address.</summary>
    private static IEnumerable<(string Command, string What)> CommandsFor(TargetReport target)
    {
        string path = Shell.Quote(target.Path);
        bool isSuspicious = target.Verdict >= Verdict.Suspicious;
        bool isLoaded = target.Pickle is not null && isSuspicious && !target.IsTestLoaded && OperatingSystem.IsLinux();
        if (target.Path.Contains("://", StringComparison.Ordinal))
        {
            if (isLoaded)
            {
                yield return ($"assay detonate {path}", "fetches it and loads it for real in a box without network, and says what it did");
            }

            yield break;
        }

        if (target.Pickle is { } pickle)
        {
            yield return ($"assay pickle decompile {Shell.Quote(pickle)}", "shows all that it does as Python, without running it");
        }
        else if (target.Size > 0)
        {
            yield return ($"assay inspect {path}", "shows what it holds: members, metadata, tensors");
        }

        if (HoldsTensors(target))
        {
            yield return ($"assay convert {path} -o {Shell.Quote(Path.ChangeExtension(Path.GetFileName(target.Path), ".safetensors"))}", "writes the tensors that it holds as safetensors; nothing of it runs");
        }

        if (isLoaded)
        {
            yield return ($"assay detonate {path}", "loads it for real in a box without network, and says what it did");
        }

        if (target.Verdict is Verdict.Suspicious or Verdict.Incomplete && target.Sha256 is not null)
        {
            yield return ($"assay policy init {path} -o assay.yaml", "drafts a policy that accepts what was found here, for this content only; somebody has to give the reason");
        }
    }

    /// <summary>Whether elements of tensors were seen behind a pickle that was read to its end, in the file itself or right in it.</summary>
    private static bool HoldsTensors(TargetReport target) =>
        target.Pickle is { } pickle && target.Bytes.Data > 0 && target.Unread.Count == 0
        && (pickle == target.Path || !pickle[Math.Min(pickle.Length, target.Path.Length + 2)..].Contains("!/", StringComparison.Ordinal));
}
