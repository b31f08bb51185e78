// Undoes filters over bytes as a decoder puts them out.
namespace Assay.Codecs;

/// <summary>Undoes a chain of filters over bytes that are pushed, and passes on what is final.</summary>
/// <param name="filters">The filters in the order in which they are undone.</param>
/// <param name="sink">Is paid for the work.</param>
/// <param name="output">Takes what is final.</param>
internal sealed class FilterPipe(IReadOnlyList<IFilter> filters, InflatedSink sink, Action<ReadOnlyMemory<byte>> output)
{
    private const int Room = 16 << 10;
    private const int WorkPerEight = 2;

    private readonly byte[][] _buffers = [.. filters.Select(_ => new byte[Room])];
    private readonly int[] _waiting = new int[filters.Count];

    /// <summary>Takes bytes.</summary>
    public void Push(ReadOnlyMemory<byte> bytes) => Push(0, bytes.Span, last: false);

    /// <summary>There are no more bytes: what waits for more is final as it is.</summary>
    public void Finish()
    {
        for (int i = 0; i < _buffers.Length; i++)
        {
            Push(i, [], last: true);
        }
    }

    private void Push(int stage, ReadOnlySpan<byte> bytes, bool last)
    {
        byte[] buffer = _buffers[stage];
        do
        {
            int taken = Math.Min(bytes.Length, Room - _waiting[stage]);
            sink.SpendWork((taken / 8 * WorkPerEight) + 1);
            bytes[..taken].CopyTo(buffer.AsSpan(_waiting[stage]));
            bytes = bytes[taken..];
            int end = _waiting[stage] + taken;
            int done = filters[stage].Undo(buffer.AsSpan(0, end), last && bytes.IsEmpty);
            if (stage + 1 < _buffers.Length)
            {
                // At most three filters follow each other, so this nests no deeper.
                Push(stage + 1, buffer.AsSpan(0, done), last: false);
            }
            else
            {
                output(buffer.AsMemory(0, done));
            }

            buffer.AsSpan(done, end - done).CopyTo(buffer);
            _waiting[stage] = end - done;
        }
        while (!bytes.IsEmpty);
    }
}
