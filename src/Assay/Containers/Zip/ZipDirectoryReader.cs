// Walks a zip's directories and then the bytes that no directory accounts for.
using Assay.Bytes;

namespace Assay.Containers.Zip;

/// <summary>Builds a <see cref="ZipDirectory"/>.</summary>
internal sealed class ZipDirectoryReader
{
    private const int MostViews = 64;
    private readonly ByteSource _source;
    private readonly ByteRange _window;
    private readonly ScanBudget _budget;
    private readonly EntryCosts _costs;
    private readonly OddityLog _oddities = new();
    private readonly ZipHeaderReader _reader;
    private readonly Dictionary<(long Offset, ZipHeader Same), ZipEntry> _known = [];
    private readonly List<ZipEntry> _entries = [];
    private readonly List<ZipView> _views = [];
    private readonly List<ByteRange> _structures = [];
    private readonly HashSet<long> _ends = [];
    private readonly List<ByteRange> _endRecords = [];
    private readonly HashSet<(long Start, long Shift)> _directories = [];
    private long _cost;
    private string? _firstName;

    public ZipDirectoryReader(ByteSource source, ByteRange window, ScanBudget budget, EntryCosts costs)
    {
        _source = source;
        _window = window;
        _budget = budget;
        _costs = costs;
        _reader = new ZipHeaderReader(source, _oddities);
    }

