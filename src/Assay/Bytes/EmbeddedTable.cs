// Reads the tables that are embedded in the library.
namespace Assay.Bytes;

/// <summary>Reads embedded tables: one row a line, cells parted by tabs, comments behind #.</summary>
internal static class EmbeddedTable
{
    /// <summary>The rows of the table with a logical name such as <c>python/twins.tsv</c>.</summary>
    public static IEnumerable<string[]> Rows(string name)
    {
        using StreamReader reader = new(Open(name));
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line.Split('\t');
            }
        }
    }

    /// <summary>The names of the resources that begin with a prefix, in order.</summary>
    public static IEnumerable<string> Names(string prefix) =>
        typeof(EmbeddedTable).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    /// <summary>The resource of that name.</summary>
    public static Stream Open(string name) =>
        typeof(EmbeddedTable).Assembly.GetManifestResourceStream(name) ?? throw new ArgumentException($"There is no resource '{name}'.", nameof(name));
}
