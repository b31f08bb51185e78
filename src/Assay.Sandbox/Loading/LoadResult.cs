// How one load went, and what it was seen doing.
using Assay.Artifacts;

namespace Assay.Sandbox.Loading;

/// <summary>How a load ended.</summary>
internal enum LoadEnd
{
    /// <summary>The loader returned.</summary>
    Loaded,

    /// <summary>The loader raised an exception.</summary>
    Failed,

    /// <summary>The process ended before the loader was done.</summary>
    Died,

    /// <summary>The time was over.</summary>
    TimedOut,

    /// <summary>It never began.</summary>
    NotBegun,
}

/// <summary>How one load went.</summary>
/// <param name="Loader">The loader.</param>
/// <param name="End">How it ended.</param>
/// <param name="Detail">The type that was returned, the exception, or the reason.</param>
/// <param name="Events">What it was seen doing.</param>
/// <param name="Told">How many system calls were looked at.</param>
internal sealed record LoadResult(string Loader, LoadEnd End, string Detail, IReadOnlyList<BehaviourFact> Events, long Told)
{
    /// <summary>How it ended in a few words that are the same whenever it ends that way: the texts of exceptions hold what differs from load to load.</summary>
    public string Ending => End switch
    {
        LoadEnd.Loaded => "loaded " + Detail,
        LoadEnd.Failed => "raised " + Detail.Split(':')[0],
        LoadEnd.Died => "died",
        LoadEnd.TimedOut => "was not done in time",
        _ => "did not begin",
    };

    /// <summary>With what it was loaded, and what it took; null for one that did not begin.</summary>
    public LoadRecord? Record { get; init; }

    /// <summary>What <see cref="SandboxOptions.After"/> answered; the load can forge it.</summary>
    public string Answer { get; init; } = "";
}
