// Reads single zip records: local headers, central records, end records.
using System.Buffers.Binary;
using System.Text;
using Assay.Bytes;

namespace Assay.Containers.Zip;

/// <summary>Reads single records of APPNOTE 6.3.10. Numbers are little-endian; a record that does not fit is null.</summary>
internal sealed class ZipHeaderReader(ByteSource source, OddityLog oddities)
{
    public const uint LocalSignature = 0x04034B50;
    public const uint CentralSignature = 0x02014B50;
    public const uint EndSignature = 0x06054B50;
    public const uint End64Signature = 0x06064B50;
    public const uint Locator64Signature = 0x07064B50;
    public const uint DescriptorSignature = 0x08074B50;
    public const int LocalLength = 30;
    public const int CentralLength = 46;
    public const int EndLength = 22;
    public const int End64Length = 56;
    public const int Locator64Length = 20;
    private const int WindowSize = 64 << 10;
    private const int FirstRead = 512;
    private const int Near = 4096;
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _window = new byte[(int)Math.Clamp(source.Length, 1, WindowSize)];
    private long _windowStart;
    private int _windowLength;

    public uint Signature(long offset)
    {
        ReadOnlySpan<byte> bytes = Bytes(offset, 4);
        return bytes.Length == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;
    }

    /// <summary>The local header at <paramref name="offset"/>, or null.</summary>
    public ZipHeader? Local(long offset)
    {
        ReadOnlySpan<byte> fixedPart = Bytes(offset, LocalLength);
        if (fixedPart.Length < LocalLength || U32(fixedPart, 0) != LocalSignature)
        {
            return null;
        }

        long unused = 0;
        ZipHeader? header = Header(offset, LocalLength, fixedPart[6..], 0, ref unused);
        return header is { Packed: 0 } && (header.Flags & ZipHeader.Descriptor) != 0 ? header with { Packed = -1, Size = -1 } : header;
    }

    /// <summary>The central record at <paramref name="offset"/>, or null; <paramref name="local"/> is the stored offset of its local header.</summary>
    public ZipHeader? Central(long offset, out long local, out int unixMode)
    {
        local = 0;
        unixMode = 0;
        ReadOnlySpan<byte> fixedPart = Bytes(offset, CentralLength);
        if (fixedPart.Length < CentralLength || U32(fixedPart, 0) != CentralSignature)
        {
            return null;
        }

        const int Unix = 3;
        int commentLength = U16(fixedPart, 32);
        int mode = fixedPart[5] == Unix ? (int)(U32(fixedPart, 38) >> 16) : 0;
        local = U32(fixedPart, 42);
        ZipHeader? header = Header(offset, CentralLength, fixedPart[8..], commentLength, ref local);
        unixMode = header is null ? 0 : mode;
        return header;
    }

    /// <summary>What local and central headers have in common, from the flags on; <paramref name="fields"/> is not valid afterwards.</summary>
    private ZipHeader? Header(long offset, int fixedLength, ReadOnlySpan<byte> fields, int commentLength, ref long local)
    {
        int flags = U16(fields, 0);
        int method = U16(fields, 2);
        uint crc = U32(fields, 8);
        long packed = U32(fields, 12);
        long size = U32(fields, 16);
        int nameLength = U16(fields, 20);
        int extraLength = U16(fields, 22);
        ReadOnlySpan<byte> rest = Bytes(offset + fixedLength, nameLength + extraLength);
        if (rest.Length < nameLength + extraLength)
        {
            return null;
        }

        string name = Name(rest[..nameLength]);
        UnicodeName(rest[..nameLength], rest[nameLength..], name, offset);
        Zip64(rest[nameLength..], offset, ref size, ref packed, ref local);
        return new ZipHeader(offset, (long)fixedLength + nameLength + extraLength + commentLength, name, method, flags, crc, packed, size);
    }

