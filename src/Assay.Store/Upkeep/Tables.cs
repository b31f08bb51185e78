// The tables of a store with their columns, for what goes over all of them.
using System.Text.Json;
using Assay.Store.Databases;

namespace Assay.Store.Upkeep;

/// <summary>A table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns, each with its type behind it: <c>n</c> a number, <c>t</c> a text, <c>b</c> bytes.</param>
/// <param name="IsNumbered">Whether the database numbers its rows.</param>
internal sealed record StoreTable(string Name, IReadOnlyList<(string Name, char Type)> Columns, bool IsNumbered);

/// <summary>All tables.</summary>
internal static class Tables
{
    /// <summary>All tables, those that others refer to first.</summary>
    public static IReadOnlyList<StoreTable> All { get; } =
    [
        Table("artifacts", "id:n sha256:b size:n first_seen:n last_seen:n"),
        Table("places", "path:t ground:t stamp:t made:n artifact:n"),
        Table("sightings", "id:n artifact:n host:t path:t repository:t revision:t publisher:t first_seen:n last_seen:n"),
        Table("settings", "id:n digest:b schema:t readers:t limits:t"),
        Table("readings", "id:n artifact:n settings:n name:t named:n beside_digest:b beside:b at:t head:t facts:b made:n"),
        Table("rulings", "id:n digest:b rules:b parent:n upto:n made:n"),
        Table("verdicts", "reading:n ruling:n verdict:n plain:n at:t judgement:b together:b"),
        Table("terms", "id:n kind:t value:t"),
        Table("postings", "term:n reading:n"),
        Table("loads", "id:n artifact:n made:n path:t verdict:n facts:b"),
        Table("decisions", "id:n sha256:b kind:t who:t reason:t made:n ends:n envelope:b"),
        Table("audits", "id:n name:t target:t schedule:t settings:t baseline:n made:n"),
        Table("runs", "id:n audit:n kind:t began:n ended:n summary:t held:b"),
        Table("alerts", "id:n made:n kind:t artifact:n weight:n text:t acknowledged:n by_whom:t"),
        Table("bundles", "id:n host:t path:t repository:t revision:t publisher:t first_seen:n last_seen:n"),
        Table("members", "bundle:n name:t reading:n"),
        Table("bundle_verdicts", "bundle:n ruling:n verdict:n findings:t"),
        Table("numbers", "name:t last:n"),
        Table("log", "number:n made:n kind:t body:t chain:b"),
    ];

    /// <summary>How many rows a table has.</summary>
    public static long Count(StoreConnection c, string table) => c.Number("SELECT count(*) FROM " + table) ?? 0;

    /// <summary>A row as an array of JSON.</summary>
    public static void Write(Utf8JsonWriter writer, StoreTable table, System.Data.Common.DbDataReader row)
    {
        writer.WriteStartArray();
        for (int i = 0; i < table.Columns.Count; i++)
        {
            if (row.IsDBNull(i))
            {
                writer.WriteNullValue();
            }
            else if (table.Columns[i].Type is 'n')
            {
                writer.WriteNumberValue(row.GetInt64(i));
            }
            else if (table.Columns[i].Type is 't')
            {
                writer.WriteStringValue(row.GetString(i));
            }
            else
            {
                writer.WriteBase64StringValue((byte[])row[i]);
            }
        }

        writer.WriteEndArray();
    }

    /// <summary>The values of a row; null where it is none of the table.</summary>
    public static object?[]? Read(StoreTable table, JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != table.Columns.Count)
        {
            return null;
        }

        object?[] values = new object?[table.Columns.Count];
        for (int i = 0; i < values.Length; i++)
        {
            JsonElement one = row[i];
            switch (table.Columns[i].Type)
            {
                case var _ when one.ValueKind == JsonValueKind.Null:
                    break;
                case 'n' when one.ValueKind == JsonValueKind.Number && one.TryGetInt64(out long number):
                    values[i] = number;
                    break;
                case 't' when one.ValueKind == JsonValueKind.String:
                    values[i] = one.GetString();
                    break;
                case 'b' when one.ValueKind == JsonValueKind.String && one.TryGetBytesFromBase64(out byte[]? bytes):
                    values[i] = bytes;
                    break;
                default:
                    return null;
            }
        }

        return values;
    }

    private static StoreTable Table(string name, string columns)
    {
        (string Name, char Type)[] all = [.. columns.Split(' ').Select(c => (c[..^2], c[^1]))];
        return new StoreTable(name, all, all[0].Name == "id");
    }
}
