// Undoes LZ4 frames, legacy ones included, to the very byte where a block breaks.
using System.Buffers.Binary;
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>Undoes LZ4 frames (LZ4 Frame Format 1.6.x). Checksums of headers, blocks and contents (xxHash) are stepped over.</summary>
internal sealed class Lz4Decoder
{
    public const uint Magic = 0x184D2204;
    public const uint LegacyMagic = 0x184C2102;
    private const int History = 64 << 10;
    private const int LegacyBlock = 8 << 20;

    private readonly SourceStream _input;
    private readonly InflatedSink _sink;
    private byte[] _out = [];
    private byte[] _block = [];
    private int _from;
    private int _at;

    private Lz4Decoder(SourceStream input, InflatedSink sink)
    {
        _input = input;
        _sink = sink;
    }

    public static string? Decode(SourceStream input, InflatedSink sink)
    {
        Lz4Decoder decoder = new(input, sink);
        bool any = false;
        while (true)
        {
            ReadOnlySpan<byte> head = input.Peek(8);
            uint magic = head.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(head) : 0;
            if (magic is Magic or LegacyMagic)
            {
                any = true;
                input.Skip(4);
                decoder.Frame(magic == LegacyMagic);
            }
            else if ((magic & 0xFFFFFFF0) == ZstdDecoder.SkippableMagic && head.Length == 8)
            {
                input.Skip(8L + BinaryPrimitives.ReadUInt32LittleEndian(head[4..]));
            }
            else
            {
                return any ? null : throw new MalformedException(0, "There is no LZ4 frame.");
            }
        }
    }

    private void Frame(bool legacy)
    {
        bool linked = false;
        bool blockChecksum = false;
        bool contentChecksum = false;
        int largest = LegacyBlock;
        if (!legacy)
        {
            Span<byte> head = stackalloc byte[2];
            _input.Need(head);
            int flags = head[0];
            int size = (head[1] >> 4) & 7;
            if (flags >> 6 != 1 || size < 4)
            {
                throw new MalformedException(_input.Position, "The LZ4 frame's header is out of range.");
            }

            linked = (flags & 0x20) == 0;
            blockChecksum = (flags & 0x10) != 0;
            contentChecksum = (flags & 4) != 0;
            largest = 1 << (8 + (2 * size));
            _input.Skip(((flags & 8) != 0 ? 8 : 0) + ((flags & 1) != 0 ? 4 : 0) + 1);
        }

        if (_out.Length < History + largest)
        {
            _out = new byte[History + largest];
        }

        _from = _at = History;
        Span<byte> number = stackalloc byte[4];
        while (true)
        {
            if (legacy && (_input.Left == 0 || IsMagic(_input.Peek(4))))
            {
                return;
            }

            _input.Need(number);
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(number);
            if (size == 0)
            {
                break;
            }

            bool stored = !legacy && size >> 31 != 0;
            Block(stored ? size & 0x7FFFFFFF : size, stored, largest, linked);
            _input.Skip(blockChecksum ? 4 : 0);
        }

        _input.Skip(contentChecksum ? 4 : 0);
    }

    private static bool IsMagic(ReadOnlySpan<byte> head) =>
        head.Length == 4 && BinaryPrimitives.ReadUInt32LittleEndian(head) is Magic or LegacyMagic;

    private void Block(uint size, bool stored, int largest, bool linked)
    {
        // Compressed data may be slightly larger than what it stands for, never much.
        if (size > largest + (largest / 255) + 16)
        {
            throw new MalformedException(_input.Position, "An LZ4 block is larger than its frame allows.");
        }

        if (_block.Length < size)
        {
            _block = new byte[Math.Min(size, _input.Left)];
        }

        int got = _input.ReadAtLeast(_block.AsSpan(0, (int)Math.Min(size, _block.Length)), (int)Math.Min(size, _block.Length), throwOnEndOfStream: false);
        string? broken = null;
        if (stored)
        {
            int count = Math.Min(got, largest);
            _block.AsSpan(0, count).CopyTo(_out.AsSpan(_at));
            _at += count;
        }
        else
        {
            broken = Expand(_block.AsSpan(0, got), largest);
        }

        _sink.Write(_out.AsSpan(History, _at - History));
        if (got < size)
        {
            _ = _input.ReadByte();
            throw new MalformedException(_input.Position, "The LZ4 stream ends early.");
        }

        if (broken is not null)
        {
            throw new MalformedException(_input.Position, broken);
        }

        if (linked)
        {
            int keep = Math.Min(History, _at - _from);
            _out.AsSpan(_at - keep, keep).CopyTo(_out.AsSpan(History - keep));
            _from = History - keep;
        }

        _at = History;
    }

    private string? Expand(ReadOnlySpan<byte> block, int largest)
    {
        const string Early = "An LZ4 block ends early.";
        int end = History + largest;
        int at = 0;
        while (at < block.Length)
        {
            int token = block[at++];
            int literals = token >> 4;
            if (!More(block, ref at, ref literals))
            {
                return Early;
            }

            int count = Math.Min(Math.Min(literals, block.Length - at), end - _at);
            block.Slice(at, count).CopyTo(_out.AsSpan(_at));
            _at += count;
            at += count;
            if (count < literals)
            {
                return Early;
            }

            if (at == block.Length)
            {
                return null;
            }

            if (at + 2 > block.Length)
            {
                return Early;
            }

            int distance = BinaryPrimitives.ReadUInt16LittleEndian(block[at..]);
            at += 2;
            int length = token & 15;
            if (!More(block, ref at, ref length))
            {
                return Early;
            }

            if (distance == 0 || distance > _at - _from)
            {
                return "An LZ4 block refers to bytes before the start.";
            }

            length += 4;
            if (length > end - _at)
            {
                return "An LZ4 block holds more than its frame allows.";
            }

            Repeat(distance, length);
        }

        return null;
    }

    private static bool More(ReadOnlySpan<byte> block, ref int at, ref int length)
    {
        if (length != 15)
        {
            return true;
        }

        byte next;
        do
        {
            if (at >= block.Length)
            {
                return false;
            }

            next = block[at++];
            length += next;
        }
        while (next == 255);
        return true;
    }

    private void Repeat(int distance, int length)
    {
        Span<byte> buffer = _out;
        if (distance >= length)
        {
            buffer.Slice(_at - distance, length).CopyTo(buffer[_at..]);
            _at += length;
            return;
        }

        for (int end = _at + length; _at < end; _at++)
        {
            buffer[_at] = buffer[_at - distance];
        }
    }
}
