// Every limit has a name that people can write.
using System.Reflection;
using System.Text.RegularExpressions;
using Assay.Bytes;

namespace Assay.Tests.Reports;

public sealed class LimitTableTests
{
    [Fact]
    public void EveryLimitIsListedUnderItsOwnName()
    {
        string[] names = [.. typeof(ScanLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(p => Regex.Replace(p.Name, "(?<!^)([A-Z])", "-$1", RegexOptions.None, TimeSpan.FromSeconds(1)).ToLowerInvariant())];
        Assert.Equal(names, LimitTable.All.Select(l => l.Name));
    }

    [Fact]
    public void EachNameSetsItsOwnLimitAndNoOther()
    {
        foreach (LimitEntry entry in LimitTable.All)
        {
            ScanLimits changed = entry.With(new ScanLimits(), 7);
            Assert.Equal(7, entry.Get(changed));
            Assert.Single(LimitTable.All, l => l.Get(changed) != l.Get(new ScanLimits()));
            Assert.Equal(entry.Maximum, entry.Get(entry.With(new ScanLimits(), entry.Maximum)));
        }
    }
}
