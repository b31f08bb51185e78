// Writes what rules ask, by kind of fact and value.
using System.Buffers.Binary;
using System.Text;
using Assay.Detection.Facts;

namespace Assay.Detection.Conditions;

/// <summary>
/// Writes the bytes that <see cref="RuleIndex"/> reads. All numbers have four bytes, the lowest first. The number of lists of patterns; how many rules take the facts of a
/// bundle together, and those; how many kinds there are, and of each its name with its length, and where its part lies and how long that is. A part has the place of the list of
/// patterns that no value tells; how many fields it has, and of each its number, the length of its longest value, how many values there are, and where; the values by
/// their hash: that, the place of the text, and that of the list; the lists; and the texts. Places are counted from the beginning of the part.
/// </summary>
internal sealed class RuleIndexWriter
{
    private readonly OrderedDictionary<FactKind, Part> _parts = [];
    private int _lists;

    private RuleIndexWriter()
    {
    }

    /// <summary>The index of rules in their order, as bytes.</summary>
    public static byte[] Write(IReadOnlyList<RuleEntry> rules) => new RuleIndexWriter().All(rules);

    private byte[] All(IReadOnlyList<RuleEntry> rules)
    {
        for (int i = 0; i < rules.Count; i++)
        {
            for (int j = 0; j < rules[i].Uses.Count; j++)
                Add(rules[i].Uses[j].Pattern, (i, j));
        }

        int[] bundles = [.. Enumerable.Range(0, rules.Count).Where(i => rules[i].When.Within is RuleScope.Bundle)];
        (byte[] Name, byte[] Bytes)[] parts = [.. _parts.Select(p => (Encoding.UTF8.GetBytes(p.Key.Name), Bytes(p.Value)))];
        using MemoryStream all = new();
        Numbers(all, [_lists, bundles.Length, .. bundles, parts.Length]);
        int at = (int)all.Length + parts.Sum(p => 12 + p.Name.Length);
        foreach ((byte[] name, byte[] bytes) in parts)
        {
            Numbers(all, name.Length);
            all.Write(name);
            Numbers(all, at, bytes.Length);
            at += bytes.Length;
        }

        foreach ((byte[] _, byte[] bytes) in parts)
            all.Write(bytes);

        return all.ToArray();
    }

    private void Add(FactPattern pattern, (int Rule, int Pattern) use)
    {
        if (!_parts.TryGetValue(pattern.Kind, out Part? part))
            _parts.Add(pattern.Kind, part = new Part());

        (FactField? field, FieldTest? test) = pattern.Tests.FirstOrDefault(t => t is { Field.Type: FieldType.Text, Test: OneOfTest });
        if (field is null || test is not OneOfTest equal)
        {
            part.Others.Add(use);
            return;
        }

        int number = pattern.Kind.Fields.ToList().IndexOf(field);
        if (!part.Keyed.TryGetValue(number, out Dictionary<string, List<(int, int)>>? values))
            part.Keyed.Add(number, values = new(StringComparer.Ordinal));

        foreach (string text in equal.Texts.Distinct())
        {
            if (!values.TryGetValue(text, out List<(int, int)>? uses))
                values.Add(text, uses = []);

            uses.Add(use);
        }
    }

    private byte[] Bytes(Part part)
    {
        List<int> head = [RuleIndex.None, part.Keyed.Count];
        int at = 8 + (16 * part.Keyed.Count);
        foreach ((int field, Dictionary<string, List<(int, int)>> values) in part.Keyed)
        {
            head.AddRange([field, values.Keys.Max(v => v.Length), values.Count, at]);
            at += 12 * values.Count;
        }

        using MemoryStream lists = new();
        int List(List<(int Rule, int Pattern)> uses)
        {
            int place = at + (int)lists.Length;
            Numbers(lists, [_lists++, uses.Count, .. uses.SelectMany(u => (int[])[u.Rule, u.Pattern])]);
            return place;
        }

        head[0] = part.Others.Count > 0 ? List(part.Others) : RuleIndex.None;
        (string Text, int List)[][] tables = [.. part.Keyed.Select(f => f.Value.OrderBy(v => RuleIndex.Hash(v.Key)).ThenBy(v => v.Key, StringComparer.Ordinal).Select(v => (v.Key, List(v.Value))).ToArray())];
        int texts = at + (int)lists.Length;
        using MemoryStream bytes = new(), written = new();
        Numbers(bytes, [.. head]);
        foreach ((string text, int list) in tables.SelectMany(t => t))
        {
            Numbers(bytes, (int)RuleIndex.Hash(text), texts + (int)written.Length, list);
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            Numbers(written, utf8.Length);
            written.Write(utf8);
        }

        lists.WriteTo(bytes);
        written.WriteTo(bytes);
        return bytes.ToArray();
    }

    private static void Numbers(MemoryStream to, params ReadOnlySpan<int> numbers)
    {
        Span<byte> four = stackalloc byte[4];
        foreach (int number in numbers)
        {
            BinaryPrimitives.WriteInt32LittleEndian(four, number);
            to.Write(four);
        }
    }

    /// <summary>The patterns for one kind, by number of the field and value, and those that no value tells.</summary>
    private sealed class Part
    {
        public OrderedDictionary<int, Dictionary<string, List<(int Rule, int Pattern)>>> Keyed { get; } = [];

        public List<(int Rule, int Pattern)> Others { get; } = [];
    }
}
