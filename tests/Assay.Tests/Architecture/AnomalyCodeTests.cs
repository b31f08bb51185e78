// The anomalies that readers report, those that are documented and those that rules wait for are the same.
using System.Text.RegularExpressions;
using Assay.Detection;

namespace Assay.Tests.Architecture;

public sealed partial class AnomalyCodeTests
{
    /// <summary>Names of functions and files that have the shape of a code.</summary>
    private static readonly string[] NotCodes = ["data.pkl", "joblib.load", "pickle.load", "torch.load"];

    [Fact]
    public void EveryCodeThatAReaderReportsIsDocumentedAndTheOtherWayRound()
    {
        Assert.Equal(Documented().Order(StringComparer.Ordinal), Reported().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryCodeThatARuleWaitsForIsReportedBySomeReader()
    {
        IEnumerable<string> awaited = RuleSet.Default.Entries.SelectMany(r => r.When.Anomalies).Where(c => !c.EndsWith('*'));
        Offenders.None(awaited.Except(Reported()));
    }

    [Fact]
    public void EveryReportedCodeHasARuleThatSaysWhatItMeans()
    {
        string[] patterns = [.. RuleSet.Default.Entries.SelectMany(r => r.When.Anomalies).Where(c => c != "*")];
        Offenders.None(Reported().Where(code => !patterns.Any(p => p.EndsWith('*') ? code.StartsWith(p[..^1], StringComparison.Ordinal) : p == code)));
    }

    [Fact]
    public void NoCodeHasTwoRules()
    {
        IEnumerable<(string Code, bool WithFinding)> conditions = RuleSet.Default.Entries.SelectMany(r => r.When.Anomalies.Select(c => (c, r.When.WithFinding)));
        Offenders.None(conditions.GroupBy(c => c).Where(g => g.Count() > 1).Select(g => g.Key.Code));
    }

    private static HashSet<string> Documented() =>
        [.. RowPattern().Matches(Repository.Read("docs/anomalies.md")).Select(m => m.Groups[1].Value)];

    private static HashSet<string> Reported() =>
        [.. Repository.Sources("src/Assay").SelectMany(f => LiteralPattern().Matches(Repository.Read(f))).Select(m => m.Groups[1].Value)
            .Where(code => !NotCodes.Contains(code) && !IsNameOfPython(code))];

    /// <summary>Modules that share their first name with a family of codes, as in <c>torch.storage</c>.</summary>
    private static bool IsNameOfPython(string text) => text is "torch.cuda" or "torch.sparse" or "torch.storage";

    [GeneratedRegex(@"^\| `([^`]+)`", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    [GeneratedRegex("\"(name-content-mismatch|(?:7z|archive|codec|joblib|npy|npz|pickle|rar|tar|torch|torchscript|torch-package|zip|safetensors|shards)\\.[a-z0-9-]+)\"")]
    private static partial Regex LiteralPattern();
}
