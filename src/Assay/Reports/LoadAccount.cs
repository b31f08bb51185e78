// What test loads of a file did, in words that all reports for people share.
using Assay.Artifacts;
using Assay.Detection.Behaviours;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>The test loads of one file: how each ended, and what was seen in them in order of time.</summary>
internal sealed class LoadAccount
{
    private const int LongestText = 300;

    private LoadAccount(IReadOnlyList<BehaviourFact> events)
    {
        Endings = [.. events.Where(e => e.Kind == BehaviourFact.LoadEnding).Select(Ending)];
        Events = [.. events.Where(e => e.Kind != BehaviourFact.LoadEnding)];
    }

    /// <summary>Which loaders loaded the file, how that ended, and the record of each load.</summary>
    public IReadOnlyList<string> Endings { get; }

    /// <summary>What the loads did beyond what a load does by itself.</summary>
    public IReadOnlyList<BehaviourFact> Events { get; }

    /// <summary>What all of it comes to, in one phrase.</summary>
    public string Seen => Events.Count > 0 ? $"{Words.Count(Events.Count, "event")}; --format json lists them"
        : Endings.Count > 0 ? "nothing that a load does not do by itself; elsewhere or later it may do more" : "no load took place";

    /// <summary>The test loads of <paramref name="target"/>, or null where none was asked for.</summary>
    public static LoadAccount? Of(TargetReport target) => target.IsTestLoaded ? new LoadAccount(target.Events) : null;

    /// <summary>The process in which it was seen, and by which process that was started.</summary>
    public static string Process(BehaviourFact seen) => seen.Parent > 0 ? $"[{seen.Process}<{seen.Parent}]" : $"[{seen.Process}]";

    /// <summary>What was done.</summary>
    public static string Describe(BehaviourFact seen) => Escape.Cut(BehaviourFindings.Describe(seen), LongestText);

    /// <summary>Who says so, where it is not the kernel.</summary>
    public static string Source(BehaviourFact seen) => seen.Source switch
    {
        BehaviourSource.Python => "(Python says)",
        BehaviourSource.Sandbox => "(the sandbox)",
        _ => "",
    };

    private static string Ending(BehaviourFact ending)
    {
        string runs = ending.Runs > 1 ? $", in {ending.SeenIn} of {Words.Count(ending.Runs, "load")}" : "";
        string record = ending.Arguments.Count > 0 ? " (" + string.Join(", ", ending.Arguments) + ")" : "";
        return $"{ending.Loader}: {Escape.Cut(ending.Subject, 200)}{runs}{Escape.Cut(record, LongestText)}";
    }
}
