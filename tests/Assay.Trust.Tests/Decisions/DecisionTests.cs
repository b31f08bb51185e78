// A decision holds for these bytes, these findings, until its day, by keys that are trusted; nothing else changes a verdict.
using System.Text;
using System.Text.Json.Nodes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Trust.Decisions;
using Assay.Trust.Signing;
using Assay.Trust.Tests.Builders;

namespace Assay.Trust.Tests.Decisions;

public sealed class DecisionTests : IDisposable
{
    private static readonly DateOnly s_today = new(2026, 11, 30);
    private static readonly DateTimeOffset s_now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private readonly SigningKey _ada = SigningKey.New("ada"), _grace = SigningKey.New("grace"), _eve = SigningKey.New("eve");

    public void Dispose()
    {
        _ada.Dispose();
        _grace.Dispose();
        _eve.Dispose();
    }

    [Fact]
    public void WhatIsAllowedPassesAndStaysInTheReport()
    {
        TargetReport report = Samples.Scan(Samples.Unknown());
        Assert.Equal(Verdict.Suspicious, report.Verdict);
        TargetReport allowed = Apply(report, [Decide(report, "allow", _ada)]);
        Assert.Equal(Verdict.Passed, allowed.Verdict);
        Assert.Contains(allowed.Waived, w => w.Waiver.By == "ada" && w.Waiver.Expires == s_today.AddDays(10) && w.Waiver.Reason.Contains("looked at it", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatIsDeniedIsMaliciousWhateverSomebodyElseAllows()
    {
        TargetReport report = Samples.Scan(Samples.Unknown());
        TargetReport denied = Apply(report, [Decide(report, "allow", _ada), Decide(report, "deny", _grace)]);
        Assert.Equal(Verdict.Malicious, denied.Verdict);
        Finding finding = Assert.Single(denied.Findings, f => f.Rule.Id == "decision-denied");
        Assert.Contains("grace", finding.Message, StringComparison.Ordinal);
        Assert.Empty(denied.Waived);
    }

    [Fact]
    public void OtherBytesAreNotAllowed()
    {
        TargetReport report = Samples.Scan(Samples.Unknown());
        TargetReport changed = Apply(Samples.Scan([.. Samples.Unknown()[..^1], (byte)'0', (byte)'N', (byte)'.']), [Decide(report, "allow", _ada)]);
        Assert.NotEqual(Verdict.Passed, changed.Verdict);
        Assert.Contains(changed.Findings, f => f.Rule.Id == "decision-not-applied");
    }

    [Fact]
    public void WhatANewerRuleFindsInTheSameBytesIsNotAllowed()
    {
        TargetReport report = Samples.Scan(Samples.Unknown());
        Decision decision = Decide(report, "allow", _ada);
        Decision older = Sign(decision.Name, decision.Sha256, decision.Said with { Findings = [.. decision.Said.Findings.Select(f => f with { ContentKey = new string('0', 32) })] }, _ada);
        Assert.Equal(Verdict.Suspicious, Apply(report, [older]).Verdict);
    }

    [Fact]
    public void WhatHasEndedIsToldAndDoesNotHold()
    {
        TargetReport report = Samples.Scan(Samples.Unknown());
        Decision decision = Decide(report, "allow", _ada);
        Assert.Equal(Verdict.Passed, Apply(report, [decision], day: s_today.AddDays(10)).Verdict);
        TargetReport after = Apply(report, [decision], day: s_today.AddDays(11));
        Assert.Equal(Verdict.Suspicious, after.Verdict);
        Assert.Contains(after.Findings, f => f.Rule.Id == "decision-not-applied" && f.Message.Contains("ended", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("allow")]
    [InlineData("deny")]
    public void WhatNobodyTrustedHasSignedIsToldAndDoesNothing(string what)
    {
        TargetReport report = Samples.Scan(Samples.Unknown());
        foreach (Decision decision in new[] { Decide(report, what, _eve), Decision.Read(Decide(report, what, _ada).Envelope with { Signatures = [] })! })
        {
            TargetReport same = Apply(report, [decision]);
            Assert.Equal(Verdict.Suspicious, same.Verdict);
            Assert.Equal(report.Findings.Count + 1, same.Findings.Count);
            Assert.Contains(same.Findings, f => f.Rule.Id == "decision-not-applied");
        }
    }

    [Fact]
    public void ARevocationCountsWhereItsKeyIsTrusted()
    {
        TargetReport report = Samples.Scan(Samples.Unknown());
        Decision decision = Decide(report, "allow", _ada);
        Assert.Equal(Verdict.Passed, Apply(report, [decision], [Revoke(decision, _eve)]).Verdict);
        TargetReport revoked = Apply(report, [decision], [Revoke(decision, _eve), Revoke(decision, _grace)]);
        Assert.Equal(Verdict.Suspicious, revoked.Verdict);
        Assert.Contains(revoked.Findings, f => f.Message.Contains("revoked by grace", StringComparison.Ordinal));
    }

    [Fact]
    public void ToAllowTakesAsManyAsTheRuleSaysAndToDenyOne()
    {
        TargetReport report = Samples.Scan(Samples.Unknown());
        TrustRule two = new(2, ["ada", "grace"]);
        Decision one = Decide(report, "allow", _ada);
        Assert.Equal(Verdict.Suspicious, Apply(report, [one], rule: two).Verdict);
        Assert.Equal(Verdict.Suspicious, Apply(report, [Decision.Read(one.Envelope.Signed(_eve))!], rule: two).Verdict);
        Decision both = Decision.Read(one.Envelope.Signed(_grace))!;
        Assert.Equal(Verdict.Passed, Apply(report, [both], rule: two).Verdict);

        // The same decision in two folders, signed by one person in each.
        Decision other = Decision.Read(one.Envelope with { Signatures = [both.Envelope.Signatures![1]] })!;
        Assert.Equal(Verdict.Passed, Apply(report, [one, other], rule: two).Verdict);
        Assert.Equal(Verdict.Malicious, Apply(report, [Decide(report, "deny", _grace)], rule: two).Verdict);
    }

    [Fact]
    public void TwoKeysOfOnePersonAreOnePerson()
    {
        using SigningKey newer = SigningKey.New("ada");
        TargetReport report = Samples.Scan(Samples.Unknown());
        Decision both = Decision.Read(Decide(report, "allow", _ada).Envelope.Signed(newer))!;
        DecisionBook book = new([both], [], [_ada.Public, newer.Public, _grace.Public], new TrustRule(2, ["ada", "grace"]));
        Assert.False(book.Of(both, s_today).Holds);
    }

    [Fact]
    public void OneKeyUnderTwoNamesIsOnePerson()
    {
        TargetReport report = Samples.Scan(Samples.Unknown());
        DecisionBook book = new([Decide(report, "allow", _ada)], [], [_ada.Public, VerifyingKey.OfPem("grace", _ada.Public.Pem)], new TrustRule(2, ["ada", "grace"]));
        Assert.False(book.Of(book.Decisions[0], s_today).Holds);
    }

    [Fact]
    public void ADenialIsTakenBackByWhoeverMadeItOrByAsManyAsItTakesToAllow()
    {
        TargetReport report = Samples.Scan(Samples.Unknown());
        TrustRule two = new(2, ["ada", "grace"]);
        Decision denial = Decide(report, "deny", _ada);
        Assert.Equal(Verdict.Malicious, Apply(report, [denial], [Revoke(denial, _grace)], two).Verdict);
        Assert.Equal(Verdict.Suspicious, Apply(report, [denial], [Revoke(denial, _ada)], two).Verdict);
        DecisionBook three = new([denial], [Revoke(denial, _grace), Revoke(denial, _eve)], [_ada.Public, _grace.Public, _eve.Public], new TrustRule(2, ["grace", "eve"]));
        Assert.False(three.Of(denial, s_today).Holds);
        Assert.Equal(Verdict.Suspicious, Apply(report, [denial], [Revoke(denial, _grace)]).Verdict);
    }

    [Fact]
    public void WhatARetiredKeyHasSignedSinceDoesNotHold()
    {
        TargetReport report = Samples.Scan(Samples.Unknown());
        Decision decision = Decide(report, "allow", _ada);
        bool Holds(DateTimeOffset retired) => new DecisionBook([decision], [], [VerifyingKey.OfPem("ada", _ada.Public.RetiredPem(retired))], null).Of(decision, s_today).Holds;
        Assert.True(Holds(s_now));
        Assert.False(Holds(s_now.AddSeconds(-1)));
    }

    [Fact]
    public void UnreadPartsAreAllowedByTheirCauses()
    {
        TargetReport report = Samples.Scan(Samples.Unknown()[..^4]);
        Assert.NotEmpty(report.Unread);
        TargetReport allowed = Apply(report, [Decide(report, "allow", _ada)]);
        Assert.Equal(Verdict.Passed, allowed.Verdict);
        Assert.NotEmpty(allowed.WaivedUnread);
    }

    [Fact]
    public void EachChangedByteOfADecisionUndoesIt()
    {
        TargetReport report = Samples.Scan(Samples.Unknown());
        Decision decision = Decide(report, "allow", _ada);
        byte[] payload = decision.Envelope.Bytes;
        for (int at = 0; at < payload.Length; at++)
        {
            payload[at] ^= 2;
            Decision? changed = Decision.Read(decision.Envelope with { Payload = Convert.ToBase64String(payload) });
            payload[at] ^= 2;
            Assert.False(changed is not null && new DecisionBook([changed], [], [_ada.Public], null).Of(changed, s_today).Holds, $"byte {at}");
        }
    }

    [Theory]
    [InlineData("\"decision\": \"allow\"", "\"decision\": \"perhaps\"")]
    [InlineData("\"until\": \"2026-12-10\"", "\"until\": \"soon\"")]
    [InlineData("\"until\": \"2026-12-10\",", "")]
    [InlineData("\"reason\": \"I looked at it\"", "\"reason\": \"\"")]
    [InlineData("urn:assay:decision:1", "urn:assay:decision:2")]
    [InlineData("\"sha256\"", "\"md5\"")]
    [InlineData("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1")]
    public void WhatIsNoDecisionIsNoneHoweverItIsSigned(string text, string other)
    {
        TargetReport report = Samples.Scan(Samples.Unknown());
        string statement = Encoding.UTF8.GetString(Decide(report, "allow", _ada).Envelope.Bytes);
        Assert.Contains(text, statement, StringComparison.Ordinal);
        Assert.Null(Decision.Read(Envelope.Of(Envelope.InToto, Encoding.UTF8.GetBytes(statement.Replace(text, other, StringComparison.Ordinal))).Signed(_ada)));
    }

    [Fact]
    public void ThePublishedSchemaHasEveryMemberOfADecisionAndNoOther()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Join(root, "Assay.slnx")))
        {
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("There is no repository here.");
        }

        JsonNode schema = JsonNode.Parse(File.ReadAllText(Path.Join(root, "docs/decision.schema.json")))!, statement = JsonNode.Parse(Decide(Samples.Scan(Samples.Unknown()), "allow", _ada).Envelope.Bytes)!;
        static string[] Members(JsonNode node) => [.. node.AsObject().Select(m => m.Key).Order(StringComparer.Ordinal)];
        JsonNode properties = schema["properties"]!, predicate = properties["predicate"]!["properties"]!;
        Assert.Equal(Members(properties), Members(statement));
        Assert.Equal(Members(predicate), Members(statement["predicate"]!));
        Assert.Equal(Members(predicate["findings"]!["items"]!["properties"]!), Members(statement["predicate"]!["findings"]![0]!));
        Assert.Equal(Members(properties["subject"]!["items"]!["properties"]!), Members(statement["subject"]![0]!));
    }

    private static Decision Decide(TargetReport report, string what, SigningKey key) =>
        Sign("model.pkl", report.Sha256!, DecidedScan.Decide(report, Samples.Head, what, "I looked at it", key.Public.Name, s_now, s_today.AddDays(10)), key);

    private static Decision Sign(string name, string digest, DecisionPredicate said, SigningKey key) => Decision.Read(Decision.Write(name, digest, said).Signed(key))!;

    private static Revocation Revoke(Decision decision, SigningKey key) =>
        Revocation.Read(Revocation.Write(decision, new RevocationPredicate { By = key.Public.Name, At = s_now }).Signed(key))!;

    private TargetReport Apply(TargetReport report, Decision[] decisions, Revocation[]? revocations = null, TrustRule? rule = null, DateOnly? day = null)
    {
        DecisionBook book = new(decisions, revocations ?? [], [_ada.Public, _grace.Public], rule);
        return new DecidedScan(book, RuleSet.Default, Policy.None, day ?? s_today, p => Path.GetFileName(p)).Apply(report);
    }
}
