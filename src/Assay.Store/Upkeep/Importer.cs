// Takes the lines of an export into tables.
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Store.Databases;

namespace Assay.Store.Upkeep;

/// <summary>Takes the lines of an export into tables that are empty.</summary>
internal sealed class Importer(StoreConnection c, string shown, CancellationToken cancellation)
{
    private readonly Dictionary<string, (StoreTable Table, string Sql)> _tables = Tables.All.ToDictionary(t => t.Name, t => (t, Insertion(t)), StringComparer.Ordinal);

    /// <summary>Takes all lines in and returns how many rows there were.</summary>
    public long Read(Stream from)
    {
        using StreamReader lines = new(from, new UTF8Encoding(false, true), leaveOpen: true);
        long rows = 0;
        long line = 0;
        bool isWhole = false;
        try
        {
            while (lines.ReadLine() is { } text)
            {
                cancellation.ThrowIfCancellationRequested();
                line++;
                using JsonDocument parsed = JsonDocument.Parse(text);
                JsonProperty first = parsed.RootElement.EnumerateObject().First();
                if (line == 1)
                {
                    Head(parsed.RootElement);
                }
                else if (isWhole)
                {
                    throw Wrong(line);
                }
                else if (first.NameEquals("rows"))
                {
                    isWhole = first.Value.GetInt64() == rows;
                }
                else if (_tables.TryGetValue(first.Name, out (StoreTable Table, string Sql) table) && Tables.Read(table.Table, first.Value) is { } values)
                {
                    c.Execute(table.Sql, values);
                    rows++;
                }
                else
                {
                    throw Wrong(line);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException or FormatException)
        {
            throw Wrong(line);
        }

        if (!isWhole)
        {
            throw new StoreException($"The export {shown} was cut: its last line is missing. Nothing was taken in.");
        }

        StoreNumbers.Imported(c);
        foreach ((StoreTable table, _) in _tables.Values.Where(t => t.Table.IsNumbered && c.IsServer))
        {
            c.Plain($"SELECT setval(pg_get_serial_sequence('assay.{table.Name}', 'id'), (SELECT 1 + greatest(coalesce(max(id), 0), coalesce((SELECT last FROM numbers WHERE name = '{table.Name}'), 0)) FROM {table.Name}), false)");
        }

        if (ChainedLog.FirstBroken(c) is { } broken)
        {
            throw new StoreException(string.Create(CultureInfo.InvariantCulture, $"The export {shown} has a log that is broken at entry {broken}. Nothing was taken in."));
        }

        return rows;
    }

    private static string Insertion(StoreTable table) =>
        $"INSERT INTO {table.Name} ({string.Join(", ", table.Columns.Select(n => n.Name))}) VALUES ({string.Join(", ", table.Columns.Select((_, i) => "@" + (char)('a' + i)))})";

    private void Head(JsonElement head)
    {
        if (!head.TryGetProperty("schema", out JsonElement schema) || schema.GetString() != StoreUpkeep.Schema
            || !head.TryGetProperty("tables", out JsonElement tables) || tables.GetInt32() is < 1 || tables.GetInt32() > Migrations.Last)
        {
            throw new StoreException($"The file {shown} is no export of a store that this Assay reads.");
        }
    }

    private StoreException Wrong(long line) => new(string.Create(CultureInfo.InvariantCulture, $"Line {line} of {shown} is nothing that an export writes. Nothing was taken in."));
}
