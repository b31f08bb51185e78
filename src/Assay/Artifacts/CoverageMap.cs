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

/// <summary>
/// Ranges of one artifact, with the kind of each. Where two marks overlap, parsed wins. Most artifacts are one run from their first byte to their last, and archives
/// mark theirs in order: the run that still grows costs nothing, and ranges in order are counted where they lie.
/// </summary>
internal sealed class CoverageMap(long length)
{
    private List<Run>? _before;
    private Run _last;
    private bool _isOrdered = true;

    /// <summary>The number of bytes of the artifact.</summary>
    public long Length => length;

    private int BeforeCount => _before?.Count ?? 0;

    /// <summary>Marks a range; the part outside the artifact is ignored.</summary>
    public void Mark(ByteRange range, CoverageKind kind)
    {
        ByteRange inside = range.ClampTo(length);
        if (inside.IsEmpty)
            return;

        if (_last.End > 0)
        {
            if (_last.Kind == kind && inside.Offset >= _last.Start && inside.Offset <= _last.End)
            {
                _last = _last with { End = Math.Max(_last.End, inside.End) };
                return;
            }

            (_before ??= []).Add(_last);
            _isOrdered &= inside.Offset >= _last.Start;
        }

        _last = new Run(inside.Offset, inside.End, kind);
    }

    /// <summary>Bytes parsed, stepped over, and not accounted for; the three add up to the length.</summary>
    public (long Parsed, long Data, long Unknown) Totals()
    {
        long parsed = 0, all = 0, parsedTo = 0, allTo = 0;
        Order();
        for (int i = 0; i <= BeforeCount; i++)
        {
            Run run = At(i);
            all += Math.Max(0, run.End - Math.Max(run.Start, allTo));
            allTo = Math.Max(allTo, run.End);
            if (run.Kind is CoverageKind.Parsed)
            {
                parsed += Math.Max(0, run.End - Math.Max(run.Start, parsedTo));
                parsedTo = Math.Max(parsedTo, run.End);
            }
        }

        return (parsed, all - parsed, length - all);
    }

    /// <summary>The ranges that were not accounted for, in order.</summary>
    public IReadOnlyList<ByteRange> Gaps()
    {
        List<ByteRange>? gaps = null;
        long to = 0;
        Order();
        for (int i = 0; i <= BeforeCount; i++)
        {
            Run run = At(i);
            if (run.Start > to)
                (gaps ??= []).Add(new ByteRange(to, run.Start - to));

            to = Math.Max(to, run.End);
        }

        if (to < length)
            (gaps ??= []).Add(new ByteRange(to, length - to));

        return gaps ?? (IReadOnlyList<ByteRange>)[];
    }

    private Run At(int i) => i < BeforeCount ? _before![i] : _last;

    private void Order()
    {
        if (_isOrdered)
            return;

        _before!.Add(_last);
        _before.Sort((a, b) => a.Start.CompareTo(b.Start));
        _last = _before[^1];
        _before.RemoveAt(_before.Count - 1);
        _isOrdered = true;
    }

    private readonly record struct Run(long Start, long End, CoverageKind Kind);
}
