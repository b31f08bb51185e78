// Bits of a compressed stream whose first bit is the highest of its byte.
using System.Buffers.Binary;
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>Takes bits of a stream from the highest bit of each byte on, as bzip2 stores them.</summary>
internal sealed class BitsFromTheTop(SourceStream input)
{
    private ulong _bits;
    private int _count;
    private int _padding;

    /// <summary>The next <paramref name="count"/> bits, 1 to 32, without taking them; behind the end of the input they are zeros.</summary>
    public uint Peek(int count)
    {
        if (_count < count)
        {
            Refill();
        }

        return (uint)(_bits >> (64 - count));
    }

    /// <summary>Takes bits that were peeked at.</summary>
    public void Drop(int count)
    {
        _bits <<= count;
        _count -= count;
        if (_padding > 0 && _count < _padding * 8)
        {
            throw new MalformedException(input.Position, "The compressed stream ends early.");
        }
    }

    /// <summary>The next <paramref name="count"/> bits, 1 to 32.</summary>
    public uint Take(int count)
    {
        uint value = Peek(count);
        Drop(count);
        return value;
    }

    /// <summary>
    /// Hands out what is needed to take bits in a loop of one's own: the bytes that lie ready, and the bits that were read before them, from the
    /// highest on. False where fewer than <paramref name="bytes"/> bytes lie ready.
    /// </summary>
    public bool TryLend(int bytes, out ReadOnlySpan<byte> ready, out ulong held, out int count)
    {
        ready = input.Peek(bytes);
        (held, count) = (_bits, _count);
        return ready.Length >= bytes && _padding == 0;
    }

    /// <summary>Takes back what was lent: so many bytes were read, and these bits are left of them.</summary>
    public void GiveBack(int read, ulong held, int count)
    {
        input.Position += read;
        _bits = count == 0 ? 0 : held & (ulong.MaxValue << (64 - count));
        _count = count;
    }

    /// <summary>Steps to the next whole byte, and puts the input there.</summary>
    public void End()
    {
        input.Position -= Math.Max(0, (_count >> 3) - _padding);
        _bits = 0;
        _count = 0;
        _padding = 0;
    }

    private void Refill()
    {
        ReadOnlySpan<byte> ready = input.Ready();
        if (ready.Length >= 8)
        {
            int take = (64 - _count) >> 3;
            ulong fresh = BinaryPrimitives.ReadUInt64BigEndian(ready);
            fresh &= ulong.MaxValue << (64 - (take << 3));
            _bits |= fresh >> _count;
            _count += take << 3;
            input.Position += take;
            return;
        }

        while (_count <= 56)
        {
            int next = input.ReadByte();
            _padding += next < 0 ? 1 : 0;
            _bits |= (ulong)(uint)Math.Max(0, next) << (56 - _count);
            _count += 8;
        }
    }
}
