// Reads the document type of an XML document: what it declares, and what it would fetch.
using Assay.Bytes;

namespace Assay.Formats.Xml;

/// <summary>Reads a document type declaration and its internal subset, one declaration at a time. Nothing that it refers to is opened or replaced.</summary>
internal sealed class XmlDoctypeReader(XmlCharacters characters, XmlTextBuffer text, Func<string> takeName)
{
    private const int LongestId = 4096;
    private const int KeptValue = 16 << 10;

    /// <summary>The name of the root, of an entity that is used, or of what is declared.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The public name of the external subset, or null.</summary>
    public string? PublicId { get; private set; }

    /// <summary>Where the external subset lies, or null.</summary>
    public string? SystemId { get; private set; }

    /// <summary>The entity that was declared last.</summary>
    public XmlEntity Entity { get; private set; }

    /// <summary>Reads what comes before the internal subset; whether there is one.</summary>
    public bool ReadStart()
    {
        long start = characters.Offset;
        characters.SkipBlanks();
        Name = takeName();
        (PublicId, SystemId) = TakeIds();
        characters.SkipBlanks();
        if (characters.Take('['))
        {
            return true;
        }

        SkipToEnd(start);
        return false;
    }

    /// <summary>Reads the next declaration of the internal subset.</summary>
    public XmlTokenType ReadDeclaration()
    {
        characters.SkipBlanks();
        long start = characters.Offset;
        if (characters.Take(']'))
        {
            SkipToEnd(start);
            return XmlTokenType.DoctypeEnd;
        }

        if (characters.Take('%'))
        {
            Name = takeName();
            characters.Take(';');
            return XmlTokenType.EntityReference;
        }

        if (!characters.Take('<'))
        {
            throw new MalformedException(start, "An internal subset holds something else than declarations.");
        }

        if (characters.Take('?'))
        {
            Name = takeName();
            text.SkipPast("?>", start);
            return XmlTokenType.Instruction;
        }

        if (!characters.Take('!'))
        {
            throw new MalformedException(start, "An internal subset holds something else than declarations.");
        }

        if (characters.Take('-'))
        {
            characters.Take('-');
            text.SkipPast("-->", start);
            return XmlTokenType.Comment;
        }

        if (characters.Current == '[')
        {
            throw new MalformedException(start, "A conditional section stands in an internal subset.");
        }

        Name = takeName();
        if (Name == "ENTITY")
        {
            ReadEntity(start);
            return XmlTokenType.Entity;
        }

        SkipToEnd(start);
        return XmlTokenType.Declaration;
    }

    private void ReadEntity(long start)
    {
        characters.SkipBlanks();
        bool parameter = characters.Take('%');
        characters.SkipBlanks();
        Name = takeName();
        characters.SkipBlanks();
        if (characters.Current is '"' or '\'')
        {
            Entity = new XmlEntity(Name, parameter, Literal(KeptValue), null, null, null);
        }
        else
        {
            (string? publicId, string? systemId) = TakeIds();
            characters.SkipBlanks();
            string? notation = null;
            if (characters.Current == 'N')
            {
                takeName();
                characters.SkipBlanks();
                notation = takeName();
            }

            Entity = new XmlEntity(Name, parameter, null, systemId, publicId, notation);
        }

        SkipToEnd(start);
    }

    /// <summary>PUBLIC and two literals, or SYSTEM and one, or nothing.</summary>
    private (string? Public, string? System) TakeIds()
    {
        characters.SkipBlanks();
        if (characters.Current is not ('P' or 'S'))
        {
            return default;
        }

        bool isPublic = takeName() == "PUBLIC";
        string? first = Id();
        string? second = isPublic ? Id() : null;
        return isPublic ? (first, second) : (null, first);
    }

    private string? Id()
    {
        characters.SkipBlanks();
        return characters.Current is '"' or '\'' ? Literal(LongestId) : null;
    }

    /// <summary>A text in quotes, of which the beginning is kept.</summary>
    private string Literal(int keep)
    {
        long start = characters.Offset;
        string end = characters.Current == '"' ? "\"" : "'";
        characters.Advance();
        text.Clear();
        text.TakePast(end, start, keep);
        string value = text.Span.ToString();
        text.Clear();
        return value;
    }

    /// <summary>Moves behind the end of a declaration; a bracket in quotes is none.</summary>
    private void SkipToEnd(long start)
    {
        while (!characters.Take('>'))
        {
            if (characters.Current is '"' or '\'')
            {
                Literal(0);
                continue;
            }

            if (characters.Current == XmlCharacters.End)
            {
                throw new MalformedException(start, "A document type does not end.");
            }

            characters.Advance();
        }
    }
}
