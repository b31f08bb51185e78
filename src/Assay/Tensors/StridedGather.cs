// Brings strided elements into row-major order, box by box, reading the storage front to back within each box.
using System.Buffers;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Tensors;

/// <summary>
/// Brings strided elements into row-major order. The output is cut into boxes that fit a buffer; within a box the dimension with the
/// smallest stride is read in runs and the others are walked by falling strides, so that a transposed matrix is read in long runs too.
/// </summary>
internal sealed class StridedGather : IDisposable
{
    private const int Window = 64 << 10;
    private const int DirectRun = 4 << 10;
    private readonly TensorStorage _storage;
    private readonly int _size;
    private readonly long[] _shape;
    private readonly long[] _strides;
    private readonly long _origin;

    /// <summary>The dimension that boxes cut, how many of its elements one takes, and the position of the next box.</summary>
    private readonly int _cut;
    private readonly long _step;
    private readonly long[] _at;

    private readonly byte[] _window = ArrayPool<byte>.Shared.Rent(Window);
    private long _windowStart;
    private int _windowLength;

    /// <summary>Prepares to fill buffers of <paramref name="capacity"/> bytes.</summary>
    public StridedGather(TensorStorage storage, TensorView view, int capacity)
    {
        _storage = storage;
        _size = view.Type.Size();
        _origin = storage.Range.Offset + (view.Offset * _size);
        (_shape, _strides) = Merge(view);
        _at = new long[_shape.Length];
        long inner = _size;
        int cut = _shape.Length - 1;
        while (cut > 0 && (UInt128)inner * (UInt128)_shape[cut] <= (UInt128)capacity)
        {
            inner *= _shape[cut--];
        }

        _cut = cut;
        _step = Math.Max(1, Math.Min(_shape[cut], capacity / inner));
    }

    /// <summary>Fills the start of <paramref name="buffer"/> with the next box and returns its bytes; 0 at the end.</summary>
    public int Fill(Span<byte> buffer)
    {
        if (_at[0] >= _shape[0])
        {
            return 0;
        }

        long start = _origin;
        for (int i = 0; i <= _cut; i++)
        {
            start += _at[i] * _strides[i] * _size;
        }

        int rank = _shape.Length - _cut;
        Axis[] axes = new Axis[rank];
        long places = _size;
        for (int i = rank - 1; i >= 0; i--)
        {
            int dimension = _cut + i;
            long length = i == 0 ? Math.Min(_step, _shape[_cut] - _at[_cut]) : _shape[dimension];
            axes[i] = new Axis(length, _strides[dimension] * _size, places);
            places *= length;
        }

        Array.Sort(axes, (a, b) => b.From.CompareTo(a.From));
        Gather(axes, start, buffer);
        Advance();
        return (int)places;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_window);

    private void Advance()
    {
        _at[_cut] += _step;
        for (int i = _cut; i > 0 && _at[i] >= _shape[i]; i--)
        {
            _at[i] = 0;
            _at[i - 1]++;
        }
    }

    private void Gather(Axis[] axes, long start, Span<byte> buffer)
    {
        Axis run = axes[^1];
        long[] index = new long[axes.Length - 1];
        long from = start;
        long to = 0;
        while (true)
        {
            Run(run, from, buffer[(int)to..]);
            int i = index.Length - 1;
            for (; i >= 0; i--)
            {
                from += axes[i].From;
                to += axes[i].To;
                if (++index[i] < axes[i].Length)
                {
                    break;
                }

                from -= axes[i].From * axes[i].Length;
                to -= axes[i].To * axes[i].Length;
                index[i] = 0;
            }

            if (i < 0)
            {
                return;
            }
        }
    }

    private void Run(Axis run, long from, Span<byte> destination)
    {
        if (run.From == _size && run.To == _size && run.Length * _size >= DirectRun)
        {
            Read(from, destination[..(int)(run.Length * _size)]);
            return;
        }

        for (long i = 0; i < run.Length;)
        {
            ReadOnlySpan<byte> bytes = Look(from + (i * run.From));
            long fit = run.From == 0 ? run.Length - i : Math.Min(run.Length - i, 1 + ((bytes.Length - _size) / run.From));
            Scatter(bytes, (int)run.From, destination[(int)(i * run.To)..], (int)run.To, (int)fit);
            i += fit;
        }
    }

    private void Scatter(ReadOnlySpan<byte> from, int step, Span<byte> to, int place, int count)
    {
        switch (_size)
        {
            case 1:
                for (int i = 0; i < count; i++)
                {
                    to[i * place] = from[i * step];
                }

                break;
            case 2:
                Scatter<ushort>(from, step, to, place, count);
                break;
            case 4:
                Scatter<uint>(from, step, to, place, count);
                break;
            case 8:
                Scatter<ulong>(from, step, to, place, count);
                break;
            default:
                for (int i = 0; i < count; i++)
                {
                    from.Slice(i * step, _size).CopyTo(to[(i * place)..]);
                }

                break;
        }
    }

    private static void Scatter<T>(ReadOnlySpan<byte> from, int step, Span<byte> to, int place, int count)
        where T : struct
    {
        for (int i = 0; i < count; i++)
        {
            T value = System.Runtime.InteropServices.MemoryMarshal.Read<T>(from[(i * step)..]);
            System.Runtime.InteropServices.MemoryMarshal.Write(to[(i * place)..], in value);
        }
    }

    /// <summary>The bytes from <paramref name="offset"/> on, at least one element, from the window.</summary>
    private ReadOnlySpan<byte> Look(long offset)
    {
        long into = offset - _windowStart;
        if (into < 0 || into + _size > _windowLength)
        {
            _windowStart = offset;
            _windowLength = (int)Math.Min(Window, _storage.Range.End - offset);
            Read(offset, _window.AsSpan(0, _windowLength));
            into = 0;
        }

        return _window.AsSpan((int)into, _windowLength - (int)into);
    }

    private void Read(long offset, Span<byte> destination)
    {
        if (_storage.Source.ReadAt(offset, destination) != destination.Length)
        {
            throw new ScanStopException(StopReason.Changed, "A storage ended before its tensor did.", offset);
        }
    }

    /// <summary>Dimensions of one element go, and neighbours that lie like one dimension become one.</summary>
    private static (long[] Shape, long[] Strides) Merge(TensorView view)
    {
        List<(long Size, long Stride)> merged = [];
        for (int i = 0; i < view.Shape.Count; i++)
        {
            (long size, long stride) = (view.Shape[i], view.Strides[i]);
            if (size == 1)
            {
                continue;
            }

            if (merged.Count > 0 && (Int128)stride * size == merged[^1].Stride)
            {
                merged[^1] = (merged[^1].Size * size, stride);
                continue;
            }

            merged.Add((size, stride));
        }

        if (merged.Count == 0)
        {
            merged.Add((1, 1));
        }

        return ([.. merged.Select(m => m.Size)], [.. merged.Select(m => m.Stride)]);
    }

    /// <summary>One dimension of a box: how many elements, and the bytes between neighbours in the storage and in the output.</summary>
    private readonly record struct Axis(long Length, long From, long To);
}
