// What the header of a 7z archive says.
using System.IO.Hashing;
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Containers.SevenZip;

/// <summary>A file in a 7z archive.</summary>
/// <param name="Name">The name as stored.</param>
/// <param name="IsDirectory">Whether it is a directory.</param>
/// <param name="Folder">The index of the folder whose output holds it; -1 when it is empty.</param>
/// <param name="Content">Where it lies in that output.</param>
/// <param name="Crc">The CRC-32 of its content, or null.</param>
/// <param name="UnixMode">Its Unix mode, or 0.</param>
internal sealed record SevenZipFile(string Name, bool IsDirectory, int Folder, ByteRange Content, uint? Crc, int UnixMode);

/// <summary>A folder: packed bytes and the chain of coders that makes one stream of them, in which several files lie.</summary>
internal sealed record SevenZipFolder(ByteRange Packed, IReadOnlyList<Coder> Chain, bool IsSimple, uint? Crc)
{
    public long Size => Chain.Count == 0 ? 0 : Chain[^1].Size;

    public bool IsEncrypted => Chain.Any(c => c.Method == CoderChain.Aes);

    public bool IsSupported => IsSimple && Chain.Count > 0 && CoderChain.Supports(Chain);
}

/// <summary>What the header of a 7z archive says.</summary>
internal sealed class SevenZipArchive
{
    public const int SignatureLength = 32;

    /// <summary>A header longer than this is not read.</summary>
    public const long LongestHeader = 64L << 20;

    private const int MostLayers = 4;

    public List<SevenZipFolder> Folders { get; } = [];

    public List<SevenZipFile> Files { get; } = [];

    public List<ByteRange> Structures { get; } = [];

    public OddityLog Oddities { get; } = new();

    /// <summary>Whether the names and places of the files are encrypted.</summary>
    public bool IsHeaderEncrypted { get; private set; }

    public static ReadOnlySpan<byte> Signature => [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C];

    /// <summary>Reads the header of the archive that starts where <paramref name="window"/> does.</summary>
    public static SevenZipArchive Read(ByteSource source, ByteRange window, ScanBudget budget, Scratch scratch, HeldMemory? held = null)
    {
        held ??= new HeldMemory(budget);
        SevenZipArchive archive = new();
        byte[] start = source.ReadUpTo(window.Offset, SignatureLength);
        if (start.Length < SignatureLength || !start.AsSpan().StartsWith(Signature))
        {
            throw new MalformedException(window.Offset, "The 7z signature header is cut.");
        }

        archive.Structures.Add(new ByteRange(window.Offset, SignatureLength));
        if (Crc32.HashToUInt32(start.AsSpan(12)) != BitConverter.ToUInt32(start, 8))
        {
            archive.Oddities.Add("7z.header-crc", window.Offset, SignatureLength, "The CRC-32 of the 7z signature header is wrong.");
        }

        long offset = BitConverter.ToInt64(start, 12);
        long length = BitConverter.ToInt64(start, 20);
        long room = window.Length - SignatureLength;
        if (length == 0)
        {
            return archive;
        }

        if (offset < 0 || length < 0 || offset > room || length > room - offset)
        {
            throw new MalformedException(window.End, "The header of the 7z archive lies beyond its end.");
        }

        if (length > LongestHeader)
        {
            throw new MalformedException(window.Offset, $"The header of the 7z archive has {length} bytes, more than the limit of {LongestHeader}.");
        }

        ByteRange place = new(window.Offset + SignatureLength + offset, length);
        archive.Structures.Add(place);
        held.Add(length);
        byte[] header = source.ReadUpTo(place.Offset, (int)length);
        if (Crc32.HashToUInt32(header) != BitConverter.ToUInt32(start, 28))
        {
            archive.Oddities.Add("7z.header-crc", place.Offset, length, "The CRC-32 of the 7z header is wrong.");
        }

        archive.ReadLayers(header, source, window, budget, scratch, held);
        return archive;
    }

    private void ReadLayers(byte[] header, ByteSource source, ByteRange window, ScanBudget budget, Scratch scratch, HeldMemory held)
    {
        for (int layer = 0; layer < MostLayers; layer++)
        {
            SevenZipHeaderReader reader = new(header, window, budget, new EntryCosts(budget, held));
            if (!reader.IsEncoded)
            {
                reader.ReadFiles(this);
                return;
            }

            SevenZipFolder folder = reader.ReadEncoded();
            Structures.Add(folder.Packed);
            if (folder.IsEncrypted)
            {
                IsHeaderEncrypted = true;
                return;
            }

            if (!folder.IsSupported || folder.Size > LongestHeader)
            {
                throw new MalformedException(window.Offset, "The header of the 7z archive is packed in a way that is not supported, or too large.");
            }

            InflatedSoFar soFar = CoderChain.Inflate(folder.Chain, source, folder.Packed, budget, scratch);
            using ByteSource bytes = soFar.Result.Bytes;
            if (soFar.Stop is { } stop && !soFar.Capped)
            {
                throw stop;
            }

            held.Add(bytes.Length);
            header = bytes.ReadUpTo(0, (int)bytes.Length);
        }

        throw new MalformedException(window.Offset, $"The header of the 7z archive is packed more than {MostLayers} times.");
    }
}
