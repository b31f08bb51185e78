// The findings of one input as detectors add them: each rule has room for many, and the rest is counted.
using System.Collections.ObjectModel;
using System.Globalization;

namespace Assay.Detection;

/// <summary>Collects findings. Of one rule so many are listed one by one as somebody may read; what is over becomes one finding with a count.</summary>
internal sealed class FindingList : Collection<Finding>
{
    private const int MostOfOneRule = 1000;
    private readonly Dictionary<string, int> _listed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Finding First, long Count)> _beyond = new(StringComparer.Ordinal);

    /// <summary>The findings that stand for those that are not listed, one for each rule that has such.</summary>
    public IEnumerable<Finding> Beyond => _beyond.Values.Select(b => b.First with
    {
        Message = $"{b.Count} more findings of this rule are not listed one by one. The first of them: {b.First.Message}",
        Evidence = [.. b.First.Evidence, new("more-findings", b.Count.ToString(CultureInfo.InvariantCulture))],
        Fingerprint = Detection.Fingerprint.Of(b.First.Rule.Id, b.First.Path, "", "beyond", 0),
    });

    /// <inheritdoc/>
    protected override void InsertItem(int index, Finding item)
    {
        int listed = _listed.GetValueOrDefault(item.Rule.Id);
        if (listed < MostOfOneRule)
        {
            _listed[item.Rule.Id] = listed + 1;
            base.InsertItem(index, item);
            return;
        }

        (Finding first, long count) = _beyond.GetValueOrDefault(item.Rule.Id, (item, 0));
        _beyond[item.Rule.Id] = (first.Severity >= item.Severity ? first : item, count + 1);
    }
}
