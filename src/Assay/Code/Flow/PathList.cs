// Lists of dotted paths with exceptions: where the analysis does not walk on, and which natives only compute.
namespace Assay.Code.Flow;

/// <summary>
/// A list of modules and functions, each with its reason; the closest entry above a path decides. One lists what the analysis does not walk into: plumbing that reads
/// source to show it, or caches, and would give every caller effects that no caller's values have; what acts in it is known by itself. Another one lists
/// natives that only compute, and a third what starts programs or makes files whatever it gets.
/// </summary>
internal sealed class PathList
{
    private readonly HashSet<string> _stops = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _asked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _firm = new(StringComparer.Ordinal);
    private readonly HashSet<string> _exceptions = new(StringComparer.Ordinal);

    private PathList(string file)
    {
        foreach (string line in CodeData.Lines(file))
        {
            string[] cells = line.Split('\t');
            if (cells[0].StartsWith('!'))
                _exceptions.Add(cells[0][1..]);
            else if (cells[0].StartsWith('='))
                _firm.Add(cells[0][1..]);
            else
                _stops.Add(cells[0]);
        }
    }

    /// <summary>Where the walk stops, for one analysis: the list remembers what was asked.</summary>
    public static PathList Stops => new("stops.tsv");

    /// <summary>What starts programs or makes files whatever it gets.</summary>
    public static PathList Acts => new("acts.tsv");

    /// <summary>Natives that only compute.</summary>
    public static PathList Natives => new("natives.tsv");

    /// <summary>Whether a dotted path is listed as one of which nothing else that is known holds: it lies in something that does harm as a whole.</summary>
    public bool IsFirm(string path) => _firm.Contains(path);

    /// <summary>Whether a dotted path, or what it lies in, is listed; the closest entry decides.</summary>
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
