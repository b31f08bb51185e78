// Numbers that are given once: what was taken out of a store is never taken for what came after it.
namespace Assay.Store.Databases;

/// <summary>
/// Numbers that are given once. SQLite gives the number of a row that was taken out to the next one, and whoever remembers it (a ruling that holds for readings up to a number, a run of an audit, a
/// scan that goes on meanwhile) would take the one for the other. PostgreSQL counts on by itself.
/// </summary>
internal static class StoreNumbers
{
    /// <summary>The number of the next reading in a SQLite file.</summary>
    public const string NextReading = "1 + max(coalesce((SELECT max(id) FROM readings), 0), coalesce((SELECT last FROM numbers WHERE name = 'readings'), 0))";

    /// <summary>Notes, before rows are taken out, which numbers were given, and that numbers of terms and bundles which somebody remembers may no longer be theirs.</summary>
    public static void Sweep(StoreConnection c)
    {
        Note(c, "readings", c.Number("SELECT max(id) FROM readings") ?? 0);
        Note(c, "swept", Swept(c) + 1);
    }

    /// <summary>Notes the number up to which rulings that were taken in from elsewhere hold, where it was that of a reading that is no longer there.</summary>
    public static void Imported(StoreConnection c)
    {
        if (c.Number("SELECT max(upto) FROM rulings") is { } last && last > (c.Number("SELECT max(id) FROM readings") ?? 0))
        {
            Note(c, "readings", last);
        }
    }

    /// <summary>How often rows were taken out.</summary>
    public static long Swept(StoreConnection c) => c.Number("SELECT last FROM numbers WHERE name = 'swept'") ?? 0;

    private static void Note(StoreConnection c, string name, long number) =>
        c.Execute("INSERT INTO numbers (name, last) VALUES (@a, @b) ON CONFLICT (name) DO UPDATE SET last = excluded.last WHERE excluded.last > numbers.last", name, number);
}