    public ZipDirectory Read()
    {
        ScanStopException? stop = null;
        try
        {
            ReadViews();
            ZipGapReader gaps = new(_source, _window, _budget, _reader, _oddities);
            gaps.Read(_entries, _structures, Unlisted);
        }
        catch (ScanStopException e) when (e.Reason == StopReason.Limit)
        {
            stop = e;
        }

        if (_views.Count == 0)
        {
            _oddities.Add("zip.no-directory", _window.Offset, 0, "No end record leads to a directory; members were found by their local headers.");
        }

        _entries.Sort((a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : (a.Central?.Offset ?? 0).CompareTo(b.Central?.Offset ?? 0));
        new ZipCrossCheck(_source.Length, _oddities).Check(_entries, _structures);
        return new ZipDirectory(_entries, _views, _structures, _oddities, _firstName ?? "", stop) { IsSeries = ZipSeries.Fills(_window, _endRecords, _views, _entries) };
    }

    private void ReadViews()
    {
        IReadOnlyList<long> tail = ZipEndReader.FindInTail(_source, _window);
        if (tail.Count > 0)
        {
            ReadEnd(tail[0]);
        }

        // The other end records count where no member of the views so far accounts for them: those of a stored nested zip lie in its
        // member, and the member is a zip of its own.
        bool found = true;
        while (found && _views.Count < MostViews)
        {
            found = false;
            foreach (long end in ZipGapReader.FindEnds(_source, _window, _budget, _entries, _structures))
            {
                found |= ReadEnd(end);
                if (_views.Count >= MostViews)
                {
                    _oddities.Add("zip.many-directories", end, 0, $"There are more than {MostViews} directories; the rest was searched for local headers only.");
                    break;
                }
            }
        }

        if (_views.Select(v => v.EndOffset).Distinct().Count() > 1)
        {
            ZipView other = _views.First(v => v.EndOffset != _views[0].EndOffset);
            _oddities.Add("zip.several-ends", other.EndOffset, ZipHeaderReader.EndLength, "Several end records lead to directories; loaders differ in which they use.");
        }
    }

    private bool ReadEnd(long end)
    {
        if (!_ends.Add(end))
        {
            return false;
        }

        ByteRange extent = ZipEndReader.Extent(_reader, end).ClampTo(_window.End);
        IReadOnlyList<ZipCandidate> candidates = ZipEndReader.Candidates(_reader, end, _oddities);
        if (candidates.Count == 0)
        {
            if (_views.Count == 0)
            {
                _oddities.Add("zip.directory-missing", end, ZipHeaderReader.EndLength, "The last end record leads to no directory.");
            }

            return false;
        }

        if (_views.Count == 0 && extent.End < _window.End)
        {
            _oddities.Add("zip.trailing-data", extent.End, _window.End - extent.End, "Bytes follow the end record and its comment.");
        }

        _structures.Add(extent);
        _endRecords.Add(extent);
        int before = _views.Count;
        foreach (ZipCandidate candidate in candidates)
        {
            if (_directories.Add((candidate.Start, candidate.Shift)))
            {
                ReadDirectory(candidate);
            }

            if (candidate.Zip64)
            {
                _structures.Add(new ByteRange(end - ZipHeaderReader.Locator64Length, ZipHeaderReader.Locator64Length));
                _structures.Add(new ByteRange(end - ZipHeaderReader.Locator64Length - ZipHeaderReader.End64Length, ZipHeaderReader.End64Length));
            }
        }

        if (_views.Count - before > 1)
        {
            _oddities.Add("zip.ambiguous-directory", end, ZipHeaderReader.EndLength, "The end record can be taken to mean several directories.");
        }

        return true;
    }

    private void ReadDirectory(ZipCandidate candidate)
    {
        List<(ZipHeader Central, long Local, int Mode)> records = [];
        long at = candidate.Start;
        long cost = _cost;
        bool full = false;
        for (; _reader.Central(at, out long local, out int mode) is { } central; at += central.Length)
        {
            cost += ScanBudget.EntryCost(central.Length);
            if (cost > _budget.Limits.Entries)
            {
                // What was listed before the limit is examined all the same.
                full = true;
                break;
            }

            _costs.Read(central.Name.Length, at);
            _firstName ??= central.Name;
            records.Add((central, local, mode));
        }

        ByteRange directory = new ByteRange(candidate.Start, at - candidate.Start).ClampTo(_source.Length);
        _structures.Add(directory);
        _views.Add(new ZipView(candidate.End, directory, candidate.Shift, records.Count, candidate.Zip64));
        long counted = candidate.Zip64 ? records.Count : records.Count & ushort.MaxValue;
        if (!full && counted != candidate.Count)
        {
            _oddities.Add("zip.entry-count", candidate.End, ZipHeaderReader.EndLength, $"The end record counts {candidate.Count} entries and the directory holds {records.Count}.");
        }

        if (!full && directory.Length != candidate.Size)
        {
            _oddities.Add("zip.directory-size", candidate.End, ZipHeaderReader.EndLength, $"The end record says that the directory has {candidate.Size} bytes; it has {directory.Length}.");
        }

        if (candidate.Shift != 0)
        {
            _oddities.Add("zip.shifted-offsets", candidate.Start, directory.Length, $"All stored offsets are off by {candidate.Shift}: bytes were put before the archive or taken away.");
        }

        records.Sort((a, b) => a.Local != b.Local ? a.Local.CompareTo(b.Local) : a.Central.Offset.CompareTo(b.Central.Offset));
        foreach ((ZipHeader central, long local, int mode) in records)
        {
            long offset = local > _source.Length ? _source.Length : Math.Clamp(local + candidate.Shift, 0, _source.Length);
            AddListed(central, offset, mode);
        }

        if (full)
        {
            throw ScanBudget.Spent("entries", _budget.Limits.Entries, at);
        }
    }

    private void AddListed(ZipHeader central, long offset, int mode)
    {
        (long Offset, ZipHeader Same) key = (offset, central with { Offset = 0, Length = 0 });
        if (_known.TryGetValue(key, out ZipEntry? known))
        {
            if (_views.Count > 1)
            {
                known.Views++;
            }

            // Two records of one directory that say the same of the same bytes give loaders nothing to disagree about.
            return;
        }

        _costs.Keep(central.Name.Length);
        ZipEntry entry = new(central, _reader.Local(offset), offset, mode) { Views = 1 };
        _known.Add(key, entry);
        _cost += ScanBudget.EntryCost(central.Length);
        _entries.Add(entry);
        if (entry.Local is null)
        {
            _oddities.Add("zip.local-missing", offset, 0, () => $"There is no local header where the directory says that \"{central.Name}\" starts.");
            return;
        }

        _structures.Add(new ByteRange(offset, entry.Local.Length));
        if (ZipDescriptor.Find(_reader, entry, _oddities) is { IsEmpty: false } descriptor)
        {
            _structures.Add(descriptor);
        }
    }

    private void Unlisted(ZipHeader local)
    {
        _costs.Read(local.Name.Length, local.Offset);
        _costs.Keep(local.Name.Length);
        if (_entries.Count >= _budget.Limits.Entries)
        {
            throw ScanBudget.Spent("entries", _budget.Limits.Entries, 0);
        }
    }
}
