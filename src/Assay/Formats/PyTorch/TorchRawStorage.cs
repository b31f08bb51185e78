// One raw storage in a stream: a count and the elements.
using System.Buffers.Binary;
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.PyTorch;

/// <summary>One raw storage in a stream: a signed 64-bit little-endian count of elements, and the elements.</summary>
internal static class TorchRawStorage
{
    /// <summary>
    /// Steps over the storage at <paramref name="offset"/>. Null when it does not fit, which is reported; a count that differs from
    /// <paramref name="expected"/> is reported too, and the file's own count is what is stepped over.
    /// </summary>
    public static long? StepOver(ByteSource source, long offset, int elementSize, long? expected, string what, ReadContext context)
    {
        byte[] count = source.ReadUpTo(offset, sizeof(long));
        if (count.Length < sizeof(long))
        {
            context.Unread(UnreadCause.Truncated, source.Length, 0, $"{what} is missing.");
            return null;
        }

        long declared = BinaryPrimitives.ReadInt64LittleEndian(count);
        ArrayExtent extent = ArrayExtent.Of([declared], elementSize);
        if (extent.Error != ExtentError.None)
        {
            context.Anomaly("torch.storage-size", offset, sizeof(long),
                string.Create(CultureInfo.InvariantCulture, $"{what} declares {declared} elements."));
            context.Unread(UnreadCause.Malformed, offset, source.Length - offset, $"{what} has an impossible size.");
            return null;
        }

        if (expected is long wanted && wanted != declared)
        {
            context.Anomaly("torch.storage-size", offset, sizeof(long),
                string.Create(CultureInfo.InvariantCulture, $"{what} has {declared} elements where {wanted} are referred to."));
        }

        long start = offset + sizeof(long);
        context.Cover(new ByteRange(offset, sizeof(long)), CoverageKind.Parsed);
        context.Cover(new ByteRange(start, Math.Min(extent.Bytes, source.Length - start)), CoverageKind.Data);
        if (extent.Bytes > source.Length - start)
        {
            context.Unread(UnreadCause.Truncated, source.Length, 0, string.Create(CultureInfo.InvariantCulture,
                $"{what} declares {extent.Bytes} bytes and {source.Length - start} are left."));
            return null;
        }

        return start + extent.Bytes;
    }
}
