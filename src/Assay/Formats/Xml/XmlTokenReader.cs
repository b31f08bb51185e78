// Reads the tokens of an XML document of any length through a small window.
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Assay.Bytes;

namespace Assay.Formats.Xml;

/// <summary>
/// Reads the tokens of an XML document (XML 1.0, fifth edition) that may be larger than memory. Entities are told and never replaced, nothing outside
/// of the document is opened, nesting is a stack of hashes. It is as strict as a reader that does not validate where structure is concerned, and takes
/// what lenient ones (pugixml) take elsewhere.
/// </summary>
internal sealed class XmlTokenReader
{
    private const int MostLevels = 100_000;
    private const int MostAttributes = 10_000;
    private const int LongestName = 4096;
    private const int KnownNames = 4096;
    private const int Chunk = 16 << 10;

    private readonly XmlCharacters _characters;
    private readonly XmlTextBuffer _text;
    private readonly XmlDoctypeReader _doctype;
    private readonly List<ulong> _open = [];
    private readonly List<XmlAttribute> _attributes = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _known;
    private bool _closes;
    private bool _raw;
    private bool _subset;
    private string? _pending;

    /// <summary>Creates a reader of the document that begins at the start of <paramref name="range"/>.</summary>
    public XmlTokenReader(ByteSource source, ByteRange range, ScanBudget budget)
    {
        _characters = new XmlCharacters(source, range, budget);
        _text = new XmlTextBuffer(_characters, budget.Limits.LineBytes);
        _doctype = new XmlDoctypeReader(_characters, _text, TakeName);
        _known = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        Offset = End = _characters.Offset;
    }

    /// <summary>The current token.</summary>
    public XmlTokenType Type { get; private set; }

    /// <summary>The name of an element, an instruction, a document type or an entity that is used.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The name without its prefix.</summary>
    public ReadOnlySpan<char> LocalName => Name.AsSpan(Name.IndexOf(':', StringComparison.Ordinal) + 1);

    /// <summary>In how many elements the current token stands.</summary>
    public int Depth => _open.Count - (Type == XmlTokenType.StartElement ? 1 : 0);

    /// <summary>Where the current token starts in the source.</summary>
    public long Offset { get; private set; }

    /// <summary>Where it ends.</summary>
    public long End { get; private set; }

    /// <summary>The attributes of the element that begins.</summary>
    public IReadOnlyList<XmlAttribute> Attributes => _attributes;

    /// <summary>The text that the current token is, or the beginning of an instruction.</summary>
    public ReadOnlySpan<char> Text => _text.Span;

    /// <summary>The entity that is declared.</summary>
    public XmlEntity Entity => _doctype.Entity;

    /// <summary>The public name of the document type's external subset, or null.</summary>
    public string? PublicId => _doctype.PublicId;

    /// <summary>Where the document type's external subset lies, or null.</summary>
    public string? SystemId => _doctype.SystemId;

    /// <summary>How many attributes have a name that stands twice in their element.</summary>
    public long DuplicateAttributes { get; private set; }

    /// <summary>How often values of attributes use declared entities.</summary>
    public long EntityUses { get; private set; }

    /// <summary>How the characters are written.</summary>
    public XmlEncoding Encoding => _characters.Encoding;

    /// <summary>Whether some bytes were no characters.</summary>
    public bool IsBroken => _characters.IsBroken;

    /// <summary>The value of an attribute of the element that begins, the first of its name; or null.</summary>
    public string? Attribute(string name)
    {
        foreach (XmlAttribute attribute in _attributes)
        {
            if (attribute.Name == name)
            {
                return attribute.Value;
            }
        }

        return null;
    }

    /// <summary>Moves to the next token; false at the end of the document.</summary>
    /// <exception cref="MalformedException">The document breaks, or ends too early.</exception>
    /// <exception cref="ScanStopException">A name or a value is longer than the limit of lines, or nesting is too deep.</exception>
    public bool Read()
    {
        _text.Clear();
        if (_closes)
        {
            // The end of an empty element takes no bytes.
            _closes = false;
            Offset = End;
            _open.RemoveAt(_open.Count - 1);
            Type = XmlTokenType.EndElement;
            return true;
        }

        Offset = _characters.Offset;
        if (_pending is { } entity)
        {
            (Name, _pending, Type) = (entity, null, XmlTokenType.EntityReference);
        }
        else if (_subset)
        {
            Type = _doctype.ReadDeclaration();
            Name = _doctype.Name;
            _subset = Type != XmlTokenType.DoctypeEnd;
        }
        else if (_raw || _characters.Current is not ('<' or XmlCharacters.End))
        {
            ReadText();
        }
        else if (_characters.Current == XmlCharacters.End)
        {
            Type = XmlTokenType.None;
            return _open.Count == 0 ? false : throw new MalformedException(Offset, "The XML ends inside an element.");
        }
        else
        {
            _characters.Advance();
            ReadMarkup();
        }

        End = _characters.Offset;
        return true;
    }

