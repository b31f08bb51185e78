// Reads the YAML of rule packs and policies.
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Assay.Detection.Packs;

/// <summary>
/// Reads YAML into nodes, from parser events, because the object mapper of the YAML library needs reflection.
/// Anchors and aliases are refused: a pack of a few lines must not expand into gigabytes.
/// </summary>
internal static class PackYaml
{
    private const int MaxDepth = 16;
    private const int MaxLength = 8 << 20;

    /// <summary>Reads one document; an empty text is an empty map.</summary>
    public static PackNode Read(string file, string text)
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

    private static PackNode Build(string file, Parser events)
    {
        PackNode? root = null;
        Stack<(PackNode Node, PackNode? Key)> open = new();
        while (events.MoveNext())
        {
            ParsingEvent e = events.Current!;
            PackPlace place = new(file, e.Start.Line);
            PackNode? made = e switch
            {
                AnchorAlias => throw new RulePackException(file, e.Start.Line, "aliases are not used in packs."),
                Scalar s => new PackNode(place, s.Value),
                SequenceStart => new PackNode(place, new List<PackNode>()),
                MappingStart => new PackNode(place, new List<(PackNode, PackNode)>()),
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

        return root ?? new PackNode(new PackPlace(file, 1), new List<(PackNode, PackNode)>());
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
