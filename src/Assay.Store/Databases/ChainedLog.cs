// The log that is only added to: each entry holds the digest of all before it.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Store.Databases;

/// <summary>An entry of the log.</summary>
/// <param name="Number">Its number, from 1 without gaps.</param>
/// <param name="Made">When it was made, in milliseconds since 1970.</param>
/// <param name="Kind">What it tells of.</param>
/// <param name="Body">What it tells, as JSON.</param>
/// <param name="Chain">The SHA-256 of the entry before it and of this one.</param>
internal sealed record LogEntry(long Number, long Made, string Kind, string Body, byte[] Chain);

/// <summary>The log. It is written in the transaction that does what it tells, so that neither is there without the other.</summary>
internal static class ChainedLog
{
    /// <summary>Adds an entry.</summary>
    public static void Add(StoreConnection connection, TimeProvider time, string kind, string body) => connection.Write(() =>
    {
        (long number, byte[] before) = Last(connection);
        long made = time.GetUtcNow().ToUnixTimeMilliseconds();
        connection.Execute("INSERT INTO log (number, made, kind, body, chain) VALUES (@a, @b, @c, @d, @e)", number + 1, made, kind, body, ChainOf(before, number + 1, made, kind, body));
    });

    /// <summary>The number and the digest of the last entry; no entry is number 0.</summary>
    public static (long Number, byte[] Chain) Last(StoreConnection connection) =>
        connection.All("SELECT number, chain FROM log ORDER BY number DESC LIMIT 1", r => (r.GetInt64(0), (byte[])r[1])) is [var last] ? last : (0, new byte[32]);

    /// <summary>The number of the first entry that does not follow from those before it; null where all do.</summary>
    public static long? FirstBroken(StoreConnection connection)
    {
        byte[] before = new byte[32];
        long expected = 1;
        long? broken = null;
        connection.Each("SELECT number, made, kind, body, chain FROM log ORDER BY number", row =>
        {
            if (broken is not null)
            {
                return;
            }

            long number = row.GetInt64(0);
            byte[] chain = (byte[])row[4];
            if (number != expected || !chain.AsSpan().SequenceEqual(ChainOf(before, number, row.GetInt64(1), row.GetString(2), row.GetString(3))))
            {
                broken = expected;
            }

            before = chain;
            expected++;
        });
        return broken;
    }

    private static byte[] ChainOf(byte[] before, long number, long made, string kind, string body)
    {
        // Lengths stand before texts, so that no two entries look alike.
        byte[] head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number} {made} {kind.Length} {kind} {body.Length} {body}"));
        return SHA256.HashData([.. before, .. head]);
    }
}
