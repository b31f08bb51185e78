// Decisions beside what was read and judged, where a store is kept.
using Assay.Reports;
using Assay.Store;
using Assay.Store.Databases;
using Assay.Store.Trusted;
using Assay.Trust.Decisions;

namespace Assay.Cli.Commands;

/// <summary>
/// Writes decisions and revocations into a store as well. The signed files are what counts; the store tells when and by whom. It is opened before anybody decides, so that a store that cannot be used
/// is said before; where it fails later, the decision stands.
/// </summary>
internal sealed class DecisionMemory(Host host, StoreAddress at) : IDisposable
{
    private readonly ModelStore _store = host.OpenStore(at, true);

    /// <summary>Whether something that was decided is not kept.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>The memory of a command; null where no store is meant.</summary>
    public static DecisionMemory? Of(Host host, StoreAddress? at) => at is null ? null : new DecisionMemory(host, at);

    /// <summary>Keeps a decision.</summary>
    public void Keep(Decision decision) =>
        Keep(new StoredDecision(decision.Sha256, decision.Said.Decision, decision.Said.By, decision.Said.Reason, decision.Said.At, decision.Said.Until, decision.Envelope.Write()));

    /// <summary>Keeps that a decision was taken back.</summary>
    public void Keep(Decision decision, Revocation revocation) =>
        Keep(new StoredDecision(decision.Sha256, "revoke", revocation.Said.By, revocation.Said.Reason, revocation.Said.At, null, revocation.Envelope.Write()));

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    private void Keep(StoredDecision decided)
    {
        try
        {
            StoredDecisions.Keep(_store, decided);
        }
        catch (StoreException e)
        {
            HasFailed = true;
            host.Error.WriteLine($"assay: {Escape.Visible(e.Message)} What was decided is signed and holds; the store does not have it.");
        }
    }
}
