// What a call gives to what is called.
using Assay.Code.Values;
using Assay.Effects;

namespace Assay.Code.Flow;

/// <summary>What a call gives to what is called.</summary>
/// <param name="Positional">The arguments by position.</param>
/// <param name="Keywords">The arguments by name.</param>
/// <param name="Star">What further positions may be: the items of starred arguments.</param>
/// <param name="DoubleStar">What any other name may be.</param>
internal sealed record Arguments(IReadOnlyList<Value> Positional, IReadOnlyList<(string Name, Value Value)> Keywords, Value Star, Value DoubleStar)
{
    /// <summary>No arguments.</summary>
    public static Arguments None { get; } = new([], [], Value.None, Value.None);

    private Value? _all;

    /// <summary>All of them.</summary>
    public Value All => _all ??= AllOf();

    private Value AllOf()
    {
        Value all = Star.Union(DoubleStar);
        foreach (Value value in Positional)
            all = all.Union(value);

        foreach ((string _, Value value) in Keywords)
            all = all.Union(value);

        return all;
    }

    /// <summary>Arguments of which the order is not known.</summary>
    public static Arguments Loose(Value any) => new([], [], any, any);

    /// <summary>The same with an object in front.</summary>
    public Arguments After(Value self) => new([self, .. Positional], Keywords, Star, DoubleStar);

    /// <summary>The arguments from a position on.</summary>
    public Value From(int index)
    {
        Value all = Star;
        for (int i = index; i < Positional.Count; i++)
            all = all.Union(Positional[i]);

        return all;
    }

    /// <summary>The argument at a position or of a name.</summary>
    public Value At(int index, string name) => index < Positional.Count ? Positional[index] : (name.Length > 0 ? Named(name) : DoubleStar).Union(Star);

    /// <summary>The argument of a name.</summary>
    public Value Named(string name)
    {
        foreach ((string keyword, Value value) in Keywords)
        {
            if (keyword == name)
                return value.Union(DoubleStar);
        }

        return DoubleStar;
    }

    /// <summary>Whether an argument is surely not given.</summary>
    public bool Lacks(EffectSource source) => Star.IsNone && DoubleStar.IsNone && source.Kind switch
    {
        SourceKind.Argument => source.Index >= Positional.Count && !Keywords.Any(k => k.Name == source.Name),
        SourceKind.Keyword => !Keywords.Any(k => k.Name == source.Name),
        _ => false,
    };

    /// <inheritdoc/>
    public bool Equals(Arguments? other)
    {
        if (other is null || Star != other.Star || DoubleStar != other.DoubleStar || Positional.Count != other.Positional.Count || Keywords.Count != other.Keywords.Count)
            return false;

        for (int i = 0; i < Positional.Count; i++)
        {
            if (Positional[i] != other.Positional[i])
                return false;
        }

        for (int i = 0; i < Keywords.Count; i++)
        {
            if (Keywords[i].Value != other.Keywords[i].Value || Keywords[i].Name != other.Keywords[i].Name)
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Star.Id);
        hash.Add(DoubleStar.Id);
        foreach (Value value in Positional)
            hash.Add(value.Id);

        foreach ((string _, Value value) in Keywords)
            hash.Add(value.Id);

        return hash.ToHashCode();
    }
}
