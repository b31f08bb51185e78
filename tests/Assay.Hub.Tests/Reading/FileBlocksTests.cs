// Blocks of a file: what is at hand, what is missing, what was let go, what lies on disk.
using Assay.Hub.Reading;
using Assay.Tests.Builders;

namespace Assay.Hub.Tests.Reading;

public sealed class FileBlocksTests
{
    private const int Block = FileBlocks.BlockSize;

    private static byte[] Bytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    [Fact]
    public void WhatIsMissingLiesBetweenWhatIsThere()
    {
        FileBlocks blocks = new(new BlockMemory(1 << 20), null, null, (10 * Block) + 5);
        Assert.Equal((0, 11), blocks.Missing(0, 100));
        blocks.Add(2, new byte[3 * Block]);
        Assert.Equal((0, 2), blocks.Missing(0, 100));
        Assert.Equal((5, 11), blocks.Missing(3, 100));
        Assert.Equal((4, 4), blocks.Missing(2, 4));
        blocks.Add(10, new byte[5]);
        Assert.Equal((5, 10), blocks.Missing(2, 100));
        Assert.False(blocks.IsWhole);
        blocks.Add(0, new byte[2 * Block]);
        blocks.Add(5, new byte[5 * Block]);
        Assert.True(blocks.IsWhole);
    }

    [Fact]
    public void ReadsCrossRunsAndEndWhereNothingIs()
    {
        byte[] file = Bytes(1, 3 * Block);
        FileBlocks blocks = new(new BlockMemory(1 << 20), null, null, 4 * Block);
        blocks.Add(1, file[Block..(3 * Block)]);
        blocks.Add(0, file[..Block]);
        byte[] read = new byte[4 * Block];
        Assert.Equal((3 * Block) - 7, blocks.Read(7, read));
        Assert.Equal(file[7..], read[..((3 * Block) - 7)]);
        Assert.Equal(0, blocks.Read(3 * Block, read));
    }

    [Fact]
    public void MemoryIsBoundedAndWhatWasLetGoIsMissing()
    {
        BlockMemory memory = new(4 * Block);
        FileBlocks blocks = new(memory, null, null, 100 * Block);
        for (int at = 0; at < 50; at++)
        {
            blocks.Add(at, new byte[Block]);
        }

        Assert.Equal((0, 46), blocks.Missing(0, 50));
    }

    [Fact]
    public void TheDiskKeepsWhatMemoryLetsGo()
    {
        using TemporaryTree tree = new();
        byte[] file = Bytes(2, 20 * Block);
        BlockFolder folder = BlockFolder.TryOpen(tree["blocks"], 1 << 20)!;
        string key = BlockFolder.Key(new Uri("https://example.org"), "content", file.Length);
        FileBlocks blocks = new(new BlockMemory(2 * Block), folder, key, file.Length);
        for (int at = 0; at < 20; at++)
        {
            blocks.Add(at, file[(at * Block)..((at + 1) * Block)]);
        }

        byte[] read = new byte[file.Length];
        Assert.Equal(read.Length, blocks.Read(0, read));
        Assert.Equal(file, read);
        FileBlocks again = new(new BlockMemory(1 << 20), BlockFolder.TryOpen(tree["blocks"], 1 << 20), key, file.Length);
        Assert.Equal((20, 20), again.Missing(0, 20));
        Assert.Equal((0, 20), new FileBlocks(new BlockMemory(1 << 20), folder, BlockFolder.Key(new Uri("https://other.org"), "content", file.Length), file.Length).Missing(0, 20));
    }

    [Fact]
    public void TheFolderStaysBelowItsBound()
    {
        using TemporaryTree tree = new();
        for (int content = 0; content < 30; content++)
        {
            BlockFolder folder = BlockFolder.TryOpen(tree["blocks"], 20 * Block)!;
            new FileBlocks(new BlockMemory(1 << 20), folder, BlockFolder.Key(new Uri("https://example.org"), "content" + content, 4 * Block), 4 * Block).Add(0, new byte[4 * Block]);
            long size = Directory.EnumerateFiles(tree["blocks"], "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
            Assert.InRange(size, 1, 20 * (Block + 32));
        }
    }
}
