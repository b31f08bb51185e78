// Packs bytes with real programs and libraries, as a publisher would.
using System.IO.Compression;
using K4os.Compression.LZ4.Streams;

namespace Assay.Tests.Builders;

/// <summary>Packs bytes with real programs and libraries.</summary>
internal static class Wrapping
{
    /// <summary>Packs with one of <c>gz zlib bz2 xz lzma zst lz4</c>.</summary>
    public static byte[] Compress(string codec, byte[] content)
    {
        using MemoryStream packed = new();
        using (Stream stream = codec switch
        {
            "gz" => new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "zlib" => new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "bz2" => SharpCompress.Compressors.BZip2.BZip2Stream.Create(packed, SharpCompress.Compressors.CompressionMode.Compress, false, leaveOpen: true),
            "zst" => new ZstdSharp.CompressionStream(packed, leaveOpen: true),
            "lz4" => LZ4Stream.Encode(packed, leaveOpen: true),
            _ => new MemoryStream(),
        })
        {
            stream.Write(content);
        }

        return codec is "xz" or "lzma" ? ByPython(codec, content) : packed.ToArray();
    }

    /// <summary>A 7z of one file.</summary>
    public static byte[] SevenZip(string name, byte[] content) => SevenZip((name, content));

    /// <summary>A 7z archive as 7-Zip writes it: solid.</summary>
    public static byte[] SevenZip(params (string Name, byte[] Content)[] files)
    {
        string path = new[] { "/usr/bin/7z", "/usr/bin/7zz", "/usr/bin/7za" }.FirstOrDefault(File.Exists) ?? "";
        Assert.SkipWhen(path.Length == 0, "There is no 7z.");
        string folder = Directory.CreateTempSubdirectory("assay-").FullName;
        try
        {
            foreach ((string name, byte[] content) in files)
            {
                string file = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllBytes(file, content);
            }

            string archive = Path.Combine(folder, "packed.7z");
            CPython.Program(path, ["a", "-bd", "-y", archive, .. files.Select(f => Path.Combine(folder, f.Name.Split('/')[0])).Distinct()]);
            return File.ReadAllBytes(archive);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] ByPython(string codec, byte[] content) => CPython.Run(
        $"import lzma,sys;sys.stdout.buffer.write(lzma.compress(bytes.fromhex('{Convert.ToHexString(content)}'), format=lzma.FORMAT_{(codec == "xz" ? "XZ" : "ALONE")}))");
}
