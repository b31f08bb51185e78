// Scratch space: in memory while small, then in a file that nobody else can read and that leaves nothing behind.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Hosting.Files;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Hosting;

public sealed class FileScratchTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(200_000)]
    public void WhatIsAppendedIsReadBack(int inMemory)
    {
        byte[] bytes = [.. Enumerable.Range(0, 150_000).Select(i => (byte)(i * 7))];
        using FileSpace space = (FileSpace)new FileScratch(_tree.Root, inMemory).Create();
        for (int at = 0; at < bytes.Length; at += 777)
        {
            space.Append(bytes.AsSpan(at, Math.Min(777, bytes.Length - at)));
        }

        Assert.Equal(bytes.Length, space.Length);
        Assert.Equal(bytes.Length > inMemory, space.IsFile);
        Assert.Equal(bytes, space.ReadUpTo(0, bytes.Length));
        Assert.Equal(bytes[140_000..], space.ReadUpTo(140_000, 1 << 20));
        Assert.Equal(0, space.ReadAt(bytes.Length, new byte[1]));
    }

    [Fact]
    public void T206_NothingIsLeftBehindNotEvenWhileItIsInUse()
    {
        using (ScratchSpace space = new FileScratch(_tree.Root, 10).Create())
        {
            space.Append(new byte[100]);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Empty(Directory.GetFileSystemEntries(_tree.Root));
            }
        }

        Assert.Empty(Directory.GetFileSystemEntries(_tree.Root));
    }

    [Fact]
    public void ASmallSpaceTouchesNoDisk()
    {
        using ScratchSpace space = new FileScratch("/nonexistent/directory", 100).Create();
        space.Append(new byte[100]);
        Assert.Throws<ScanStopException>(() => space.Append(new byte[1]));
    }

    [Fact]
    public void T207_AStreamIsBounded()
    {
        using ScratchSpace space = new FileScratch(_tree.Root, 100).Create();
        ScanInput input = StreamSpool.Read("-", new EndlessStream(), space, "stdin-bytes", 1 << 20, TestContext.Current.CancellationToken);
        Assert.Null(input.Open);
        Assert.Equal(UnreadCause.Limit, input.Cause);
        Assert.Contains("stdin-bytes", input.Unreadable, StringComparison.Ordinal);
        Assert.True(space.Length <= 1 << 20);
    }

    [Fact]
    public void AStreamThatIsStoppedIsAnInputThatWasCancelled()
    {
        using ScratchSpace space = new FileScratch(_tree.Root, 1 << 20).Create();
        using CancellationTokenSource cancel = new();
        cancel.Cancel();
        ScanInput input = StreamSpool.Read("-", new EndlessStream(), space, "stdin-bytes", 1 << 20, cancel.Token);
        Assert.Null(input.Open);
        Assert.Equal(UnreadCause.Cancelled, input.Cause);
    }

    [Fact]
    public void AStreamOfExactlyTheLimitIsTaken()
    {
        using ScratchSpace space = new FileScratch(_tree.Root, 10).Create();
        ScanInput input = StreamSpool.Read("-", new MemoryStream(new byte[1000]), space, "stdin-bytes", 1000, TestContext.Current.CancellationToken);
        Assert.Equal(1000, input.Open!().Length);
        Assert.Equal("-", input.Path);
        Assert.True(input.Named);
    }

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => count;

        public override int Read(Span<byte> buffer) => buffer.Length;

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
