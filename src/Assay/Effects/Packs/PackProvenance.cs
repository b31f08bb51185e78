// What a pack says of itself.
namespace Assay.Effects.Packs;

/// <summary>What a pack says of itself: its name and version, and what it was made from.</summary>
/// <param name="Name">Its name; empty where it has none.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sources">Distributions with their versions and the digests of their sources, and the version of the analysis; one a line.</param>
internal sealed record PackProvenance(string Name, string Version, IReadOnlyList<string> Sources)
{
    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static PackProvenance Parse(string text)
    {
        string[] lines = text.Split('\n');
        int space = lines[0].LastIndexOf(' ');
        return space < 0 ? new(lines[0], "", lines[1..]) : new(lines[0][..space], lines[0][(space + 1)..], lines[1..]);
    }

    /// <inheritdoc/>
    public bool Equals(PackProvenance? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n', [$"{OneLine(Name)} {OneLine(Version).Replace(' ', '-')}", .. Sources.Select(OneLine)]);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
