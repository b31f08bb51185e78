// Collects characters of an XML document, and replaces the few entities that XML itself has.
using System.Globalization;
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Xml;

/// <summary>Collects the characters of a name, a value or a text; the buffer grows with what is there, up to the limit of lines.</summary>
internal sealed class XmlTextBuffer(XmlCharacters characters, int limit)
{
    private const int LongestReference = 256;
    private char[] _text = new char[256];

    /// <summary>How many characters there are.</summary>
    public int Length { get; private set; }

    /// <summary>The characters.</summary>
    public ReadOnlySpan<char> Span => _text.AsSpan(0, Length);

    /// <summary>Starts anew.</summary>
    public void Clear() => Length = 0;

    /// <summary>Drops the last characters.</summary>
    public void Cut(int count) => Length -= count;

    /// <summary>Adds the current character of the document and moves on.</summary>
    /// <param name="start">Where what is collected starts.</param>
    public void Take(long start)
    {
        int current = characters.Current;
        if (current == XmlCharacters.End)
        {
            throw new MalformedException(start, "The XML ends inside of markup.");
        }

        if (Length >= limit)
        {
            throw ScanBudget.Spent("line-bytes", limit, start);
        }

        Add(current);
        characters.Advance();
    }

    /// <summary>Moves behind the first <paramref name="end"/>, and drops what comes before.</summary>
    public void SkipPast(string end, long start) => TakePast(end, start, 0);

    /// <summary>Moves behind the first <paramref name="end"/>, and keeps the beginning of what comes before.</summary>
    public void TakePast(string end, long start, int keep)
    {
        // The ends that XML has begin with one or two characters that are alike, and a run of them may be longer.
        int met = 0;
        while (met < end.Length)
        {
            int current = characters.Current;
            if (current == XmlCharacters.End)
            {
                throw new MalformedException(start, "The XML ends inside of markup.");
            }

            if (current == end[met])
            {
                met++;
            }
            else if (!(met == 2 && current == end[0] && end[0] == end[1]))
            {
                Flush(end.AsSpan(0, met), keep);
                met = current == end[0] ? 1 : 0;
                if (met == 0 && Length < keep)
                {
                    Add(current);
                }
            }

            characters.Advance();
        }
    }

    /// <summary>
    /// Reads a reference, whose ampersand is the current character. A numbered character or one of the five entities of XML is added; the name
    /// of any other entity is returned. What is no reference is added as it stands, as lenient readers do.
    /// </summary>
    public string? TakeReference(bool keepsEntity)
    {
        long start = characters.Offset;
        int before = Length;
        Take(start);
        while (Length - before <= LongestReference && (characters.Current is '#' or '.' or '-' or '_' or ':' or > 127
            || (characters.Current > 0 && char.IsAsciiLetterOrDigit((char)characters.Current))))
        {
            Take(start);
        }

        if (!characters.Take(';') || Length == before + 1)
        {
            return null;
        }

        string name = Span[(before + 1)..].ToString();
        if (Replacement(name) is { } one)
        {
            Length = before;
            Add(one);
            return null;
        }

        if (!keepsEntity)
        {
            Length = before;
        }
        else
        {
            Add(';');
        }

        return name;
    }

    private static int? Replacement(string name)
    {
        switch (name)
        {
            case "lt": return '<';
            case "gt": return '>';
            case "amp": return '&';
            case "quot": return '"';
            case "apos": return '\'';
        }

        if (name[0] != '#')
        {
            return null;
        }

        bool hex = name.Length > 1 && name[1] is 'x' or 'X';
        return int.TryParse(name.AsSpan(hex ? 2 : 1), hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            && Rune.IsValid(value) ? value : Rune.ReplacementChar.Value;
    }

    private void Flush(ReadOnlySpan<char> text, int keep)
    {
        foreach (char one in text)
        {
            if (Length < keep)
            {
                Add(one);
            }
        }
    }

    private void Add(int character)
    {
        if (Length + 2 > _text.Length)
        {
            Array.Resize(ref _text, _text.Length * 2);
        }

        if (character < 0x10000)
        {
            _text[Length++] = (char)character;
        }
        else
        {
            Length += new Rune(character).EncodeToUtf16(_text.AsSpan(Length));
        }
    }
}
