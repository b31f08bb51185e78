// What every test of the bypass book does: scan the stream that a scanner let pass, and expect the rule and the verdict.
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Bypasses;

/// <summary>Scans what a scanner let pass and expects the rule and the verdict.</summary>
internal static class BypassHarness
{
    public static TargetReport Malicious(string rule, PickleBuilder pickle) => Expect(Verdict.Malicious, rule, pickle.ToArray());

    public static TargetReport Malicious(string rule, byte[] bytes, string path = "model.pkl") => Expect(Verdict.Malicious, rule, bytes, path);

    public static TargetReport Suspicious(string rule, PickleBuilder pickle) => Expect(Verdict.Suspicious, rule, pickle.ToArray());

    public static TargetReport Suspicious(string rule, byte[] bytes, string path = "model.pkl") => Expect(Verdict.Suspicious, rule, bytes, path);

    /// <summary>A pickle that holds one value.</summary>
    public static TargetReport MaliciousValue(string rule, object? value) => Malicious(rule, PickleOf(value));

    public static TargetReport Expect(Verdict verdict, string rule, byte[] bytes, string path = "model.pkl")
    {
        TargetReport report = Scanned.Bytes(bytes, path);
        Assert.True(report.Verdict == verdict && report.Is(rule), $"expected {verdict} by {rule}, got {report.Describe()}");
        return report;
    }

    /// <summary>A plain call of a command: what the stream around it hides.</summary>
    public static Action<PickleBuilder> Payload { get; } = Call("os", "system", "id");

    public static byte[] PayloadPickle { get; } = PickleOf(Payload);
}
