// The number by which a pack knows a name.
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Effects.Packs;

/// <summary>
/// The number by which a pack knows a dotted path: 64 bits of its SHA-256. A hash that can be turned round would let a file choose a name that
/// falls onto a harmless one.
/// </summary>
internal static class PackHash
{
    /// <summary>The number of a path.</summary>
    public static ulong Of(string path)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        byte[] bytes = Encoding.UTF8.GetBytes(path);
        SHA256.HashData(bytes, digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }
}
