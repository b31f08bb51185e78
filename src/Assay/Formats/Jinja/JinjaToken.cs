// The tokens of Jinja.
namespace Assay.Formats.Jinja;

/// <summary>The kinds of tokens.</summary>
internal enum JinjaTokenKind
{
    End,

    /// <summary>Text outside of all tags.</summary>
    Data,

    /// <summary>The start of a tag with a statement.</summary>
    BlockStart,
    BlockEnd,

    /// <summary>The start of a tag that prints.</summary>
    PrintStart,
    PrintEnd,
    Name,
    Text,
    Integer,
    Float,
    Operator,

    /// <summary>What no token begins with.</summary>
    Odd,
}

/// <summary>A token.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Start">The index of its first character.</param>
/// <param name="Text">A name, an operator, the content of a text without its escapes.</param>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, int Start, string Text = "")
{
    public bool Is(string sign) => Kind is JinjaTokenKind.Operator && Text == sign;

    public bool IsName(string name) => Kind is JinjaTokenKind.Name && Text == name;
}
