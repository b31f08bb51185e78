// How a container holds one of its members, for those who list and do not judge.
namespace Assay.Artifacts;

/// <summary>How a container holds one of its members, as the container says it.</summary>
/// <param name="Name">The name of the artifact that the member becomes, or would become.</param>
/// <param name="Offset">Where its header, or else its packed bytes, lie in the container.</param>
/// <param name="Packed">The bytes that it takes there; -1 where it shares them with others or nobody says.</param>
/// <param name="Size">The bytes that it is said to hold; -1 where nobody says.</param>
/// <param name="Method">How it is packed: <c>stored</c>, <c>deflate</c>, <c>lzma2</c> ...; also <c>directory</c> or <c>symbolic-link</c>.</param>
public sealed record StoredMember(string Name, long Offset, long Packed, long Size, string Method)
{
    /// <summary>Whether the container says that it is encrypted.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>The CRC-32 that the container gives, or null.</summary>
    public uint? Crc { get; init; }
}
