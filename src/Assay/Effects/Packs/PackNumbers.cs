// Numbers for what the items of a pack share.
namespace Assay.Effects.Packs;

/// <summary>Counts what is used, then gives numbers to what is used often enough, the most used first: their numbers are the shortest.</summary>
/// <typeparam name="T">What is numbered.</typeparam>
/// <param name="leastUses">How often a thing has to be used to get a number.</param>
/// <param name="textOf">The text by which things that are used equally often are ordered.</param>
internal sealed class PackNumbers<T>(int leastUses, Func<T, string> textOf)
    where T : notnull
{
    private readonly Dictionary<T, int> _uses = [];
    private readonly Dictionary<T, int> _numbers = [];

    /// <summary>What has a number, by number.</summary>
    public List<T> Numbered { get; } = [];

    /// <summary>Counts a use; true where it is the first one.</summary>
    public bool Use(T item) => (_uses[item] = _uses.GetValueOrDefault(item) + 1) == 1;

    /// <summary>Whether a thing was used at all, whether or not it has a number.</summary>
    public IEnumerable<T> Used => _uses.Keys;

    /// <summary>Gives the numbers.</summary>
    /// <param name="first">What comes first whatever it is used, if anything.</param>
    public void Seal(params ReadOnlySpan<T> first)
    {
        foreach (T item in first)
            Add(item);

        foreach ((T item, int _) in _uses.Where(u => u.Value >= leastUses).OrderByDescending(u => u.Value).ThenBy(u => textOf(u.Key), StringComparer.Ordinal))
            Add(item);
    }

    /// <summary>The number of a thing, or -1.</summary>
    public int Of(T item) => _numbers.GetValueOrDefault(item, -1);

    private void Add(T item)
    {
        if (_numbers.TryAdd(item, Numbered.Count))
            Numbered.Add(item);
    }
}
