// How an effect pack is laid out.
namespace Assay.Effects.Packs;

/// <summary>
/// How an effect pack is laid out; all numbers are little-endian but those of names. A head of 80 bytes: the magic (8 bytes), the version (4), the lengths
/// of the sections (4 each) and, at 48, the SHA-256 of all that follows the head. Then the sections, each where the one before ends:
/// <list type="bullet">
/// <item>names: 12 bytes each, sorted: the numbers of the dotted paths (<see cref="PackHash"/>);</item>
/// <item>definitions: 4 bytes each: which record a name has; all names of one thing share a record;</item>
/// <item>record places: 4 bytes each, one more than there are records;</item>
/// <item>records: kind, effects and origin, in numbers of variable length;</item>
/// <item>patterns: owner (12), text (4) and record (4), sorted by owner, most specific first;</item>
/// <item>listed modules: 12 bytes each, sorted;</item>
/// <item>text places: 4 bytes each, one more than there are texts; and the texts in UTF-8. Text 0 says where the pack comes from;</item>
/// <item>the filter over all paths, owners and modules (<see cref="PackFilter"/>).</item>
/// </list>
/// Names stand nowhere as text: evidence lies in a file beside the pack, which only people need.
/// </summary>
internal static class PackLayout
{
    public const int HeadLength = 80;
    public const int Version = 2;
    public const int VersionAt = 8;
    public const int LengthsAt = 12;
    public const int DigestAt = 48;
    public const int Sections = 9;
    public const int PatternLength = PackHash.Length + 8;

    /// <summary>What a pack begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "ASSAYEFX"u8;
}

/// <summary>The sections of a pack, in order.</summary>
internal enum PackSection
{
    Names,
    Definitions,
    RecordPlaces,
    Records,
    Patterns,
    Listed,
    TextPlaces,
    Texts,
    Filter,
}
