// What got worse, until somebody has seen to it.
using System.Globalization;
using System.Text.Json;
using Assay.Store.Databases;
using Assay.Store.Readings;

namespace Assay.Store.Upkeep;

/// <summary>Something that got worse.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Made">When it was noticed.</param>
/// <param name="Kind">What noticed it: <c>judged</c> for a judgement of the store, <c>audit</c> for an audit.</param>
/// <param name="Weight">How much it matters.</param>
/// <param name="Text">What it is.</param>
/// <param name="Acknowledged">When somebody saw to it; null where nobody has.</param>
/// <param name="By">Who, and why.</param>
public sealed record StoreAlert(long Id, DateTimeOffset Made, string Kind, int Weight, string Text, DateTimeOffset? Acknowledged, string By);

/// <summary>What got worse, until somebody has seen to it. Nothing is taken out: who acknowledged what stays, also in the log.</summary>
public sealed class AlertBook(ModelStore store)
{
    /// <summary>The alerts, the newest first: those that are open, or all.</summary>
    public IReadOnlyList<StoreAlert> List(bool all, int most) => store.Do(c => c.All(
        $"SELECT id, made, kind, weight, text, acknowledged, by_whom FROM alerts {(all ? "" : "WHERE acknowledged IS NULL ")}ORDER BY id DESC LIMIT @a",
        r => new StoreAlert(r.GetInt64(0), Time(r.GetInt64(1)), r.GetString(2), (int)r.GetInt64(3), r.GetString(4), r.IsDBNull(5) ? null : Time(r.GetInt64(5)), r.GetString(6)), most));

    /// <summary>How many are open.</summary>
    public long Open => store.Do(c => c.Number("SELECT count(*) FROM alerts WHERE acknowledged IS NULL") ?? 0);

    /// <summary>Acknowledges alerts: those with these numbers, or all that are open. All of it is done, or nothing.</summary>
    /// <returns>How many were open.</returns>
    /// <exception cref="StoreException">There is no alert of a number.</exception>
    public long Acknowledge(IReadOnlyList<long>? numbers, string who, string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(who);
        long done = 0;
        store.Write(c =>
        {
            string by = Terms.Plain(reason.Length == 0 ? who : $"{who}: {reason}");
            if (numbers is null)
            {
                done = c.Execute("UPDATE alerts SET acknowledged = @a, by_whom = @b WHERE acknowledged IS NULL", store.Now, by);
            }

            foreach (long number in numbers ?? [])
            {
                if (c.Number("SELECT id FROM alerts WHERE id = @a", number) is null)
                {
                    throw new StoreException(string.Create(CultureInfo.InvariantCulture, $"There is no alert {number}; assay store alerts shows those that there are."));
                }

                done += c.Execute("UPDATE alerts SET acknowledged = @a, by_whom = @b WHERE id = @c AND acknowledged IS NULL", store.Now, by, number);
            }

            ChainedLog.Add(c, store.Time, "acknowledged", string.Create(CultureInfo.InvariantCulture, $"{{\"alerts\":{done},\"by\":\"{JsonEncodedText.Encode(by)}\"}}"));
        });
        return done;
    }

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
