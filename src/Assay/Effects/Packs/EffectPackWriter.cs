// Writes effect packs.
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Effects.Packs;

/// <summary>Writes a table of names into a pack. The same table gives the same bytes.</summary>
internal sealed class EffectPackWriter
{
    private readonly List<byte[]> _records = [];
    private readonly Dictionary<string, int> _recordNumbers = new(StringComparer.Ordinal);
    private readonly List<byte[]> _effects = [];
    private readonly Dictionary<Effect, int> _effectNumbers = [];
    private readonly List<byte[]> _texts = [];
    private readonly Dictionary<string, int> _textNumbers = new(StringComparer.Ordinal);
    private readonly PackRecordWriter _writer;

    private EffectPackWriter() => _writer = new PackRecordWriter(TextNumber, e => _effectNumbers[e]);

    /// <summary>The pack of a table.</summary>
    /// <param name="table">The names.</param>
    /// <param name="provenance">Where they come from.</param>
    /// <exception cref="EffectPackException">Two names have one number.</exception>
    public static byte[] Write(EffectTable table, PackProvenance provenance) => new EffectPackWriter().Pack(table, provenance);

    private byte[] Pack(EffectTable table, PackProvenance provenance)
    {
        TextNumber(provenance.ToString());
        NumberEffects(table);
        SortedDictionary<PackHash, int> names = [];
        foreach ((string path, EffectEntry entry) in table.Names.OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            if (!names.TryAdd(PackHash.Of(path), RecordNumber(entry)))
                throw new EffectPackException($"'{path}' has the number of another name.");
        }

        List<(PackHash Owner, int Text, int Record)> patterns = [];
        foreach ((string owner, string pattern, EffectEntry entry) in table.Patterns)
            patterns.Add((PackHash.Of(owner), TextNumber(pattern), RecordNumber(entry)));

        MemoryStream[] sections = [.. Enumerable.Range(0, PackLayout.Sections).Select(_ => new MemoryStream())];
        MemoryStream At(PackSection section) => sections[(int)section];
        foreach ((PackHash name, int record) in names)
        {
            Put(At(PackSection.Names), name);
            Put(At(PackSection.Definitions), record);
        }

        Items(At(PackSection.RecordPlaces), At(PackSection.Records), _records);
        Items(At(PackSection.EffectPlaces), At(PackSection.Effects), _effects);

        // The order within one owner is that of the table: most specific first.
        foreach ((PackHash owner, int text, int record) in patterns.OrderBy(p => p.Owner))
        {
            Put(At(PackSection.Patterns), owner);
            Put(At(PackSection.Patterns), text);
            Put(At(PackSection.Patterns), record);
        }

        foreach (PackHash module in table.ListedModules.Select(m => PackHash.Of(m)).Order())
            Put(At(PackSection.Listed), module);

        Items(At(PackSection.TextPlaces), At(PackSection.Texts), _texts);
        At(PackSection.Filter).Write(Filter([.. table.Names.Select(n => n.Key), .. table.Patterns.Select(p => p.Owner).Distinct(), .. table.ListedModules]));
        return Assemble(sections);
    }

    private static byte[] Filter(List<string> paths)
    {
        byte[] filter = new byte[PackFilter.LengthFor(paths.Count)];
        foreach (string path in paths)
            PackFilter.Add(filter, path);

        return filter;
    }

    private static byte[] Assemble(MemoryStream[] sections)
    {
        byte[] pack = new byte[PackLayout.HeadLength + sections.Sum(s => (int)s.Length)];
        PackLayout.Magic.CopyTo(pack);
        BinaryPrimitives.WriteInt32LittleEndian(pack.AsSpan(PackLayout.VersionAt), PackLayout.Version);
        int at = PackLayout.HeadLength;
        for (int i = 0; i < sections.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(pack.AsSpan(PackLayout.LengthsAt + (4 * i)), (int)sections[i].Length);
            sections[i].GetBuffer().AsSpan(0, (int)sections[i].Length).CopyTo(pack.AsSpan(at));
            at += (int)sections[i].Length;
        }

        SHA256.HashData(pack.AsSpan(PackLayout.HeadLength), pack.AsSpan(PackLayout.DigestAt));
        return pack;
    }

    private static void Items(MemoryStream places, MemoryStream all, List<byte[]> items)
    {
        Put(places, 0);
        foreach (byte[] item in items)
        {
            all.Write(item);
            Put(places, (int)all.Length);
        }
    }

    private static void Put(MemoryStream to, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        to.Write(bytes);
    }

    private static void Put(MemoryStream to, PackHash name)
    {
        Span<byte> bytes = stackalloc byte[PackHash.Length];
        name.Write(bytes);
        to.Write(bytes);
    }

    /// <summary>Numbers the effects, those first that most entries have: their numbers are the shortest.</summary>
    private void NumberEffects(EffectTable table)
    {
        Dictionary<Effect, int> uses = [];
        foreach (EffectEntry entry in table.Names.Select(n => n.Value).Concat(table.Patterns.Select(p => p.Entry)))
        {
            foreach (Effect effect in entry.Call.Concat(entry.New))
                uses[effect] = uses.GetValueOrDefault(effect) + 1;
        }

        foreach ((Effect effect, _) in uses.OrderByDescending(u => u.Value).ThenBy(u => u.Key.ToString(), StringComparer.Ordinal))
        {
            _effectNumbers.Add(effect, _effects.Count);
            _effects.Add(_writer.Write(effect));
        }
    }

    private int RecordNumber(EffectEntry entry)
    {
        byte[] record = _writer.Write(entry);
        return NumberOf(Convert.ToHexString(record), record, _recordNumbers, _records);
    }

    private int TextNumber(string text) => NumberOf(text, Encoding.UTF8.GetBytes(text), _textNumbers, _texts);

    private static int NumberOf(string key, byte[] item, Dictionary<string, int> numbers, List<byte[]> items)
    {
        if (!numbers.TryGetValue(key, out int number))
        {
            numbers.Add(key, number = items.Count);
            items.Add(item);
        }

        return number;
    }
}