    /// <summary>Bytes at <paramref name="offset"/>; fewer than asked where the source ends. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int count)
    {
        if (offset < 0 || offset >= source.Length || count <= 0)
        {
            return [];
        }

        count = (int)Math.Min(count, source.Length - offset);
        if (count > WindowSize)
        {
            // Two lengths of 16 bits can add up to 128 KB; not worth a window of that size.
            return source.ReadUpTo(offset, count);
        }

        long into = offset - _windowStart;
        if (into < 0 || into + count > _windowLength)
        {
            // Headers before large tensors are read one by one: fetching a whole window for each would read the file. Headers that
            // follow each other closely get a whole window.
            long ahead = offset - (_windowStart + _windowLength);
            int wanted = ahead is > -WindowSize and < Near ? _window.Length : Math.Min(_window.Length, Math.Max(count, FirstRead));
            // Whoever goes backwards in small steps has what comes next in the window as well.
            bool isBackwards = into < 0 && ahead > -2L * WindowSize;
            _windowStart = isBackwards ? Math.Max(0, offset + count - wanted) : offset;
            _windowLength = source.ReadAt(_windowStart, _window.AsSpan(0, wanted));
            into = offset - _windowStart;
            count = (int)Math.Clamp(_windowLength - into, 0, count);
        }

        return _window.AsSpan((int)into, count);
    }

    public static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    public static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    public static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private static string Name(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            // Code page 437 or whatever the packer's locale was: any reading that keeps names apart will do.
            return Encoding.Latin1.GetString(bytes);
        }
    }

    /// <summary>
    /// A second name in an extra field (Info-ZIP's 0x7075), which unpackers take where its checksum is that of the first: the same name for letters that the first cannot write. One that has other letters of ASCII
    /// is another name.
    /// </summary>
    private void UnicodeName(ReadOnlySpan<byte> written, ReadOnlySpan<byte> extra, string name, long offset)
    {
        const int UnicodePath = 0x7075;
        while (extra.Length >= 4 && U16(extra, 2) is var length && length <= extra.Length - 4)
        {
            if (U16(extra, 0) == UnicodePath && length > 5 && extra[4] == 1)
            {
                string other = Name(extra.Slice(9, length - 5));
                if (System.IO.Hashing.Crc32.HashToUInt32(written) == U32(extra, 5) && !Plain(other).SequenceEqual(Plain(name)))
                {
                    oddities.Add("zip.unicode-name", offset, 0, $"The member {Short(name)} has a second name, {Short(other)}, which some unpackers take.");
                }
            }

            extra = extra[(4 + length)..];
        }

        static IEnumerable<char> Plain(string text) => text.Replace('\\', '/').Where(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.');

        static string Short(string text) => text.Length > 100 ? text[..97] + "..." : text;
    }

    private void Zip64(ReadOnlySpan<byte> extra, long offset, ref long size, ref long packed, ref long local)
    {
        while (extra.Length >= 4)
        {
            int id = U16(extra, 0);
            int length = U16(extra, 2);
            if (length > extra.Length - 4)
            {
                oddities.Add("zip.extra-broken", offset, 0, "An extra field is longer than the room that is left for it.");
                return;
            }

            ReadOnlySpan<byte> body = extra.Slice(4, length);
            extra = extra[(4 + length)..];
            if (id != 1)
            {
                continue;
            }

            bool ok = Replace(ref size, ref body) && Replace(ref packed, ref body) && Replace(ref local, ref body);
            if (!ok)
            {
                oddities.Add("zip.zip64-extra", offset, 0, "A Zip64 extra field lacks the numbers that its header leaves to it, or they are negative.");
            }
        }
    }

    private static bool Replace(ref long value, ref ReadOnlySpan<byte> body)
    {
        if (value != uint.MaxValue)
        {
            return true;
        }

        if (body.Length < 8)
        {
            return false;
        }

        long wide = I64(body, 0);
        body = body[8..];
        if (wide < 0)
        {
            return false;
        }

        value = wide;
        return true;
    }
}
