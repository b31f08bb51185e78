// Reads bytes with one format and keeps all that it said.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Tests.Formats;

/// <summary>A context that keeps facts, coverage and children instead of scanning them.</summary>
internal sealed class Recording : ReadContext
{
    private Recording(Artifact artifact, FactLog log, ScanBudget budget)
        : base(artifact, log, budget, new MemoryScratch())
    {
    }

    public List<(string Name, string? ReadAs, byte[] Bytes)> Children { get; } = [];

    public IReadOnlyList<Fact> Facts => Log.Facts;

    public IEnumerable<string> Codes => Facts.OfType<AnomalyFact>().Select(a => a.Code);

    public IEnumerable<UnreadCause> Unreads => Facts.OfType<UnreadFact>().Select(u => u.Cause);

    public static Recording Of(byte[] bytes)
    {
        ScanLimits limits = new();
        return new Recording(new Artifact("input", new MemorySource(bytes)), new FactLog(limits), new ScanBudget(limits, TimeProvider.System));
    }

    /// <summary>The claim that <paramref name="format"/> makes to all of <paramref name="bytes"/>, or null.</summary>
    public static Claim? Probe(IFormat format, byte[] bytes)
    {
        Recording recording = Of(bytes);
        return format.Probe(new ProbeView(recording.Artifact, new ByteRange(0, bytes.Length), recording.Budget));
    }

    /// <summary>Reads all of <paramref name="bytes"/> by <paramref name="format"/>'s own claim.</summary>
    public static Recording Read(IFormat format, byte[] bytes)
    {
        Recording recording = Of(bytes);
        Claim? claim = format.Probe(new ProbeView(recording.Artifact, new ByteRange(0, bytes.Length), recording.Budget));
        Assert.NotNull(claim);
        format.Read(claim, recording);
        return recording;
    }

    public override void Submit(Artifact child) =>
        Children.Add((child.Name, child.ReadAs, child.Bytes.ReadUpTo(0, (int)Math.Min(child.Bytes.Length, 1 << 24))));
}
