// Looks names up in an effect pack without unpacking it.
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Assay.Bytes;

namespace Assay.Effects.Packs;

/// <summary>
/// Looks names up in a pack. Nothing is read but what a look-up needs: a search among the numbers of names, and one record. Every place is checked
/// before it is read, so that a hostile pack is refused and cannot do more; a pack that is not part of the program is verified as a whole first.
/// </summary>
public sealed class EffectPack : IEffectNames, IPackTables
{
    /// <summary>Under which names packs of packages are part of the program; what rules say is part of it as well, under another one.</summary>
    internal const string ShippedPrefix = "effects/";

    private const int LongestRecord = 1 << 16;
    private const int LongestText = 1 << 16;
    private const int MostPatterns = 1 << 10;

    /// <summary>Another name of a class leads to the class, and that to the one from which it has most members.</summary>
    private const int MostLinks = 8;
    private static readonly PackSection[] s_tables = [PackSection.Records, PackSection.Effects, PackSection.Sources, PackSection.Returns, PackSection.Origins, PackSection.Texts];
    private readonly ByteSource _bytes;
    private readonly int _recordNumberLength;
    private readonly long[] _starts = new long[PackLayout.Sections + 1];
    private readonly ConcurrentDictionary<int, (EffectEntry Entry, string Link)> _entries = new();
    private readonly ConcurrentDictionary<int, Effect> _effects = new();
    private readonly ConcurrentDictionary<int, string> _texts = new();
    private readonly ConcurrentDictionary<int, EffectSource> _sources = new();
    private readonly ConcurrentDictionary<int, EffectReturn> _returns = new();
    private readonly ConcurrentDictionary<int, EffectOrigin> _origins = new();
    private readonly int[] _counts = new int[PackLayout.Sections];

    /// <summary>The patterns of owners that have some: every name below one asks for them.</summary>
    private readonly ConcurrentDictionary<string, IReadOnlyList<(string Pattern, EffectEntry Entry)>> _below = new(StringComparer.Ordinal);
    private readonly Func<long, byte> _filterByte;

    /// <summary>Opens a pack without looking further than its head; the bytes must not change while it is used.</summary>
    /// <exception cref="EffectPackException">The head does not hold together.</exception>
    internal EffectPack(ByteSource bytes, bool isShipped = false)
    {
        _bytes = bytes;
        IsShipped = isShipped;
        _filterByte = FilterByte;
        Span<byte> head = stackalloc byte[PackLayout.HeadLength];
        if (bytes.ReadAt(0, head) != head.Length || !head.StartsWith(PackLayout.Magic))
            throw new EffectPackException("This is no effect pack.");

        int version = BinaryPrimitives.ReadInt32LittleEndian(head[PackLayout.VersionAt..]);
        if (version != PackLayout.Version)
            throw new EffectPackException($"The pack has version {version}; this program reads version {PackLayout.Version}.");

        _starts[0] = PackLayout.HeadLength;
        for (int i = 0; i < PackLayout.Sections; i++)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(head[(PackLayout.LengthsAt + (4 * i))..]);
            _starts[i + 1] = _starts[i] + (length < 0 ? throw Broken() : length);
        }

        if (_starts[^1] != bytes.Length || Length(PackSection.Names) < PackLayout.BucketsLength || (Length(PackSection.Names) - PackLayout.BucketsLength) % PackLayout.TailLength != 0)
            throw Broken();

        Count = (int)((Length(PackSection.Names) - PackLayout.BucketsLength) / PackLayout.TailLength);
        foreach (PackSection table in s_tables)
        {
            int count = _counts[(int)table] = Int(table, 0);
            if (count < 0 || PackItems.PlacesLength(count) > Length(table))
                throw Broken();
        }

        _recordNumberLength = PackLayout.RecordNumberLength(Records);
        if (Many(PackSection.Definitions, _recordNumberLength) != Count || Items(PackSection.Texts) < 1
            || Length(PackSection.Patterns) % PackLayout.PatternLength != 0 || Length(PackSection.Listed) % PackHash.Length != 0 || !PackFilter.IsLength(Length(PackSection.Filter)))
            throw Broken();

