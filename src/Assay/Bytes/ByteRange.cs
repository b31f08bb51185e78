// A stretch of bytes, by offset and length.
namespace Assay.Bytes;

/// <summary>A stretch of bytes: <paramref name="Offset"/> and <paramref name="Length"/> count bytes and are never negative.</summary>
public readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>The offset of the first byte after the range.</summary>
    public long End => checked(Offset + Length);

    /// <summary>Whether the range holds no byte.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>Whether <paramref name="offset"/> lies inside the range.</summary>
    public bool Contains(long offset) => offset >= Offset && offset < End;

    /// <summary>The part of the range that lies inside a source of <paramref name="length"/> bytes.</summary>
    public ByteRange ClampTo(long length)
    {
        long start = Math.Clamp(Offset, 0, length);
        long end = Length > length - start ? length : start + Length;
        return new ByteRange(start, Math.Max(0, end - start));
    }
}
