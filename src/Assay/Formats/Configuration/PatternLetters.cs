// Which characters a place of a regular expression takes.
using System.Globalization;

namespace Assay.Formats.Configuration;

/// <summary>What a position of a pattern takes: characters of ASCII one by one, others by their kind or as they stand.</summary>
internal readonly record struct PatternLetters(UInt128 Ascii, int Kinds, int Single)
{
    /// <summary>All kinds beyond ASCII: letters, marks, digits, blanks, the rest.</summary>
    public const int AllKinds = 31;

    public static readonly PatternLetters All = new(UInt128.MaxValue, AllKinds, 0);

    /// <summary>Whether a character is taken by both.</summary>
    public bool Meets(PatternLetters other) =>
        (Ascii & other.Ascii) != 0 || (Kinds & other.Kinds) != 0 || (Single != 0 && (Single == other.Single || (Kind(Single) & other.Kinds) != 0)) || (other.Single != 0 && (Kind(other.Single) & Kinds) != 0);

    public PatternLetters With(PatternLetters other) => new(Ascii | other.Ascii, Kinds | other.Kinds | (Single != 0 && other.Single != 0 ? Kind(Single) : 0), other.Single != 0 ? other.Single : Single);

    public PatternLetters Without() => new(~Ascii, AllKinds & ~Kinds, 0);

    public static PatternLetters Of(int character) => character < 128 ? new(UInt128.One << character, 0, 0) : new(0, 0, character);

    public static PatternLetters Between(int low, int high)
    {
        UInt128 ascii = 0;
        for (int c = Math.Max(0, low); c <= Math.Min(127, high); c++)
        {
            ascii |= UInt128.One << c;
        }

        int kinds = high > 127 ? Kind(Math.Max(128, low)) | Kind(high) : 0;
        return new(ascii, kinds, 0);
    }

    /// <summary>The kind of characters that a class of Unicode or a shorthand stands for: <c>L</c>, <c>Lu</c>, <c>N</c>, <c>w</c>, <c>s</c> ...</summary>
    public static PatternLetters Class(char name)
    {
        UInt128 ascii = 0;
        for (int c = 0; c < 128; c++)
        {
            char letter = (char)c;
            bool isIn = name switch
            {
                'L' => char.IsAsciiLetter(letter),
                'N' or 'd' => char.IsAsciiDigit(letter),
                'w' => char.IsAsciiLetterOrDigit(letter) || letter is '_',
                's' => letter is ' ' or (>= '\t' and <= '\r'),
                'Z' => letter is ' ',
                'P' => char.IsPunctuation(letter),
                'S' => char.IsSymbol(letter),
                'C' => char.IsControl(letter),
                _ => false,
            };
            ascii |= isIn ? UInt128.One << c : 0;
        }

        return new(ascii, name switch { 'L' => 1, 'M' => 2, 'N' or 'd' => 4, 'w' => 7, 's' or 'Z' => 8, _ => 16 }, 0);
    }

    private static int Kind(int character) => !System.Text.Rune.IsValid(character) ? 16 : System.Text.Rune.GetUnicodeCategory(new System.Text.Rune(character)) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => 1,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => 2,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => 4,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => 8,
        _ => 16,
    };
}
