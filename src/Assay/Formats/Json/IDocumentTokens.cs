// The tokens of a document of objects, lists, texts and numbers, whatever it is written in.
using Assay.Bytes;

namespace Assay.Formats.Json;

/// <summary>What a token of a document is.</summary>
internal enum DocumentToken
{
    /// <summary>An object begins.</summary>
    ObjectStart,

    /// <summary>An object ends.</summary>
    ObjectEnd,

    /// <summary>A list begins.</summary>
    ListStart,

    /// <summary>A list ends.</summary>
    ListEnd,

    /// <summary>The name of a value of an object.</summary>
    Key,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A truth value, or none.</summary>
    Word,
}

/// <summary>The tokens of a document: JSON, or one of its binary relatives.</summary>
internal interface IDocumentTokens
{
    /// <summary>The current token.</summary>
    DocumentToken Kind { get; }

    /// <summary>Where it starts.</summary>
    long Offset { get; }

    /// <summary>Where it ends.</summary>
    long End { get; }

    /// <summary>The text that the current token is, or its beginning.</summary>
    string Text { get; }

    /// <summary>The whole number that the current token is, or null where it is another one.</summary>
    long? Integer { get; }

    /// <summary>Moves to the next token; false at the end of the document.</summary>
    /// <exception cref="MalformedException">The document breaks, or ends too early.</exception>
    bool Read();
}
