// The bytes of a tensor that lies in parts, as if it were one.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Tensors;

/// <summary>A part of a tensor.</summary>
/// <param name="Start">Where in the tensor it begins.</param>
/// <param name="View">How it lies in its storage; its shape is that of the part.</param>
/// <param name="Storage">The bytes that it lies in.</param>
internal sealed record Tile(long[] Start, TensorView View, TensorStorage Storage);

/// <summary>
/// The bytes of a tensor in row-major order, whose parts lie elsewhere: boxes that fill it without overlap (<see cref="Refusal"/>). Nothing is copied before it is read.
/// </summary>
internal sealed class TiledSource : ByteSource
{
    private const int MostCuts = 1 << 20;

    /// <summary>So many parts are searched one by one where they form no grid.</summary>
    private const int MostUneven = 1024;

    /// <summary>Looking whether two parts meet.</summary>
    private const int MeetWork = 8;
    private readonly long[] _shape;
    private readonly int _size;
    private readonly long[] _strides;
    private readonly long[][] _cuts;
    private readonly Dictionary<UInt128, Tile> _cells = [];
    private readonly IReadOnlyList<Tile> _tiles;

    /// <summary>Creates the source of a tensor of elements of <paramref name="size"/> bytes.</summary>
    public TiledSource(long[] shape, int size, IReadOnlyList<Tile> tiles)
    {
        _shape = shape;
        _size = size;
        _tiles = tiles;
        _strides = Strides(shape);
        Length = ArrayExtent.Of(shape, size).Bytes;
        _cuts = [.. Enumerable.Range(0, shape.Length).Select(d => tiles.Select(t => t.Start[d]).Distinct().Order().ToArray())];
        foreach (Tile tile in tiles)
        {
            _ = _cells.TryAdd(Cell(tile.Start), tile);
        }
    }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <summary>Why boxes do not fill a tensor without overlap, as half a sentence; null when they do.</summary>
    public static string? Refusal(long[] shape, int size, IReadOnlyList<(long[] Start, long[] Shape)> parts, ScanBudget budget)
    {
        if (ArrayExtent.Of(shape, size) is not { Error: ExtentError.None } whole || shape.Length > TensorView.MaxDimensions)
        {
            return "its size does not fit in 63 bits";
        }

        Int128 sum = 0;
        foreach ((long[] start, long[] part) in parts)
        {
            if (start.Length != shape.Length || part.Length != shape.Length)
            {
                return "a part has another number of dimensions";
            }

            Int128 volume = 1;
            for (int d = 0; d < shape.Length; d++)
            {
                if (start[d] < 0 || part[d] < 0 || start[d] > shape[d] || part[d] > shape[d] - start[d])
                {
                    return "a part lies outside of it";
                }

                volume *= part[d];
            }

            sum += volume;
        }

        return sum < whole.Count ? "some of it is missing"
            : sum > whole.Count || Overlap(parts, budget) ? "some of it is there twice"
            : parts.Count > MostUneven && !IsGrid(shape, parts, budget) ? "its parts are many and form no grid"
            : null;
    }

