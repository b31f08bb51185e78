// The keys that the start of a JSON document shows, shared by all formats that are recognised by them.
using System.Text.Json;
using Assay.Artifacts;

namespace Assay.Formats.Json;

/// <summary>
/// The keys of a document's first two levels (for a list, of its first elements), as far as the first 64 KB show them. A document that breaks
/// later shows the keys before the break.
/// </summary>
internal sealed class JsonKeys
{
    private const int Window = 64 << 10;
    private const long MostBlanks = 256 << 20;
    private const int MaxKeys = 512;
    private readonly HashSet<string> _outer = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inner = new(StringComparer.Ordinal);

    /// <summary>Whether an object or a list begins.</summary>
    private bool IsDocument { get; set; }

    /// <summary>Whether the document is a list.</summary>
    public bool IsList { get; private set; }

    /// <summary>The keys of the range, or null where it is no JSON document.</summary>
    public static JsonKeys? Of(ProbeView view)
    {
        // One byte is enough to tell most files apart.
        return Text(view.Head.Span) switch
        {
            [(byte)'{' or (byte)'[', ..] => view.Shared(Read),
            [] when view.Range.Length > view.Head.Length && view.Shared(Read) is { IsDocument: true } keys => keys,
            _ => null,
        };
    }

    /// <summary>Whether the outermost object has the key.</summary>
    public bool Outer(string key) => _outer.Contains(key);

    /// <summary>Whether an object below it has the key.</summary>
    public bool Inner(string key) => _inner.Contains(key);

    /// <summary>What follows a byte order mark, blanks and comments.</summary>
    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> rest = head[(head is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0)..].TrimStart(" \t\r\n"u8);
        while (rest is [(byte)'/', (byte)'/' or (byte)'*', ..])
        {
            // Comments, which lenient readers step over.
            int end = rest[1] == '/' ? rest.IndexOf((byte)'\n') : rest[2..].IndexOf("*/"u8) is >= 0 and int close ? close + 3 : -1;
            rest = end < 0 ? [(byte)'/'] : rest[(end + 1)..].TrimStart(" \t\r\n"u8);
        }

        return rest;
    }

    private static JsonKeys Read(ProbeView view)
    {
        long start = view.Head.Span is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
        byte[] bytes = Part(view, start);
        while (start < MostBlanks && bytes.Length > 0 && bytes.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            view.Budget.SpendWork(bytes.Length, view.Range.Offset + start);
            start += bytes.Length;
            bytes = Part(view, start);
        }

        JsonKeys keys = new();
        try
        {
            keys.Collect(bytes);
        }
        catch (JsonException)
        {
            // Broken further on; the keys before the break are kept.
        }

        return keys;
    }

    private static byte[] Part(ProbeView view, long start) => view.Artifact.Bytes.ReadUpTo(view.Range.Offset + start, (int)Math.Min(Window, view.Range.Length - start));

    private void Collect(ReadOnlySpan<byte> bytes)
    {
        JsonReaderOptions options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 512 };
        Utf8JsonReader reader = new(bytes, isFinalBlock: false, new JsonReaderState(options));
        bool first = true;
        while (_outer.Count + _inner.Count < MaxKeys && reader.Read())
        {
            if (first)
            {
                IsDocument = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject;
                IsList = reader.TokenType == JsonTokenType.StartArray;
                first = false;
            }

            // Inside a list in the outer object, the elements' keys stand one level deeper.
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth <= 3)
            {
                (reader.CurrentDepth == 1 ? _outer : _inner).Add(Text(ref reader));
            }
        }
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.ValueSpan.Length <= 256 ? reader.GetString() ?? "" : "";
        }
        catch (InvalidOperationException)
        {
            // A key that is no valid UTF-8, or half of a surrogate pair.
            return "";
        }
    }
}
