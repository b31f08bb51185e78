// What the progress of a scan says of a file that is under way.
using Assay.Bytes;
using Assay.Cli;
using Assay.Cli.Commands;
using Assay.Scanning;

namespace Assay.Tests.Cli;

public sealed class LiveProgressTests
{
    [Fact]
    public void ALargeFileUnderWayIsToldByItsBytes()
    {
        LiveProgress progress = new(new Host { Input = Stream.Null, Output = Stream.Null, Error = TextWriter.Null }, () => 2);
        ScanInput[] inputs = [.. progress.Watching([new() { Path = "small.pkl", Open = () => new Zeros(1_000) }, new() { Path = "large.bin", Open = () => new Zeros(4_000_000_000) }, new() { Path = "pipe", Unreadable = "a pipe" }])];
        Assert.Null(inputs[2].Open);
        using (ByteSource small = inputs[0].Open!())
        using (ByteSource large = inputs[1].Open!())
        {
            Assert.Equal(10, large.ReadAt(999_999_990, new byte[10]));
            Assert.Equal(4, large.ReadAt(0, new byte[4]));
            Assert.Equal("0 of 2 files  1.0 of 4.0 GB  large.bin", progress.Describe(2, 80));
        }

        progress.Report(new ScanProgress(2, "large.bin", null));
        Assert.Equal("2 of 2 files  large.bin", progress.Describe(2, 80));
        Assert.Equal("2 files  large.bin", progress.Describe(null, 80));
    }

    /// <summary>Zeros that nobody stores.</summary>
    private sealed class Zeros(long length) : ByteSource
    {
        public override long Length => length;

        public override int ReadAt(long offset, Span<byte> destination)
        {
            int read = (int)Math.Clamp(length - offset, 0, destination.Length);
            destination[..read].Clear();
            return read;
        }
    }
}