    private void ReadMarkup()
    {
        if (_characters.Take('?'))
        {
            ReadInstruction();
        }
        else if (_characters.Take('/'))
        {
            ulong name = Hash(TakeName());
            _characters.SkipBlanks();
            if (!_characters.Take('>') || _open.Count == 0 || _open[^1] != name)
            {
                throw new MalformedException(Offset, "An end tag fits no element.");
            }

            _open.RemoveAt(_open.Count - 1);
            Type = XmlTokenType.EndElement;
        }
        else if (_characters.Take('!'))
        {
            ReadDeclaration();
        }
        else
        {
            ReadStart();
        }
    }

    private void ReadDeclaration()
    {
        if (_characters.Take('-'))
        {
            if (!_characters.Take('-'))
            {
                throw new MalformedException(Offset, "A comment is none.");
            }

            _text.SkipPast("-->", Offset);
            Type = XmlTokenType.Comment;
        }
        else if (_characters.Take('['))
        {
            Expect("CDATA[");
            _raw = true;
            ReadText();
        }
        else
        {
            Expect("DOCTYPE");
            _subset = _doctype.ReadStart();
            Name = _doctype.Name;
            Type = XmlTokenType.Doctype;
        }
    }

    private void Expect(string word)
    {
        foreach (char one in word)
        {
            if (!_characters.Take(one))
            {
                throw new MalformedException(Offset, "Markup is of no known kind.");
            }
        }
    }

    private void ReadInstruction()
    {
        Name = TakeName();
        _text.TakePast("?>", Offset, Chunk);
        Type = XmlTokenType.Instruction;
        if (Name == "xml" && XmlDeclaration.EncodingOf(_text.Span) is { } encoding && !XmlDeclaration.IsUnicode(encoding))
        {
            _characters.UseSingleBytes();
        }
    }

    private void ReadStart()
    {
        Name = TakeName();
        _attributes.Clear();
        while (true)
        {
            _characters.SkipBlanks();
            if (_characters.Take('>'))
            {
                break;
            }

            if (_characters.Take('/'))
            {
                _closes = _characters.Take('>') ? true : throw new MalformedException(_characters.Offset, "An element does not end.");
                break;
            }

            ReadAttribute();
        }

        if (_open.Count >= MostLevels)
        {
            throw ScanBudget.Spent("xml-levels", MostLevels, Offset);
        }

        _open.Add(Hash(Name));
        Type = XmlTokenType.StartElement;
    }

    private void ReadAttribute()
    {
        long at = _characters.Offset;
        string name = TakeName();
        _characters.SkipBlanks();
        bool equals = _characters.Take('=');
        _characters.SkipBlanks();
        int quote = _characters.Current;
        if (!equals || quote is not ('"' or '\''))
        {
            throw new MalformedException(at, "An attribute has no value in quotes.");
        }

        _characters.Advance();
        _text.Clear();
        while (_characters.Current != quote)
        {
            if (_characters.Current == '&')
            {
                EntityUses += _text.TakeReference(keepsEntity: true) is null ? 0 : 1;
            }
            else
            {
                _text.Take(at);
            }
        }

        _characters.Advance();
        if (_attributes.Count >= MostAttributes)
        {
            throw ScanBudget.Spent("xml-attributes", MostAttributes, at);
        }

        // Few elements have more than a handful; in those that have, duplicates are only looked for among the first.
        for (int i = 0; i < Math.Min(_attributes.Count, 64); i++)
        {
            DuplicateAttributes += _attributes[i].Name == name ? 1 : 0;
        }

        _attributes.Add(new XmlAttribute(name, _text.Span.ToString(), at));
        _text.Clear();
    }

    private void ReadText()
    {
        Type = XmlTokenType.Text;
        while (_text.Length < Chunk || (_raw && _text.Span[^1] == ']'))
        {
            int current = _characters.Current;
            if (current == XmlCharacters.End && _raw)
            {
                throw new MalformedException(Offset, "A section of plain text does not end.");
            }

            if (current == XmlCharacters.End || (current == '<' && !_raw))
            {
                return;
            }

            if (current == '&' && !_raw)
            {
                _pending = _text.TakeReference(keepsEntity: false);
                if (_pending is not null)
                {
                    return;
                }
            }
            else if (current == '>' && _raw && _text.Span.EndsWith("]]"))
            {
                _text.Cut(2);
                _characters.Advance();
                _raw = false;
                return;
            }
            else
            {
                _text.Take(Offset);
            }
        }
    }

    private string TakeName()
    {
        _text.Clear();
        while (_characters.Current is not ('<' or '>' or '/' or '=' or '"' or '\'' or '?' or '&' or '[' or ']' or ';' or '%' or XmlCharacters.End)
            && !XmlCharacters.IsBlank(_characters.Current))
        {
            _text.Take(Offset);
            if (_text.Length > LongestName)
            {
                throw new MalformedException(Offset, "A name is too long.");
            }
        }

        if (_text.Length == 0)
        {
            throw new MalformedException(_characters.Offset, "A name is missing.");
        }

        if (!_known.TryGetValue(_text.Span, out string? name))
        {
            name = _text.Span.ToString();
            if (_names.Count < KnownNames)
            {
                _names.Add(name);
            }
        }

        _text.Clear();
        return name;
    }

    private static ulong Hash(string name) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(name.AsSpan()));
}
