// Headers of programs, archives, zlib streams and scripts in a run of bytes, checked beyond their signature.
using System.Buffers.Binary;
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Tensors;

/// <summary>Finds headers of files whose fields make sense.</summary>
internal static class FileHeaders
{
    private const int MostFound = 8;
    private const int Inflated = 256;

    /// <summary>The headers in <paramref name="bytes"/>: programs and zips anywhere, zlib and scripts at the start.</summary>
    public static IReadOnlyList<(string Kind, long Offset)> Find(ReadOnlyMemory<byte> bytes)
    {
        List<(string Kind, long Offset)> found = [];
        ReadOnlySpan<byte> span = bytes.Span;
        if (IsScript(span))
        {
            found.Add(("script", 0));
        }

        if (IsZlib(bytes))
        {
            found.Add(("zlib", 0));
        }

        foreach ((string kind, byte[] signature) in ((string, byte[])[])[("elf", "\u007fELF"u8.ToArray()), ("pe", "MZ"u8.ToArray()), ("zip", "PK\u0003\u0004"u8.ToArray())])
        {
            int at = 0;
            for (int next; found.Count < MostFound && (next = span[at..].IndexOf(signature)) >= 0; at++)
            {
                at += next;
                bool good = kind switch { "elf" => IsElf(span[at..]), "pe" => IsPe(span[at..]), _ => IsZip(span[at..]) };
                if (good)
                {
                    found.Add((kind, at));
                }
            }
        }

        return found;
    }

    /// <summary>Class, byte order and version are known, and the header gives its own size.</summary>
    private static bool IsElf(ReadOnlySpan<byte> head)
    {
        if (head.Length < 64 || head[4] is not (1 or 2) || head[5] is not (1 or 2) || head[6] != 1)
        {
            return false;
        }

        ReadOnlySpan<byte> size = head[(head[4] == 1 ? 40 : 52)..];
        ushort own = head[5] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(size) : BinaryPrimitives.ReadUInt16BigEndian(size);
        return own == (head[4] == 1 ? 52 : 64);
    }

    /// <summary>The offset at 0x3C leads to PE and two zero bytes, and an optional header of a known kind.</summary>
    private static bool IsPe(ReadOnlySpan<byte> head)
    {
        if (head.Length < 64)
        {
            return false;
        }

        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(head[60..]);
        return offset is >= 64 and < 4096 && offset + 26 <= head.Length && head[(int)offset..].StartsWith("PE\0\0"u8)
            && BinaryPrimitives.ReadUInt16LittleEndian(head[((int)offset + 24)..]) is 0x10B or 0x20B;
    }

    /// <summary>A known version and method, and a name of plain characters.</summary>
    private static bool IsZip(ReadOnlySpan<byte> head)
    {
        if (head.Length < 31 || head[4] > 63 || head[9] != 0 || head[8] is not (0 or 8 or 9 or 12 or 14 or 93 or 95 or 99))
        {
            return false;
        }

        int name = BinaryPrimitives.ReadUInt16LittleEndian(head[26..]);
        return name is > 0 and < 512 && 30 + name <= head.Length && head.Slice(30, name).IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E) < 0;
    }

    private static bool IsScript(ReadOnlySpan<byte> head)
    {
        int line = head[..Math.Min(head.Length, 128)].IndexOf((byte)'\n');
        return line > 3 && head.StartsWith("#!/"u8) && head[..line].IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E) < 0;
    }

    /// <summary>A header of zlib, and a stream behind it that inflates for a while.</summary>
    private static bool IsZlib(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> head = bytes.Span;
        if (head.Length < 32 || head[0] != 0x78 || head[1] is not (0x01 or 0x5E or 0x9C or 0xDA))
        {
            return false;
        }

        using MemorySource source = new(bytes);
        InflatedSoFar result = Codec.InflateSoFar(
            CodecKind.Zlib, source, new ByteRange(0, source.Length), new ScanBudget(new ScanLimits(), TimeProvider.System), new MemoryScratch(), 1 << 16);
        using ByteSource inflated = result.Result.Bytes;
        return inflated.Length >= Inflated && (result.Capped || result.Result.Error is null);
    }
}
