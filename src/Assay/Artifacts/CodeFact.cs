// Code that a file holds, in short.

namespace Assay.Artifacts;

/// <summary>Code that an artifact is or holds. What it calls are <see cref="CallableFact"/>s; what it says in full is a <see cref="TextFact"/>.</summary>
public sealed record CodeFact : Fact
{
    /// <summary>The language, lower case: <c>python</c>, <c>python-bytecode</c>, <c>torchscript</c>, <c>jinja</c>, <c>shell</c> ...</summary>
    public required string Language { get; init; }

    /// <summary>What the code is, in one plain sentence.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The names of other code that it uses, sorted, perhaps not all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>When it runs: <c>extract</c>, <c>load</c>, <c>init</c>, <c>infer</c>, <c>use</c>; empty where that cannot be told.</summary>
    public string Phase { get; init; } = "load";

    internal override long MemorySize => BareSize + TextSize(Summary) + TextSize(Names);
}
