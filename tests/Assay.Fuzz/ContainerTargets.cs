// The readers of zips, tars, 7z and RAR, without what lies in them.
using Assay.Bytes;
using Assay.Containers.Rar;
using Assay.Containers.SevenZip;
using Assay.Containers.Tar;
using Assay.Containers.Zip;

namespace Assay.Fuzz;

/// <summary>Zips, tars, 7z and RAR.</summary>
internal static class ContainerTargets
{
    private static readonly ScanLimits s_limits = new() { Milliseconds = 60_000 };

    public static int Zip(byte[] input)
    {
        ZipDirectory directory = ZipDirectory.Read(new MemorySource(input), new ByteRange(0, input.Length), FuzzMeter.Budget(s_limits, input.Length));
        Signature signature = new();
        signature.AddSize(directory.Entries.Count);
        signature.AddSize(directory.Views.Count);
        foreach (Containers.Oddity oddity in directory.Oddities.All)
        {
            signature.Add(oddity.Code);
        }

        foreach (ByteRange structure in directory.Structures)
        {
            // A zip's header may declare more than is there; what covers bytes cuts it.
            Inside(structure.ClampTo(input.Length), input);
        }

        return signature.Value;
    }

    public static int Tar(byte[] input)
    {
        TarReader reader = new(new MemorySource(input), new ByteRange(0, input.Length), FuzzMeter.Budget(s_limits, input.Length));
        Signature signature = new();
        while (reader.Next() is { } entry)
        {
            signature.Add((long)entry.Kind);
        }

        foreach (Containers.Oddity oddity in reader.Oddities.All)
        {
            signature.Add(oddity.Code);
        }

        foreach (ByteRange structure in reader.Structures)
        {
            Inside(structure, input);
        }

        return signature.Value;
    }

    public static int SevenZip(byte[] input)
    {
        SevenZipArchive archive = SevenZipArchive.Read(
            new MemorySource(input), new ByteRange(0, input.Length), FuzzMeter.Budget(s_limits, input.Length), new MemoryScratch(32 << 20));
        Signature signature = new();
        signature.AddSize(archive.Files.Count);
        signature.AddSize(archive.Folders.Count);
        foreach (SevenZipFolder folder in archive.Folders)
        {
            signature.Add(folder.IsEncrypted ? 2 : folder.IsSupported ? 1 : 0);
        }

        foreach (Containers.Oddity oddity in archive.Oddities.All)
        {
            signature.Add(oddity.Code);
        }

        foreach (ByteRange structure in archive.Structures)
        {
            Inside(structure, input);
        }

        return signature.Value;
    }

    public static int Rar(byte[] input)
    {
        RarArchive archive = RarArchive.Read(new MemorySource(input), new ByteRange(0, input.Length), FuzzMeter.Budget(s_limits, input.Length));
        Signature signature = new();
        signature.AddSize(archive.Files.Count);
        signature.Add(archive.HasEnd ? 1 : 0);
        foreach (RarFile file in archive.Files)
        {
            signature.Add(file.IsStored ? 1 : 0);
            Inside(file.Packed, input);
        }

        foreach (Containers.Oddity oddity in archive.Oddities.All)
        {
            signature.Add(oddity.Code);
        }

        foreach (ByteRange structure in archive.Structures)
        {
            Inside(structure, input);
        }

        return signature.Value;
    }

    private static void Inside(ByteRange range, byte[] input)
    {
        if (range.Offset < 0 || range.Length < 0 || range.Offset > input.Length || range.Length > input.Length - range.Offset)
        {
            throw new FuzzFailure($"A structure lies at {range.Offset}, {range.Length} bytes long, in {input.Length} bytes.") { Kind = "range" };
        }
    }
}
