// Lines of decompiled code, in pieces that a report can colour.
namespace Assay.Evaluation.Decompiler;

/// <summary>What a piece of code is, so that a report can colour it.</summary>
internal enum CodeInk : byte
{
    Plain,
    Keyword,

    /// <summary>A str or bytes literal.</summary>
    Literal,
    Comment,

    /// <summary>A comment that must not be overlooked.</summary>
    Warning,
}

/// <summary>A piece of code. Text from a file is a Python literal or an identifier of ASCII letters; a report escapes it all the same.</summary>
internal readonly record struct CodePiece(string Text, CodeInk Ink = CodeInk.Plain);

/// <summary>One line of code: its indent in columns and its pieces.</summary>
internal readonly record struct CodeLine(int Indent, IReadOnlyList<CodePiece> Pieces);
