// The root of an XML document and what stands directly in it, shared by all formats that are recognised by them.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Xml;

/// <summary>
/// The root element of a document, however long the comments, declarations and blanks in front of it are, and the names of its first children.
/// A document that breaks later shows what comes before the break.
/// </summary>
internal sealed class XmlRoot
{
    private const long LongestPrelude = 16 << 20;
    private const long Window = 256 << 10;
    private const int MostChildren = 64;

    private readonly HashSet<string> _children = new(StringComparer.Ordinal);
    private readonly List<XmlAttribute> _attributes = [];

    /// <summary>The name of the root, without its prefix.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The attributes of the root.</summary>
    public IReadOnlyList<XmlAttribute> Attributes => _attributes;

    /// <summary>The root of the range, or null where it is no XML.</summary>
    public static XmlRoot? Of(ProbeView view) => MayBe(view.Head.Span) ? view.Shared(Read) : null;

    /// <summary>Whether an element with that name, without its prefix, stands among the first in the root.</summary>
    public bool HasChild(string name) => _children.Contains(name);

    /// <summary>Whether the root has an attribute (or a namespace) with a value that begins so.</summary>
    public bool HasValue(string start) => _attributes.Exists(a => a.Value.StartsWith(start, StringComparison.Ordinal));

    /// <summary>One character is enough to tell most files apart; what is all blanks may go on with markup.</summary>
    private static bool MayBe(ReadOnlySpan<byte> head)
    {
        int mark = XmlCharacters.Sniff(head).Mark;
        int first = head[mark..].IndexOfAnyExcept("\0 \t\r\n"u8);
        return first < 0 ? head.Length == ProbeView.HeadLength : head[mark + first] == '<';
    }

    private static XmlRoot? Read(ProbeView view)
    {
        ByteRange range = view.Range with { Length = Math.Min(view.Range.Length, LongestPrelude) };
        XmlRoot root = new();
        try
        {
            root.Collect(new XmlTokenReader(view.Artifact.Bytes, range, view.Budget));
        }
        catch (MalformedException)
        {
            // Broken further on; what comes before the break is kept.
        }

        return root.Name.Length > 0 ? root : null;
    }

    private void Collect(XmlTokenReader reader)
    {
        long end = long.MaxValue;
        while (reader.Read() && reader.Offset < end && _children.Count < MostChildren)
        {
            if (reader.Type == XmlTokenType.Text && reader.Depth == 0 && !reader.Text.IsWhiteSpace())
            {
                return;
            }

            if (reader.Type == XmlTokenType.StartElement && reader.Depth == 0)
            {
                if (Name.Length > 0)
                {
                    return;
                }

                Name = reader.LocalName.ToString();
                _attributes.AddRange(reader.Attributes);
                end = reader.Offset + Window;
            }
            else if (reader.Type == XmlTokenType.StartElement && reader.Depth == 1)
            {
                _children.Add(reader.LocalName.ToString());
            }
        }
    }
}
