// What a scan took from its store.
using System.Globalization;

namespace Assay.Store.Scans;

/// <summary>Counts where the results of a scan came from.</summary>
public sealed class StoreTally
{
    /// <summary>Files that were read.</summary>
    public long Read { get; private set; }

    /// <summary>Files whose reading was known and which were judged by other rules.</summary>
    public long Judged { get; private set; }

    /// <summary>Files that are what they were, so that they were not opened.</summary>
    public long Unchanged { get; private set; }

    /// <summary>Files that were known by the digest of their bytes.</summary>
    public long Known { get; private set; }

    /// <summary>Files that were read and could not be kept.</summary>
    public long NotKept { get; private set; }

    /// <summary>What is wrong with the store, where something went wrong on the way; null otherwise.</summary>
    public string? Fault { get; internal set; }

    internal void Add(ResultOrigin origin)
    {
        switch (origin)
        {
            case ResultOrigin.Read: Read++; break;
            case ResultOrigin.Judged: Judged++; break;
            case ResultOrigin.Unchanged: Unchanged++; break;
            case ResultOrigin.Known: Known++; break;
            default: NotKept++; break;
        }
    }

    /// <summary>One sentence for a person.</summary>
    public override string ToString()
    {
        long taken = Unchanged + Known;
        List<string> parts = [];
        void Part(long count, string one, string many)
        {
            if (count > 0)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count:n0} {(count == 1 ? one : many)}"));
            }
        }

        Part(Unchanged, "file is what it was", "files are what they were");
        Part(Known, "is known by its digest", "are known by their digests");
        Part(Judged, "was judged by other rules", "were judged by other rules");
        Part(Read, "was read", "were read");
        Part(NotKept, "could not be kept", "could not be kept");
        return parts.Count == 0
            ? "Nothing was taken from memory."
            : string.Create(CultureInfo.InvariantCulture, $"{taken:n0} of {taken + Judged + Read + NotKept:n0} from memory: {string.Join(", ", parts)}.");
    }
}
