// Walks a tar from header to header, extended headers included.
using Assay.Bytes;

namespace Assay.Containers.Tar;

/// <summary>
/// Walks a tar: v7, ustar, pax and GNU. Where a header is broken, or after the end mark, it looks for the next good header, because
/// some loaders do.
/// </summary>
internal sealed class TarReader
{
    /// <summary>Extended headers longer than this are not read.</summary>
    public const int LongestExtension = 1 << 20;

    private const long SearchLength = 64L << 20;
    private readonly ByteSource _source;
    private readonly ByteRange _window;
    private readonly ScanBudget _budget;
    private readonly MemberNames _names;
    private readonly TarLinks _links;
    private readonly PaxRecords _global = new();
    private readonly PaxRecords _local = new();
    private readonly byte[] _block = new byte[TarHeader.Size];
    private string? _longName;
    private string? _longLink;
    private long _at;
    private readonly EntryCosts _costs;
    private long _count;
    private bool _ended;

    /// <summary>Creates a reader of the tar that starts where <paramref name="window"/> does.</summary>
    public TarReader(ByteSource source, ByteRange window, ScanBudget budget)
        : this(source, window, budget, new HeldMemory(budget))
    {
    }

    /// <summary>Creates a reader of a tar; what is kept of its members is held by <paramref name="held"/>.</summary>
    internal TarReader(ByteSource source, ByteRange window, ScanBudget budget, HeldMemory held)
    {
        _costs = new EntryCosts(budget, held);
        _source = source;
        _window = window.ClampTo(source.Length);
        _budget = budget;
        _at = _window.Offset;
        _names = new MemberNames(Oddities);
        _links = new TarLinks(Oddities);
    }

    /// <summary>What is odd so far.</summary>
    public OddityLog Oddities { get; } = new();

    /// <summary>Where headers and end marks lie, so far.</summary>
    public List<ByteRange> Structures { get; } = [];

    /// <summary>Whether the tar ended with its end mark.</summary>
    public bool HasEndMark { get; private set; }

    /// <summary>Whether <paramref name="block"/> is a header with a good checksum.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> block, out bool hasMagic)
    {
        hasMagic = false;
        if (block.Length < TarHeader.Size)
        {
            return false;
        }

        TarHeader header = new(block[..TarHeader.Size]);
        hasMagic = header.HasMagic;
        return !header.IsZero && block[0] != 0 && header.ChecksumFits();
    }

    /// <summary>The next member, or null at the end.</summary>
    public TarEntry? Next()
    {
        while (_at + TarHeader.Size <= _window.End)
        {
            _budget.Poll(_at);
            _source.ReadAt(_at, _block);
            TarHeader header = new(_block);
            if (header.IsZero)
            {
                Structures.Add(new ByteRange(_at, TarHeader.Size));
                HasEndMark = _ended = true;
                _at += TarHeader.Size;
                continue;
            }

            if (!header.ChecksumFits() || (_ended && !header.HasMagic))
            {
                if (!SkipToHeader())
                {
                    return null;
                }

                continue;
            }

            if (_ended)
            {
                Oddities.Add("tar.after-end", _at, TarHeader.Size, "Members follow the end mark; some loaders read them.");
                _ended = false;
            }

            if (++_count > _budget.Limits.Entries)
            {
                throw ScanBudget.Spent("entries", _budget.Limits.Entries, _at);
            }

            if (Member(header) is { } entry)
            {
                _count += ScanBudget.EntryCost(entry.Name.Length) - 1;
                _costs.Read(entry.Name.Length, _at);
                _costs.Keep(entry.Name.Length);
                return entry;
            }
        }

        return null;
    }

    private bool SkipToHeader()
    {
        if (!_ended)
        {
            Oddities.Add("tar.checksum", _at, TarHeader.Size, "A header has a wrong checksum; loaders stop here or look for the next one.");
        }

        // Only headers with a signature count here: anything else could be data.
        long end = Math.Min(_window.End, _at + SearchLength);
        while ((_at += TarHeader.Size) + TarHeader.Size <= end)
        {
            if ((_at & 0xFFFFF) == 0)
            {
                _budget.Poll(_at);
            }

            _source.ReadAt(_at, _block);
            if (IsHeader(_block, out bool magic) && magic)
            {
                return true;
            }
        }

        return false;
    }

