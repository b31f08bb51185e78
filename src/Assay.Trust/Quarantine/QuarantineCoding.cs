// The form of bytes in quarantine: no loader and no scanner takes it for a model.
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Assay.Trust.Quarantine;

/// <summary>
/// Bytes in quarantine: a line that says so, 32 random bytes, and the file added to the key stream of AES-256 in counter mode under them. Nothing is secret: it only has
/// to look like nothing at all.
/// </summary>
internal sealed class QuarantineCoding : IDisposable
{
    /// <summary>The length of a header.</summary>
    public const int HeaderLength = 64;

    /// <summary>Bytes are coded by blocks of so many.</summary>
    public const int Block = 16;

    private const int KeyLength = 32;
    private static readonly byte[] s_line = [.. "ASSAY QUARANTINE 1: not a model\n"u8];
    private readonly Aes _aes;

    private QuarantineCoding(ReadOnlySpan<byte> key)
    {
        _aes = Aes.Create();
        _aes.Key = key.ToArray();
    }

    /// <summary>A coding with a new key, and its header.</summary>
    public static (QuarantineCoding Coding, byte[] Header) New()
    {
        byte[] header = new byte[HeaderLength];
        s_line.CopyTo(header, 0);
        RandomNumberGenerator.Fill(header.AsSpan(HeaderLength - KeyLength));
        return (new QuarantineCoding(header.AsSpan(HeaderLength - KeyLength)), header);
    }

    /// <summary>The coding of a header, or null where it is none.</summary>
    public static QuarantineCoding? Of(ReadOnlySpan<byte> header) =>
        header.Length == HeaderLength && header.StartsWith(s_line) ? new QuarantineCoding(header[(HeaderLength - KeyLength)..]) : null;

    /// <summary>Codes or decodes bytes in place; <paramref name="offset"/> is where they stand in the file, a multiple of 16.</summary>
    public void Apply(Span<byte> bytes, long offset)
    {
        int blocks = (bytes.Length + Block - 1) / Block;
        byte[] counters = new byte[blocks * Block];
        for (int i = 0; i < blocks; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(counters.AsSpan((i * Block) + sizeof(long)), (offset / Block) + i);
        }

        byte[] stream = _aes.EncryptEcb(counters, PaddingMode.None);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= stream[i];
        }
    }

    /// <summary>Codes or decodes bytes in place, but for those in <paramref name="holes"/>, which are nothing in either form.</summary>
    public void Apply(Span<byte> bytes, long offset, IEnumerable<QuarantineHole> holes)
    {
        long at = offset, end = offset + bytes.Length;
        foreach (QuarantineHole hole in holes.Where(h => h.To > offset && h.From < end))
        {
            Apply(bytes[(int)(at - offset)..(int)(Math.Max(hole.From, at) - offset)], at);
            at = Math.Min(hole.To, end);
        }

        Apply(bytes[(int)(at - offset)..], at);
    }

    /// <inheritdoc/>
    public void Dispose() => _aes.Dispose();
}
