// The limits by the names that people write and read: --limit, reports, unreads.
namespace Assay.Bytes;

/// <summary>One limit of <see cref="ScanLimits"/> under the name that people write.</summary>
/// <param name="Name">The property's name in kebab-case, such as <c>inflated-bytes</c>.</param>
/// <param name="Maximum">The largest number that it takes.</param>
/// <param name="Get">Reads it.</param>
/// <param name="With">Returns limits in which it has another number.</param>
public sealed record LimitEntry(string Name, long Maximum, Func<ScanLimits, long> Get, Func<ScanLimits, long, ScanLimits> With);

/// <summary>All limits, in the order of <see cref="ScanLimits"/>. A test fails when one is missing.</summary>
public static class LimitTable
{
    /// <summary>The limits.</summary>
    public static IReadOnlyList<LimitEntry> All { get; } =
    [
        new("depth", int.MaxValue, l => l.Depth, (l, n) => l with { Depth = checked((int)n) }),
        new("work", long.MaxValue, l => l.Work, (l, n) => l with { Work = n }),
        new("work-per-byte", long.MaxValue, l => l.WorkPerByte, (l, n) => l with { WorkPerByte = n }),
        new("memory", long.MaxValue, l => l.Memory, (l, n) => l with { Memory = n }),
        new("shared-memory", long.MaxValue, l => l.SharedMemory, (l, n) => l with { SharedMemory = n }),
        new("artifacts", long.MaxValue, l => l.Artifacts, (l, n) => l with { Artifacts = n }),
        new("inflated-bytes", long.MaxValue, l => l.InflatedBytes, (l, n) => l with { InflatedBytes = n }),
        new("inflated-in-memory", long.MaxValue, l => l.InflatedInMemory, (l, n) => l with { InflatedInMemory = n }),
        new("opcodes", long.MaxValue, l => l.Opcodes, (l, n) => l with { Opcodes = n }),
        new("memo-entries", long.MaxValue, l => l.MemoEntries, (l, n) => l with { MemoEntries = n }),
        new("stack-values", long.MaxValue, l => l.StackValues, (l, n) => l with { StackValues = n }),
        new("nodes", long.MaxValue, l => l.Nodes, (l, n) => l with { Nodes = n }),
        new("line-bytes", int.MaxValue, l => l.LineBytes, (l, n) => l with { LineBytes = checked((int)n) }),
        new("entries", long.MaxValue, l => l.Entries, (l, n) => l with { Entries = n }),
        new("facts", int.MaxValue, l => l.Facts, (l, n) => l with { Facts = checked((int)n) }),
        new("fact-bytes", long.MaxValue, l => l.FactBytes, (l, n) => l with { FactBytes = n }),
        new("source-text", long.MaxValue, l => l.SourceText, (l, n) => l with { SourceText = n }),
        new("text-bytes", int.MaxValue, l => l.TextBytes, (l, n) => l with { TextBytes = checked((int)n) }),
        new("rule-steps", long.MaxValue, l => l.RuleSteps, (l, n) => l with { RuleSteps = n }),
        new("milliseconds", long.MaxValue, l => l.Milliseconds, (l, n) => l with { Milliseconds = n }),
    ];

    /// <summary>The limit of that name, or null.</summary>
    public static LimitEntry? Find(string name) => All.FirstOrDefault(l => l.Name == name);
}
