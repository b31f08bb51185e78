// The tokens of a JSON document for readers that read its binary relatives as well.
using System.Text.Json;

namespace Assay.Formats.Json;

/// <summary>The tokens of a JSON document.</summary>
internal sealed class JsonDocumentTokens(JsonTokenReader json) : IDocumentTokens
{
    public DocumentToken Kind => json.Type switch
    {
        JsonTokenType.StartObject => DocumentToken.ObjectStart,
        JsonTokenType.EndObject => DocumentToken.ObjectEnd,
        JsonTokenType.StartArray => DocumentToken.ListStart,
        JsonTokenType.EndArray => DocumentToken.ListEnd,
        JsonTokenType.PropertyName => DocumentToken.Key,
        JsonTokenType.String => DocumentToken.Text,
        JsonTokenType.Number => DocumentToken.Number,
        _ => DocumentToken.Word,
    };

    public long Offset => json.Offset;

    public long End => json.End;

    public string Text => json.Text();

    public long? Integer => json.TryNumber(out long number) ? number : null;

    public bool Read() => json.Read();
}
