// What the tables of a FlatBuffer format hold: a table of their fields, read once when the first file of the format is.
using System.Globalization;
using Assay.Bytes;

namespace Assay.Formats.FlatBuffers;

/// <summary>What a field holds.</summary>
internal enum FlatKind
{
    /// <summary>A number, or a struct, in the table itself.</summary>
    Inline,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A table.</summary>
    Table,

    /// <summary>A table whose kind the field before it says.</summary>
    Union,

    /// <summary>A vector of numbers or structs.</summary>
    Numbers,

    /// <summary>A vector of texts.</summary>
    Texts,

    /// <summary>A vector of tables.</summary>
    Tables,
}

/// <summary>A field of a table.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Size">The bytes of a number, of a struct, or of an element.</param>
/// <param name="Of">The kind of table, or the union.</param>
internal readonly record struct FlatField(FlatKind Kind, int Size, string Of = "")
{
    /// <summary>The bytes that it takes in its table: vectors and the like are an offset there.</summary>
    public int InTable => Kind == FlatKind.Inline ? Size : 4;
}

/// <summary>
/// The tables and unions of a format, from an embedded text: a line is a name and its fields in order. <c>1 2 4 8</c> are numbers, <c>{n}</c> a struct, <c>s</c> a text, a name a table,
/// <c>|name</c> a union, and any of them in brackets a vector. A line whose name has a bar lists the tables, or structs, of a union, from 1 on.
/// </summary>
internal sealed class FlatSchema
{
    private readonly Dictionary<string, FlatField[]> _tables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _unions = new(StringComparer.Ordinal);

    private FlatSchema()
    {
    }

    /// <summary>Reads the embedded text <c>formats/name</c>.</summary>
    public static FlatSchema Load(string name)
    {
        using Stream stream = EmbeddedTable.Open("formats/" + name);
        using StreamReader text = new(stream);
        FlatSchema schema = new();
        while (text.ReadLine() is { } line)
        {
            string[] parts = line.Split('\t');
            string[] fields = parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts[0].StartsWith('|'))
            {
                schema._unions.Add(parts[0][1..], fields);
            }
            else
            {
                schema._tables.Add(parts[0], [.. fields.Select(Field)]);
            }
        }

        return schema;
    }

    /// <summary>The fields of a table.</summary>
    public FlatField[] Fields(string table) => _tables[table];

    /// <summary>The table that a union holds for a number, or null where the schema has none.</summary>
    public string? Member(string union, byte number) => number > 0 && number <= _unions[union].Length ? _unions[union][number - 1] : null;

    private static FlatField Field(string text)
    {
        if (text is ['[', .. var inner, ']'])
        {
            return inner == "s" ? new(FlatKind.Texts, 4) : char.IsAsciiDigit(inner[0]) ? new(FlatKind.Numbers, Number(inner)) : new(FlatKind.Tables, 4, inner);
        }

        return text switch
        {
            "s" => new(FlatKind.Text, 4),
            ['{', .. var size, '}'] => new(FlatKind.Inline, Number(size)),
            ['|', .. var union] => new(FlatKind.Union, 4, union),
            [>= '0' and <= '9', ..] => new(FlatKind.Inline, Number(text)),
            _ => new(FlatKind.Table, 4, text),
        };
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
