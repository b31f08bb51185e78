// One block of 512 bytes that heads a tar member.
using System.Buffers.Binary;
using System.Text;
using Assay.Bytes;

namespace Assay.Containers.Tar;

/// <summary>The fields of a header block (POSIX.1-1988 ustar, the older v7, and GNU's variant).</summary>
internal readonly ref struct TarHeader(ReadOnlySpan<byte> block)
{
    public const int Size = 512;
    private readonly ReadOnlySpan<byte> _block = block;

    public bool IsZero => !_block.ContainsAnyExcept((byte)0);

    public bool HasMagic => _block.Slice(257, 5).SequenceEqual("ustar"u8);

    /// <summary>GNU's "ustar  " puts other things where POSIX has the prefix of the name.</summary>
    public bool IsGnu => HasMagic && _block[262] == (byte)' ';

    public char Type => (char)_block[156];

    public long? Length => Number(_block.Slice(124, 12));

    public string LinkTarget => Text(_block.Slice(157, 100));

    public string Name
    {
        get
        {
            string name = Text(_block[..100]);
            string prefix = HasMagic && !IsGnu ? Text(_block.Slice(345, 155)) : "";
            return prefix.Length > 0 ? $"{prefix}/{name}" : name;
        }
    }

    /// <summary>GNU's sparse map: offset and length, four times, from byte 386 on.</summary>
    public ReadOnlySpan<byte> SparseMap => _block.Slice(386, 96);

    public bool HasMoreSparse => _block[482] != 0;

    public long? RealSize => Number(_block.Slice(483, 12));

    /// <summary>
    /// Whether the checksum is that of the block, its own field counted as spaces; as unsigned bytes, or as signed ones, which old
    /// tars wrote.
    /// </summary>
    public bool ChecksumFits()
    {
        if (Number(_block.Slice(148, 8)) is not { } stored)
        {
            return false;
        }

        // No block of bytes adds up to more.
        if (stored > Size * 255)
        {
            return false;
        }

        long unsigned = 8 * ' ';
        long signed = unsigned;
        for (int i = 0; i < Size; i++)
        {
            if (i is < 148 or >= 156)
            {
                unsigned += _block[i];
                signed += (sbyte)_block[i];
            }
        }

        return stored == unsigned || stored == signed;
    }

    /// <summary>A number: octal digits, or base 256 where the first bit is set. Null when it is neither, or does not fit.</summary>
    public static long? Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            // The first bit only marks the encoding; bits beyond 63 must not be set.
            int extra = field.Length - 8;
            bool fits = extra == 0 || (field[0] == 0x80 && !field[1..extra].ContainsAnyExcept((byte)0));
            long value = BinaryPrimitives.ReadInt64BigEndian(field[extra..]);
            value = extra == 0 ? value & long.MaxValue : value;
            return fits && value >= 0 ? value : null;
        }

        long number = 0;
        bool any = false;
        foreach (byte b in field)
        {
            if (b is >= (byte)'0' and <= (byte)'7')
            {
                number = (number << 3) | (uint)(b - '0');
                any = true;
            }
            else if (b is 0 or (byte)' ')
            {
                if (any)
                {
                    break;
                }
            }
            else
            {
                return null;
            }
        }

        return any ? number : 0;
    }

    public static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        ReadOnlySpan<byte> text = end < 0 ? field : field[..end];
        return System.Text.Unicode.Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : Encoding.Latin1.GetString(text);
    }
}
