// Leads from an offset of a text to its line.
using Assay.Bytes;

namespace Assay.Formats.Texts;

/// <summary>Where the lines of a text begin. It is read when the first line is asked for, so a text of which nothing is told costs nothing.</summary>
internal sealed class LineMap(ByteSource bytes, ByteRange range)
{
    private const int Chunk = 1 << 16;
    private const int MostLines = 4_000_000;
    private List<long>? _ends;

    /// <summary>The line of an offset of the source, from 1.</summary>
    public int Of(long offset)
    {
        _ends ??= Ends();
        int found = _ends.BinarySearch(offset);
        return (found < 0 ? ~found : found) + 1;
    }

    private List<long> Ends()
    {
        List<long> ends = [];
        byte[] buffer = new byte[Chunk];
        for (long at = range.Offset; at < range.End && ends.Count < MostLines;)
        {
            int read = bytes.ReadAt(at, buffer.AsSpan(0, (int)Math.Min(Chunk, range.End - at)));
            if (read <= 0)
            {
                break;
            }

            ReadOnlySpan<byte> part = buffer.AsSpan(0, read);
            for (int i = part.IndexOf((byte)'\n'), from = 0; i >= 0 && ends.Count < MostLines; from += i + 1, i = part[from..].IndexOf((byte)'\n'))
            {
                ends.Add(at + from + i);
            }

            at += read;
        }

        return ends;
    }
}
