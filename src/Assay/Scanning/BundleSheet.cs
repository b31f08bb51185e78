// The bundles that a scan comes by, judged while the results of their files come.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;

namespace Assay.Scanning;

/// <summary>
/// Takes the results of a scan and says in the end what the bundles among its inputs are as a whole. Of each file only what rules over bundles ask for
/// is kept. Results must carry their facts (<see cref="ScanOptions.KeepFacts"/>); one that stands alone changes nothing.
/// </summary>
/// <param name="rules">The rules in force.</param>
/// <param name="policy">What the user has decided.</param>
/// <param name="day">The day of the judgement.</param>
/// <param name="limits">The limits of the scan.</param>
public sealed class BundleSheet(RuleSet rules, Policy policy, DateOnly day, ScanLimits? limits = null)
{
    private readonly SortedDictionary<string, BundleJudge> _bundles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _files = new(StringComparer.Ordinal);

    /// <summary>Takes the next result.</summary>
    public void Add(ScanResult result)
    {
        if (result.Report is not { Read: { Bundle: { } path } facts } report)
        {
            return;
        }

        if (!_bundles.TryGetValue(path, out BundleJudge? judge))
        {
            _bundles.Add(path, judge = new BundleJudge(path, rules, policy, day, limits));
        }

        _files[path] = _files.GetValueOrDefault(path) + 1;
        judge.Add(facts, report.Judgement);
    }

    /// <summary>What the bundles are, in the ordinal order of their paths; one without a file that was examined is none of them.</summary>
    public IReadOnlyList<BundleReport> End() => [.. _bundles.Keys.Select(End)];

    /// <summary>What the bundle called <paramref name="path"/> is; one without a file that was examined has passed.</summary>
    public BundleReport End(string path)
    {
        BundleJudge judge = _bundles.GetValueOrDefault(path) ?? new BundleJudge(path, rules, policy, day, limits);
        return new BundleReport { Path = path, Files = _files.GetValueOrDefault(path), Judgement = judge.End(), Facts = judge.Facts };
    }
}
