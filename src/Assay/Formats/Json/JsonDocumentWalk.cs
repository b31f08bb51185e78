// Goes through a JSON document value by value, for readers that look for a few keys at any depth.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Json;

/// <summary>Goes through a JSON document value by value, and accounts for it.</summary>
internal static class JsonDocumentWalk
{
    /// <summary>Gets each value that is no object and no list, with the keys that lead to it; values of lists have the key of their list.</summary>
    public delegate void OnValue(JsonTokenReader json, IReadOnlyList<string> path);

    /// <summary>Lets a reader take the tokens of a document, and accounts for it; where it breaks, what came before was read and the rest is an unread.</summary>
    public static void Tokens(ByteRange range, ReadContext context, int maxDepth, Action<JsonTokenReader> read)
    {
        JsonTokenReader json = new(context.Artifact.Bytes, range, context.Budget, maxDepth);
        try
        {
            read(json);
        }
        catch (MalformedException e)
        {
            context.Unread(UnreadCause.Malformed, e.Offset, range.End - e.Offset, e.Message);
        }
        finally
        {
            context.Cover(new ByteRange(range.Offset, json.End - range.Offset), CoverageKind.Parsed);
        }
    }

    /// <summary>Reads a document; where it breaks, what came before was handed out and the rest is an unread.</summary>
    public static void Read(ByteRange whole, ReadContext context, int maxDepth, OnValue value)
    {
        int mark = context.Artifact.Bytes.ReadUpTo(whole.Offset, 3) is [0xEF, 0xBB, 0xBF] ? 3 : 0;
        ByteRange range = new(whole.Offset + mark, whole.Length - mark);
        JsonTokenReader json = new(context.Artifact.Bytes, range, context.Budget, maxDepth);
        List<string> path = [""];
        try
        {
            while (json.Read())
            {
                switch (json.Type)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        path.Add(path[^1]);
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        path.RemoveAt(path.Count - 1);
                        break;
                    case JsonTokenType.PropertyName:
                        path[^1] = json.LooseText();
                        break;
                    default:
                        value(json, path);
                        break;
                }
            }

            context.Cover(whole, CoverageKind.Parsed);
        }
        catch (MalformedException e)
        {
            context.Cover(new ByteRange(whole.Offset, Math.Clamp(e.Offset - whole.Offset, 0, whole.Length)), CoverageKind.Parsed);
            context.Unread(UnreadCause.Malformed, e.Offset, whole.End - e.Offset, e.Message);
        }
    }
}
