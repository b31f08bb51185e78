// Decisions beside what was read and judged, where a store is kept.
using Assay.Store;
using Assay.Store.Databases;
using Assay.Store.Trusted;
using Assay.Trust.Decisions;

namespace Assay.Cli.Commands;

/// <summary>Writes decisions and revocations into a store as well. The signed files are what counts; the store tells when and by whom.</summary>
internal static class DecisionMemory
{
    /// <summary>Keeps a decision.</summary>
    public static void Keep(StoreAddress at, Decision decision)
    {
        using ModelStore store = ModelStore.Open(at);
        StoredDecisions.Keep(store, new StoredDecision(decision.Sha256, decision.Said.Decision, decision.Said.By, decision.Said.Reason, decision.Said.At, decision.Said.Until, decision.Envelope.Write()));
    }

    /// <summary>Keeps that a decision was taken back.</summary>
    public static void Keep(StoreAddress at, Decision decision, Revocation revocation)
    {
        using ModelStore store = ModelStore.Open(at);
        StoredDecisions.Keep(store, new StoredDecision(decision.Sha256, "revoke", revocation.Said.By, revocation.Said.Reason, revocation.Said.At, null, revocation.Envelope.Write()));
    }
}
