// Reads the rule packs that are part of the program, in the form into which the build puts them.
using System.Buffers.Binary;
using System.Text;
using Assay.Bytes;
using Assay.Detection.Conditions;

namespace Assay.Detection.Packs;

/// <summary>
/// Rule packs in the form that <see cref="CompiledPacksWriter"/> writes. It is read where it lies: a start needs no YAML, and a text, the content of a list or a rule
/// is read when it is asked for. The bytes are part of the program and trusted.
/// </summary>
internal sealed class CompiledPacks
{
    /// <summary>The length of a digest.</summary>
    public const int DigestLength = 32;

    /// <summary>Digest, number of texts, of packs and of rules, places of packs, rules and index, number of the version's text.</summary>
    public const int HeadLength = DigestLength + (7 * 4);

    /// <summary>A pack: the number of its name, its digest, and the place of its content.</summary>
    public const int PackLength = DigestLength + (2 * 4);

    /// <summary>A rule: the number of its pack, its line, and its place.</summary>
    public const int RuleLength = 3 * 4;

    /// <summary>The kind of a node and two numbers, as long as they can be.</summary>
    private const int LongestNode = 11;

    private readonly EmbeddedBytes _bytes;
    private readonly int _rulesAt;

    public CompiledPacks(EmbeddedBytes bytes)
    {
        _bytes = bytes;
        Digest = Convert.ToHexStringLower(bytes.Read(0, DigestLength));
        Version = Text(Word(DigestLength + 24));
        _rulesAt = Word(DigestLength + 16);
        Packs = new RulePack[Word(DigestLength + 4)];
        for (int i = 0, at = Word(DigestLength + 12); i < Packs.Length; i++, at += PackLength)
        {
            string name = Text(Word(at));
            int node = Word(at + DigestLength + 4);
            Packs[i] = new RulePack(name, Node(ref node, name), bytes.Read(at + 4, DigestLength));
        }

        Rules = new RuleStore(Word(DigestLength + 8), n => RuleParser.Read(RuleNode(n), []));
        Parts = new(() => [.. Packs.SelectMany(p => p.Content.AsMap("a pack"))]);
    }

    /// <summary>The packs, in their order.</summary>
    public RulePack[] Packs { get; }

    /// <summary>The SHA-256 of the packs, in lower-case hex.</summary>
    public string Digest { get; }

    /// <summary>The version that the packs give.</summary>
    public string Version { get; }

    /// <summary>The rules, ordered by id.</summary>
    public RuleStore Rules { get; }

    /// <summary>The parts of all packs under their keys.</summary>
    public Lazy<IReadOnlyList<(string Key, PackNode Value)>> Parts { get; }

    /// <summary>What the rules ask.</summary>
    public RuleIndex Index(RuleStore rules) => new(_bytes, Word(DigestLength + 20), rules);

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

    /// <summary>A number of variable length.</summary>
    public static int Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        int number = 0;
        for (int shift = 0; ; shift += 7)
        {
            int next = bytes[at++];
            number |= (next & 127) << shift;
            if (next < 128)
                return number;
        }
    }

    private PackNode RuleNode(int number)
    {
        int at = _rulesAt + (number * RuleLength);
        return new PackNode(new PackPlace(Packs[Word(at)].Name, Word(at + 4)), PackNodeKind.Map, this, Word(at + 8));
    }

    private string KeyAt(ref int at)
    {
        (_, _, int text, int next, _) = Head(at);
        at = next;
        return Text(text);
    }

    private PackNode Node(ref int at, string file)
    {
        (PackNodeKind kind, int line, int number, int next, int content) = Head(at);
        at = kind is PackNodeKind.Text ? next : next + number;
        return new PackNode(new PackPlace(file, line), kind, this, content);
    }

    /// <summary>What a node is, its line, the number of its text or the length of its parts, where those begin, and where that number stands.</summary>
    private (PackNodeKind Kind, int Line, int Number, int Next, int Content) Head(int at)
    {
        Span<byte> head = stackalloc byte[LongestNode];
        _bytes.Read(at, head);
        int end = 1, line = Number(head, ref end), content = end, number = Number(head, ref end);
        return ((PackNodeKind)head[0], line, number, at + end, at + content);
    }

    private string Text(int number)
    {
        int at = HeadLength + (4 * number), begin = Word(at);
        return Encoding.UTF8.GetString(_bytes.Read(begin, Word(at + 4) - begin));
    }

    private int Word(int at)
    {
        Span<byte> four = stackalloc byte[4];
        _bytes.Read(at, four);
        return BinaryPrimitives.ReadInt32LittleEndian(four);
    }

    private int Number(ref int at)
    {
        Span<byte> bytes = stackalloc byte[5];
        _bytes.Read(at, bytes);
        int taken = 0, number = Number(bytes, ref taken);
        at += taken;
        return number;
    }
}
