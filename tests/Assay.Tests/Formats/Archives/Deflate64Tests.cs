// Deflate64 members of zips, as 7-Zip writes them.
using System.Diagnostics;
using Assay.Formats.Archives;

namespace Assay.Tests.Formats.Archives;

public sealed class Deflate64Tests
{
    public static TheoryData<string> Contents => ["text", "run", "far", "noise", "mixed", "short"];

    [Theory]
    [MemberData(nameof(Contents))]
    public void MemberComesOutAsItWentIn(string kind)
    {
        byte[] content = Content(kind);
        byte[] zip = Zip(content, out ushort method);
        if (kind != "noise")
        {
            // What does not shrink may be stored.
            Assert.Equal(9, method);
        }

        ArchiveContext context = ArchiveContext.Read(ArchiveContext.Zip, zip)!;
        Assert.Empty(context.Unreads);
        Assert.Equal(content, context.Children.Single().Bytes);
    }

    [Fact]
    public void MemberCutAnywhereIsNeverWhole()
    {
        byte[] content = Content("text");
        byte[] zip = Zip(content, out _);
        int start = 30 + BitConverter.ToUInt16(zip, 26) + BitConverter.ToUInt16(zip, 28);
        for (int at = start; at < zip.Length - 200; at += 97)
        {
            byte[] broken = [.. zip];
            broken[at] ^= 0x55;
            ArchiveContext context = ArchiveContext.Read(ArchiveContext.Zip, broken)!;
            bool same = context.Children.Any(c => c.Bytes.AsSpan().SequenceEqual(content));
            Assert.True(same || context.Unreads.Any() || context.Anomalies.Any(), $"byte {at}");
        }
    }

    /// <summary>Texts whose matches are near, longer than deflate knows (258 bytes), and further back than it knows (32 KB).</summary>
    private static byte[] Content(string kind)
    {
        Random random = new(64);
        byte[] noise = new byte[50_000];
        random.NextBytes(noise);
        return kind switch
        {
            "text" => [.. Enumerable.Range(0, 4000).SelectMany(i => System.Text.Encoding.ASCII.GetBytes($"line {i * i % 997}\n"))],
            "run" => new byte[300_000],
            "far" => [.. noise, .. noise, .. noise[..100]],
            "noise" => noise,
            "mixed" => [.. noise[..2000], .. new byte[70_000], .. noise[..2000], .. Enumerable.Range(0, 9000).Select(i => (byte)(i % 7))],
            _ => [.. "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"u8],
        };
    }

    private static byte[] Zip(byte[] content, out ushort method)
    {
        string program = new[] { "/usr/bin/7z", "/usr/bin/7zz", "/usr/bin/7za" }.FirstOrDefault(File.Exists) ?? "";
        Assert.SkipUnless(program.Length > 0, "7-Zip is not installed.");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("assay-deflate64-");
        try
        {
            File.WriteAllBytes(Path.Join(folder.FullName, "data.bin"), content);
            using Process process = Process.Start(new ProcessStartInfo(program, ["a", "-tzip", "-mm=Deflate64", "out.zip", "data.bin"])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardOutput = true,
            })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            byte[] zip = File.ReadAllBytes(Path.Join(folder.FullName, "out.zip"));
            method = BitConverter.ToUInt16(zip, 8);
            return zip;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
