// Pickles that lie as base64 in the JSON of a Stable-Baselines3 model are read as its loader reads them.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.StableBaselines;

public sealed class SerializedJsonFormatTests
{
    private static readonly string s_canary = Convert.ToBase64String(Encoding.ASCII.GetBytes("cos\nsystem\n(S'id'\ntR."));
    private static readonly string s_plain = Convert.ToBase64String([0x80, 0x04, 0x4B, 0x01, 0x2E]);

    private static TargetReport Scan(string json) => Scanned.Bytes(
        new ZipBuilder().Add("data", json).Add("_stable_baselines3_version", "2.0.0").Build(), "model.zip");

    [Theory]
    [InlineData("""{"policy_class": {":type:": "x", ":serialized:": "PICKLE"}}""")]
    [InlineData("""{"a": 1, "b": {"\u003aserialized:": "PICKLE"}}""")]
    [InlineData("""{"a": {":serialized:": "!PI CKLE"}}""")]
    public void APickledValueIsRead(string json)
    {
        // b64decode drops what is not of its alphabet.
        string text = json.Replace("PI CKLE", s_canary.Insert(4, " -*"), StringComparison.Ordinal).Replace("PICKLE", s_canary, StringComparison.Ordinal);
        TargetReport target = Scan(text);
        Assert.True(target.Verdict == Verdict.Malicious, target.Describe());
        Assert.StartsWith("model.zip!/data!/serialized@0x", target.Findings[0].Path, StringComparison.Ordinal);
        Assert.Contains("sb3-zip", target.Formats);
    }

    [Fact]
    public void PlainValuesPass()
    {
        TargetReport target = Scan("{\"gamma\": 0.99, \"policy_class\": {\":type:\": \"x\", \":serialized:\": \"" + s_plain + "\"} }");
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
    }

    [Fact]
    public void WhatComesBeforeABreakIsKept()
    {
        TargetReport target = Scan($$"""{"a": {":serialized:": "{{s_canary}}"}, """);
        Assert.True(target.Verdict == Verdict.Malicious, target.Describe());
        Assert.Contains(target.Unread, u => u.Cause == UnreadCause.Malformed);
    }

    [Fact]
    public void AValueThatIsNoBase64IsUnread()
    {
        TargetReport target = Scan("""{"a": {":serialized:": "abc"}}""");
        Assert.True(target.Verdict == Verdict.Incomplete, target.Describe());
    }

    [Fact]
    public void EndlessNestingIsUnreadAndNoFault()
    {
        TargetReport target = Scan("{\"a\":" + new string('[', 200_000));
        Assert.Equal(UnreadCause.Malformed, Assert.Single(target.Unread).Cause);
    }
}
