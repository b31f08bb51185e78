// One thing that code can do, and with which of the values that it gets.
namespace Assay.Effects;

/// <summary>A condition: the effect happens only where the argument is, or is not, one of these texts, or only where it is given at all.</summary>
/// <param name="Source">The argument.</param>
/// <param name="Texts">The texts; none where it only has to be given.</param>
/// <param name="Negated">Whether the effect happens where it is none of them.</param>
internal sealed record EffectCondition(EffectSource Source, IReadOnlyList<string> Texts, bool Negated);

/// <summary>One thing that code can do.</summary>
internal sealed record Effect
{
    /// <summary>What.</summary>
    public required EffectKind Kind { get; init; }

    /// <summary>With which value.</summary>
    public required EffectSource Source { get; init; }

    /// <summary>For a call, a construction or a state: what the value gets; all other arguments where it is empty.</summary>
    public IReadOnlyList<EffectSource> With { get; init; } = [];

    /// <summary>For a method: its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>When, or null for always.</summary>
    public EffectCondition? Condition { get; init; }

    /// <inheritdoc/>
    public bool Equals(Effect? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());

    /// <inheritdoc/>
    public override string ToString() => EffectText.Write(this);
}

/// <summary>What calling something gives back.</summary>
internal enum ReturnKind : byte
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>Data that cannot be called, and has no attributes that act.</summary>
    Data = 1,

    /// <summary>An instance of the class that is called, or of the class that is named.</summary>
    Instance = 2,

    /// <summary>What the argument is.</summary>
    Argument = 3,

    /// <summary>The attribute of one argument that another one names.</summary>
    Attribute = 4,

    /// <summary>The item of one argument under another one.</summary>
    Item = 5,

    /// <summary>What a module, named by one argument, has under the name that another one gives.</summary>
    Named = 6,

    /// <summary>What a dotted name stands for.</summary>
    Dotted = 7,

    /// <summary>Something whose call calls the argument, with what was given beside it in front.</summary>
    Bound = 8,

    /// <summary>Something whose call calls the method, named by the argument, of what it gets.</summary>
    MethodCaller = 9,

    /// <summary>Something whose call reads attributes or items of what it gets.</summary>
    Getter = 10,

    /// <summary>A class that did not exist before; its members are the argument.</summary>
    Class = 11,

    /// <summary>A type of the standard library that the argument names.</summary>
    TypeName = 12,

    /// <summary>A function whose code is the argument.</summary>
    Function = 13,

    /// <summary>An instance of a class that the argument is.</summary>
    InstanceOf = 14,

    /// <summary>A text or bytes that were put together.</summary>
    Text = 15,

    /// <summary>The text that the argument is.</summary>
    TextOf = 16,

    /// <summary>The bytes that the argument is.</summary>
    BytesOf = 17,
}

/// <summary>What calling something gives back, and which arguments decide.</summary>
/// <param name="Kind">What.</param>
/// <param name="First">The first argument that decides.</param>
/// <param name="Second">The second one.</param>
/// <param name="Class">For an instance: the class, where it is not the one that is called.</param>
internal sealed record EffectReturn(ReturnKind Kind, EffectSource First, EffectSource Second, string Class = "")
{
    /// <summary>Nothing is known.</summary>
    public static EffectReturn Unknown { get; } = new(ReturnKind.Unknown, EffectSource.Always, EffectSource.Always);

    /// <inheritdoc/>
    public override string ToString() => EffectText.Write(this);
}
