// The files of a bundle that may say what the files of data beside them hold.
using System.Runtime.CompilerServices;
using Assay.Artifacts;

namespace Assay.Formats.NamedData;

/// <summary>
/// The models of a bundle by their folders. A bundle is listed once, and not for each file of data: a folder of many files would cost their square. What is in it while it is
/// first listed counts, for all of its files alike.
/// </summary>
internal sealed class HolderIndex
{
    private const int MostEntries = 20_000;

    /// <summary>So many models are asked for one file, those in the closest folders first.</summary>
    private const int MostHolders = 64;

    private static readonly ConditionalWeakTable<IBundle, HolderIndex> s_known = [];
    private readonly Dictionary<string, List<string>> _folders = new(StringComparer.Ordinal);

    private HolderIndex(IBundle bundle)
    {
        foreach (BundleEntry entry in bundle.List().Take(MostEntries))
        {
            if (entry.Refusal is BundleRefusal.None && DataHolder.Of(entry.Name) is not null)
            {
                string folder = Folder(entry.Name);
                if (!_folders.TryGetValue(folder, out List<string>? names))
                    _folders.Add(folder, names = []);

                if (names.Count <= MostHolders)
                    names.Add(entry.Name);
            }
        }
    }

    /// <summary>That of a bundle.</summary>
    public static HolderIndex Of(IBundle bundle) => s_known.GetValue(bundle, b => new HolderIndex(b));

    /// <summary>The models in the folder of a file of data and in those around it: models name data by a path below them.</summary>
    public IEnumerable<string> Above(string data)
    {
        if (_folders.Count == 0)
            return [];

        List<string> found = [];
        for (string folder = Folder(data); ; folder = Folder(folder))
        {
            found.AddRange((_folders.GetValueOrDefault(folder) ?? []).Where(n => n != data).Take(MostHolders - found.Count));
            if (folder.Length == 0 || found.Count == MostHolders)
                return found;
        }
    }

    private static string Folder(string name) => name[..Math.Max(0, name.LastIndexOf('/'))];
}
