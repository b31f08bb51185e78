// The findings of one input: each rule has room for many, and the rest is counted.
using System.Globalization;

namespace Assay.Detection;

/// <summary>Collects findings. Of one rule so many are listed one by one as a person may read; what is over becomes one finding with a count.</summary>
internal sealed class FindingList
{
    /// <summary>So many findings of one rule are listed one by one.</summary>
    public const int MostOfOneRule = 1000;

    private readonly List<Finding> _listed = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Finding First, long Count, FindingContent Content)> _beyond = new(StringComparer.Ordinal);

    /// <summary>The findings that are listed one by one.</summary>
    public IReadOnlyList<Finding> Listed => _listed;

    /// <summary>All findings, with one for each rule that has more than are listed.</summary>
    public IEnumerable<Finding> All => _listed.Concat(_beyond.Values.Select(b => Rest(b.First, b.Count, b.Content)));

    public void Add(Finding finding)
    {
        int listed = _counts.GetValueOrDefault(finding.Rule.Id);
        if (listed < MostOfOneRule)
        {
            _counts[finding.Rule.Id] = listed + 1;
            _listed.Add(finding);
            return;
        }

        AddBeyond(finding, 1);
    }

    /// <summary>Adds findings that are not listed one by one: the first of them stands for all.</summary>
    public void AddBeyond(Finding finding, long count)
    {
        if (!_beyond.TryGetValue(finding.Rule.Id, out (Finding First, long Count, FindingContent Content) beyond))
        {
            beyond = (finding, 0, new FindingContent());
        }

        beyond.Content.Add(finding.ContentKey);
        Finding worst = beyond.First.Severity >= finding.Severity ? beyond.First : finding;
        bool partial = beyond.First.IsContentPartial || finding.IsContentPartial;
        _beyond[finding.Rule.Id] = (worst with { IsContentPartial = partial }, beyond.Count + count, beyond.Content);
    }

    private static Finding Rest(Finding first, long count, FindingContent content)
    {
        string key = FindingKey.Of(first.Rule.Id, first.Path, "", "beyond", 0);
        return first with
        {
            Message = $"{count} more findings of this rule are not listed one by one. The first of them: {first.Message}",
            Evidence = [.. first.Evidence, new("more-findings", count.ToString(CultureInfo.InvariantCulture))],
            Key = key,
            ContentKey = content.Key(key, null),
        };
    }
}
