// Reads the tables that are embedded in the library.
namespace Assay.Bytes;

/// <summary>Reads embedded tables: one row a line, cells parted by tabs, comments behind #.</summary>
internal static class EmbeddedTable
{
    /// <summary>The rows of the table with a logical name such as <c>python/twins.tsv</c>.</summary>
    public static IEnumerable<string[]> Rows(string name)
    {
        using Stream stream = typeof(EmbeddedTable).Assembly.GetManifestResourceStream(name)!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line.Split('\t');
            }
        }
    }
}
