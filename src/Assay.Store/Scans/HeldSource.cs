// The bytes of a small file, read once: what is digested is what is examined.
using System.Buffers;
using System.Security.Cryptography;
using Assay.Bytes;

namespace Assay.Store.Scans;

/// <summary>
/// The bytes of a small file in memory. Between a digest and a reading somebody could exchange the bytes, and the store would keep what was read of one file under the digest of another: for
/// all time. So both take the same bytes.
/// </summary>
internal sealed class HeldSource(ByteSource file, byte[] room, int length) : ByteSource, IDigested
{
    private byte[]? _room = room;

    /// <summary>Larger files are read where they lie, and kept only where they have the same stamp afterwards.</summary>
    public const int Largest = 16 << 20;

    /// <inheritdoc/>
    public override long Length => length;

    /// <summary>The digest of the bytes.</summary>
    public byte[] Digest { get; } = SHA256.HashData(room.AsSpan(0, length));

    /// <inheritdoc/>
    public string Sha256 => Convert.ToHexStringLower(Digest);

    /// <summary>Reads a file that is small enough; null for a larger one.</summary>
    public static HeldSource? Of(ByteSource file)
    {
        if (file.Length > Largest)
        {
            return null;
        }

        int length = (int)file.Length, got = 0;
        byte[] room = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        while (got < length && file.ReadAt(got, room.AsSpan(got, length - got)) is > 0 and int some)
        {
            got += some;
        }

        if (got == length)
        {
            return new HeldSource(file, room, length);
        }

        ArrayPool<byte>.Shared.Return(room);
        return null;
    }

    /// <inheritdoc/>
    public override int ReadAt(long offset, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_room is null, this);
        if (offset < 0 || offset >= length)
        {
            return 0;
        }

        int count = (int)Math.Min(destination.Length, length - offset);
        _room.AsSpan((int)offset, count).CopyTo(destination);
        return count;
    }

    /// <inheritdoc/>
    public override long NextData(long offset) => file.NextData(offset);

    /// <inheritdoc/>
    public override bool IsUnchanged() => file.IsUnchanged();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
            if (Interlocked.Exchange(ref _room, null) is { } room)
            {
                ArrayPool<byte>.Shared.Return(room);
            }
        }

        base.Dispose(disposing);
    }
}