        Digest = Convert.ToHexStringLower(head.Slice(PackLayout.DigestAt, SHA256.HashSizeInBytes));
    }

    /// <summary>Whether it is a pack of packages that is part of the program.</summary>
    internal bool IsShipped { get; }

    /// <summary>How many names there are.</summary>
    internal int Count { get; }

    /// <summary>How many different records there are.</summary>
    internal int Records => Items(PackSection.Records);

    /// <summary>The SHA-256 of what the pack holds, as its head gives it.</summary>
    internal string Digest { get; }

    /// <summary>Where the knowledge comes from.</summary>
    internal PackProvenance Provenance => PackProvenance.Parse(((IPackTables)this).Text(0));

    /// <summary>By what reports name it.</summary>
    public EffectPackIdentity Identity => new(Provenance.Name, Provenance.Version, Digest);

    /// <summary>Opens a pack that is not part of the program, and reads all of it once; the bytes must not change while it is used.</summary>
    /// <param name="name">The name by which errors call it.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <exception cref="EffectPackException">It does not hold together; the message begins with its name.</exception>
    public static EffectPack Open(string name, ByteSource bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        try
        {
            EffectPack pack = new(bytes);
            pack.Verify();
            return pack;
        }
        catch (EffectPackException e)
        {
            throw new EffectPackException($"{name}: {e.Message}");
        }
    }

    /// <summary>Opens packs that are part of the program.</summary>
    internal static IReadOnlyList<EffectPack> Embedded(string prefix) => [.. EmbeddedTable.Names(prefix).Select(n => new EffectPack(new EmbeddedSource(n), isShipped: prefix is ShippedPrefix))];

    /// <summary>Reads all of the pack: the digest, the order of the numbers, every record and text.</summary>
    /// <exception cref="EffectPackException">Something does not hold together.</exception>
    internal void Verify()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 16];
        for (long at = PackLayout.HeadLength; at < _bytes.Length;)
        {
            int read = _bytes.ReadAt(at, buffer);
            hash.AppendData(buffer, 0, read > 0 ? read : throw Broken());
            at += read;
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != Digest)
            throw new EffectPackException("The pack is not what it was when it was written.");

        if (Bucket(0) != 0 || Bucket(256) != Count)
            throw Broken();

        for (int first = 0; first < 256; first++)
            Ordered(PackSection.Names, PackLayout.BucketsLength, PackLayout.TailLength, Bucket(first), Bucket(first + 1), strictly: true);

        Ordered(PackSection.Listed, 0, PackHash.Length, 0, Many(PackSection.Listed, PackHash.Length), strictly: true);
        Ordered(PackSection.Patterns, 0, PackLayout.PatternLength, 0, Many(PackSection.Patterns, PackLayout.PatternLength), strictly: false);
        foreach (PackSection table in s_tables)
            Chained(table);

        for (int i = 0; i < Count; i++)
            _ = RecordNumber(i) < Records ? 0 : throw Broken();

        IPackTables tables = this;
        for (int i = 0; i < Records; i++)
            _ = Record(i);

        for (int i = 0; i < Items(PackSection.Effects); i++)
            _ = tables.EffectOf(i);

        for (int i = 0; i < Items(PackSection.Sources); i++)
            _ = tables.SourceOf(i);

        for (int i = 0; i < Items(PackSection.Returns); i++)
            _ = tables.ReturnOf(i);

        for (int i = 0; i < Items(PackSection.Origins); i++)
            _ = tables.OriginOf(i);

        for (int i = 0; i < Items(PackSection.Texts); i++)
            _ = tables.Text(i);
    }

    /// <inheritdoc/>
    string IPackTables.Text(int number) =>
        _texts.TryGetValue(number, out string? known) ? known : _texts[number] = Encoding.UTF8.GetString(Item(PackSection.Texts, number, LongestText));

    /// <inheritdoc/>
    Effect IPackTables.EffectOf(int number) =>
        _effects.TryGetValue(number, out Effect? known) ? known : _effects[number] = new PackRecordReader(Item(PackSection.Effects, number, LongestRecord), this).ReadEffect();

    /// <inheritdoc/>
    EffectSource IPackTables.SourceOf(int number) =>
        _sources.TryGetValue(number, out EffectSource known) ? known : _sources[number] = new PackRecordReader(Item(PackSection.Sources, number, LongestRecord), this).ReadSource();

    /// <inheritdoc/>
    EffectReturn IPackTables.ReturnOf(int number) =>
        _returns.TryGetValue(number, out EffectReturn? known) ? known : _returns[number] = new PackRecordReader(Item(PackSection.Returns, number, LongestRecord), this).ReadReturn();

    /// <inheritdoc/>
    EffectOrigin IPackTables.OriginOf(int number) =>
        _origins.TryGetValue(number, out EffectOrigin? known) ? known : _origins[number] = new PackRecordReader(Item(PackSection.Origins, number, LongestRecord), this).ReadOrigin();

    /// <inheritdoc/>
    EffectEntry? IEffectNames.Exact(string path) => Exact(path);

    /// <inheritdoc/>
    IReadOnlyList<(string Pattern, EffectEntry Entry)> IEffectNames.Below(string owner) => Below(owner);

    internal EffectEntry? Exact(string path)
    {
        for (int step = 0; step < MostLinks; step++)
        {
            if (Found(path) is { } found)
                return found.Entry;

            // A member that a class has from another one.
            int dot = path.LastIndexOf('.');
            if (dot <= 0 || Found(path[..dot]) is not { Link: { Length: > 0 } link })
                return null;

            path = string.Concat(link, path.AsSpan(dot));
        }

        return null;
    }

    private (EffectEntry Entry, string Link)? Found(string path)
    {
        int at = MayHold(path) ? Search(PackHash.Of(path)) : -1;
        return at < 0 ? null : Record(RecordNumber(at));
    }

    internal IReadOnlyList<(string Pattern, EffectEntry Entry)> Below(string owner)
    {
        if (_below.TryGetValue(owner, out IReadOnlyList<(string Pattern, EffectEntry Entry)>? known))
            return known;

        int count = Many(PackSection.Patterns, PackLayout.PatternLength);
        if (count == 0 || !MayHold(owner))
            return [];

        PackHash name = PackHash.Of(owner);
        int at = Search(PackSection.Patterns, count, PackLayout.PatternLength, name);
        if (at < 0)
            return [];

        while (at > 0 && Name(PackSection.Patterns, (at - 1L) * PackLayout.PatternLength) == name)
            at--;

        List<(string, EffectEntry)> found = [];
        for (; at < count && found.Count < MostPatterns && Name(PackSection.Patterns, (long)at * PackLayout.PatternLength) == name; at++)
        {
            long place = ((long)at * PackLayout.PatternLength) + PackHash.Length;
            found.Add((((IPackTables)this).Text(Int(PackSection.Patterns, place)), Record(Int(PackSection.Patterns, place + 4)).Entry));
        }

        return _below[owner] = found;
    }

    /// <inheritdoc/>
    bool IEffectNames.IsListed(string module) => IsListed(module);

    internal bool IsListed(string module) =>
        MayHold(module) && Search(PackSection.Listed, Many(PackSection.Listed, PackHash.Length), PackHash.Length, PackHash.Of(module)) >= 0;

    private static EffectPackException Broken() => new("The pack does not hold together.");

    private long Length(PackSection section) => _starts[(int)section + 1] - _starts[(int)section];

    private int Many(PackSection section, int width) => Length(section) % width == 0 ? (int)(Length(section) / width) : throw Broken();

    private int Search(PackSection section, int count, int width, PackHash wanted)
    {
        int low = 0, high = count - 1;
        while (low <= high)
        {
            int middle = low + ((high - low) >> 1);
            int order = Name(section, (long)middle * width).CompareTo(wanted);
            if (order == 0)
                return middle;

            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }

    /// <summary>The place of a name, or -1: a search among those whose numbers begin with the same byte.</summary>
    private int Search(PackHash wanted)
    {
        Span<byte> whole = stackalloc byte[PackHash.Length];
        Span<byte> tail = stackalloc byte[PackLayout.TailLength];
        wanted.Write(whole);
        int low = Bucket(whole[0]), high = Bucket(whole[0] + 1) - 1;
        if (low < 0 || high >= Count)
            throw Broken();

        while (low <= high)
        {
            int middle = low + ((high - low) >> 1);
            Read(PackSection.Names, PackLayout.BucketsLength + ((long)middle * PackLayout.TailLength), tail);
            int order = tail.SequenceCompareTo(whole[1..]);
            if (order == 0)
                return middle;

            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }

    private int Bucket(int first) => Int(PackSection.Names, first * 4L);

    private int RecordNumber(int name)
    {
        Span<byte> bytes = stackalloc byte[4];
        bytes.Clear();
        Read(PackSection.Definitions, (long)name * _recordNumberLength, bytes[.._recordNumberLength]);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    private void Ordered(PackSection section, int start, int width, int from, int to, bool strictly)
    {
        int length = Math.Min(width, PackHash.Length);
        Span<byte> bytes = stackalloc byte[length];
        Span<byte> last = stackalloc byte[length];
        for (int i = from; i < to; i++)
        {
            Read(section, start + ((long)i * width), bytes);
            int order = i > from ? last.SequenceCompareTo(bytes) : -1;
            if (order > 0 || (strictly && order == 0))
                throw Broken();

            bytes.CopyTo(last);
        }

        if (from < 0 || from > to)
            throw Broken();
    }

    /// <summary>Whether each block of a table begins where the one before ends.</summary>
    private void Chained(PackSection table)
    {
        long at = PackItems.PlacesLength(Items(table));
        for (int i = 0; i < Items(table); i++)
        {
            if (i % PackItems.InBlock == 0 && at != PackItems.PlacesLength(Items(table)) + Int(table, 4 + (4L * (i / PackItems.InBlock))))
                throw Broken();

            at = Measured(table, at, out int length) + length;
        }

        if (at != Length(table))
            throw Broken();
    }

    private (EffectEntry Entry, string Link) Record(int number) =>
        _entries.TryGetValue(number, out (EffectEntry Entry, string Link) known) ? known : _entries[number] = new PackRecordReader(Item(PackSection.Records, number, LongestRecord), this).Read();

    private int Items(PackSection table) => _counts[(int)table];

    private byte[] Item(PackSection table, int number, int longest)
    {
        if ((uint)number >= (uint)Items(table))
            throw Broken();

        int place = Int(table, 4 + (4L * (number / PackItems.InBlock)));
        long at = place < 0 ? throw Broken() : PackItems.PlacesLength(Items(table)) + place;
        at = Measured(table, at, out int length);
        for (int i = number % PackItems.InBlock; i > 0; i--)
            at = Measured(table, at + length, out length);

        if (length > longest)
            throw Broken();

        byte[] item = new byte[length];
        Read(table, at, item);
        return item;
    }

    /// <summary>Reads the length of the item at a place; gives back where the item itself begins. It ends within its table.</summary>
    private long Measured(PackSection table, long at, out int length)
    {
        Span<byte> bytes = stackalloc byte[4];
        int many = (int)Math.Min(4, Length(table) - at);
        Read(table, at, bytes[..Math.Max(many, 1)]);
        length = 0;
        for (int i = 0; i < many; i++)
        {
            length |= (bytes[i] & 127) << (7 * i);
            if (bytes[i] < 128)
                return at + i + 1 + length <= Length(table) ? at + i + 1 : throw Broken();
        }

        throw Broken();
    }

    private bool MayHold(string path) => PackFilter.MayHold(path, Length(PackSection.Filter), _filterByte);

    private byte FilterByte(long at)
    {
        Span<byte> one = stackalloc byte[1];
        return _bytes.ReadAt(_starts[(int)PackSection.Filter] + at, one) == 1 ? one[0] : throw Broken();
    }

    private PackHash Name(PackSection section, long at)
    {
        Span<byte> bytes = stackalloc byte[PackHash.Length];
        Read(section, at, bytes);
        return PackHash.Read(bytes);
    }

    private int Int(PackSection section, long at)
    {
        Span<byte> bytes = stackalloc byte[4];
        Read(section, at, bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    private void Read(PackSection section, long at, Span<byte> bytes)
    {
        if (at < 0 || at + bytes.Length > Length(section) || _bytes.ReadAt(_starts[(int)section] + at, bytes) != bytes.Length)
            throw Broken();
    }
}
