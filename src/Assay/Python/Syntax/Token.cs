// One token of Python source.
namespace Assay.Python.Syntax;

/// <summary>A token: the bytes from <paramref name="Start"/> to <paramref name="End"/> of the UTF-8 text.</summary>
/// <param name="Start">The offset of its first byte.</param>
/// <param name="End">The offset behind its last byte. Indentation, and what the end of the text implies, has no length.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Error">What is wrong with it; a number or a name can be usable all the same.</param>
internal readonly record struct Token(int Start, int End, TokenKind Kind, SyntaxErrorKind Error = SyntaxErrorKind.None)
{
    public int Length => End - Start;
}
