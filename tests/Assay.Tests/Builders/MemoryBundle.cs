// A bundle of files in memory.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Scanning;
using Assay.Tests.Scanning;

namespace Assay.Tests.Builders;

/// <summary>A bundle of files in memory, for formats that look beside the file that they read.</summary>
internal sealed class MemoryBundle(params (string Name, byte[] Bytes)[] files) : IBundle
{
    public string Path => "folder";

    public IEnumerable<BundleEntry> List(CancellationToken cancellation = default) => files.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => new BundleEntry(f.Name, f.Bytes.Length));

    public BundleOpening TryOpen(string name) => files.FirstOrDefault(f => f.Name == name) is { Bytes: { } bytes }
        ? BundleOpening.Of(new MemorySource(bytes))
        : BundleOpening.Refuse(BundleRefusal.Missing, "There is no such file.");

    /// <summary>Scans one of the files where it lies.</summary>
    public TargetReport Scan(string name) => Assert.Single(Scans.Run(new ScanInput
    {
        Path = $"folder/{name}", Open = () => new MemorySource(files.First(f => f.Name == name).Bytes), Named = true, In = new BundlePlace(this, name),
    }).Targets);
}
