// Writes effect packs.
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Effects.Packs;

/// <summary>Writes a table of names into a pack. The same table gives the same bytes.</summary>
internal sealed class EffectPackWriter
{
    private readonly List<(EffectEntry Entry, string Link)> _entries = [];
    private readonly Dictionary<string, int> _entryNumbers = new(StringComparer.Ordinal);

    private EffectPackWriter()
    {
    }

    /// <summary>The pack of a table.</summary>
    /// <param name="table">The names.</param>
    /// <param name="provenance">Where they come from.</param>
    /// <param name="links">For classes the path of another one whose members they have beside their own; null for none.</param>
    /// <exception cref="EffectPackException">Two names have one number.</exception>
    public static byte[] Write(EffectTable table, PackProvenance provenance, IReadOnlyDictionary<string, string>? links = null) => new EffectPackWriter().Pack(table, provenance, links);

    private byte[] Pack(EffectTable table, PackProvenance provenance, IReadOnlyDictionary<string, string>? links)
    {
        SortedDictionary<PackHash, int> names = [];
        foreach ((string path, EffectEntry entry) in table.Names.OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            if (!names.TryAdd(PackHash.Of(path), NumberOf(entry, links?.GetValueOrDefault(path) ?? "")))
                throw new EffectPackException($"'{path}' has the number of another name.");
        }

        // The order within one owner is that of the table: most specific first.
        (PackHash Owner, string Text, int Record)[] patterns = [.. table.Patterns.Select(p => (PackHash.Of(p.Owner), p.Pattern, NumberOf(p.Entry, ""))).OrderBy(p => p.Item1)];
        PackItemWriter writer = new([.. _entries.Select(e => e.Entry)], [provenance.ToString(), .. patterns.Select(p => p.Text), .. _entries.Select(e => e.Link).Where(l => l.Length > 0)]);
        MemoryStream[] sections = [.. Enumerable.Range(0, PackLayout.Sections).Select(_ => new MemoryStream())];
        MemoryStream At(PackSection section) => sections[(int)section];
        Names(At(PackSection.Names), [.. names.Keys]);
        Span<byte> number = stackalloc byte[4];
        foreach (int record in names.Values)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, record);
            At(PackSection.Definitions).Write(number[..PackLayout.RecordNumberLength(_entries.Count)]);
        }

        PackItems.Write(At(PackSection.Records), [.. _entries.Select(e => writer.Record(e.Entry, e.Link))]);
        PackItems.Write(At(PackSection.Effects), [.. writer.Effects]);
        PackItems.Write(At(PackSection.Sources), [.. writer.Sources]);
        PackItems.Write(At(PackSection.Returns), [.. writer.Returns]);
        PackItems.Write(At(PackSection.Origins), [.. writer.Origins]);
        PackItems.Write(At(PackSection.Texts), [.. writer.Texts.Select(Encoding.UTF8.GetBytes)]);
        foreach ((PackHash owner, string text, int record) in patterns)
        {
            Put(At(PackSection.Patterns), owner);
            PackItems.Put(At(PackSection.Patterns), writer.TextNumber(text));
            PackItems.Put(At(PackSection.Patterns), record);
        }

        foreach (PackHash module in table.ListedModules.Select(m => PackHash.Of(m)).Order())
            Put(At(PackSection.Listed), module);

        At(PackSection.Filter).Write(Filter([.. table.Names.Select(n => n.Key), .. table.Patterns.Select(p => p.Owner).Distinct(), .. table.ListedModules]));
        return Assemble(sections);
    }

    private static void Names(MemoryStream to, IReadOnlyList<PackHash> names)
    {
        int at = 0;
        for (int first = 0; first <= 256; first++)
        {
            while (at < names.Count && names[at].First < first)
                at++;

            PackItems.Put(to, at);
        }

        Span<byte> bytes = stackalloc byte[PackHash.Length];
        foreach (PackHash name in names)
        {
            name.Write(bytes);
            to.Write(bytes[1..]);
        }
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

    private static void Put(MemoryStream to, PackHash name)
    {
        Span<byte> bytes = stackalloc byte[PackHash.Length];
        name.Write(bytes);
        to.Write(bytes);
    }

    // Entries that say the same are one record; their text says all of them.
    private int NumberOf(EffectEntry entry, string link)
    {
        string key = string.Join(
            '\0',
            [link, $"{(int)entry.Kind}{(int)entry.Imported}{entry.MembersHarmless}{entry.IsDerived}", entry.Origin.Id, entry.Origin.Reason, .. entry.Origin.References, "\u0001", entry.Returns.ToString(), .. entry.Call.Select(e => e.ToString()), "\u0001", .. entry.New.Select(e => e.ToString())]);
        if (!_entryNumbers.TryGetValue(key, out int number))
        {
            _entryNumbers.Add(key, number = _entries.Count);
            _entries.Add((entry, link));
        }

        return number;
    }
}
