// Writes rule packs into the form in which they are part of the program.
using System.Buffers.Binary;
using System.Text;
using Assay.Detection.Conditions;

namespace Assay.Detection.Packs;

/// <summary>
/// Writes packs into the form that <see cref="CompiledPacks"/> reads: a head with the digest of all packs; the texts, each once, found by number; the packs with their
/// nodes; the rules, ordered by id, found by number; and what they ask (<see cref="RuleIndexWriter"/>). A node is a byte for its kind, its line, and the number of its text or
/// the length in bytes of its items, so that a reader steps over what it does not need; these numbers have variable length, all others four bytes. The same packs give the same
/// bytes.
/// </summary>
internal sealed class CompiledPacksWriter
{
    private readonly List<string> _texts = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    private CompiledPacksWriter()
    {
    }

    /// <summary>The packs as bytes.</summary>
    /// <param name="packs">The packs.</param>
    /// <param name="rules">What was read from them.</param>
    public static byte[] Write(IReadOnlyList<RulePack> packs, RuleSet rules) => new CompiledPacksWriter().All(packs, rules);

    private byte[] All(IReadOnlyList<RulePack> packs, RuleSet rules)
    {
        byte[][] nodes = [.. packs.Select(p => Node(p.Content))];
        int[] names = [.. packs.Select(p => NumberOf(p.Name))];
        int version = NumberOf(rules.Version);
        byte[][] texts = [.. _texts.Select(Encoding.UTF8.GetBytes)];
        int textsAt = CompiledPacks.HeadLength + (4 * (texts.Length + 1));
        int packsAt = textsAt + texts.Sum(t => t.Length);
        int nodesAt = packsAt + (packs.Count * CompiledPacks.PackLength);
        int rulesAt = nodesAt + nodes.Sum(n => n.Length);
        using MemoryStream all = new();
        all.Write(Convert.FromHexString(RulePack.DigestOf(packs)));
        Words(all, texts.Length, packs.Count, rules.Entries.Count, packsAt, rulesAt, rulesAt + (rules.Entries.Count * CompiledPacks.RuleLength), version);
        int at = textsAt;
        foreach (byte[] text in texts)
        {
            Words(all, at);
            at += text.Length;
        }

        Words(all, at);
        foreach (byte[] text in texts)
            all.Write(text);

        at = nodesAt;
        Dictionary<PackPlace, (int Pack, int At)> places = [];
        for (int i = 0; i < packs.Count; i++)
        {
            Words(all, names[i]);
            all.Write(packs[i].Digest);
            Words(all, at);
            NoteRules(packs[i], i, nodes[i], at, places);
            at += nodes[i].Length;
        }

        foreach (byte[] node in nodes)
            all.Write(node);

        foreach (RuleEntry rule in rules.Entries)
            Words(all, places[rule.Place].Pack, (int)rule.Place.Line, places[rule.Place].At);

        all.Write(RuleIndexWriter.Write(rules.Entries));
        return all.ToArray();
    }

    /// <summary>Notes where the content of each rule of a pack lies, whose node begins at <paramref name="start"/>.</summary>
    private static void NoteRules(RulePack pack, int number, byte[] node, int start, Dictionary<PackPlace, (int Pack, int At)> places)
    {
        int at = 0;
        Enter(node, ref at);
        foreach ((PackNode key, PackNode value) in pack.Content.Pairs ?? [])
        {
            Step(node, ref at);
            int inside = at;
            Step(node, ref at);
            if (key.Text is not "rules")
                continue;

            Enter(node, ref inside);
            foreach (PackNode rule in value.Items ?? [])
            {
                int content = inside + 1;
                _ = CompiledPacks.Number(node, ref content);
                places.Add(rule.Place, (number, start + content));
                Step(node, ref inside);
            }
        }
    }

    /// <summary>Goes behind the head of a list or a map, where its first part is.</summary>
    private static void Enter(byte[] node, ref int at)
    {
        at++;
        _ = CompiledPacks.Number(node, ref at);
        _ = CompiledPacks.Number(node, ref at);
    }

    /// <summary>Goes behind a node.</summary>
    private static void Step(byte[] node, ref int at)
    {
        bool isText = (PackNodeKind)node[at++] is PackNodeKind.Text;
        _ = CompiledPacks.Number(node, ref at);
        int number = CompiledPacks.Number(node, ref at);
        at += isText ? 0 : number;
    }

    /// <summary>A node; the depth of packs is bounded where they are read.</summary>
    private byte[] Node(PackNode node)
    {
        using MemoryStream bytes = new();
        bytes.WriteByte((byte)node.Kind);
        Number(bytes, (int)node.Line);
        if (node.Kind is PackNodeKind.Text)
        {
            Number(bytes, NumberOf(node.Text!));
            return bytes.ToArray();
        }

        using MemoryStream inner = new();
        foreach (PackNode part in node.Items ?? [.. node.Pairs!.SelectMany(p => (PackNode[])[p.Key, p.Value])])
            inner.Write(Node(part));

        Number(bytes, (int)inner.Length);
        inner.WriteTo(bytes);
        return bytes.ToArray();
    }

    private int NumberOf(string text)
    {
        if (!_numbers.TryGetValue(text, out int number))
        {
            _numbers.Add(text, number = _texts.Count);
            _texts.Add(text);
        }

        return number;
    }

    private static void Words(MemoryStream to, params ReadOnlySpan<int> words)
    {
        Span<byte> four = stackalloc byte[4];
        foreach (int word in words)
        {
            BinaryPrimitives.WriteInt32LittleEndian(four, word);
            to.Write(four);
        }
    }

    private static void Number(MemoryStream to, int number)
    {
        for (; number >= 128; number >>= 7)
            to.WriteByte((byte)(number | 128));

        to.WriteByte((byte)number);
    }
}
