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
public sealed class EffectPack : IEffectNames
{
    /// <summary>Under which names packs of packages are part of the program; what rules say is part of it as well, under another one.</summary>
    internal const string ShippedPrefix = "effects/";

    private const int LongestRecord = 1 << 16;
    private const int LongestText = 1 << 16;
    private const int MostPatterns = 1 << 10;
    private readonly ByteSource _bytes;
    private readonly long[] _starts = new long[PackLayout.Sections + 1];
    private readonly ConcurrentDictionary<int, EffectEntry> _entries = new();
    private readonly ConcurrentDictionary<int, Effect> _effects = new();
    private readonly ConcurrentDictionary<int, string> _texts = new();

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

        Count = Many(PackSection.Names, PackHash.Length);
        Records = Many(PackSection.RecordPlaces, 4) - 1;
        EffectCount = Many(PackSection.EffectPlaces, 4) - 1;
        TextCount = Many(PackSection.TextPlaces, 4) - 1;
        if (_starts[^1] != bytes.Length || head[(PackLayout.LengthsAt + (4 * PackLayout.Sections))..PackLayout.DigestAt].IndexOfAnyExcept((byte)0) >= 0 || Many(PackSection.Definitions, 4) != Count || Records < 0 || EffectCount < 0 || TextCount < 1
            || Length(PackSection.Patterns) % PackLayout.PatternLength != 0 || Length(PackSection.Listed) % PackHash.Length != 0 || !PackFilter.IsLength(Length(PackSection.Filter)))
            throw Broken();

        Digest = Convert.ToHexStringLower(head.Slice(PackLayout.DigestAt, SHA256.HashSizeInBytes));
    }

    /// <summary>Whether it is a pack of packages that is part of the program.</summary>
    internal bool IsShipped { get; }

    /// <summary>How many names there are.</summary>
    internal int Count { get; }

    /// <summary>How many different records there are.</summary>
    internal int Records { get; }

    /// <summary>The SHA-256 of what the pack holds, as its head gives it.</summary>
    internal string Digest { get; }

    /// <summary>Where the knowledge comes from.</summary>
    internal PackProvenance Provenance => PackProvenance.Parse(Text(0));

    /// <summary>By what reports name it.</summary>
    public EffectPackIdentity Identity => new(Provenance.Name, Provenance.Version, Digest);

    private int EffectCount { get; }

    private int TextCount { get; }

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

        Ordered(PackSection.Names, Count, PackHash.Length, strictly: true);
        Ordered(PackSection.Listed, Many(PackSection.Listed, PackHash.Length), PackHash.Length, strictly: true);
        Ordered(PackSection.Patterns, Many(PackSection.Patterns, PackLayout.PatternLength), PackLayout.PatternLength, strictly: false);
        for (int i = 0; i < Records; i++)
            _ = Record(i);

        for (int i = 0; i < EffectCount; i++)
            _ = EffectOf(i);

        for (int i = 0; i < TextCount; i++)
            _ = Text(i);
    }

    /// <inheritdoc/>
    EffectEntry? IEffectNames.Exact(string path) => Exact(path);

    /// <inheritdoc/>
    IReadOnlyList<(string Pattern, EffectEntry Entry)> IEffectNames.Below(string owner) => Below(owner);

    internal EffectEntry? Exact(string path)
    {
        int at = MayHold(path) ? Search(PackSection.Names, Count, PackHash.Length, PackHash.Of(path)) : -1;
        return at < 0 ? null : Record(Int(PackSection.Definitions, at * 4L));
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
            found.Add((Text(Int(PackSection.Patterns, place)), Record(Int(PackSection.Patterns, place + 4))));
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

    private void Ordered(PackSection section, int count, int width, bool strictly)
    {
        PackHash last = default;
        for (int i = 0; i < count; i++)
        {
            PackHash name = Name(section, (long)i * width);
            if (i > 0 && (name.CompareTo(last) < 0 || (strictly && name == last)))
                throw Broken();

            last = name;
        }
    }

    private EffectEntry Record(int number)
    {
        if (_entries.TryGetValue(number, out EffectEntry? known))
            return known;

        if ((uint)number >= (uint)Records)
            throw Broken();

        byte[] record = Item(PackSection.RecordPlaces, PackSection.Records, number, LongestRecord);
        return _entries[number] = new PackRecordReader(record, Text, EffectOf).Read();
    }

    private Effect EffectOf(int number)
    {
        if (_effects.TryGetValue(number, out Effect? known))
            return known;

        if ((uint)number >= (uint)EffectCount)
            throw Broken();

        return _effects[number] = new PackRecordReader(Item(PackSection.EffectPlaces, PackSection.Effects, number, LongestRecord), Text, EffectOf).ReadEffect();
    }

    private string Text(int number)
    {
        if (_texts.TryGetValue(number, out string? known))
            return known;

        if ((uint)number >= (uint)TextCount)
            throw Broken();

        return _texts[number] = Encoding.UTF8.GetString(Item(PackSection.TextPlaces, PackSection.Texts, number, LongestText));
    }

    private byte[] Item(PackSection places, PackSection items, int number, int longest)
    {
        int start = Int(places, number * 4L);
        int end = Int(places, (number + 1L) * 4);
        if (start < 0 || end < start || end > Length(items) || end - start > longest)
            throw Broken();

        byte[] item = new byte[end - start];
        return _bytes.ReadAt(_starts[(int)items] + start, item) == item.Length ? item : throw Broken();
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
        return at + PackHash.Length <= Length(section) && _bytes.ReadAt(_starts[(int)section] + at, bytes) == PackHash.Length ? PackHash.Read(bytes) : throw Broken();
    }

    private int Int(PackSection section, long at)
    {
        Span<byte> bytes = stackalloc byte[4];
        return at + 4 <= Length(section) && _bytes.ReadAt(_starts[(int)section] + at, bytes) == 4 ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : throw Broken();
    }
}
