// 7z archives as 7-Zip writes them, and broken ones.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Archives;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Archives;

public sealed class SevenZipFormatTests
{
    private static readonly byte[] s_canary = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20000).Select(i => $"canary{i * 7919 % 10007};")));

    private static byte[] Pack(string arguments)
    {
        string? program = new[] { "/usr/bin/7z", "/usr/bin/7zz", "/usr/bin/7za" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "7-Zip is not installed.");
        string directory = Directory.CreateTempSubdirectory("assay").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(directory, "a.pkl"), s_canary);
            File.WriteAllBytes(Path.Combine(directory, "b.bin"), [1, 2, 3]);
            File.WriteAllBytes(Path.Combine(directory, "empty"), []);
            Directory.CreateDirectory(Path.Combine(directory, "dir"));
            // Calls and jumps as x86 code has them, for the filter.
            byte[] code = new byte[60_000];
            new Random(3).NextBytes(code);
            for (int i = 0; i < code.Length - 5; i += 7)
            {
                code[i] = (byte)(0xE8 | (i & 1));
                code[i + 4] = (byte)((i & 2) != 0 ? 0 : 0xFF);
            }

            File.WriteAllBytes(Path.Combine(directory, "c.exe"), code);
            CPython.Program("/bin/sh", ["-c", $"cd {directory} && {program} a -bd -y {arguments} out.7z a.pkl b.bin c.exe dir empty"]);
            File.WriteAllBytes(Path.Combine(directory, "code"), code);
            return File.ReadAllBytes(Path.Combine(directory, "out.7z"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("-mf=off")]
    [InlineData("-mf=off -ms=off")]
    [InlineData("-m0=LZMA -mhc=off")]
    [InlineData("-m0=BZip2 -mf=off")]
    [InlineData("-m0=Deflate -mf=off")]
    [InlineData("-m0=PPMd -mf=off")]
    [InlineData("-m0=Copy -mf=off")]
    [InlineData("-mf=BCJ")]
    [InlineData("-m0=Delta:4 -m1=LZMA2")]
    public void T064_WhatSevenZipWritesIsReadWithoutAnyOddity(string arguments)
    {
        byte[] archive = Pack(arguments);
        ArchiveContext context = ArchiveContext.Read(new SevenZipFormat(), archive)!;
        Assert.Null(context.Malformed);
        Assert.Empty(context.Unreads.Select(u => u.Detail));
        Assert.Equal(["a.pkl", "b.bin", "c.exe", "empty"], context.Names.Order());
        Assert.Equal(s_canary, context.Children.Single(c => c.Name == "a.pkl").Bytes);
        Assert.Equal([1, 2, 3], context.Children.Single(c => c.Name == "b.bin").Bytes);
        // The CRC of the code is right only when the filter is.
        Assert.Empty(context.Anomalies);
        Assert.Empty(context.Coverage.Gaps());
    }

    [Theory]
    [InlineData("-psecret")]
    [InlineData("-psecret -mhe=on")]
    public void T185_PasswordIsUnread(string arguments)
    {
        ArchiveContext context = ArchiveContext.Read(new SevenZipFormat(), Pack(arguments))!;
        Assert.Contains(context.Unreads, u => u.Cause == UnreadCause.Encrypted);
        Assert.DoesNotContain(context.Children, c => c.Bytes.Length > 0);
    }

    [Fact]
    public void T064_BrokenStreamKeepsWhatCameBefore()
    {
        byte[] archive = Pack("-m0=LZMA2 -mf=off -mhc=off");
        archive.AsSpan(32 + 20_000, 200).Fill(0x55);
        ArchiveContext context = ArchiveContext.Read(new SevenZipFormat(), archive)!;
        byte[] kept = context.Children.Single(c => c.Name == "a.pkl").Bytes;
        Assert.InRange(kept.Length, 1000, s_canary.Length);
        Assert.True(kept.AsSpan(0, 1000).SequenceEqual(s_canary.AsSpan(0, 1000)));
        Assert.NotEmpty(context.Unreads);
    }

    [Fact]
    public void HeaderBeyondTheEndIsMalformed()
    {
        byte[] archive = Pack("-mf=off");
        Assert.NotNull(ArchiveContext.Read(new SevenZipFormat(), archive[..^10])!.Malformed);
    }

    [Fact]
    public void T184_BombStopsAtTheBudget()
    {
        ArchiveContext context = ArchiveContext.Read(new SevenZipFormat(), Pack("-mf=off"), new ScanLimits { InflatedBytes = 50_000 })!;
        Assert.NotNull(context.Stop);
        Assert.Contains(context.Unreads, u => u.Cause == UnreadCause.Limit);
    }

    [Theory]
    [InlineData("-mf=off -mhc=off")]
    [InlineData("-mf=BCJ")]
    public void MutationsNeverThrowAndStaySmall(string arguments)
    {
        byte[] archive = Pack(arguments);
        Random random = new(11);
        for (int i = 0; i < 400; i++)
        {
            byte[] bad = [.. archive];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                // The header lies at the end; most mutations go there.
                int at = random.Next(4) == 0 ? random.Next(bad.Length) : bad.Length - 1 - random.Next(Math.Min(bad.Length, 250));
                bad[at] = random.Next(3) switch { 0 => 0xFF, 1 => 0, _ => (byte)random.Next(256) };
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            ArchiveContext.Read(new SevenZipFormat(), bad);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300 << 20);
        }
    }
}
