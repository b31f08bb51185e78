// Writes rule packs into the form in which they are part of the program.
using System.Text;

namespace Assay.Detection.Packs;

/// <summary>
/// Writes packs into the form that <see cref="CompiledPacks"/> reads: the digest of all packs; the texts, each once; and the packs with their nodes.
/// A node is a byte for its kind, its line, and the number of its text or the length in bytes of its items, so that a reader steps over what it does not
/// need. Numbers have variable length. The same packs give the same bytes.
/// </summary>
internal sealed class CompiledPacksWriter
{
    private readonly List<string> _texts = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    private CompiledPacksWriter()
    {
    }

    /// <summary>The packs as bytes.</summary>
    public static byte[] Write(IReadOnlyList<RulePack> packs) => new CompiledPacksWriter().All(packs);

    private byte[] All(IReadOnlyList<RulePack> packs)
    {
        using MemoryStream nodes = new();
        Number(nodes, packs.Count);
        foreach (RulePack pack in packs)
        {
            byte[] content = Node(pack.Content);
            Number(nodes, NumberOf(pack.Name));
            nodes.Write(pack.Digest);
            Number(nodes, content.Length);
            nodes.Write(content);
        }

        using MemoryStream all = new();
        all.Write(Convert.FromHexString(RulePack.DigestOf(packs)));
        Number(all, _texts.Count);
        foreach (string text in _texts)
            Number(all, Encoding.UTF8.GetByteCount(text));

        foreach (string text in _texts)
            all.Write(Encoding.UTF8.GetBytes(text));

        nodes.WriteTo(all);
        return all.ToArray();
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

    private static void Number(MemoryStream to, int number)
    {
        for (; number >= 128; number >>= 7)
            to.WriteByte((byte)(number | 128));

        to.WriteByte((byte)number);
    }
}
