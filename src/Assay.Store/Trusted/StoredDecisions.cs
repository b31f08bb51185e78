// The decisions of people, beside what was read and judged.
using System.Globalization;
using Assay.Store.Databases;
using Assay.Store.Readings;

namespace Assay.Store.Trusted;

/// <summary>What somebody decided about an artifact, as a store keeps it: the signed text is what counts, and the rest is for looking it up.</summary>
/// <param name="Sha256">The SHA-256 of the file, in lower-case hex.</param>
/// <param name="Kind"><c>allow</c>, <c>deny</c> or <c>revoke</c>.</param>
/// <param name="Who">Who decided.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
/// <param name="Until">The last day; null for no end.</param>
/// <param name="Envelope">The envelope, as it was written.</param>
public sealed record StoredDecision(string Sha256, string Kind, string Who, string Reason, DateTimeOffset At, DateOnly? Until, byte[] Envelope);

/// <summary>Writes decisions into a store and its log, and finds them again.</summary>
public static class StoredDecisions
{
    /// <summary>Keeps a decision; one that is there already is not kept twice.</summary>
    public static void Keep(ModelStore store, StoredDecision decision)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(decision);
        byte[] digest = Convert.FromHexString(decision.Sha256);
        store.Write(c =>
        {
            if (c.All("SELECT envelope FROM decisions WHERE sha256 = @a", r => r.IsDBNull(0) ? [] : (byte[])r[0], digest).Any(e => e.AsSpan().SequenceEqual(decision.Envelope)))
            {
                return;
            }

            c.Execute("INSERT INTO decisions (sha256, kind, who, reason, made, ends, envelope) VALUES (@a, @b, @c, @d, @e, @f, @g)",
                digest, decision.Kind, Terms.Plain(decision.Who), Terms.Plain(decision.Reason), decision.At.ToUnixTimeMilliseconds(), decision.Until is { } day ? (object)(long)day.DayNumber : null, decision.Envelope);
            ChainedLog.Add(c, store.Time, "decision", string.Create(CultureInfo.InvariantCulture, $"{{\"sha256\":\"{decision.Sha256}\",\"kind\":\"{decision.Kind}\"}}"));
        });
    }

    /// <summary>The decisions about a file, the newest first.</summary>
    public static IReadOnlyList<StoredDecision> About(ModelStore store, string sha256)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Do(c => c.All("SELECT kind, who, reason, made, ends, envelope FROM decisions WHERE sha256 = @a ORDER BY made DESC, id DESC",
            r => new StoredDecision(sha256, r.GetString(0), r.GetString(1), r.GetString(2), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(3)), r.IsDBNull(4) ? null : DateOnly.FromDayNumber((int)r.GetInt64(4)), r.IsDBNull(5) ? [] : (byte[])r[5]),
            Convert.FromHexString(sha256)));
    }
}
