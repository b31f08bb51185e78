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

        int flags = U16(fixedPart, 6);
        int method = U16(fixedPart, 8);
        uint crc = U32(fixedPart, 14);
        long packed = U32(fixedPart, 18);
        long size = U32(fixedPart, 22);
        int nameLength = U16(fixedPart, 26);
        int extraLength = U16(fixedPart, 28);
        ReadOnlySpan<byte> rest = Bytes(offset + LocalLength, nameLength + extraLength);
        if (rest.Length < nameLength + extraLength)
        {
            return null;
        }

        string name = Name(rest[..nameLength]);
        long unused = 0;
        Zip64(rest[nameLength..], offset, ref size, ref packed, ref unused);
        if ((flags & ZipHeader.Descriptor) != 0 && packed == 0)
        {
            packed = -1;
            size = -1;
        }

        return new ZipHeader(offset, LocalLength + nameLength + extraLength, name, method, flags, crc, packed, size);
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

        int madeBy = fixedPart[5];
        int flags = U16(fixedPart, 8);
        int method = U16(fixedPart, 10);
        uint crc = U32(fixedPart, 16);
        long packed = U32(fixedPart, 20);
        long size = U32(fixedPart, 24);
        int nameLength = U16(fixedPart, 28);
        int extraLength = U16(fixedPart, 30);
        int commentLength = U16(fixedPart, 32);
        uint attributes = U32(fixedPart, 38);
        local = U32(fixedPart, 42);
        ReadOnlySpan<byte> rest = Bytes(offset + CentralLength, nameLength + extraLength);
        if (rest.Length < nameLength + extraLength)
        {
            return null;
        }

        const int Unix = 3;
        unixMode = madeBy == Unix ? (int)(attributes >> 16) : 0;
        string name = Name(rest[..nameLength]);
        Zip64(rest[nameLength..], offset, ref size, ref packed, ref local);
        return new ZipHeader(offset, (long)CentralLength + nameLength + extraLength + commentLength, name, method, flags, crc, packed, size);
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
            _windowStart = offset;
            _windowLength = source.ReadAt(offset, _window.AsSpan(0, wanted));
            into = 0;
            count = Math.Min(count, _windowLength);
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
