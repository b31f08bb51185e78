// Undoes gzip and zlib: the headers and trailers around deflate.
using System.Buffers.Binary;
using System.IO.Hashing;
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>Undoes gzip (RFC 1952): members one after the other, zero padding between them.</summary>
internal static class GzipDecoder
{
    private const int HasHeaderCrc = 2;
    private const int HasExtra = 4;
    private const int HasName = 8;
    private const int HasComment = 16;

    public static string? Decode(SourceStream input, InflatedSink sink)
    {
        string? error = null;
        Span<byte> trailer = stackalloc byte[8];
        while (true)
        {
            Header(input);
            Crc32 crc = new();
            uint length = 0;
            DeflateDecoder.Decode(input, sink, wide: false, bytes =>
            {
                crc.Append(bytes.Span);
                length += (uint)bytes.Length;
            });
            input.Need(trailer);
            if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != crc.GetCurrentHashAsUInt32())
            {
                error ??= "The CRC-32 of a gzip member is wrong.";
            }
            else if (BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != length)
            {
                error ??= "The length of a gzip member is wrong.";
            }

            // A wrong checksum does not end the walk: a loader that ignores it goes on to the next member.
            long end = input.Position;
            while (input.Left > 0 && input.Peek(1)[0] == 0)
            {
                input.Skip(1);
            }

            if (!input.Peek(3).SequenceEqual((ReadOnlySpan<byte>)[0x1F, 0x8B, 0x08]))
            {
                input.Position = input.Left == 0 ? input.Position : end;
                return error;
            }
        }
    }

    private static void Header(SourceStream input)
    {
        Span<byte> head = stackalloc byte[10];
        input.Need(head);
        if (head[0] != 0x1F || head[1] != 0x8B || head[2] != 8)
        {
            throw new MalformedException(input.Position, "There is no gzip header.");
        }

        int flags = head[3];
        if ((flags & HasExtra) != 0)
        {
            input.Need(head[..2]);
            input.Skip(BinaryPrimitives.ReadUInt16LittleEndian(head));
        }

        for (int texts = ((flags & HasName) != 0 ? 1 : 0) + ((flags & HasComment) != 0 ? 1 : 0); texts > 0; texts--)
        {
            int next;
            do
            {
                next = input.ReadByte();
            }
            while (next > 0);
            if (next < 0)
            {
                throw new MalformedException(input.Position, "The gzip header ends early.");
            }
        }

        if ((flags & HasHeaderCrc) != 0)
        {
            input.Skip(2);
        }
    }
}

/// <summary>Undoes zlib (RFC 1950): one stream.</summary>
internal static class ZlibDecoder
{
    public static string? Decode(SourceStream input, InflatedSink sink)
    {
        Span<byte> head = stackalloc byte[4];
        input.Need(head[..2]);
        if ((head[0] & 15) != 8 || ((head[0] << 8) | head[1]) % 31 != 0)
        {
            throw new MalformedException(0, "There is no zlib header.");
        }

        if ((head[1] & 0x20) != 0)
        {
            throw new MalformedException(1, "The zlib stream needs a preset dictionary.");
        }

        Adler32 adler = new();
        DeflateDecoder.Decode(input, sink, wide: false, bytes => adler.Add(bytes.Span));
        input.Need(head);
        return BinaryPrimitives.ReadUInt32BigEndian(head) == adler.Value ? null : "The Adler-32 of the zlib stream is wrong.";
    }
}
