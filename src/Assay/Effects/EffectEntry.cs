// What is known of one callable, class or module.
namespace Assay.Effects;

/// <summary>What a name stands for.</summary>
internal enum NameKind : byte
{
    /// <summary>A function: whatever uses it calls it.</summary>
    Function = 0,

    /// <summary>A class.</summary>
    Class = 1,

    /// <summary>A module.</summary>
    Module = 2,

    /// <summary>Some other object.</summary>
    Value = 3,
}

/// <summary>What it means when a file imports a name and does nothing more with it, or hands it over.</summary>
internal enum ReferenceWeight : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Cannot be shown to be harmless.</summary>
    Suspicious = 1,

    /// <summary>As bad as calling it.</summary>
    Harmful = 2,
}

/// <summary>Where knowledge comes from: a set of names with one reason, or a distribution that was analysed.</summary>
/// <param name="Id">A stable name.</param>
/// <param name="Reason">Why the names have these effects; reports print it.</param>
/// <param name="References">CVE, GHSA and CWE ids, and links.</param>
internal sealed record EffectOrigin(string Id, string Reason, IReadOnlyList<string> References)
{
    /// <inheritdoc/>
    public bool Equals(EffectOrigin? other) => other is not null && Id == other.Id && Reason == other.Reason && References.SequenceEqual(other.References);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Reason);
}

/// <summary>What is known of one name: what a call does, what a construction without the constructor does, and what comes back.</summary>
internal sealed record EffectEntry
{
    /// <summary>What the name stands for.</summary>
    public required NameKind Kind { get; init; }

    /// <summary>Where the knowledge comes from.</summary>
    public required EffectOrigin Origin { get; init; }

    /// <summary>What a call does; for a class its metaclass, <c>__new__</c> and <c>__init__</c> together.</summary>
    public IReadOnlyList<Effect> Call { get; init; } = [];

    /// <summary>What <c>__new__</c> alone does.</summary>
    public IReadOnlyList<Effect> New { get; init; } = [];

    /// <summary>What a call gives back.</summary>
    public EffectReturn Returns { get; init; } = EffectReturn.Unknown;

    /// <summary>What a reference means.</summary>
    public ReferenceWeight Imported { get; init; }

    /// <summary>Whether attributes that are not listed are harmless.</summary>
    public bool MembersHarmless { get; init; }

    /// <summary>
    /// Whether an analysis of source found it. Its effects count where they meet what a use gives; the name alone says nothing, because most code that opens a
    /// file somewhere opens one of its own.
    /// </summary>
    public bool IsDerived { get; init; }

    /// <summary>Whether a call does harm by itself.</summary>
    public bool IsHarmful => !IsDerived && Call.Any(e => EffectKinds.IsHarm(e.Kind));

    /// <inheritdoc/>
    public bool Equals(EffectEntry? other) =>
        other is not null && Kind == other.Kind && Origin == other.Origin && Imported == other.Imported && MembersHarmless == other.MembersHarmless && IsDerived == other.IsDerived
        && Returns == other.Returns && Call.SequenceEqual(other.Call) && New.SequenceEqual(other.New);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Origin, Imported, MembersHarmless, Returns, Call.Count, New.Count);
}
