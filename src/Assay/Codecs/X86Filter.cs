// Undoes the filter for x86 code.
using System.Buffers.Binary;

namespace Assay.Codecs;

/// <summary>
/// Addresses of x86 calls and jumps (E8, E9) are absolute; makes them relative again. The rule which operands were converted depends
/// on the bytes before, as the encoder saw them (7-Zip's BCJ).
/// </summary>
internal sealed class X86Filter(uint start = 0) : IFilter
{
    private static readonly bool[] s_allowed = [true, true, true, false, true, false, false, false];
    private static readonly int[] s_bit = [0, 1, 2, 2, 3, 3, 3, 3];
    private uint _position = start;
    private int _mask;
    private long _previous = -5;

    public int Undo(Span<byte> bytes, bool last)
    {
        int at = 0;
        int limit = bytes.Length - 4;
        long before = _previous;
        for (; at < limit; at++)
        {
            if ((bytes[at] & 0xFE) != 0xE8)
            {
                continue;
            }

            long gap = at - before;
            before = at;
            if (gap > 3)
            {
                _mask = 0;
            }
            else
            {
                _mask = (_mask << ((int)gap - 1)) & 7;
                if (_mask != 0)
                {
                    byte near = bytes[at + 4 - s_bit[_mask]];
                    if (!s_allowed[_mask] || near is 0 or 0xFF)
                    {
                        _mask = ((_mask << 1) & 7) | 1;
                        continue;
                    }
                }
            }

            if (bytes[at + 4] is not (0 or 0xFF))
            {
                _mask = ((_mask << 1) & 7) | 1;
                continue;
            }

            uint source = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 1)..]);
            uint target;
            while (true)
            {
                target = source - (_position + (uint)at + 5);
                if (_mask == 0)
                {
                    break;
                }

                int shift = s_bit[_mask] * 8;
                byte check = (byte)(target >> (24 - shift));
                if (check is not (0 or 0xFF))
                {
                    break;
                }

                source = target ^ ((1u << (32 - shift)) - 1);
            }

            uint sign = (target >> 24) & 1;
            target = (target & 0x1FFFFFF) | (sign == 0 ? 0 : 0xFF000000);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[(at + 1)..], target);
            at += 4;
            // The operand is done with; the next look-back starts behind it.
            before = at;
            _mask = 0;
        }

        int done = last ? bytes.Length : Math.Min(at, bytes.Length);
        _previous = before - done;
        _position += (uint)done;
        return done;
    }
}
