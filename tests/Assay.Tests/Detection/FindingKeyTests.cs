// Keys name the same finding alike, whatever the file is called; content keys also say what it stands on.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection;

public sealed class FindingKeyTests
{
    private const string Calls = "[{call: os.system, args: [id]}, {import: posix.popen}, {anomaly: zip.overlap}]";
    private const string Digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    [Fact]
    public void RenamingTheFileKeepsBothKeys()
    {
        IEnumerable<(string, string)> one = Keys(FactBuilder.Facts(Calls, "a.pt!/archive/data.pkl"));
        IEnumerable<(string, string)> two = Keys(FactBuilder.Facts(Calls, "/some/where/b.bin!/archive/data.pkl"));
        Assert.Equal(one, two);
    }

    [Fact]
    public void AnotherMemberHasOtherKeys()
    {
        List<(string Key, string Content)> keys = [.. Keys([.. FactBuilder.Facts(Calls, "a.pt!/one.pkl"), .. FactBuilder.Facts(Calls, "a.pt!/two.pkl")])];
        Assert.Equal(6, keys.Count);
        Assert.Distinct(keys.Select(k => k.Key));
        Assert.Distinct(keys.Select(k => k.Content));
    }

    [Theory]
    [InlineData("{call: os.system, args: [id]}", "{call: os.system, args: [whoami]}")]
    [InlineData("{call: os.system, args: [id]}", "[{call: os.system, args: [id]}, {call: os.system, args: [whoami]}]")]
    [InlineData("{call: os.system, args: [[a, b]]}", "{call: os.system, args: [a, b]}")]
    [InlineData("{state: mypackage.C(), args: [{hook: {import: os.system}}]}", "{state: mypackage.C(), args: [{other: {import: os.system}}]}")]
    [InlineData("{call: dill._dill._create_code, args: [1, {bytes: x}, [null], [exec, b64decode]]}", "{call: dill._dill._create_code, args: [1, {bytes: y}, [null], [exec, b64decode]]}")]
    public void AnotherContentAtTheSamePlaceIsAnotherContentKeyAndTheSameKey(string before, string after)
    {
        Finding one = FactBuilder.Judge(before).First();
        Finding two = FactBuilder.Judge(after).First(f => f.Rule.Id == one.Rule.Id);
        Assert.Equal(one.Key, two.Key);
        Assert.NotEqual(one.ContentKey, two.ContentKey);
    }

    [Theory]
    [InlineData("[{call: os.system, args: [id]}, {call: os.system, args: [ls]}]", "[{call: os.system, args: [ls]}, {call: os.system, args: [id]}]")]
    [InlineData("{call: os.system, args: [id]}", "[{call: os.system, args: [id]}, {call: os.system, args: [id]}]")]
    public void OrderAndNumberDoNotMatter(string one, string two) =>
        Assert.Equal(FactBuilder.Judge(one).Single().ContentKey, FactBuilder.Judge(two).Single().ContentKey);

    [Fact]
    public void TheSubjectChangesBoth() =>
        Assert.NotEqual(FactBuilder.Judge("{call: os.system}").Single().Key, FactBuilder.Judge("{call: os.popen}").Single().Key);

    [Fact]
    public void PackagesBeyondThoseThatAreListedCount()
    {
        string many = string.Join(", ", Enumerable.Range(10, 20).Select(i => $"{{import: p{i}.C}}"));
        Finding one = FactBuilder.Judge($"[{many}]").Single();
        Finding two = FactBuilder.Judge($"[{many}, {{import: zz.C}}]").Single();
        Assert.NotEqual(one.ContentKey, two.ContentKey);
    }

    [Fact]
    public void ContentThatWasNotKeptBindsToTheWholeFileOrToNothing()
    {
        CallableFact fact = (CallableFact)FactBuilder.Facts("{call: os.system, args: [aaaa]}").Single();
        fact = fact with { Arguments = [fact.Arguments[0] with { Elided = true }] };
        Finding undigested = Detected(fact, null);
        Assert.True(undigested.IsContentPartial);
        Assert.Equal(undigested.ContentKey, Detected(fact, null).ContentKey);
        Assert.False(Detected(fact, Digest).IsContentPartial);
        Assert.NotEqual(Detected(fact, Digest).ContentKey, Detected(fact, Digest.Replace('9', '8')).ContentKey);
    }

    [Fact]
    public void WhatWasKeptInFullDoesNotDependOnTheFile()
    {
        Fact fact = FactBuilder.Facts("{call: os.system, args: [id]}").Single();
        Assert.Equal(Detected(fact, null).ContentKey, Detected(fact, Digest).ContentKey);
    }

    [Fact]
    public void WhatIsOddAboutBytesBindsToTheFile()
    {
        Fact fact = FactBuilder.Facts("{anomaly: zip.overlap}").Single();
        Assert.True(Detected(fact, null).IsContentPartial);
        Assert.NotEqual(Detected(fact, Digest).ContentKey, Detected(fact, Digest.Replace('9', '8')).ContentKey);
    }

    [Fact]
    public void HalvesOfSurrogatePairsAreToldApart()
    {
        CallableFact fact = (CallableFact)FactBuilder.Facts("{call: os.system, args: [aaaa]}").Single();
        string One(string text) => Detected(fact with { Arguments = [new ValueShape(ShapeKind.Str, text)] }, null).ContentKey;
        Assert.NotEqual(One("\ud800"), One("\udfff"));
    }

    private static Finding Detected(Fact fact, string? digest) => Assert.Single(Detector.Detect([fact], digest, RuleSet.Default, [], long.MaxValue).Findings, f => f.Subject.Kind != "intent");

    private static IEnumerable<(string Key, string Content)> Keys(List<Fact> facts) => FactBuilder.Judge(facts).Select(f => (f.Key, f.ContentKey));
}
