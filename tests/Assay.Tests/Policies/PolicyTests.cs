// Waivers, allowed modules and verdicts.
using System.Security.Cryptography;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Packs;
using Assay.Policies;
using Assay.Tests.Builders;

namespace Assay.Tests.Policies;

public sealed class PolicyTests
{
    private const string Good =
        """
        waivers:
        - {rule: unknown-callable-called, content: CONTENT, path: models/**/*.pkl, reason: we wrote it, expires: 2027-01-31}
        - {rule: zip-structure-odd, file: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, reason: known}
        allowed-modules: [mypackage, other.sub.*]
        """;

    private const string Digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    private static readonly Finding s_found = Found("{call: a.b, args: [/srv/x]}");

    private static string Text { get; } = Good.Replace("CONTENT", s_found.ContentKey, StringComparison.Ordinal);

    [Fact]
    public void APolicyIsRead()
    {
        Policy policy = PolicyLoader.Load("p.yaml", Text, RuleSet.Default);
        Assert.Equal(2, policy.Waivers.Count);
        Assert.Equal(new DateOnly(2027, 1, 31), policy.Waivers[0].Expires);
        Assert.Null(policy.Waivers[1].Expires);
        Assert.Equal(["mypackage", "other.sub"], policy.AllowedModules);
    }

    [Theory]
    [InlineData("waivers:\n- {rule: unknown-callable-called, content: 0123456789abcdef0123456789abcdef}", 2)]
    [InlineData("waivers:\n- {rule: unknown-callable-called, content: 0123456789abcdef0123456789abcdef, reason: '  '}", 2)]
    [InlineData("waivers:\n- {rule: no-such-rule, content: 0123456789abcdef0123456789abcdef, reason: r}", 2)]
    [InlineData("waivers:\n- {rule: unknown-callable-called, path: x, reason: r}", 2)]
    [InlineData("waivers:\n- {rule: unknown-callable-called, content: 0123456789abcdef0123456789abcdef, file: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, reason: r}", 2)]
    [InlineData("waivers:\n- {rule: unknown-callable-called, content: x, reason: r}", 2)]
    [InlineData("waivers:\n- {rule: unknown-callable-called, file: 0123456789abcdef0123456789abcdef, reason: r}", 2)]
    [InlineData("waivers:\n- {rule: unknown-callable-called, content: 0123456789abcdef0123456789abcdef, path: '', reason: r}", 2)]
    [InlineData("waivers:\n- {rule: unknown-callable-called, content: 0123456789abcdef0123456789abcdef, reason: r, expires: soon}", 2)]
    [InlineData("waivers:\n- {rule: unknown-callable-called, content: 0123456789abcdef0123456789abcdef, reason: r, until: 2027-01-01}", 2)]
    [InlineData("waivers:\n- {rule: unknown-callable-called, unread: limit, file: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, reason: r, expires: 2027-01-31}", 2)]
    [InlineData("waivers:\n- {unread: limit, file: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, reason: r}", 2)]
    [InlineData("waivers:\n- {unread: limit, path: x, reason: r, expires: 2027-01-31}", 2)]
    [InlineData("waivers:\n- {unread: limit, content: 0123456789abcdef0123456789abcdef, reason: r, expires: 2027-01-31}", 2)]
    [InlineData("waivers:\n- {unread: cancelled, file: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, reason: r, expires: 2027-01-31}", 2)]
    [InlineData("waivers:\n- {unread: [limit, nonsense], file: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, reason: r, expires: 2027-01-31}", 2)]
    [InlineData("allowed-modules: ['*']", 1)]
    [InlineData("severity: low", 1)]
    public void AMalformedPolicyNamesItsLine(string text, long line)
    {
        RulePackException e = Assert.Throws<RulePackException>(() => PolicyLoader.Load("p.yaml", text, RuleSet.Default));
        Assert.Equal(("p.yaml", line), (e.File, e.Line));
    }

