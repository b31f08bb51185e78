// A word of source in a language with braces.
namespace Assay.Formats.BracedSources;

/// <summary>What a token is.</summary>
internal enum BracedKind
{
    /// <summary>A name or a keyword.</summary>
    Name,

    /// <summary>A text, with its escapes undone; a character of C as well.</summary>
    Text,

    /// <summary>A number, as it is written.</summary>
    Number,

    /// <summary>A sign or an operator.</summary>
    Sign,
}

/// <summary>A token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text.</param>
/// <param name="Start">Where it begins in the source.</param>
/// <param name="StartsLine">Whether it is the first of its line: a statement of JavaScript may end before it.</param>
internal readonly record struct BracedToken(BracedKind Kind, string Text, int Start, bool StartsLine)
{
    public bool Is(string sign) => Kind is BracedKind.Sign && Text == sign;

    public bool IsName(string name) => Kind is BracedKind.Name && Text == name;
}
