// Says that bytes broke the format they claimed to follow.
namespace Assay.Bytes;

/// <summary>The bytes break their format at <see cref="Offset"/>. What was read before stays valid.</summary>
public sealed class MalformedException : Exception
{
    /// <summary>Creates the exception for the byte at <paramref name="offset"/>; <paramref name="what"/> is one plain sentence.</summary>
    public MalformedException(long offset, string what)
        : base(what) => Offset = offset;

    /// <summary>The offset of the first byte that could not be accepted, in the source being read.</summary>
    public long Offset { get; }
}
