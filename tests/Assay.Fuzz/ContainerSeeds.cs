// Small archives to start from.
using System.Formats.Tar;
using System.IO.Compression;

namespace Assay.Fuzz;

/// <summary>Small zips and tars, and what they hold.</summary>
internal static class ContainerSeeds
{
    private static readonly DateTimeOffset s_then = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<byte[]> Zips() =>
    [
        Zip(("a/data.pkl", PickleSeeds.All().First(), false), ("a/version", "3\n"u8.ToArray(), false)),
        Zip(("x.txt", "hello hello hello hello"u8.ToArray(), true), ("dir/", [], false)),
        Zip(),
        [.. "junk before"u8, .. Zip(("caf\u00e9.npy", ScanSeeds.NpyHeaders().First(), true))],
        [.. Zip(("one", [1], false)), .. Zip(("two", [2], true)), 0, 0],
        Zip(("inner.zip", Zip(("deep.pkl", PickleSeeds.All().Skip(2).First(), false)), false)),
    ];

    public static IEnumerable<byte[]> Tars() =>
    [
        Tar(TarEntryFormat.Ustar), Tar(TarEntryFormat.Pax), Tar(TarEntryFormat.Gnu), Tar(TarEntryFormat.V7),
    ];

    public static IEnumerable<byte[]> Archives() =>
    [
        .. Zips(), .. Tars(), .. CodecSeeds.Of(Codecs.CodecKind.Gzip).Take(1), .. CodecSeeds.Of(Codecs.CodecKind.Xz).Take(1), .. CodecSeeds.Of(Codecs.CodecKind.Zstd).Take(1),
        CodecSeeds.Gzip(Tar(TarEntryFormat.Ustar)),
    ];

    public static byte[] Zip(params ReadOnlySpan<(string Name, byte[] Content, bool Deflate)> members)
    {
        using MemoryStream bytes = new();
        using (ZipArchive archive = new(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content, bool deflate) in members)
            {
                ZipArchiveEntry entry = archive.CreateEntry(name, deflate ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
                entry.LastWriteTime = s_then;
                using Stream stream = entry.Open();
                stream.Write(content);
            }
        }

        return bytes.ToArray();
    }

    private static byte[] Tar(TarEntryFormat format)
    {
        using MemoryStream bytes = new();
        using (TarWriter writer = new(bytes, format, leaveOpen: true))
        {
            TarEntryType file = format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile;
            Write(writer, format, file, format is TarEntryFormat.Pax or TarEntryFormat.Gnu ? new string('n', 120) + ".pkl" : "model.pkl", PickleSeeds.All().First());
            Write(writer, format, TarEntryType.SymbolicLink, "link", null);
        }

        byte[] all = bytes.ToArray();
        return all.Length <= 4096 ? all : all[..4096];
    }

    private static void Write(TarWriter writer, TarEntryFormat format, TarEntryType type, string name, byte[]? content)
    {
        TarEntry entry = format switch
        {
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            TarEntryFormat.Pax => new PaxTarEntry(type, name),
            TarEntryFormat.Gnu => new GnuTarEntry(type, name),
            _ => new V7TarEntry(type, name),
        };
        entry.ModificationTime = s_then;
        if (content is null)
        {
            entry.LinkName = "../outside";
        }
        else
        {
            entry.DataStream = new MemoryStream(content);
        }

        writer.WriteEntry(entry);
    }
}
