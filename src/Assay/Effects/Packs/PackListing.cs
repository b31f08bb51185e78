// Effect packs as text: what an analysis found, by name, before it is put into a pack with what others found.
using System.Globalization;

namespace Assay.Effects.Packs;

/// <summary>One name of a listing.</summary>
/// <param name="Path">The dotted path.</param>
/// <param name="Definition">The dotted path of what it stands for where that is another one; for what is known by hand its path there.</param>
/// <param name="Entry">What it does; null where that is known by hand, under <paramref name="Definition"/>.</param>
internal sealed record ListedName(string Path, string Definition, EffectEntry? Entry);

/// <summary>
/// A listing: a line that says what it is, lines for its sources and the version of the analysis, then one line for each name with its cells parted by tabs.
/// Packs hold numbers in the place of names, so those that are put together from several analyses are put together from listings.
/// </summary>
/// <param name="Sources">What it was made from: a distribution with its version and digest, a line each.</param>
/// <param name="Names">The names.</param>
internal sealed record PackListing(IReadOnlyList<string> Sources, IReadOnlyList<ListedName> Names)
{
    private const string Head = "assay-effects 1";
    private const string Between = "; ";

    /// <summary>Writes the listing.</summary>
    public void Write(TextWriter writer)
    {
        writer.Write(Head + "\n");
        foreach (string source in Sources)
            writer.Write($"source\t{source}\n");

        foreach (ListedName name in Names)
        {
            writer.Write(name.Entry is not { } entry
                ? $"{name.Path}\t{name.Definition}\tknown\n"
                : $"{name.Path}\t{name.Definition}\t{(int)entry.Kind}{(entry.MembersHarmless ? "+" : "")}\t{entry.Origin.Id}\t{entry.Returns}\t{string.Join(Between, entry.Call)}\t{string.Join(Between, entry.New)}\n");
        }
    }

    /// <summary>Reads what <see cref="Write"/> writes.</summary>
    /// <param name="reader">The text.</param>
    /// <param name="origin">The origin with an id.</param>
    /// <exception cref="EffectPackException">It is no listing.</exception>
    public static PackListing Read(TextReader reader, Func<string, EffectOrigin> origin)
    {
        if (reader.ReadLine() != Head)
            throw new EffectPackException("This is no listing of effects.");

        List<string> sources = [];
        List<ListedName> names = [];
        Dictionary<string, Effect> effects = new(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            string[] cells = line.Split('\t');
            switch (cells)
            {
                case ["source", { } source]:
                    sources.Add(source);
                    break;
                case [{ } path, { } definition, "known"]:
                    names.Add(new ListedName(path, definition, null));
                    break;
                case [{ } path, { } definition, { Length: > 0 } kind, { } from, { } returns, { } call, { } made]
                    when byte.TryParse(kind.AsSpan(0, 1), NumberStyles.None, CultureInfo.InvariantCulture, out byte number) && number <= (byte)NameKind.Value && EffectText.ParseReturn(returns) is { } given:
                    names.Add(new ListedName(path, definition, new EffectEntry
                    {
                        Kind = (NameKind)number,
                        MembersHarmless = kind.EndsWith('+'),
                        Origin = origin(from),
                        Returns = given,
                        Call = Effects(call, effects),
                        New = Effects(made, effects),
                        IsDerived = true,
                    }));
                    break;
                default:
                    throw new EffectPackException($"A line of the listing does not hold together: {line[..Math.Min(line.Length, 80)]}");
            }
        }

        return new PackListing(sources, names);
    }

    private static List<Effect> Effects(string cell, Dictionary<string, Effect> known)
    {
        if (cell.Length == 0)
            return [];

        List<Effect> effects = [];
        foreach (string text in cell.Split(Between))
        {
            if (!known.TryGetValue(text, out Effect? effect))
                known.Add(text, effect = EffectText.Parse(text) ?? throw new EffectPackException($"'{text}' is no effect."));

            effects.Add(effect);
        }

        return effects;
    }
}