    /// <summary>Whether each part is one cell of the grid that all cuts make: then the part of a place is found without a search.</summary>
    private static bool IsGrid(long[] shape, IReadOnlyList<(long[] Start, long[] Shape)> parts, ScanBudget budget)
    {
        for (int d = 0; d < shape.Length; d++)
        {
            budget.SpendWork((long)parts.Count * MeetWork);
            long[] cuts = [.. parts.Select(p => p.Start[d]).Distinct().Order()];
            foreach ((long[] start, long[] part) in parts)
            {
                int at = Array.BinarySearch(cuts, start[d]);
                if (start[d] + part[d] != (at + 1 < cuts.Length ? cuts[at + 1] : shape[d]))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override int ReadAt(long offset, Span<byte> destination)
    {
        int done = 0;
        long[] at = new long[_shape.Length];
        while (done < destination.Length && offset >= 0 && offset < Length)
        {
            int read = ReadRun(offset, at, destination[done..]);
            done += read;
            offset += read;
        }

        return done;
    }

    /// <inheritdoc/>
    public override bool IsUnchanged() => _tiles.Select(t => t.Storage.Source).Distinct().All(s => s.IsUnchanged());

    /// <summary>Whether boxes overlap: along the dimension that is cut most, each is compared with those that have not ended where it begins.</summary>
    private static bool Overlap(IReadOnlyList<(long[] Start, long[] Shape)> parts, ScanBudget budget)
    {
        int rank = parts.Count > 0 ? parts[0].Start.Length : 0;
        if (rank == 0)
        {
            return parts.Count > 1;
        }

        int along = Enumerable.Range(0, rank).MaxBy(d => parts.Select(p => p.Start[d]).Distinct().Count());
        List<(long[] Start, long[] Shape)> open = [];
        foreach ((long[] Start, long[] Shape) part in parts.Where(p => !p.Shape.Contains(0)).OrderBy(p => p.Start[along]))
        {
            budget.SpendWork((open.Count + 1) * MeetWork * rank);
            open.RemoveAll(o => o.Start[along] + o.Shape[along] <= part.Start[along]);
            if (open.Exists(o => Meet(o, part)))
            {
                return true;
            }

            open.Add(part);
        }

        return false;
    }

    private static bool Meet((long[] Start, long[] Shape) one, (long[] Start, long[] Shape) other)
    {
        for (int d = 0; d < one.Start.Length; d++)
        {
            if (one.Start[d] + one.Shape[d] <= other.Start[d] || other.Start[d] + other.Shape[d] <= one.Start[d])
            {
                return false;
            }
        }

        return true;
    }

    private static long[] Strides(long[] shape)
    {
        long[] strides = new long[shape.Length];
        for (int d = shape.Length - 1, next = 0; d >= 0; d--, next++)
        {
            strides[d] = next == 0 ? 1 : strides[d + 1] * shape[d + 1];
        }

        return strides;
    }

    /// <summary>Reads on from an offset as far as the bytes lie next to each other in one part; at least one byte.</summary>
    private int ReadRun(long offset, long[] at, Span<byte> destination)
    {
        long rest = offset / _size;
        int within = (int)(offset % _size);
        for (int d = 0; d < at.Length; d++)
        {
            at[d] = rest / _strides[d];
            rest %= _strides[d];
        }

        Tile tile = Find(at);
        IReadOnlyList<long> shape = tile.View.Shape;
        long inner = 0;
        long place = tile.View.Offset;
        long run = 1;
        bool whole = true;
        for (int d = at.Length - 1; d >= 0; d--)
        {
            long local = at[d] - tile.Start[d];
            place += local * tile.View.Strides[d];
            if (whole)
            {
                // What is not cut in this dimension goes on with its next line.
                run = ((shape[d] - local) * _strides[d]) - inner;
                inner += local * _strides[d];
                whole = shape[d] == _shape[d] && tile.View.IsContiguous;
            }
        }

        if (!tile.View.IsContiguous && at.Length > 0 && tile.View.Strides[^1] != 1)
        {
            run = 1;
        }

        int count = (int)Math.Min(destination.Length, (run * _size) - within);
        long from = tile.Storage.Range.Offset + (place * _size) + within;
        return tile.Storage.Source.ReadAt(from, destination[..count]) == count ? count
            : throw new ScanStopException(StopReason.Changed, "A storage ended before its tensor did.", from);
    }

    private Tile Find(long[] at)
    {
        if (_cells.TryGetValue(Cell(at), out Tile? tile) && Holds(tile, at))
        {
            return tile;
        }

        return _tiles.First(t => Holds(t, at));
    }

    private static bool Holds(Tile tile, long[] at)
    {
        for (int d = 0; d < at.Length; d++)
        {
            if (at[d] < tile.Start[d] || at[d] >= tile.Start[d] + tile.View.Shape[d])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A number of the cell of the grid that all cuts of the parts make.</summary>
    private UInt128 Cell(long[] at)
    {
        UInt128 cell = 0;
        for (int d = 0; d < at.Length; d++)
        {
            int found = Array.BinarySearch(_cuts[d], at[d]);
            cell = unchecked((cell * MostCuts) + (UInt128)(found < 0 ? ~found - 1 : found));
        }

        return cell;
    }
}
