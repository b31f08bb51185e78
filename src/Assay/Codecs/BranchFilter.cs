// Undoes the filters for code of machines whose instructions lie at even places.
using System.Buffers.Binary;

namespace Assay.Codecs;

/// <summary>A machine whose branches a <see cref="BranchFilter"/> knows.</summary>
internal enum BranchMachine
{
    PowerPc,
    Ia64,
    Arm,
    ArmThumb,
    Sparc,
    Arm64,
}

/// <summary>
/// Targets of branches are absolute; makes them relative again, as liblzma and 7-Zip do: each instruction is looked at by itself, at its place
/// counted from <paramref name="start"/>.
/// </summary>
internal sealed class BranchFilter(BranchMachine machine, uint start = 0) : IFilter
{
    // Which of the three slots of an IA-64 bundle hold a branch, by the bundle's template.
    private static ReadOnlySpan<byte> BranchSlots => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 6, 6, 0, 0, 7, 7, 4, 4, 0, 0, 4, 4, 0, 0];

    private uint _position = start;

    public int Undo(Span<byte> bytes, bool last)
    {
        (int size, int step) = machine switch
        {
            BranchMachine.Ia64 => (16, 16),
            BranchMachine.ArmThumb => (4, 2),
            _ => (4, 4),
        };
        int at = 0;
        for (; at + size <= bytes.Length; at += step)
        {
            if (Undo(bytes.Slice(at, size), _position + (uint)at) && machine == BranchMachine.ArmThumb)
            {
                // A call is two instructions.
                at += step;
            }
        }

        int done = last ? bytes.Length : Math.Min(at, bytes.Length);
        _position += (uint)done;
        return done;
    }

    private bool Undo(Span<byte> code, uint at)
    {
        switch (machine)
        {
            case BranchMachine.PowerPc:
                uint branch = BinaryPrimitives.ReadUInt32BigEndian(code);
                if ((branch & 0xFC000003) != 0x48000001)
                {
                    return false;
                }

                BinaryPrimitives.WriteUInt32BigEndian(code, 0x48000001 | (((branch & 0x03FFFFFC) - at) & 0x03FFFFFC));
                return true;
            case BranchMachine.Arm when code[3] == 0xEB:
                uint arm = BinaryPrimitives.ReadUInt32LittleEndian(code);
                BinaryPrimitives.WriteUInt32LittleEndian(code, 0xEB000000 | ((((arm << 2) - (at + 8)) >> 2) & 0x00FFFFFF));
                return true;
            case BranchMachine.ArmThumb when (code[1] & 0xF8) == 0xF0 && (code[3] & 0xF8) == 0xF8:
                uint thumb = ((code[1] & 7u) << 19) | ((uint)code[0] << 11) | ((code[3] & 7u) << 8) | code[2];
                thumb = ((thumb << 1) - (at + 4)) >> 1;
                code[1] = (byte)(0xF0 | ((thumb >> 19) & 7));
                code[0] = (byte)(thumb >> 11);
                code[3] = (byte)(0xF8 | ((thumb >> 8) & 7));
                code[2] = (byte)thumb;
                return true;
            case BranchMachine.Sparc when (code[0] == 0x40 && (code[1] & 0xC0) == 0) || (code[0] == 0x7F && (code[1] & 0xC0) == 0xC0):
                uint sparc = ((BinaryPrimitives.ReadUInt32BigEndian(code) << 2) - at) >> 2;
                sparc = (((0u - ((sparc >> 22) & 1)) << 22) & 0x3FFFFFFF) | (sparc & 0x3FFFFF) | 0x40000000;
                BinaryPrimitives.WriteUInt32BigEndian(code, sparc);
                return true;
            case BranchMachine.Arm64:
                return UndoArm64(code, at);
            case BranchMachine.Ia64:
                UndoIa64(code, at);
                return true;
            default:
                return false;
        }
    }

    /// <summary>A call (BL), or the page of an address (ADRP) within 512 MB.</summary>
    private static bool UndoArm64(Span<byte> code, uint at)
    {
        uint instruction = BinaryPrimitives.ReadUInt32LittleEndian(code);
        if (instruction >> 26 == 0x25)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(code, 0x94000000 | ((instruction - (at >> 2)) & 0x03FFFFFF));
            return true;
        }

        if ((instruction & 0x9F000000) != 0x90000000)
        {
            return false;
        }

        uint page = ((instruction >> 29) & 3) | ((instruction >> 3) & 0x001FFFFC);
        if (((page + 0x00020000) & 0x001C0000) != 0)
        {
            return false;
        }

        page -= at >> 12;
        instruction &= 0x9000001F;
        instruction |= (page & 3) << 29;
        instruction |= (page & 0x0003FFFC) << 3;
        instruction |= (0u - (page & 0x00020000)) & 0x00E00000;
        BinaryPrimitives.WriteUInt32LittleEndian(code, instruction);
        return true;
    }

    private static void UndoIa64(Span<byte> bundle, uint at)
    {
        int slots = BranchSlots[bundle[0] & 31];
        for (int slot = 0, bit = 5; slot < 3; slot++, bit += 41)
        {
            if (((slots >> slot) & 1) == 0)
            {
                continue;
            }

            Span<byte> place = bundle.Slice(bit >> 3, 6);
            ulong instruction = 0;
            for (int i = 0; i < 6; i++)
            {
                instruction |= (ulong)place[i] << (8 * i);
            }

            ulong normal = instruction >> (bit & 7);
            if (((normal >> 37) & 0xF) != 5 || ((normal >> 9) & 7) != 0)
            {
                continue;
            }

            uint target = (uint)((normal >> 13) & 0xFFFFF);
            target |= ((uint)(normal >> 36) & 1) << 20;
            target = ((target << 4) - at) >> 4;
            normal &= ~(0x8FFFFFUL << 13);
            normal |= (ulong)(target & 0xFFFFF) << 13;
            normal |= (ulong)(target & 0x100000) << (36 - 20);
            instruction = (instruction & ((1UL << (bit & 7)) - 1)) | (normal << (bit & 7));
            for (int i = 0; i < 6; i++)
            {
                place[i] = (byte)(instruction >> (8 * i));
            }
        }
    }
}
