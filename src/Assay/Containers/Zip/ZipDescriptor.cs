// Finds the data descriptor that may follow a member's data.
using Assay.Bytes;

namespace Assay.Containers.Zip;

/// <summary>Finds data descriptors: with or without a signature, with sizes of 32 or 64 bits; APPNOTE leaves it to the packer.</summary>
internal static class ZipDescriptor
{
    /// <summary>The descriptor behind the data of <paramref name="entry"/>, or an empty range.</summary>
    public static ByteRange Find(ZipHeaderReader reader, ZipEntry entry, OddityLog oddities)
    {
        ZipHeader header = entry.Header;
        int flags = header.Flags | (entry.Local?.Flags ?? 0);
        if ((flags & ZipHeader.Descriptor) == 0 || header.Packed < 0 || header.Packed > long.MaxValue - entry.DataOffset)
        {
            return default;
        }

        long at = entry.DataOffset + header.Packed;
        ReadOnlySpan<byte> bytes = reader.Bytes(at, 24);
        bool signed = bytes.Length >= 16 && ZipHeaderReader.U32(bytes, 0) == ZipHeaderReader.DescriptorSignature;
        ReadOnlySpan<byte> body = signed ? bytes[4..] : bytes;
        int prefix = signed ? 4 : 0;
        if (body.Length >= 20 && ZipHeaderReader.I64(body, 4) == header.Packed && ZipHeaderReader.I64(body, 12) == header.Size)
        {
            Compare(body, entry, at, oddities);
            return new ByteRange(at, prefix + 20);
        }

        if (body.Length >= 12 && ZipHeaderReader.U32(body, 4) == header.Packed && ZipHeaderReader.U32(body, 8) == header.Size)
        {
            Compare(body, entry, at, oddities);
            return new ByteRange(at, prefix + 12);
        }

        if (signed)
        {
            oddities.Add("zip.descriptor-mismatch", at, 16, () => $"The descriptor behind the data of \"{entry.Name}\" tells other sizes than the directory.");
            return new ByteRange(at, 16);
        }

        return default;
    }

    private static void Compare(ReadOnlySpan<byte> body, ZipEntry entry, long at, OddityLog oddities)
    {
        if (entry.Central is { } central && ZipHeaderReader.U32(body, 0) != central.Crc)
        {
            oddities.Add("zip.descriptor-mismatch", at, 12, () => $"The descriptor behind the data of \"{entry.Name}\" tells another CRC-32 than the directory.");
        }
    }
}
