// The detectors, in the order in which they run.
using Assay.Detection.Anomalies;
using Assay.Detection.Behaviours;
using Assay.Detection.Callables;
using Assay.Detection.Intents;

namespace Assay.Detection;

/// <summary>All detectors, in order.</summary>
public static class DetectorCatalog
{
    /// <summary>All detectors.</summary>
    public static IReadOnlyList<IDetector> All { get; } =
    [
        new CallableDetector(),
        new AnomalyDetector(), // After the callables: some oddities weigh more beside a harmful call.
        new IntentDetector(),
        new BehaviourDetector(), // Last: it says of the findings of the others whether a test load showed them.
    ];
}
