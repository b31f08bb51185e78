// Where the analysis does not walk on, and why.
namespace Assay.Code.Flow;

/// <summary>
/// Modules and functions into which the analysis does not walk: plumbing that reads source to show it, or caches, and would give every caller effects that
/// no caller's values have. What acts in them is known by itself.
/// </summary>
internal sealed class StopList
{
    private readonly HashSet<string> _stops = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _asked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _exceptions = new(StringComparer.Ordinal);

    private StopList()
    {
        foreach (string line in CodeData.Lines("stops.tsv"))
        {
            string[] cells = line.Split('\t');
            if (cells[0].StartsWith('!'))
                _exceptions.Add(cells[0][1..]);
            else
                _stops.Add(cells[0]);
        }
    }

    /// <summary>The list of the program, for one analysis: it remembers what was asked.</summary>
    public static StopList Shipped => new();

    /// <summary>Whether the walk stops at a dotted path: it, or what it lies in, is listed; the closest entry decides.</summary>
    public bool Contains(string path)
    {
        if (!_asked.TryGetValue(path, out bool stops))
            _asked.Add(path, stops = Find(path));

        return stops;
    }

    private bool Find(string path)
    {
        for (int end = path.Length; end > 0; end = path.LastIndexOf('.', end - 1))
        {
            string part = path[..end];
            if (_exceptions.Contains(part))
                return false;

            if (_stops.Contains(part))
                return true;
        }

        return false;
    }
}
