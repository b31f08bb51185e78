// Members of an archive that a conversion reads, with the checksums that the archive gives them.
using System.IO.Hashing;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Conversion;

/// <summary>
/// Checks the members of a conversion against their CRC-32: along with the copy where a tensor is all of a member, and else by reading the
/// member once more.
/// </summary>
internal sealed class MemberChecks(IReadOnlyList<MemberChecksum> records)
{
    private const int Chunk = 1 << 20;
    private readonly Dictionary<(ByteSource Source, ByteRange Range), MemberChecksum> _open = First(records);

    /// <summary>The member that <paramref name="tensor"/> is as a whole, in its own order, and that is not checked yet; or null.</summary>
    public MemberChecksum? Same(StoredTensor tensor)
    {
        TensorView view = tensor.View;
        bool straight = view.IsContiguous && view.Offset == 0 && view.Flips == SignFlips.None && !tensor.Storage.BigEndian && view.Count > 0;
        return straight && _open.TryGetValue((tensor.Storage.Source, tensor.Storage.Range), out MemberChecksum? record) && view.Bytes == record.Range.Length ? record : null;
    }

    /// <summary>Compares, and strikes the member off the list.</summary>
    /// <exception cref="MalformedException">The checksum is another.</exception>
    public void Compare(MemberChecksum record, uint crc, IEnumerable<PlannedTensor> tensors)
    {
        _open.Remove((record.Source, record.Range));
        if (crc != record.Crc)
        {
            string tensor = tensors.FirstOrDefault(t => Lies(t.From.Storage, record))?.Name is { } name ? $"{name}: " : "";
            throw new MalformedException(record.Range.Offset,
                $"{tensor}The member {record.Name} has another CRC-32 than its archive says, so it is not what was written; --no-verify converts it all the same.");
        }
    }

    /// <summary>Reads all members that are left.</summary>
    /// <exception cref="MalformedException">A checksum is another.</exception>
    public void Rest(IEnumerable<PlannedTensor> tensors, CancellationToken cancellation)
    {
        byte[] buffer = new byte[Chunk];
        foreach (MemberChecksum record in _open.Values.ToArray())
        {
            Crc32 crc = new();
            for (long at = record.Range.Offset; at < record.Range.End;)
            {
                if (cancellation.IsCancellationRequested)
                {
                    throw new ScanStopException(StopReason.Cancelled, "The conversion was cancelled.");
                }

                int got = record.Source.ReadAt(at, buffer.AsSpan(0, (int)Math.Min(Chunk, record.Range.End - at)));
                if (got == 0)
                {
                    throw new ScanStopException(StopReason.Changed, $"The member {record.Name} ended before its length.", at);
                }

                crc.Append(buffer.AsSpan(0, got));
                at += got;
            }

            Compare(record, crc.GetCurrentHashAsUInt32(), tensors);
        }
    }

    private static bool Lies(TensorStorage storage, MemberChecksum record)
    {
        // An array of an .npz lies in a slice of the file.
        (ByteSource source, ByteRange range) = storage.Source is SliceSource { Identity: var (whole, part) }
            ? (whole, storage.Range with { Offset = part.Offset + storage.Range.Offset }) : (storage.Source, storage.Range);
        return ReferenceEquals(source, record.Source) && range.Offset >= record.Range.Offset && range.End <= record.Range.End;
    }

    private static Dictionary<(ByteSource Source, ByteRange Range), MemberChecksum> First(IReadOnlyList<MemberChecksum> records)
    {
        Dictionary<(ByteSource Source, ByteRange Range), MemberChecksum> open = [];
        foreach (MemberChecksum record in records)
        {
            open.TryAdd((record.Source, record.Range), record);
        }

        return open;
    }
}
