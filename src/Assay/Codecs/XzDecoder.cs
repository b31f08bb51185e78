// Undoes xz: streams of blocks, with the checks of their contents.
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>
/// Undoes xz (the .xz file format, version 1.2.1): streams one after the other with zero padding between them. The blocks' headers
/// are read here, because a header of a dozen bytes can ask for a window of 4 GB.
/// </summary>
internal static class XzDecoder
{
    private const int FilterLzma2 = 0x21;

    public static string? Decode(SourceStream input, InflatedSink sink)
    {
        string? error = null;
        using Lzma2Decoder decoder = new(input, sink);
        while (true)
        {
            error = Stream(input, sink, decoder) ?? error;
            long end = input.Position;
            while (input.Left > 0 && input.Peek(1)[0] == 0)
            {
                input.Skip(1);
            }

            if (!IsStream(input))
            {
                input.Position = input.Left == 0 ? input.Position : end;
                return error;
            }
        }
    }

    /// <summary>The size of window that <paramref name="code"/> stands for.</summary>
    public static long WindowSize(byte code) => code switch
    {
        40 => uint.MaxValue,
        < 40 => (2L | (code & 1L)) << ((code / 2) + 11),
        _ => throw new MalformedException(0, "The window of an LZMA2 stream is out of range."),
    };

    private static bool IsStream(SourceStream input) => input.Peek(6).SequenceEqual((ReadOnlySpan<byte>)[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]);

    private static string? Stream(SourceStream input, InflatedSink sink, Lzma2Decoder decoder)
    {
        if (!IsStream(input))
        {
            throw new MalformedException(input.Position, "There is no xz header.");
        }

        Span<byte> head = stackalloc byte[12];
        input.Need(head);
        int check = head[7] & 15;
        string? error = Crc32.HashToUInt32(head[6..8]) == BinaryPrimitives.ReadUInt32LittleEndian(head[8..]) ? null : "The CRC-32 of an xz header is wrong.";
        long blocks = 0;
        for (int size; (size = input.ReadByte()) != 0; blocks++)
        {
            if (size < 0)
            {
                throw new MalformedException(input.Position, "The xz stream ends early.");
            }

            error = Block(input, sink, decoder, (size + 1) * 4, check) ?? error;
        }

        Index(input, blocks);
        input.Need(head);
        return head[10] == (byte)'Y' && head[11] == (byte)'Z'
            ? error
            : throw new MalformedException(input.Position, "The footer of the xz stream is broken.");
    }

    private static string? Block(SourceStream input, InflatedSink sink, Lzma2Decoder decoder, int headerSize, int check)
    {
        byte[] header = new byte[headerSize];
        header[0] = (byte)((headerSize / 4) - 1);
        input.Need(header.AsSpan(1));
        string? error = Crc32.HashToUInt32(header.AsSpan(0, headerSize - 4)) == BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(headerSize - 4))
            ? null
            : "The CRC-32 of an xz block's header is wrong.";
        int at = 1;
        int flags = header[at++];
        if ((flags & 0x40) != 0)
        {
            _ = Number(header, ref at);
        }

        long content = (flags & 0x80) != 0 ? Number(header, ref at) : -1;
        // The filters are named in the order of the packer; the last is the compressor and is undone first.
        List<IFilter> filters = [];
        for (int i = flags & 3; i > 0; i--)
        {
            filters.Insert(0, XzFilters.Read(Number(header, ref at), Properties(header, ref at), input.Position));
        }

        if (Number(header, ref at) != FilterLzma2 || Properties(header, ref at) is not [byte window])
        {
            throw new MalformedException(input.Position, "An xz block uses a compressor other than LZMA2.");
        }

        long start = input.Position;
        BlockCheck computed = new(check);
        void Output(ReadOnlyMemory<byte> bytes)
        {
            computed.Add(bytes);
            sink.Write(bytes.Span);
        }

        FilterPipe? pipe = filters.Count == 0 ? null : new FilterPipe(filters, sink, Output);
        try
        {
            decoder.Decode(LzmaDecoder.Window(WindowSize(window), content), pipe is null ? Output : pipe.Push);
        }
        finally
        {
            pipe?.Finish();
        }

        input.Skip((4 - ((input.Position - start) & 3)) & 3);
        Span<byte> stored = stackalloc byte[BlockCheck.Size(check)];
        input.Need(stored);
        return computed.Matches(stored) ? error : "The check of an xz block is wrong.";
    }

    private static void Index(SourceStream input, long blocks)
    {
        // Positions in the index are what the blocks showed already; it is walked to find the end of the stream.
        long start = input.Position - 1;
        long records = Number(input);
        if (records != blocks)
        {
            throw new MalformedException(start, "The index of the xz stream counts other blocks than there are.");
        }

        for (long i = 0; i < records * 2; i++)
        {
            _ = Number(input);
        }

        input.Skip(((4 - ((input.Position - start) & 3)) & 3) + 4);
    }

    /// <summary>The properties of a filter: their size, then they.</summary>
    private static ReadOnlySpan<byte> Properties(byte[] header, ref int at)
    {
        long size = Number(header, ref at);
        if (size > header.Length - 4 - at)
        {
            throw new MalformedException(at, "The properties of an xz filter are longer than the block's header.");
        }

        at += (int)size;
        return header.AsSpan(at - (int)size, (int)size);
    }

    private static long Number(byte[] header, ref int at)
    {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            if (at >= header.Length - 4)
            {
                break;
            }

            byte next = header[at++];
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new MalformedException(at, "A number in an xz block's header is broken.");
    }

    private static long Number(SourceStream input)
    {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            int next = input.ReadByte();
            if (next < 0)
            {
                break;
            }

            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new MalformedException(input.Position, "A number in the index of the xz stream is broken.");
    }

    /// <summary>The check of a block's content; kinds that are not defined are stepped over.</summary>
    private sealed class BlockCheck(int kind)
    {
        private static readonly byte[] s_sizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
        private readonly IncrementalHash? _sha = kind == 10 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        private readonly Crc32 _crc32 = new();
        private Crc64 _crc64 = new();

        public static int Size(int kind) => s_sizes[kind];

        public void Add(ReadOnlyMemory<byte> bytes)
        {
            switch (kind)
            {
                case 1:
                    _crc32.Append(bytes.Span);
                    break;
                case 4:
                    _crc64.Add(bytes.Span);
                    break;
                default:
                    _sha?.AppendData(bytes.Span);
                    break;
            }
        }

        public bool Matches(ReadOnlySpan<byte> stored)
        {
            using IncrementalHash? sha = _sha;
            return kind switch
            {
                1 => BinaryPrimitives.ReadUInt32LittleEndian(stored) == _crc32.GetCurrentHashAsUInt32(),
                4 => BinaryPrimitives.ReadUInt64LittleEndian(stored) == _crc64.Value,
                10 => stored.SequenceEqual(sha!.GetHashAndReset()),
                _ => true,
            };
        }
    }
}
