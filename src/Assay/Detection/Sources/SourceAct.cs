// What source does that a reviewer would stop at, derived from its calls; asked by rules like a fact.
using Assay.Artifacts;

namespace Assay.Detection.Sources;

/// <summary>One thing that source does.</summary>
internal sealed record SourceAct : Fact
{
    /// <summary>What it is, one of <see cref="All"/>.</summary>
    public required string Is { get; init; }

    /// <summary>What is called.</summary>
    public required string Callable { get; init; }

    /// <summary>The line, the function and what is told of it.</summary>
    public required string Detail { get; init; }

    /// <summary>All that a source can be told to do.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "runs-decoded", "runs-program", "asks-machine", "runs-code", "opens-connection", "loads-native", "unpickles", "takes-secrets", "calls-back", "downloads-and-runs", "plants", "deletes", "hides-name", "writes", "destroys", "runs-elsewhere", "makes-objects", "installs-program", "watches", "replaces", "sends", "writes-memory", "runs-request", "sends-secret", "evaluates", "hands-secret", "redirects",
    ];
}
