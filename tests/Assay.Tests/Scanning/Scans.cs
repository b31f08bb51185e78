// Runs scans of bytes in memory, with as little around them as a test needs.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Scanning;

/// <summary>Runs scans of bytes in memory by the rules that ship.</summary>
internal static class Scans
{
    /// <summary>A pickle that calls os.system.</summary>
    public static byte[] Canary { get; } = PickleBuilder.Protocol(2).Call("os", "system", "id").Stop().ToArray();

    /// <summary>A pickle that calls nothing.</summary>
    public static byte[] Harmless { get; } = PickleBuilder.Protocol(4).Mark().Str("weights").Int(7).Op(Assay.Pickle.Op.LIST).Stop().ToArray();

    public static ScanOptions Options { get; } = new() { Rules = RuleSet.Default, KeepFacts = true };

    public static ScanInput Input(byte[] bytes, string path = "input", bool named = true) =>
        new() { Path = path, Open = () => new MemorySource(bytes), Named = named };

    public static ScanReport Run(params ScanInput[] inputs) => Run(Options, inputs);

    public static ScanReport Run(ScanOptions options, params ScanInput[] inputs) =>
        ScanReport.Of(options, inputs);

    public static TargetReport Of(byte[] bytes, string path = "input", bool named = true) => Assert.Single(Run(Input(bytes, path, named)).Targets);

    public static TargetReport Of(ByteSource source, ScanOptions? options = null) =>
        Assert.Single(Run(options ?? Options, new ScanInput { Path = "input", Open = () => source, Named = true }).Targets);

    /// <summary>The callables that some loader would resolve, without repetition.</summary>
    public static IEnumerable<string> Callables(this TargetReport target) =>
        target.Facts.OfType<CallableFact>().Select(c => c.Resolved).Where(r => r.Length > 0).Distinct();

    public static IEnumerable<string> Anomalies(this TargetReport target) => target.Facts.OfType<AnomalyFact>().Select(a => a.Code);

    public static IEnumerable<UnreadCause> Causes(this TargetReport target) => target.Unread.Select(u => u.Cause);

    /// <summary>What was read, to the last byte and with nothing left open.</summary>
    public static void AssertComplete(this TargetReport target)
    {
        Assert.Empty(target.Unread);
        Assert.Equal(0, target.Bytes.Unknown);
    }
}
