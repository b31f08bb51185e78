// Reads an XML document from its start to its end for a format: covers it, and says what is odd about any XML.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;

namespace Assay.Formats.Xml;

/// <summary>
/// Reads an XML document for a format. What concerns every document is done here: the document type and its entities, includes and style sheets are told,
/// what is not well-formed is an unread. What follows the root stays uncovered.
/// </summary>
internal sealed class XmlDocumentReading(Claim claim, ReadContext context)
{
    /// <summary>An entity that comes to more than this has no other use than to exhaust its reader.</summary>
    private const double BombSize = 1 << 20;

    /// <summary>Readers of models build objects by recursion; no model comes near.</summary>
    private const int DeepNesting = 2000;

    private const int MostEntities = 10_000;
    private const string IncludeNamespace = "http://www.w3.org/2001/XInclude";

    private readonly OddityLog _oddities = new();
    private readonly Dictionary<string, double> _sizes = new(StringComparer.Ordinal);

    /// <summary>Whether nothing says that somebody parses the document: a type of its own and what is not well-formed say nothing then.</summary>
    public bool IsLoose { get; init; }

    /// <summary>Whether the document was read to its end.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Reads the document; <paramref name="onToken"/> gets each token of the root and what is in it.</summary>
    public void Read(Action<XmlTokenReader> onToken)
    {
        XmlTokenReader reader = new(context.Artifact.Bytes, claim.Range, context.Budget);
        bool begun = false;
        try
        {
            while (true)
            {
                bool more = reader.Read();
                bool outside = reader.Depth == 0 && reader.Type is not (XmlTokenType.StartElement or XmlTokenType.EndElement);
                if (!more)
                {
                    IsWhole = begun ? true : throw new MalformedException(reader.Offset, "The XML has no element.");
                    Cover(reader.End);
                    break;
                }

                if (begun && reader.Depth == 0 && (reader.Type is XmlTokenType.StartElement || (outside && IsForeign(reader))))
                {
                    // The document has ended, and this is something else.
                    IsWhole = true;
                    Cover(reader.Offset);
                    Odd("xml.trailing-data", reader.Offset, "Something follows the end of the document.");
                    break;
                }

                if (reader.Depth == DeepNesting && reader.Type == XmlTokenType.StartElement)
                    Odd("xml.deep-nesting", reader.Offset, $"Elements lie in each other more than {DeepNesting} deep.");

                Look(reader);
                if (!outside)
                {
                    begun = true;
                    onToken(reader);
                }
            }
        }
        catch (MalformedException e) when (IsLoose)
        {
            context.Meta("broken", e.Message);
        }
        catch (MalformedException e)
        {
            Cover(Math.Max(reader.End, e.Offset));
            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }
        finally
        {
            Tell(reader);
        }
    }

    private static bool IsForeign(XmlTokenReader reader) => reader.Type switch
    {
        XmlTokenType.Text => !reader.Text.Trim('\0').IsWhiteSpace(),
        XmlTokenType.Comment or XmlTokenType.Instruction => false,
        _ => true,
    };

    private void Look(XmlTokenReader reader)
    {
        switch (reader.Type)
        {
            case XmlTokenType.Doctype or XmlTokenType.Instruction or XmlTokenType.EntityReference when IsLoose:
                break;
            case XmlTokenType.Doctype:
                Odd("xml.doctype", reader.Offset, $"The document declares a type, {reader.Name}.");
                if (reader.SystemId is { Length: > 0 } subset)
                {
                    context.Refer("external-subset", subset, reader.Offset);
                }

                break;
            case XmlTokenType.Entity:
                LookAtEntity(reader.Entity, reader.Offset);
                break;
            case XmlTokenType.EntityReference:
                Odd("xml.entity-used", reader.Offset, $"The entity {reader.Name} is used; readers replace it or refuse the document.");
                break;
            case XmlTokenType.Instruction when reader.Name == "xml-stylesheet":
                Odd("xml.stylesheet", reader.Offset, "The document names a style sheet.");
                break;
            case XmlTokenType.Instruction when reader.Name == "xml":
                if (XmlDeclaration.EncodingOf(reader.Text) is { } encoding && !XmlDeclaration.KeepsMarkup(encoding))
                {
                    Odd("xml.encoding", reader.Offset, $"The document says that it is written in {encoding}; readers that know it see other text.");
                    context.Unread(UnreadCause.NotSupported, reader.Offset, 0, "The encoding of the XML is not supported.");
                }

                break;
            case XmlTokenType.StartElement when reader.LocalName is "include" && IsInclude(reader) && (!IsLoose || LeadsElsewhere(reader.Attribute("href"))):
                Odd("xml.include", reader.Offset, "The document includes another one.");
                if (reader.Attribute("href") is { Length: > 0 } included)
                {
                    context.Refer("xml-include", included, reader.Offset);
                }

                break;
        }
    }

