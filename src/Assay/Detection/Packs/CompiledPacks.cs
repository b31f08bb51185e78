// Reads the rule packs that are part of the program, in the form into which the build puts them.
using System.Text;

namespace Assay.Detection.Packs;

/// <summary>
/// Rule packs in the form that <see cref="CompiledPacksWriter"/> writes. A text or the content of a list is read when it is asked for: a start needs no YAML
/// and no more than it uses. The bytes are part of the program and trusted.
/// </summary>
internal sealed class CompiledPacks
{
    private const int DigestLength = 32;
    private readonly byte[] _bytes;
    private readonly int[] _places;
    private readonly string?[] _texts;

    public CompiledPacks(byte[] bytes)
    {
        _bytes = bytes;
        Digest = Convert.ToHexStringLower(bytes.AsSpan(0, DigestLength));
        int at = DigestLength;
        int count = Number(ref at);
        _places = new int[count + 1];
        _texts = new string?[count];
        for (int i = 0; i < count; i++)
            _places[i + 1] = Number(ref at);

        _places[0] = at;
        for (int i = 0; i < count; i++)
            _places[i + 1] += _places[i];

        at = _places[count];
        RulePack[] packs = new RulePack[Number(ref at)];
        for (int i = 0; i < packs.Length; i++)
        {
            string name = Text(Number(ref at));
            byte[] digest = bytes[at..(at + DigestLength)];
            at += DigestLength;
            int length = Number(ref at);
            int node = at;
            packs[i] = new RulePack(name, Node(ref node, name), digest);
            at += length;
        }

        Packs = packs;
    }

    /// <summary>The packs, in their order.</summary>
    public IReadOnlyList<RulePack> Packs { get; }

    /// <summary>The SHA-256 of the packs, in lower-case hex.</summary>
    public string Digest { get; }

    /// <summary>The text of a node.</summary>
    public string TextAt(int at) => Text(Number(ref at));

    /// <summary>The items of a list.</summary>
    public List<PackNode> ItemsAt(int at, string file)
    {
        int end = Number(ref at);
        end += at;
        List<PackNode> items = [];
        while (at < end)
            items.Add(Node(ref at, file));

        return items;
    }

    /// <summary>The pairs of a map.</summary>
    public List<(PackNode Key, PackNode Value)> PairsAt(int at, string file)
    {
        int end = Number(ref at);
        end += at;
        List<(PackNode, PackNode)> pairs = [];
        while (at < end)
            pairs.Add((Node(ref at, file), Node(ref at, file)));

        return pairs;
    }

    /// <summary>The values of a map with their keys, made one by one: of a map that is walked once nothing else has to be kept.</summary>
    public IEnumerable<(string Key, PackNode Value)> MapAt(int at, string file)
    {
        int end = Number(ref at);
        end += at;
        while (at < end)
        {
            string key = KeyAt(ref at);
            yield return (key, Node(ref at, file));
        }
    }

    private string KeyAt(ref int at)
    {
        // Its kind and its line, which no program's own key needs.
        at++;
        _ = Number(ref at);
        return Text(Number(ref at));
    }

    private PackNode Node(ref int at, string file)
    {
        PackNodeKind kind = (PackNodeKind)_bytes[at++];
        PackPlace place = new(file, Number(ref at));
        PackNode node = new(place, kind, this, at);
        int number = Number(ref at);
        at += kind is PackNodeKind.Text ? 0 : number;
        return node;
    }

    private string Text(int number) => _texts[number] ??= Encoding.UTF8.GetString(_bytes, _places[number], _places[number + 1] - _places[number]);

    private int Number(ref int at)
    {
        int number = 0;
        for (int shift = 0; ; shift += 7)
        {
            int next = _bytes[at++];
            number |= (next & 127) << shift;
            if (next < 128)
                return number;
        }
    }
}
