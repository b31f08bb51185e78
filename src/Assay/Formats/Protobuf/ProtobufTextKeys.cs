// The names of fields that the start of a text form shows, shared by all probes for it.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Protobuf;

/// <summary>
/// The names in the outermost message of a text form and in the messages in it, as far as its first tokens show them. Comments and blanks in front do
/// not count, however long they are.
/// </summary>
internal sealed class ProtobufTextKeys
{
    private const int MostTokens = 4096;
    private readonly HashSet<string> _outer = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inner = new(StringComparer.Ordinal);

    /// <summary>The names, or null where the range is no such text.</summary>
    public static ProtobufTextKeys? Of(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span[(view.Head.Span is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0)..].TrimStart(" \t\r\n"u8);
        return view.IsWhole && (head.IsEmpty ? view.Head.Length > 0 : head[0] == '#' || char.IsAsciiLetter((char)head[0])) ? view.Shared(Read) : null;
    }

    /// <summary>Whether the outermost message has the field.</summary>
    public bool Outer(string name) => _outer.Contains(name);

    /// <summary>Whether a message in it has the field.</summary>
    public bool Inner(string name) => _inner.Contains(name);

    private static ProtobufTextKeys? Read(ProbeView view)
    {
        ProtobufTextKeys keys = new();
        try
        {
            keys.Collect(new ProtobufTextLexer(view.Artifact.Bytes, view.Range, view.Budget));
        }
        catch (MalformedException)
        {
            // It breaks later; the names before are kept.
        }

        return keys._outer.Count > 0 ? keys : null;
    }

    private void Collect(ProtobufTextLexer lexer)
    {
        string? name = null;
        int depth = 0;
        for (int count = 0; count < MostTokens && lexer.Next() is { } token; count++)
        {
            bool isMark = token.Kind == ProtobufTextKind.Mark;
            if (name is not null && isMark && token.Mark is ':' or '{' or '<')
            {
                (depth == 0 ? _outer : depth == 1 ? _inner : null)?.Add(name);
            }
            else if (_outer.Count == 0 && name is not null)
            {
                // Two words in a row: no such text.
                return;
            }

            name = token.Kind == ProtobufTextKind.Word && char.IsAsciiLetter(token.Text[0]) ? token.Text : null;
            depth += isMark && token.Mark is '{' or '<' ? 1 : isMark && token.Mark is '}' or '>' ? -1 : 0;
            if (depth < 0)
            {
                return;
            }
        }
    }
}