    private static bool LeadsElsewhere(string? target) => target is { Length: > 0 } && (target[0] is '/' or '\\' or '~' || target.Contains("://", StringComparison.Ordinal) || target.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || target.Contains("../../", StringComparison.Ordinal));

    /// <summary>A prefix may be declared further out, so the usual one counts as well.</summary>
    private static bool IsInclude(XmlTokenReader reader) =>
        reader.Name == "xi:include" || reader.Attributes.Any(a => a.Value == IncludeNamespace && a.Name.StartsWith("xmlns", StringComparison.Ordinal));

    private void LookAtEntity(XmlEntity entity, long at)
    {
        // Documents are put together of files beside them, and say by public names which sets of characters they use.
        if (IsLoose && entity.Value is null && (entity.PublicId is not null || !LeadsElsewhere(entity.SystemId)))
        {
            return;
        }

        if (entity.Value is not null && IsLoose)
        {
            Sized(entity, at);
            return;
        }

        if (entity.Value is null)
        {
            Odd("xml.external-entity", at, $"The entity {entity.Name} lies elsewhere: {entity.SystemId ?? entity.PublicId}.");
            if (entity.SystemId is { Length: > 0 } target)
            {
                context.Refer("external-entity", target, at);
            }

            return;
        }

        Odd("xml.entity", at, $"The document declares an entity, {entity.Name}.");
        if (entity.Value.Contains('&', StringComparison.Ordinal) && entity.Value.Contains(';', StringComparison.Ordinal))
        {
            Odd("xml.entity-nested", at, $"The entity {entity.Name} is made of others.");
        }

        Sized(entity, at);
    }

    private void Sized(XmlEntity entity, long at)
    {
        double size = SizeOf(entity.Value ?? "");
        if (_sizes.Count < MostEntities)
        {
            // The first declaration of a name counts (XML 1.0, 4.2).
            _sizes.TryAdd((entity.IsParameter ? "%" : "&") + entity.Name, size);
        }

        if (size > BombSize)
        {
            Odd("xml.entity-bomb", at, $"The entity {entity.Name} comes to {size:G3} characters.");
        }
    }

    /// <summary>How many characters a value comes to where its entities are replaced; one that uses itself, or one that is declared later, counts as written.</summary>
    private double SizeOf(string value)
    {
        double size = value.Length;
        for (int at = value.AsSpan().IndexOfAny('&', '%'); at >= 0;)
        {
            int end = value.IndexOf(';', at);
            if (end < 0)
            {
                break;
            }

            size += end - at <= 256 ? _sizes.GetValueOrDefault(value[at..end]) : 0;
            int next = value.AsSpan(at + 1).IndexOfAny('&', '%');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return size;
    }

    private void Cover(long end) => context.Cover(new ByteRange(claim.Range.Offset, Math.Min(end, claim.Range.End) - claim.Range.Offset), CoverageKind.Parsed);

    private void Tell(XmlTokenReader reader)
    {
        if (reader.DuplicateAttributes > 0 && !IsLoose)
        {
            Odd("xml.duplicate-attribute", claim.Range.Offset, $"{reader.DuplicateAttributes} attributes have a name that another of their element has.");
        }

        if (reader.EntityUses > 0 && !IsLoose)
        {
            Odd("xml.entity-used", claim.Range.Offset, $"Values of attributes use entities, {reader.EntityUses} times.");
        }

        foreach (Oddity odd in _oddities.All)
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Length = odd.Length, Detail = odd.Detail, Count = odd.Count });
        }
    }

    private void Odd(string code, long offset, FormattableString detail) =>
        _oddities.Add(code, offset, 0, () => detail.ToString(CultureInfo.InvariantCulture));

    private void Odd(string code, long offset, string detail) => _oddities.Add(code, offset, 0, detail);
}
