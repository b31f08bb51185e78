// Joins the events of several loads of the same bytes and says which of them only some loads showed.
using System.Globalization;
using Assay.Artifacts;

namespace Assay.Sandbox.Observing;

/// <summary>
/// Joins the events of several loads. An event is the same in two loads when all is equal but how often it happened; what differs from load to
/// load (a random name, a payload that throws dice) is reported with the number of loads that showed it.
/// </summary>
internal static class RunComparison
{
    /// <summary>The events of all <paramref name="runs"/>, in the order in which they were first seen.</summary>
    public static IReadOnlyList<BehaviourFact> Join(IReadOnlyList<IReadOnlyList<BehaviourFact>> runs)
    {
        if (runs.Count == 1)
        {
            return runs[0];
        }

        List<BehaviourFact> joined = [];
        Dictionary<string, int> known = [];
        foreach (IReadOnlyList<BehaviourFact> run in runs)
        {
            HashSet<string> here = [];
            foreach (BehaviourFact seen in run)
            {
                string key = Key(seen);
                if (!known.TryGetValue(key, out int at))
                {
                    here.Add(key);
                    known.Add(key, joined.Count);
                    joined.Add(seen with { Runs = runs.Count });
                }
                else if (here.Add(key))
                {
                    joined[at] = joined[at] with { SeenIn = joined[at].SeenIn + 1, Count = Math.Max(joined[at].Count, seen.Count) };
                }
            }
        }

        return joined;
    }

    /// <summary>How the loads with a loader ended, each ending once.</summary>
    public static IReadOnlyList<BehaviourFact> Endings(string path, string loader, IReadOnlyList<(string Ending, IReadOnlyList<string> Record)> endings) =>
        [.. endings.GroupBy(e => e.Ending).Select(e => new BehaviourFact
        {
            Path = path,
            Kind = BehaviourFact.LoadEnding,
            Source = BehaviourSource.Sandbox,
            Action = "the loader",
            Subject = e.Key,
            Arguments = e.First().Record,
            Loader = loader,
            Runs = endings.Count,
            SeenIn = e.Count(),
        })];

    private static string Key(BehaviourFact seen) => string.Join('\0', [
        seen.Source.ToString(), seen.Kind, seen.Action, seen.Subject, seen.Phase, seen.Refused.ToString(),
        seen.Process.ToString(CultureInfo.InvariantCulture), .. seen.Arguments,
    ]);
}
