// How a host lets a scan load its inputs for real, where that can do no harm.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Scanning;

/// <summary>
/// Loads inputs for real in a sandbox that the host provides. What it observes is added to the facts of the input: it can raise a verdict,
/// never clear one.
/// </summary>
public interface ITestLoad
{
    /// <summary>
    /// Loads the input at <paramref name="path"/> with the loaders that apply to it by the <paramref name="facts"/> of the scan; returns
    /// <see cref="BehaviourFact"/>s, and an <see cref="UnreadFact"/> when no load came to an end. Of what no loader takes, a README or a picture of a
    /// folder, that is said only where the user has <paramref name="named"/> this very file.
    /// </summary>
    IReadOnlyList<Fact> Load(string path, ByteSource bytes, IReadOnlyList<Fact> facts, bool named, CancellationToken cancellation);
}
