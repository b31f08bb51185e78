// What makes source no Python.
namespace Assay.Python.Syntax;

/// <summary>The reasons for which CPython refuses source, as far as its parser finds them; later passes of its compiler have more.</summary>
internal enum SyntaxErrorKind : byte
{
    None,

    // Found while the bytes are decoded.
    UnknownEncoding,
    UndecodableBytes,

    // Found by the lexer.
    NullByte,
    InvalidCharacter,
    UnterminatedString,
    UnterminatedFormat,
    SingleClosingBrace,
    InvalidNumber,
    LeadingZeros,
    StrayBackslash,
    UnmatchedBracket,
    BracketNeverClosed,
    TooDeeplyNested,
    TooManyIndents,
    InconsistentDedent,
    InconsistentTabs,

    // Found by the parser.
    UnexpectedToken,
    UnexpectedIndent,
    ExpectedIndentedBlock,
    InvalidTarget,
    InvalidArguments,
    InvalidParameters,
    InvalidEscape,
    IncompatibleLiterals,
    IncompleteStatement,

    /// <summary>A decimal integer has more digits than CPython converts.</summary>
    IntegerTooLong,

    /// <summary>async or await as a name, as in Python 3.6.</summary>
    ReservedName,
}

/// <summary>An error and the offset at which it was found.</summary>
internal readonly record struct SyntaxError(SyntaxErrorKind Kind, int Offset);
