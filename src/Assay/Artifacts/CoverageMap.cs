// Which bytes of an artifact were accounted for, and how.
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>How a range of bytes was accounted for.</summary>
internal enum CoverageKind
{
    /// <summary>Interpreted byte by byte as structure.</summary>
    Parsed,

    /// <summary>Stepped over knowingly: tensor data, padding, a compressed stream that became a child.</summary>
    Data,
}

/// <summary>A set of disjoint ranges of one artifact, with the kind of each. Where two marks overlap, parsed wins.</summary>
internal sealed class CoverageMap(long length)
{
    private readonly List<(long Start, long End, CoverageKind Kind)> _marks = [];

    /// <summary>The number of bytes of the artifact.</summary>
    public long Length => length;

    /// <summary>Marks a range; the part outside the artifact is ignored.</summary>
    public void Mark(ByteRange range, CoverageKind kind)
    {
        ByteRange inside = range.ClampTo(length);
        if (inside.IsEmpty)
        {
            return;
        }

        if (_marks.Count > 0)
        {
            (long start, long end, CoverageKind last) = _marks[^1];
            if (last == kind && inside.Offset >= start && inside.Offset <= end)
            {
                _marks[^1] = (start, Math.Max(end, inside.End), kind);
                return;
            }
        }

        _marks.Add((inside.Offset, inside.End, kind));
    }

    /// <summary>Bytes parsed, stepped over, and not accounted for; the three add up to the length.</summary>
    public (long Parsed, long Data, long Unknown) Totals()
    {
        if (_marks.Count == 1)
        {
            (long start, long end, CoverageKind kind) = _marks[0];
            return kind == CoverageKind.Parsed ? (end - start, 0, length - (end - start)) : (0, end - start, length - (end - start));
        }

        long parsed = Union(m => m.Kind == CoverageKind.Parsed).Sum(r => r.Length);
        long all = Union(_ => true).Sum(r => r.Length);
        return (parsed, all - parsed, length - all);
    }

    /// <summary>The ranges that were not accounted for, in order.</summary>
    public IReadOnlyList<ByteRange> Gaps()
    {
        if (_marks is [(0, var only, _)] && only == length)
        {
            return [];
        }

        List<ByteRange> gaps = [];
        long at = 0;
        foreach (ByteRange covered in Union(_ => true))
        {
            if (covered.Offset > at)
            {
                gaps.Add(new ByteRange(at, covered.Offset - at));
            }

            at = covered.End;
        }

        if (at < length)
        {
            gaps.Add(new ByteRange(at, length - at));
        }

        return gaps;
    }

    private List<ByteRange> Union(Predicate<(long Start, long End, CoverageKind Kind)> include)
    {
        List<ByteRange> merged = [];
        foreach ((long start, long end, CoverageKind _) in _marks.FindAll(include).OrderBy(m => m.Start))
        {
            if (merged.Count > 0 && start <= merged[^1].End)
            {
                ByteRange last = merged[^1];
                merged[^1] = new ByteRange(last.Offset, Math.Max(last.End, end) - last.Offset);
            }
            else
            {
                merged.Add(new ByteRange(start, end - start));
            }
        }

        return merged;
    }
}
