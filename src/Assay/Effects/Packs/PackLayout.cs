// How an effect pack is laid out.
namespace Assay.Effects.Packs;

/// <summary>
/// How an effect pack is laid out; all numbers of four bytes are little-endian, those of names big-endian. A head of 88 bytes: the magic (8 bytes), the version (4), the lengths
/// of the sections in bytes (4 each) and, at 56, the SHA-256 of all that follows the head. Then the sections, each where the one before ends:
/// <list type="bullet">
/// <item>names: 257 places of four bytes: how many names have a number (<see cref="PackHash"/>) whose first byte is less than this one; then the other 11 bytes of each
/// number, sorted;</item>
/// <item>definitions: which record a name has, in the order of the names: two bytes each, or three where there are more than 65,536 records; all names of one thing share a record;</item>
/// <item>records, effects, sources, returns, origins, texts: tables of items (<see cref="PackItems"/>);</item>
/// <item>patterns, between origins and texts: owner (12), text (4) and record (4), sorted by owner, most specific first; and listed modules: 12 bytes each, sorted;</item>
/// <item>the filter over all paths, owners and modules (<see cref="PackFilter"/>).</item>
/// </list>
/// Items are made of bytes and numbers of variable length: seven bits a byte, the lowest first, the highest bit set where another one follows. Names stand nowhere as text: evidence lies in a
/// file beside the pack, which only people need. Text 0 says where the pack comes from.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>record: a byte (bits 0 and 1 the kind of name, 2 and 3 what a reference means, then whether members are harmless, whether it was derived, whether <c>__new__</c> does what a call does, whether
/// it does something else), origin, return, the effects of a call and, where the byte says so, those of <c>__new__</c>: how many, and each one; then, where there is more, the text of the path of a class: what is asked for below this one and is not there is asked for below that one;</item>
/// <item>effect: a byte (the kind; 64: values that it gets, 128: a further byte), the source, how many values and each one; the further byte says whether a name follows (1), a condition (2: source, how many
/// texts, each), and whether that is negated (4);</item>
/// <item>source: a byte (the kind; 128: the items), the position, the texts of keyword and key;</item>
/// <item>return: a byte (the kind), two sources, the text of the class; origin: the texts of id and reason, how many references, and their texts.</item>
/// </list>
/// Texts are numbers from 1, and 0 is the empty one. Effects and sources are numbers from 1 as well; 0 says that the thing itself follows, which is so where it is used once.
/// </remarks>
internal static class PackLayout
{
    public const int HeadLength = 88;
    public const int Version = 4;
    public const int VersionAt = 8;
    public const int LengthsAt = 12;
    public const int DigestAt = 56;
    public const int Sections = 11;
    public const int PatternLength = PackHash.Length + 8;

    /// <summary>How many first bytes numbers of names may have, and one more place for where the last ones end.</summary>
    public const int BucketsLength = 257 * 4;

    /// <summary>What the number of a name takes beside its first byte.</summary>
    public const int TailLength = PackHash.Length - 1;

    /// <summary>What a pack begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "ASSAYEFX"u8;

    /// <summary>How many bytes the number of a record takes.</summary>
    public static int RecordNumberLength(int records) => records <= 1 << 16 ? 2 : 3;
}

/// <summary>The sections of a pack, in order.</summary>
internal enum PackSection
{
    Names,
    Definitions,
    Records,
    Effects,
    Sources,
    Returns,
    Origins,
    Patterns,
    Listed,
    Texts,
    Filter,
}
