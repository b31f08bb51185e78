// The shapes of what operators give, as far as they follow from what they take.
namespace Assay.Formats.Graphs;

/// <summary>Shapes of results. A shape that does not follow is not known, which is never wrong.</summary>
internal static class FlowShapes
{
    private const int MostAxes = 16;

    /// <summary>The shape of a result that is computed element by element.</summary>
    public static IReadOnlyList<long>? Broadcast(IReadOnlyList<FlowValue> values)
    {
        long[] shape = [];
        foreach (FlowValue value in values)
        {
            if (value.Shape is not { } other || other.Count > MostAxes)
            {
                return null;
            }

            long[] wide = new long[Math.Max(shape.Length, other.Count)];
            for (int i = 1; i <= wide.Length; i++)
            {
                long a = i <= shape.Length ? shape[^i] : 1;
                long b = i <= other.Count ? other[other.Count - i] : 1;
                wide[^i] = a == 1 ? b : b == 1 ? a : a == -1 ? b : a;
            }

            shape = wide;
        }

        return shape;
    }

    /// <summary>The axes, counted from the front; null where one is none.</summary>
    public static HashSet<int>? Axes(IReadOnlyList<long> axes, int rank)
    {
        HashSet<int> all = [];
        foreach (long axis in axes)
        {
            if (axis < -rank || axis >= rank)
            {
                return null;
            }

            all.Add((int)(axis < 0 ? axis + rank : axis));
        }

        return all;
    }

    /// <summary>The shape after some axes were summed up, and whether only one number for each sample is left; the first axis counts the samples.</summary>
    public static (IReadOnlyList<long>? Shape, bool? IsNarrow) Reduce(IReadOnlyList<long>? shape, IReadOnlyList<long>? axes, bool keeps)
    {
        if (axes is null or { Count: 0 })
        {
            return (keeps && shape is not null ? [.. shape.Select(_ => 1L)] : keeps ? null : [], true);
        }

        if (shape is null || Axes(axes, shape.Count) is not { } reduced)
        {
            return (null, null);
        }

        List<long> left = [];
        bool narrow = true;
        for (int i = 0; i < shape.Count; i++)
        {
            if (!reduced.Contains(i))
            {
                narrow &= i == 0 || shape[i] == 1;
                left.Add(shape[i]);
            }
            else if (keeps)
            {
                left.Add(1);
            }
        }

        return (left, narrow);
    }

    /// <summary>The shape with one axis replaced by others.</summary>
    public static IReadOnlyList<long>? Replace(IReadOnlyList<long>? shape, long axis, IReadOnlyList<long>? by)
    {
        if (shape is null || by is null || axis < -shape.Count || axis >= shape.Count || shape.Count + by.Count > MostAxes)
        {
            return null;
        }

        int at = (int)(axis < 0 ? axis + shape.Count : axis);
        return [.. shape.Take(at), .. by, .. shape.Skip(at + 1)];
    }

    /// <summary>The shape without extents of one: all, or those of the axes.</summary>
    public static IReadOnlyList<long>? Squeeze(IReadOnlyList<long>? shape, IReadOnlyList<long>? axes) =>
        shape is null ? null
        : axes is null ? [.. shape.Where(e => e != 1)]
        : Axes(axes, shape.Count) is { } all ? [.. shape.Where((_, i) => !all.Contains(i))] : null;

    /// <summary>The shape with extents of one at the axes.</summary>
    public static IReadOnlyList<long>? Unsqueeze(IReadOnlyList<long>? shape, IReadOnlyList<long>? axes)
    {
        if (shape is null || axes is null || shape.Count + axes.Count > MostAxes || Axes(axes, shape.Count + axes.Count) is not { } all)
        {
            return null;
        }

        List<long> wide = [];
        int next = 0;
        for (int i = 0; i < shape.Count + all.Count; i++)
        {
            wide.Add(all.Contains(i) ? 1 : next < shape.Count ? shape[next++] : 1);
        }

        return wide;
    }

    /// <summary>The shape with other extents; 0 keeps one, and what is not known stays so.</summary>
    public static IReadOnlyList<long>? Reshape(IReadOnlyList<long>? shape, IReadOnlyList<double>? to)
    {
        if (to is null || to.Count > MostAxes)
        {
            return null;
        }

        long[] wide = [.. to.Select(e => (long)Math.Clamp(e, -1, long.MaxValue / 2))];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = wide[i] == 0 ? shape is not null && i < shape.Count ? shape[i] : -1 : wide[i];
        }

        int open = Array.IndexOf(wide, -1);
        if (open >= 0 && Array.LastIndexOf(wide, -1) == open && Count(shape) is { } all && Count([.. wide.Where(e => e != -1)]) is > 0 and var rest)
        {
            wide[open] = all / rest;
        }

        return wide;
    }

    /// <summary>The shape of a product of matrices.</summary>
    public static IReadOnlyList<long>? Product(IReadOnlyList<long>? left, IReadOnlyList<long>? right, bool isTransposed)
    {
        if (right is null || right.Count == 0)
        {
            return null;
        }

        long columns = right.Count == 1 ? 1 : isTransposed ? right[^2] : right[^1];
        IReadOnlyList<long> rows = left is null ? [-1, -1] : left;
        return rows.Count == 0 ? null : right.Count == 1 ? [.. rows.Take(rows.Count - 1)] : [.. rows.Take(rows.Count - 1), columns];
    }

    /// <summary>The shape after a part was cut out along axes.</summary>
    public static IReadOnlyList<long>? Slice(IReadOnlyList<long>? shape, IReadOnlyList<double>? starts, IReadOnlyList<double>? ends, IReadOnlyList<double>? axes, IReadOnlyList<double>? steps)
    {
        if (shape is null || starts is null || ends is null || starts.Count != ends.Count || starts.Count > shape.Count)
        {
            return shape is null ? null : [.. shape.Select(_ => -1L)];
        }

        long[] cut = [.. shape];
        for (int i = 0; i < starts.Count; i++)
        {
            double axis = axes is not null && i < axes.Count ? axes[i] : i;
            axis += axis < 0 ? shape.Count : 0;
            if (axis < 0 || axis >= shape.Count)
            {
                return null;
            }

            long extent = shape[(int)axis];
            double step = steps is not null && i < steps.Count ? Math.Abs(steps[i]) : 1;
            double start = starts[i];
            double end = ends[i];
            if (extent >= 0)
            {
                start = Math.Clamp(start < 0 ? start + extent : start, 0, extent);
                end = Math.Clamp(end < 0 ? end + extent : end, 0, extent);
            }
            else if (start < 0 && end >= int.MaxValue)
            {
                // The last few of however many.
                (start, end) = (0, -start);
            }
            else if ((start < 0) != (end < 0) || end >= int.MaxValue)
            {
                cut[(int)axis] = -1;
                continue;
            }

            cut[(int)axis] = step < 1 ? -1 : (long)Math.Ceiling(Math.Abs(end - start) / step);
        }

        return cut;
    }

    private static long? Count(IReadOnlyList<long>? shape)
    {
        if (shape is null)
        {
            return null;
        }

        long count = 1;
        foreach (long extent in shape)
        {
            if (extent < 0 || (extent > 0 && count > long.MaxValue / extent))
            {
                return null;
            }

            count *= extent;
        }

        return count;
    }
}
