// Reads the tables of this room that are embedded in the library.
namespace Assay.Python;

/// <summary>Reads embedded tables: one row a line, cells parted by tabs, comments behind #.</summary>
internal static class PythonData
{
    public static IEnumerable<string[]> Rows(string name)
    {
        using Stream stream = typeof(PythonData).Assembly.GetManifestResourceStream($"python/{name}")!;
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
