// Says which ones broke a rule, all of them and in full.
namespace Assay.Tests.Architecture;

/// <summary>Fails with the whole list; a collection assertion would cut it after a few items.</summary>
internal static class Offenders
{
    /// <summary>Fails when there is any offender.</summary>
    public static void None(IEnumerable<string> offenders)
    {
        string[] all = [.. offenders.Distinct().Order(StringComparer.Ordinal)];
        if (all.Length > 0)
        {
            Assert.Fail($"{all.Length} against the rule:\n  {string.Join("\n  ", all)}");
        }
    }
}
