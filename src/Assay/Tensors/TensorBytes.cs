// Reads a tensor's elements in row-major order, little-endian, however they lie in their storage.
using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Tensors;

/// <summary>
/// Reads the elements of a tensor in row-major order, little-endian, a chunk at a time. Memory is bounded by the chunk whatever the
/// tensor's size and strides. The view must fit its storage (<see cref="TensorView.Refusal"/>).
/// </summary>
internal sealed class TensorBytes : IDisposable
{
    /// <summary>The default size of a chunk of rearranged elements.</summary>
    public const int DefaultChunk = 16 << 20;

    private const int CopyChunk = 2 << 20;
    private readonly TensorStorage _storage;
    private readonly TensorView _view;
    private readonly int _chunk;
    private readonly StridedGather? _gather;
    private byte[] _buffer = [];
    private long _done;

    /// <summary>Creates a reader of <paramref name="view"/> in <paramref name="storage"/>.</summary>
    public TensorBytes(TensorStorage storage, TensorView view, int chunk = DefaultChunk)
    {
        _storage = storage;
        _view = view;
        Length = view.Bytes;
        bool straight = view.IsContiguous;
        _chunk = (int)Math.Min(straight ? Math.Min(chunk, CopyChunk) : chunk, Math.Max(16, Length));
        _chunk -= _chunk % 16;
        _gather = straight || Length == 0 ? null : new StridedGather(storage, view, _chunk);
    }

    /// <summary>The number of bytes in all.</summary>
    public long Length { get; }

    /// <summary>The next bytes, valid until the next call; empty at the end. Chunks hold whole elements.</summary>
    /// <exception cref="ScanStopException">The bytes changed, vanished or could not be read.</exception>
    public ReadOnlySpan<byte> Next()
    {
        if (_done >= Length)
        {
            return default;
        }

        if (_buffer.Length == 0)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(_chunk);
        }

        int count;
        if (_gather is null)
        {
            count = (int)Math.Min(_chunk, Length - _done);
            long from = _storage.Range.Offset + (_view.Offset * _view.Type.Size()) + _done;
            if (_storage.Source.ReadAt(from, _buffer.AsSpan(0, count)) != count)
            {
                throw new ScanStopException(StopReason.Changed, "A storage ended before its tensor did.", from);
            }
        }
        else
        {
            count = _gather.Fill(_buffer);
        }

        _done += count;
        Span<byte> bytes = _buffer.AsSpan(0, count);
        if (_storage.BigEndian)
        {
            Swap(bytes, _view.Type.SwapUnit());
        }

        if (_view.Flips != SignFlips.None)
        {
            Flip(bytes, _view);
        }

        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gather?.Dispose();
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    private static void Swap(Span<byte> bytes, int unit)
    {
        switch (unit)
        {
            case 2:
                Span<ushort> two = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(two, two);
                break;
            case 4:
                Span<uint> four = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(four, four);
                break;
            case 8:
                Span<ulong> eight = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(eight, eight);
                break;
            default:
                break;
        }
    }

    private static void Flip(Span<byte> bytes, TensorView view)
    {
        int unit = view.Type.SwapUnit();
        int step = view.Type.Size();
        for (int at = 0; at < bytes.Length; at += step)
        {
            if ((view.Flips & SignFlips.Real) != 0)
            {
                bytes[at + unit - 1] ^= 0x80;
            }

            if ((view.Flips & SignFlips.Imaginary) != 0)
            {
                bytes[at + step - 1] ^= 0x80;
            }
        }
    }
}
