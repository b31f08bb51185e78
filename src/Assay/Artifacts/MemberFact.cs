// How a container holds one of its members, as the container says it.

namespace Assay.Artifacts;

/// <summary>
/// A member of a container, as the container describes it; <see cref="Fact.Path"/> is the container's, <see cref="Fact.Offset"/> is where
/// the member's header, or else its packed bytes, lie in it.
/// </summary>
public sealed record MemberFact : Fact
{
    /// <summary>The name that the member has in the container, as written.</summary>
    public required string Name { get; init; }

    /// <summary>How it is packed: <c>stored</c>, <c>deflate</c>, <c>lzma2</c> ...; also <c>directory</c> or <c>symbolic-link</c>.</summary>
    public required string Method { get; init; }

    /// <summary>The bytes that it takes in the container; -1 where it shares them with others or the container does not say.</summary>
    public long Packed { get; init; } = -1;

    /// <summary>The bytes that it is said to hold; -1 where the container does not say.</summary>
    public long Size { get; init; } = -1;

    /// <summary>Whether the container says that it is encrypted.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>The CRC-32 that the container gives, or null.</summary>
    public uint? Crc { get; init; }

    internal override long MemorySize => BareSize + TextSize(Name);
}