    [Theory]
    [InlineData(2027, 1, 31, true)]
    [InlineData(2027, 2, 1, false)]
    public void AWaiverEndsAfterItsDay(int year, int month, int day, bool applies)
    {
        WaiverSheet sheet = new(PolicyLoader.Load("p.yaml", Text, RuleSet.Default), new DateOnly(year, month, day));
        (IReadOnlyList<Finding> Kept, IReadOnlyList<WaivedFinding> Waived) result = sheet.Apply([s_found], null);
        Assert.Equal(applies ? 1 : 0, result.Waived.Count);
        Assert.Equal(applies ? 0 : 1, result.Kept.Count);
    }

    [Theory]
    [InlineData(Digest, UnreadCause.NotSupported, 31, Verdict.Passed)]
    [InlineData(Digest, UnreadCause.Truncated, 31, Verdict.Incomplete)]
    [InlineData(Digest, UnreadCause.NotSupported, 30, Verdict.Passed)]
    [InlineData(Digest, UnreadCause.NotSupported, 32, Verdict.Incomplete)]
    [InlineData("1111111111111111111111111111111111111111111111111111111111111111", UnreadCause.NotSupported, 31, Verdict.Incomplete)]
    [InlineData(null, UnreadCause.NotSupported, 31, Verdict.Incomplete)]
    public void WhatIsNotReadIsAcceptedForAFileAndACauseUntilADay(string? digest, UnreadCause cause, int day, Verdict expected)
    {
        Policy policy = PolicyLoader.Load("p.yaml", $"waivers: [{{unread: not-supported, file: {Digest}, reason: read by hand, expires: 2027-01-31}}]", RuleSet.Default);
        FactSet facts = new() { Path = "m.gguf", Sha256 = digest, Facts = [new UnreadFact { Path = "m.gguf", Cause = cause }] };
        Judgement judgement = Judge.Of(facts, RuleSet.Default, policy, new DateOnly(2027, 1, 1).AddDays(day - 1));
        Assert.Equal(expected, judgement.Verdict);
        Assert.Equal(expected == Verdict.Passed ? (0, 1) : (1, 0), (judgement.Unread.Count, judgement.WaivedUnread.Count));
    }

    [Fact]
    public void WhatIsAcceptedAsUnreadKeepsNoFindingOut()
    {
        Policy policy = PolicyLoader.Load("p.yaml", $"waivers: [{{unread: [malformed, limit], file: {Digest}, reason: r, expires: 2027-01-31}}]", RuleSet.Default);
        Fact[] facts = [.. FactBuilder.Facts("{call: os.system, args: [id]}", "m"), new UnreadFact { Path = "m", Cause = UnreadCause.Malformed }];
        Assert.Equal(Verdict.Malicious, Judge.Of(new FactSet { Path = "m", Sha256 = Digest, Facts = facts }, RuleSet.Default, policy, new DateOnly(2027, 1, 1)).Verdict);
    }

    [Fact]
    public void APolicyIsKnownByItsNameAndTheDigestOfItsText()
    {
        Policy policy = PolicyLoader.Load("p.yaml", "waivers: []\n", RuleSet.Default);
        Assert.Equal(("p.yaml", Convert.ToHexStringLower(SHA256.HashData("waivers: []\n"u8))), (policy.Name, policy.Digest));
        Assert.NotEqual(policy.Digest, PolicyLoader.Load("p.yaml", "waivers: [] \n", RuleSet.Default).Digest);
    }

    [Fact]
    public void AWaiverOfAContentCoversNoOtherContentAtThatPlace()
    {
        Finding other = Found("{call: a.b, args: [/srv/y]}");
        Assert.Equal(s_found.Key, other.Key);
        Waiver waiver = new() { Rule = s_found.Rule.Id, Contents = [s_found.ContentKey], Reason = "r" };
        Assert.True(waiver.Covers(s_found, null));
        Assert.False(waiver.Covers(other, null));
    }

    [Fact]
    public void AWaiverOfAFileCoversNoOtherFile()
    {
        Waiver waiver = new() { Rule = s_found.Rule.Id, File = Digest, Reason = "r" };
        Assert.True(waiver.Covers(s_found, Digest));
        Assert.False(waiver.Covers(s_found, Digest.Replace('9', '8')));
        Assert.False(waiver.Covers(s_found, null));
    }

