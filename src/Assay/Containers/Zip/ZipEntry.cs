// One member of a zip, as the central directory and its local header tell of it.
using Assay.Bytes;

namespace Assay.Containers.Zip;

/// <summary>What one header, local or central, says about a member.</summary>
/// <param name="Offset">Where the header lies.</param>
/// <param name="Length">How long it is, with its name, extra fields and comment.</param>
/// <param name="Name">The name as stored.</param>
/// <param name="Method">The compression method.</param>
/// <param name="Flags">The general purpose flags.</param>
/// <param name="Crc">The CRC-32 of the content.</param>
/// <param name="Packed">The length of the stored data; -1 when a data descriptor tells it.</param>
/// <param name="Size">The length of the content; -1 when a data descriptor tells it.</param>
internal sealed record ZipHeader(long Offset, long Length, string Name, int Method, int Flags, uint Crc, long Packed, long Size)
{
    /// <summary>Bit 0: the data are encrypted.</summary>
    public const int Encrypted = 1;

    /// <summary>Bit 3: sizes and CRC follow the data in a descriptor.</summary>
    public const int Descriptor = 8;

    /// <summary>Bit 5: the data are a patch.</summary>
    public const int Patched = 0x20;

    /// <summary>Bits 6 and 13: strong encryption, of the data or of the directory.</summary>
    public const int StrongEncryption = 0x2040;

    /// <summary>The bits with which a header can make a loader refuse a member that another loader reads.</summary>
    public const int Refusing = Encrypted | Patched | StrongEncryption;
}

/// <summary>
/// One member: what the central directory says (null for a member that only its local header shows), what the local header says
/// (null when there is none where the directory points), and where the data lie.
/// </summary>
internal sealed class ZipEntry
{
    internal ZipEntry(ZipHeader? central, ZipHeader? local, long offset, int unixMode)
    {
        Central = central;
        Local = local;
        Offset = offset;
        UnixMode = unixMode;
    }

    /// <summary>The central directory's record.</summary>
    public ZipHeader? Central { get; }

    /// <summary>The local header.</summary>
    public ZipHeader? Local { get; internal set; }

    /// <summary>Where the local header lies, or should lie, in the source.</summary>
    public long Offset { get; }

    /// <summary>The Unix mode that the central directory carries, or 0.</summary>
    public int UnixMode { get; }

    /// <summary>How many central directories of the file list the member.</summary>
    public int Views { get; internal set; }

    /// <summary>Where the data start; behind the local header.</summary>
    public long DataOffset => Local is null ? Offset : Local.Offset + Local.Length;

    /// <summary>The header that loaders go by: the central one where there is one.</summary>
    public ZipHeader Header => Central ?? Local!;

    /// <summary>The name that loaders go by.</summary>
    public string Name => Header.Name;

    /// <summary>Whether the name says that the member is a directory.</summary>
    public bool IsDirectory => Name.Length > 0 && Name[^1] == '/';


    /// <summary>The length of the stored data by the header that loaders go by; -1 when neither header says.</summary>
    public long Packed => Central?.Packed ?? Local!.Packed;

    /// <summary>The stored data, cut at the end of the source; empty when their length is not known.</summary>
    public ByteRange Data(long sourceLength) => new ByteRange(DataOffset, Math.Max(0, Packed)).ClampTo(sourceLength);
}

/// <summary>One end record and the directory that it leads to.</summary>
/// <param name="EndOffset">Where the end record lies.</param>
/// <param name="Directory">Where the directory lies.</param>
/// <param name="Shift">What is added to stored offsets; not 0 when data were put before the archive.</param>
/// <param name="Entries">How many entries the directory holds.</param>
/// <param name="Zip64">Whether it was found through the Zip64 end record.</param>
internal sealed record ZipView(long EndOffset, ByteRange Directory, long Shift, long Entries, bool Zip64);
