// Tells programs and libraries for a processor by their heads, where other bytes are expected.
using System.Buffers.Binary;
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Native;

/// <summary>
/// Heads of programs and libraries that the processor of a computer runs. Programs for graphics processors are ELF files as well, and are what a compiled model is made of: they are not meant.
/// </summary>
internal static class NativeHead
{
    /// <summary>So many bytes tell a head of ELF.</summary>
    public const int Length = 20;

    private const int PlaceOfPe = 60;
    private const int FarthestPe = 4096;

    /// <summary>The format of the program or library that bytes begin with, or null. What lies farther on is asked of <paramref name="more"/>.</summary>
    public static string? Of(ReadOnlySpan<byte> head, Func<int, int, byte[]> more)
    {
        if (head.Length >= Length && head.StartsWith((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F']) && head[4] is 1 or 2 && head[5] is 1 or 2 && head[6] == 1)
        {
            bool isBig = head[5] == 2;
            ushort type = isBig ? BinaryPrimitives.ReadUInt16BigEndian(head[16..]) : BinaryPrimitives.ReadUInt16LittleEndian(head[16..]);
            ushort machine = isBig ? BinaryPrimitives.ReadUInt16BigEndian(head[18..]) : BinaryPrimitives.ReadUInt16LittleEndian(head[18..]);

            // x86, MIPS, PowerPC, S390, ARM, x86-64, AArch64, RISC-V, LoongArch.
            return type is 2 or 3 && machine is 3 or 8 or 20 or 21 or 22 or 40 or 62 or 183 or 243 or 258 ? "elf" : null;
        }

        if (head.StartsWith("MZ"u8) && more(PlaceOfPe, 4) is { Length: 4 } place && BinaryPrimitives.ReadUInt32LittleEndian(place) is >= 4 and < FarthestPe and uint at)
        {
            return more((int)at, 6) is [(byte)'P', (byte)'E', 0, 0, 0x64, 0x86] or [(byte)'P', (byte)'E', 0, 0, 0x4C, 1] or [(byte)'P', (byte)'E', 0, 0, 0x64, 0xAA] or [(byte)'P', (byte)'E', 0, 0, 0xC4, 1] ? "pe" : null;
        }

        return null;
    }

    /// <summary>Hands a range on as the program or library that it begins with, if it does.</summary>
    public static void Submit(ReadContext context, ByteRange range)
    {
        if (range.Length < 64)
        {
            return;
        }

        Span<byte> head = stackalloc byte[Length];
        context.Budget.SpendWork(WorkCosts.NearRead, range.Offset);
        if (context.Artifact.Bytes.ReadAt(range.Offset, head) == Length && Of(head, (at, count) => context.Artifact.Bytes.ReadUpTo(range.Offset + at, (int)Math.Min(count, range.Length - Math.Min(range.Length, at)))) is { } format)
        {
            using ByteSource bytes = context.Artifact.Bytes.Slice(range);
            context.Submit(new Artifact(string.Create(CultureInfo.InvariantCulture, $"{format}@0x{range.Offset:x}"), bytes, context.Artifact, format) { MayBeOpaque = true });
        }
    }
}