    [Fact]
    public void APathNarrows()
    {
        Waiver waiver = new() { Rule = s_found.Rule.Id, Contents = [s_found.ContentKey], Path = "elsewhere/**", Reason = "r" };
        Assert.False(waiver.Covers(s_found, null));
        Assert.True((waiver with { Path = "models/**" }).Covers(s_found, null));
    }

    [Fact]
    public void AContentThatIsNotKnownInFullIsNotWaived()
    {
        Finding partial = s_found with { IsContentPartial = true };
        Assert.False(new Waiver { Rule = partial.Rule.Id, Contents = [partial.ContentKey], Reason = "r" }.Covers(partial, null));
    }

    [Theory]
    [InlineData("*.pkl", "a.pkl", true)]
    [InlineData("*.pkl", "models/a.pkl", true)]
    [InlineData("*.pkl", "a.pkl.bak", false)]
    [InlineData("models/*.pkl", "models/sub/a.pkl", false)]
    [InlineData("models/**/*.pkl", "models/sub/deep/a.pkl", true)]
    [InlineData("models/**/*.pkl", "models/a.pkl", true)]
    [InlineData("**/a.pkl", "xa.pkl", false)]
    [InlineData("**/a.pkl", "b/xa.pkl", false)]
    [InlineData("/models/a.pkl", "/data/models/a.pkl", false)]
    [InlineData("/models/a.pkl", "/models/a.pkl", true)]
    [InlineData("model.pt", "x/model.pt!/archive/data.pkl", true)]
    [InlineData("model.pt!/archive/data.pkl", "x/model.pt!/archive/data.pkl", true)]
    [InlineData("model.pt!/other.pkl", "x/model.pt!/archive/data.pkl", false)]
    [InlineData("m?del.pt", "model.pt", true)]
    [InlineData("m?del.pt", "m/del.pt", false)]
    [InlineData("models\\a.pkl", "models/a.pkl", true)]
    public void GlobsMatchWholeSegments(string glob, string path, bool matches) => Assert.Equal(matches, new PathGlob(glob).Matches(path));

    [Fact]
    public void AGlobOfManyStarsIsQuick() =>
        Assert.False(new PathGlob(string.Concat(Enumerable.Repeat("*a", 200))).Matches(new string('a', 199) + "b"));

    [Theory]
    [InlineData("{call: os.system}", false, Verdict.Malicious)]
    [InlineData("{call: os.system}", true, Verdict.Malicious)]
    [InlineData("{call: a.b, args: [/srv/x]}", true, Verdict.Suspicious)]
    [InlineData("{import: a.b}", false, Verdict.Passed)]
    [InlineData("{import: a.b}", true, Verdict.Incomplete)]
    [InlineData("[]", false, Verdict.Passed)]
    [InlineData("[]", true, Verdict.Incomplete)]
    public void FindingsAndCoverageMakeTheVerdict(string facts, bool unread, Verdict expected)
    {
        UnreadFact[] missing = unread ? [new UnreadFact { Path = "x", Cause = UnreadCause.Limit }] : [];
        Assert.Equal(expected, VerdictJudge.Judge(FactBuilder.Judge(facts), missing));
    }

    [Theory]
    [InlineData(Severity.Critical, Confidence.Low, Verdict.Suspicious)]
    [InlineData(Severity.High, Confidence.Medium, Verdict.Malicious)]
    [InlineData(Severity.Medium, Confidence.High, Verdict.Suspicious)]
    [InlineData(Severity.Low, Confidence.High, Verdict.Passed)]
    public void SeverityAndConfidenceMakeTheVerdict(Severity severity, Confidence confidence, Verdict expected)
    {
        Finding finding = FactBuilder.Judge("{call: os.system}").Single() with { Severity = severity, Confidence = confidence };
        Assert.Equal(expected, VerdictJudge.Of(finding));
    }

    private static Finding Found(string facts) => Assert.Single(FactBuilder.Judge(FactBuilder.Facts(facts, "/home/me/models/a/x.pkl")));
}
