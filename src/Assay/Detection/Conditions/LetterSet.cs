// Sets of letters as regular expressions name them: each of ASCII by itself, all others by their kind.
using System.Globalization;

namespace Assay.Detection.Conditions;

/// <summary>Letters: those of ASCII one by one, and of all others the kinds that expressions tell apart.</summary>
/// <param name="Ascii">One bit for each letter of ASCII.</param>
/// <param name="Others">One bit for each kind of other letters.</param>
internal readonly record struct LetterSet(UInt128 Ascii, byte Others)
{
    /// <summary>How many kinds of other letters there are.</summary>
    public const int Kinds = 6;

    private const int Word = 0;
    private const int Digit = 1;
    private const int Space = 2;
    private const int Kelvin = 3;
    private const int Joiner = 4;
    private const int Other = 5;

    /// <summary>All letters.</summary>
    public static LetterSet All => new(UInt128.MaxValue, (1 << Kinds) - 1);

    /// <summary>What <c>\w</c> means.</summary>
    public static LetterSet Words { get; } = Range('a', 'z') | Range('A', 'Z') | Range('0', '9') | Of('_') | new LetterSet(0, (1 << Word) | (1 << Digit) | (1 << Kelvin));

    /// <summary>What <c>\d</c> means.</summary>
    public static LetterSet Digits { get; } = Range('0', '9') | new LetterSet(0, 1 << Digit);

    /// <summary>What <c>\s</c> means.</summary>
    public static LetterSet Spaces { get; } = Range('\t', '\r') | Of(' ') | new LetterSet(0, 1 << Space);

    /// <summary>What no boundary lies between: words and the signs that join their letters.</summary>
    public static LetterSet Joined { get; } = Words | new LetterSet(0, 1 << Joiner);

    public static LetterSet operator |(LetterSet left, LetterSet right) => new(left.Ascii | right.Ascii, (byte)(left.Others | right.Others));

    public static LetterSet operator ~(LetterSet of) => new(~of.Ascii, (byte)(~of.Others & ((1 << Kinds) - 1)));

    /// <summary>One letter of ASCII.</summary>
    public static LetterSet Of(char letter) => new(UInt128.One << letter, 0);

    /// <summary>All other letters of a kind.</summary>
    public static LetterSet OfKind(int kind) => new(0, (byte)(1 << kind));

    /// <summary>Letters of ASCII from one to another.</summary>
    public static LetterSet Range(char from, char to)
    {
        LetterSet all = default;
        for (int letter = from; letter <= to; letter++)
        {
            all |= Of((char)letter);
        }

        return all;
    }

    /// <summary>The kind of a letter that is not of ASCII.</summary>
    public static int KindOf(char letter) => letter switch
    {
        '\u212A' => Kelvin,
        '\u200C' or '\u200D' => Joiner,
        _ => char.GetUnicodeCategory(letter) switch
        {
            UnicodeCategory.DecimalDigitNumber => Digit,
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation => Word,
            _ => char.IsWhiteSpace(letter) ? Space : Other,
        },
    };

    /// <summary>Whether both have a letter.</summary>
    public bool Meets(LetterSet other) => (Ascii & other.Ascii) != 0 || (Others & other.Others) != 0;

    /// <summary>The letters in both cases.</summary>
    public LetterSet AnyCase()
    {
        const int Gap = 'a' - 'A';
        UInt128 small = Ascii & Range('a', 'z').Ascii, large = Ascii & Range('A', 'Z').Ascii;
        LetterSet all = this | new LetterSet((small >> Gap) | (large << Gap), 0);
        bool isKelvin = all.Meets(Of('k')) || all.Meets(OfKind(Kelvin));
        return isKelvin ? all | Of('k') | Of('K') | OfKind(Kelvin) : all;
    }
}
