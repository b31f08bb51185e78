// Text that must wait until what stands above it is known.
using System.Text;
using Assay.Bytes;

namespace Assay.Reports;

/// <summary>Keeps text in scratch space until it is written, in UTF-8.</summary>
internal sealed class TextSpool(Scratch scratch) : IDisposable
{
    private const int Chunk = 64 << 10;
    private ScratchSpace? _space;

    /// <summary>Keeps <paramref name="text"/>.</summary>
    public void Add(StringBuilder text)
    {
        _space ??= scratch.Create();
        foreach (ReadOnlyMemory<char> part in text.GetChunks())
        {
            byte[] bytes = Encoding.UTF8.GetBytes(part.Span.ToArray());
            _space.Append(bytes);
        }
    }

    /// <summary>Writes all that was kept.</summary>
    public void CopyTo(Stream output)
    {
        byte[] buffer = new byte[Chunk];
        for (long at = 0; at < _space?.Length;)
        {
            int read = _space.ReadAt(at, buffer.AsSpan(0, (int)Math.Min(Chunk, _space.Length - at)));
            output.Write(buffer, 0, read);
            at += read;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _space?.Dispose();
}
