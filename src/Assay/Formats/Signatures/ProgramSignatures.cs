// Signatures of programs: what has no business in a model's place.
using System.Buffers.Binary;
using Assay.Artifacts;

namespace Assay.Formats.Signatures;

/// <summary>Signatures of executable files.</summary>
internal static class ProgramSignatures
{
    /// <summary>The head that is a DOS program and a shell script at once.</summary>
    public static ClaimStrength? Llamafile(ProbeView view) =>
        view.StartsWith("MZqFpD='\n"u8) || view.StartsWith("MZqFpD=\"\n"u8) || view.StartsWith("jartsr='\n"u8) ? ClaimStrength.Certain : null;

    /// <summary>The magic, with a class, a byte order and a version that exist.</summary>
    public static ClaimStrength? Elf(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        return head.Length >= 16 && head.StartsWith((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F'])
            && head[4] is 1 or 2 && head[5] is 1 or 2 && head[6] == 1 ? ClaimStrength.Certain : null;
    }

    /// <summary>A DOS header that points to a PE header.</summary>
    public static ClaimStrength? Pe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (head.Length < 64 || !head.StartsWith("MZ"u8))
        {
            return null;
        }

        uint at = BinaryPrimitives.ReadUInt32LittleEndian(head[0x3C..]);
        return at + 4L <= view.Range.Length && view.Artifact.Bytes.ReadUpTo(view.Range.Offset + at, 4).AsSpan().SequenceEqual("PE\0\0"u8)
            ? ClaimStrength.Certain
            : null;
    }

    /// <summary>The four magics of one architecture with a plausible file type, or a fat file with few architectures.</summary>
    public static ClaimStrength? MachO(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (head.Length < 28)
        {
            return null;
        }

        uint magic = BinaryPrimitives.ReadUInt32BigEndian(head);
        return magic switch
        {
            0xFEEDFACE or 0xFEEDFACF => BinaryPrimitives.ReadUInt32BigEndian(head[12..]) is > 0 and < 16 ? ClaimStrength.Certain : null,
            0xCEFAEDFE or 0xCFFAEDFE => BinaryPrimitives.ReadUInt32LittleEndian(head[12..]) is > 0 and < 16 ? ClaimStrength.Certain : null,

            // A Java class shares this magic; its version, 45 at least, stands where the number of architectures is.
            0xCAFEBABE or 0xCAFEBABF => BinaryPrimitives.ReadUInt32BigEndian(head[4..]) is > 0 and < 40 ? ClaimStrength.Likely : null,
            _ => null,
        };
    }

    /// <summary>The magic and a version of Java 1.1 or newer.</summary>
    public static ClaimStrength? JavaClass(ProbeView view) =>
        view.Head.Length >= 10 && BinaryPrimitives.ReadUInt32BigEndian(view.Head.Span) == 0xCAFEBABE
        && BinaryPrimitives.ReadUInt16BigEndian(view.Head.Span[6..]) is >= 45 and < 200 ? ClaimStrength.Certain : null;
}