    private TarEntry? Member(TarHeader header)
    {
        long offset = _at;
        Structures.Add(new ByteRange(offset, TarHeader.Size));
        _at += TarHeader.Size;
        if (header.Length is not { } length)
        {
            Oddities.Add("tar.size-broken", offset, TarHeader.Size, "The size of a member is no number; it was taken for 0.");
            length = 0;
        }

        char type = header.Type;
        if (type is 'x' or 'g' or 'X' or 'L' or 'K')
        {
            Extension(type, length);
            return null;
        }

        string name = _longName ?? _local["GNU.sparse.name"] ?? _local["path"] ?? _global["path"] ?? header.Name;
        string link = _longLink ?? _local["linkpath"] ?? _global["linkpath"] ?? header.LinkTarget;
        if ((_local.Number("size") ?? _global.Number("size")) is { } told && told != length)
        {
            if (length != 0)
            {
                Oddities.Add("tar.size-mismatch", offset, TarHeader.Size, $"The header of \"{name}\" says {length} bytes and its extended header {told}.");
            }

            length = told;
        }

        TarKind kind = Kind(type, name);
        if (kind != TarKind.File && length != 0)
        {
            Oddities.Add("tar.data-without-file", offset, TarHeader.Size, $"\"{name}\" is no file and has a size; loaders differ in whether data follow.");
            length = 0;
        }

        TarEntry entry = new(name, kind, kind is TarKind.HardLink or TarKind.SymbolicLink ? link : "", offset, default, length);
        entry = TarSparse.Resolve(_source, _window, header, entry, _local, ref _at, Structures, Oddities);
        ByteRange data = new ByteRange(_at, length).ClampTo(_window.End);
        if (data.Length < length)
        {
            Oddities.Add("tar.data-cut", data.Offset, data.Length, $"The data of \"{name}\" reach beyond the end of the file.");
        }

        _at = data.Length < length ? _window.End : Math.Min(_window.End, data.Offset + ((length + 511) & ~511L));
        Forget();
        if (!_names.Add(name, offset) && kind != TarKind.Directory)
        {
            Oddities.Add("tar.duplicate-name", offset, 0, $"Several members are called \"{name}\".");
        }

        entry = entry with { Data = data };
        _links.Add(entry);
        return TarSparse.Place(_source, entry, Oddities);
    }

    private void Extension(char type, long length)
    {
        ByteRange body = new ByteRange(_at, length).ClampTo(_window.End);
        long start = _at;
        _at = body.Length < length ? _window.End : Math.Min(_window.End, _at + ((length + 511) & ~511L));
        Structures.Add(new ByteRange(start, _at - start));
        if (body.Length > LongestExtension)
        {
            Oddities.Add("tar.extension-too-long", start, body.Length, $"An extended header of {body.Length} bytes was not read.");
            return;
        }

        byte[] bytes = _source.ReadUpTo(body.Offset, (int)body.Length);
        switch (type)
        {
            case 'L':
                _longName = TarHeader.Text(bytes);
                break;
            case 'K':
                _longLink = TarHeader.Text(bytes);
                break;
            default:
                PaxRecords records = type == 'g' ? _global : _local;
                records.Add(bytes);
                if (records.IsBroken)
                {
                    Oddities.Add("tar.pax-broken", start, body.Length, "A pax header does not follow its syntax.");
                }

                break;
        }
    }

    private void Forget()
    {
        _longName = null;
        _longLink = null;
        _local.Clear();
    }

    private TarKind Kind(char type, string name)
    {
        switch (type)
        {
            case '1':
                return TarKind.HardLink;
            case '2':
                return TarKind.SymbolicLink;
            case '3' or '4' or '6':
                return TarKind.Device;
            case '5' or 'D':
                return TarKind.Directory;
            case '\0' or '0' or '7' or 'S':
                return name.EndsWith('/') && type == '\0' ? TarKind.Directory : TarKind.File;
            default:
                Oddities.Add("tar.unknown-type", _at - TarHeader.Size, TarHeader.Size, $"\"{name}\" has the unknown type 0x{(int)type:X2}; loaders take it for a file.");
                return TarKind.File;
        }
    }
}
