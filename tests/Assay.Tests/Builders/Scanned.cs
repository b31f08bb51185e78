// Scans bytes as a user would, with the rules that ship.
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Tests.Builders;

/// <summary>Scans bytes through the engine, with the rules that ship, and says what must come out.</summary>
internal static class Scanned
{
    public static TargetReport Bytes(byte[] bytes, string path = "model.pkl", ScanLimits? limits = null) => Source(() => new MemorySource(bytes), path, limits);

    public static TargetReport Pickle(PickleBuilder pickle) => Bytes(pickle.ToArray());

    public static TargetReport Source(Func<ByteSource> open, string path = "model.pkl", ScanLimits? limits = null)
    {
        Scanner engine = new(new ScanOptions { Rules = RuleSet.Default, Limits = limits ?? new ScanLimits(), Scratch = new MemoryScratch() });
        ScanInput input = new() { Path = path, Open = open, Named = true };
        return engine.Scan(input, TestContext.Current.CancellationToken).Report!;
    }

    public static IEnumerable<string> Rules(this TargetReport target) => target.Findings.Select(f => f.Rule.Id).Distinct();

    public static bool Is(this TargetReport target, string rule) => target.Findings.Any(f => f.Rule.Id == rule);

    /// <summary>What went wrong in a test is told by all that was found.</summary>
    public static string Describe(this TargetReport target) =>
        $"{target.Verdict}: {string.Join(", ", target.Findings.Select(f => $"{f.Rule.Id} {f.Severity}"))}; unread: {string.Join(", ", target.Unread.Select(u => $"{u.Cause} {u.Path} {u.Detail}"))}";
}
