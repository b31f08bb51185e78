// What recovered code names that can be looked for elsewhere.

namespace Assay.Artifacts;

/// <summary>Something in recovered code that can be looked for elsewhere: a host, an address, a path, a command.</summary>
public sealed record IndicatorFact : Fact
{
    /// <summary>What it is: <c>url</c>, <c>host</c>, <c>ip</c>, <c>path</c>, <c>command</c> or <c>hash</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The value as written.</summary>
    public required string Value { get; init; }

    internal override long MemorySize => BareSize + (2L * Value.Length);
}
