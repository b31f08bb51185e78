// The files of a test as a bundle that is at hand, however large they are.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Hub.Tests.Server;

namespace Assay.Hub.Tests.Builders;

/// <summary>Files as a bundle at hand: what a scan of them on a disk would read.</summary>
internal sealed class LocalBundle(IReadOnlyList<TestFile> files) : IBundle
{
    public string Path => "local";

    public IEnumerable<BundleEntry> List(CancellationToken cancellation = default) => files.OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => new BundleEntry(f.Path, f.Length));

    public BundleOpening TryOpen(string name) => files.FirstOrDefault(f => f.Path == name) is { } file
        ? BundleOpening.Of(new Source(file))
        : BundleOpening.Refuse(BundleRefusal.Missing, "There is no such file.");

    private sealed class Source(TestFile file) : ByteSource
    {
        public override long Length => file.Length;

        public override int ReadAt(long offset, Span<byte> destination)
        {
            int count = offset < 0 || offset >= Length ? 0 : (int)Math.Min(destination.Length, Length - offset);
            file.Read(offset, destination[..count]);
            return count;
        }
    }
}
