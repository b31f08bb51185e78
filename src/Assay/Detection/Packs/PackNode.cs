// The YAML of rule packs and policies as a small tree that remembers its lines.
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Assay.Detection.Packs;

/// <summary>
/// A node of a YAML document. Built from parser events, because the object mapper of the YAML library needs reflection.
/// Anchors and aliases are refused: a pack of a few lines must not expand into gigabytes.
/// </summary>
internal sealed class PackNode
{
    private const int MaxDepth = 16;
    private const int MaxLength = 8 << 20;

    private PackNode(string file, long line)
    {
        File = file;
        Line = line;
    }

    public string File { get; }

    public long Line { get; }

    public PackPlace Place => new(File, Line);

    /// <summary>The text of a scalar; null for a list or a map.</summary>
    public string? Text { get; private init; }

    /// <summary>The items of a list; null otherwise.</summary>
    public List<PackNode>? Items { get; private init; }

    /// <summary>The pairs of a map, in order; null otherwise.</summary>
    public List<(PackNode Key, PackNode Value)>? Pairs { get; private init; }

    /// <summary>Reads one document; an empty text is an empty map.</summary>
    public static PackNode Parse(string file, string text)
    {
        if (text.Length > MaxLength)
            throw new RulePackException(file, 1, $"the file is longer than {MaxLength} characters.");

        try
        {
            return Build(file, new Parser(new Scanner(new StringReader(text), skipComments: true)));
        }
        catch (YamlException e)
        {
            throw new RulePackException(file, e.Start.Line, $"this is not YAML: {e.Message}");
        }
    }

    public RulePackException Error(string what) => new(File, Line, what);

    /// <summary>The text of a scalar, or an error that names what was expected.</summary>
    public string AsText(string what) => Text ?? throw Error($"{what} must be a text.");

    /// <summary>The pairs of a map with text keys; a key that comes twice is an error.</summary>
    public IEnumerable<(string Key, PackNode Value)> AsMap(string what)
    {
        if (Pairs is null)
            throw Error($"{what} must be a map.");

        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach ((PackNode key, PackNode value) in Pairs)
        {
            string name = key.AsText("a key");
            if (!seen.Add(name))
                throw key.Error($"the key '{name}' comes twice.");

            yield return (name, value);
        }
    }

    /// <summary>The items of a list.</summary>
    public IReadOnlyList<PackNode> AsList(string what) => Items ?? throw Error($"{what} must be a list.");

    /// <summary>A list of texts, or one text.</summary>
    public IReadOnlyList<string> AsTexts(string what) =>
        Text is not null ? [Text] : [.. AsList(what).Select(i => i.AsText(what))];

    private static PackNode Build(string file, Parser events)
    {
        PackNode? root = null;
        Stack<(PackNode Node, PackNode? Key)> open = new();
        while (events.MoveNext())
        {
            ParsingEvent e = events.Current!;
            PackNode? made = e switch
            {
                AnchorAlias => throw new RulePackException(file, e.Start.Line, "aliases are not used in packs."),
                Scalar s => new PackNode(file, e.Start.Line) { Text = s.Value },
                SequenceStart => new PackNode(file, e.Start.Line) { Items = [] },
                MappingStart => new PackNode(file, e.Start.Line) { Pairs = [] },
                _ => null,
            };
            if (e is NodeEvent { Anchor.IsEmpty: false })
                throw new RulePackException(file, e.Start.Line, "anchors are not used in packs.");

            if (made is not null)
            {
                Attach(made, open, ref root);
                if (made.Text is null)
                {
                    open.Push((made, null));
                    if (open.Count > MaxDepth)
                        throw made.Error("the nesting is too deep.");
                }
            }
            else if (e is SequenceEnd or MappingEnd)
            {
                open.Pop();
            }
        }

        return root ?? new PackNode(file, 1) { Pairs = [] };
    }

    private static void Attach(PackNode made, Stack<(PackNode Node, PackNode? Key)> open, ref PackNode? root)
    {
        if (open.Count == 0)
        {
            root = root is null ? made : throw made.Error("a pack is one document.");
            return;
        }

        (PackNode parent, PackNode? key) = open.Pop();
        if (parent.Items is not null)
        {
            parent.Items.Add(made);
        }
        else if (key is null)
        {
            key = made;
        }
        else
        {
            parent.Pairs!.Add((key, made));
            key = null;
        }

        open.Push((parent, key));
    }
}
