// The filters that an xz block may name before its compressor.
using System.Buffers.Binary;
using Assay.Bytes;

namespace Assay.Codecs;

/// <summary>The filters of the .xz file format (section 5.3): delta, and those for machine code.</summary>
internal static class XzFilters
{
    /// <summary>The filter with this id and these properties: the distance less one, or nothing or the place of the first byte (4 bytes, little-endian).</summary>
    public static IFilter Read(long id, ReadOnlySpan<byte> properties, long position)
    {
        if (id == 3 && properties.Length == 1)
        {
            return new DeltaFilter(properties[0] + 1);
        }

        if (properties.Length is 0 or 4)
        {
            uint start = properties.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(properties);
            switch (id)
            {
                case 4:
                    return new X86Filter(start);
                case 5:
                    return new BranchFilter(BranchMachine.PowerPc, start);
                case 6:
                    return new BranchFilter(BranchMachine.Ia64, start);
                case 7:
                    return new BranchFilter(BranchMachine.Arm, start);
                case 8:
                    return new BranchFilter(BranchMachine.ArmThumb, start);
                case 9:
                    return new BranchFilter(BranchMachine.Sparc, start);
                case 10:
                    return new BranchFilter(BranchMachine.Arm64, start);
            }
        }

        throw new MalformedException(position, "An xz block uses a filter that is not supported.");
    }
}
