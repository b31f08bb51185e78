// What an XML document is made of.
namespace Assay.Formats.Xml;

/// <summary>What a token of an XML document is.</summary>
internal enum XmlTokenType
{
    /// <summary>Nothing was read yet, or the document has ended.</summary>
    None,

    /// <summary>The declaration at the start, or a processing instruction.</summary>
    Instruction,

    /// <summary>A document type: the root's name and perhaps an external subset. Declarations of an internal subset follow.</summary>
    Doctype,

    /// <summary>An entity is declared.</summary>
    Entity,

    /// <summary>Another declaration of the internal subset.</summary>
    Declaration,

    /// <summary>The end of an internal subset.</summary>
    DoctypeEnd,

    /// <summary>An element begins; an empty one ends with the next token.</summary>
    StartElement,

    /// <summary>An element ends.</summary>
    EndElement,

    /// <summary>Text, or a part of it, without markup; the five entities that XML itself has and numbered characters are replaced.</summary>
    Text,

    /// <summary>A use of an entity that the document declares, or would have to; it is never replaced.</summary>
    EntityReference,

    /// <summary>A comment.</summary>
    Comment,
}

/// <summary>An attribute of an element.</summary>
/// <param name="Name">The name as written, with its prefix.</param>
/// <param name="Value">The value; uses of declared entities stay as written.</param>
/// <param name="Offset">Where the name stands.</param>
internal readonly record struct XmlAttribute(string Name, string Value, long Offset);

/// <summary>An entity that a document declares.</summary>
/// <param name="Name">The name.</param>
/// <param name="IsParameter">Whether it is one for declarations only.</param>
/// <param name="Value">The beginning of what it stands for, or null where that lies elsewhere.</param>
/// <param name="SystemId">Where it lies, or null where the value stands here.</param>
/// <param name="PublicId">The public name, or null.</param>
/// <param name="Notation">The notation of something that is no XML, or null.</param>
internal readonly record struct XmlEntity(string Name, bool IsParameter, string? Value, string? SystemId, string? PublicId, string? Notation);
