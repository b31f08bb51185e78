// What a value is, as far as it can be told: which callable, whose method, an object of which class.
using Assay.Artifacts;

namespace Assay.Detection.Effects;

/// <summary>What a value of the file is where something calls it, reads an attribute of it or puts something into it.</summary>
internal abstract record Meaning
{
    /// <summary>A module, class or function that the file names.</summary>
    public sealed record Named(KnownPath Name) : Meaning;

    /// <summary>Something whose call calls <paramref name="Target"/> with <paramref name="Front"/> before its own arguments: a partial function, a wrapper.</summary>
    public sealed record Bound(Meaning Target, IReadOnlyList<ValueShape> Front, ValueShape? Keywords = null) : Meaning;

    /// <summary>A method of an object, by name.</summary>
    public sealed record MethodOf(ValueShape Self, string Name) : Meaning;

    /// <summary>Something whose call calls the method <paramref name="Name"/> of what it gets.</summary>
    public sealed record MethodCaller(string Name, IReadOnlyList<ValueShape> Rest) : Meaning;

    /// <summary>Something whose call reads attributes or items of what it gets.</summary>
    public sealed record Getter(IReadOnlyList<ValueShape> Names) : Meaning;

    /// <summary>An object of a class.</summary>
    public sealed record Instance(Meaning Class, ValueShape Shape) : Meaning;

    /// <summary>A class that the file makes, and the classes that it is made from.</summary>
    public sealed record MadeClass(ValueShape Members, IReadOnlyList<ValueShape> Bases) : Meaning
    {
        /// <summary>The call that made it.</summary>
        public ValueShape? Shape { get; init; }
    }

    /// <summary>A function whose code the file carries.</summary>
    public sealed record CarriedFunction(string Maker, ValueShape Shape) : Meaning;

    /// <summary>Plain data.</summary>
    public sealed record Literal(ValueShape Shape) : Meaning;

    /// <summary>Nothing is known; <paramref name="From"/> is the callable that gave it, or empty.</summary>
    public sealed record Unknown(string From) : Meaning;
}
