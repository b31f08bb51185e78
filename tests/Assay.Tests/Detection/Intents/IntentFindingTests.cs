// Intents explain and never decide.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Intents;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Intents;

public sealed class IntentFindingTests
{
    [Fact]
    public void IntentIsInfoAndKeepsItsConfidence()
    {
        Finding finding = Assert.Single(FactBuilder.Judge([new IntentFact { Path = "m", Intent = "beacon", Confidence = IntentConfidence.Low, Words = ["curl"] }]));
        Assert.Equal((Severity.Info, Confidence.Low), (finding.Severity, finding.Confidence));
        Assert.Contains(finding.Evidence, e => e is { Kind: "word", Text: "curl" });
    }

    [Fact]
    public void IndicatorsAreListedOnceWithTheFirstIntentOfTheirArtifact()
    {
        List<Finding> findings = FactBuilder.Judge(
        [
            new IntentFact { Path = "m", Intent = "beacon", Confidence = IntentConfidence.High },
            new IntentFact { Path = "m", Intent = "command-execution", Confidence = IntentConfidence.High },
            new IntentFact { Path = "n", Intent = "beacon", Confidence = IntentConfidence.High },
            new IndicatorFact { Path = "m", Kind = "host", Value = "evil.invalid" },
        ]);
        Assert.Equal([1, 0, 0], findings.Select(f => f.Evidence.Count(e => e.Kind == "host")));
    }
}
