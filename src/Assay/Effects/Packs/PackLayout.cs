// How an effect pack is laid out.
namespace Assay.Effects.Packs;

/// <summary>
/// How an effect pack is laid out; all numbers are little-endian but those of names. A head of 88 bytes: the magic (8 bytes), the version (4), the lengths
/// of the sections (4 each) and, at 56, the SHA-256 of all that follows the head. Then the sections, each where the one before ends:
/// <list type="bullet">
/// <item>names: 12 bytes each, sorted: the numbers of the dotted paths (<see cref="PackHash"/>);</item>
/// <item>definitions: 4 bytes each: which record a name has; all names of one thing share a record;</item>
/// <item>record places: 4 bytes each, one more than there are records;</item>
/// <item>records: kind, origin, the numbers of effects, and what comes back, in numbers of variable length;</item>
/// <item>effect places: 4 bytes each, one more than there are effects; and the effects, those that most records have first: few are different;</item>
/// <item>patterns: owner (12), text (4) and record (4), sorted by owner, most specific first;</item>
/// <item>listed modules: 12 bytes each, sorted;</item>
/// <item>text places: 4 bytes each, one more than there are texts; and the texts in UTF-8. Text 0 says where the pack comes from;</item>
/// <item>the filter over all paths, owners and modules (<see cref="PackFilter"/>).</item>
/// </list>
/// Names stand nowhere as text: evidence lies in a file beside the pack, which only people need.
/// </summary>
internal static class PackLayout
{
    public const int HeadLength = 88;
    public const int Version = 3;
    public const int VersionAt = 8;
    public const int LengthsAt = 12;
    public const int DigestAt = 56;
    public const int Sections = 11;
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
    EffectPlaces,
    Effects,
    Patterns,
    Listed,
    TextPlaces,
    Texts,
    Filter,
}
