// Finds the pickles in an input, by the road that a scan takes.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Scanning;

/// <summary>A pickle in an input.</summary>
/// <param name="Path">The path of the artifact, as reports print it: <c>model.pt!/archive/data.pkl</c>.</param>
/// <param name="Offset">Where in it the first pickle begins.</param>
public readonly record struct PicklePlace(string Path, long Offset);

/// <summary>The pickles of an input.</summary>
/// <param name="All">All of them, also those that lie inside others as constants.</param>
/// <param name="Outermost">Those that lie in no other.</param>
/// <param name="Unread">What was not read to its end, and might hold more.</param>
public sealed record PickleSearch(IReadOnlyList<PicklePlace> All, IReadOnlyList<PicklePlace> Outermost, IReadOnlyList<UnreadFact> Unread)
{
    /// <summary>Walks through <paramref name="bytes"/>, which are called <paramref name="path"/> and stay the caller's, and says where pickles are.</summary>
    public static PickleSearch In(string path, ByteSource bytes, ReadingOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<Fact> facts = ArtifactSurvey.Walk(path, bytes, options, new Facts(), cancellation);
        List<PicklePlace> all =
        [
            .. facts.OfType<FormatFact>().Where(f => f.Format == "pickle").GroupBy(f => f.Path, StringComparer.Ordinal)
                .Select(g => new PicklePlace(g.Key, g.Min(f => f.Offset))),
        ];
        // What stands before a pickle in the same artifact may be an archive, and its members lie in that.
        HashSet<string> paths = [.. all.Where(p => p.Offset == 0).Select(p => p.Path)];
        return new PickleSearch(all, [.. all.Where(p => !LiesInOne(p.Path, paths))], [.. facts.OfType<UnreadFact>().Where(u => u.Cause is not (UnreadCause.Unrecognised or UnreadCause.NotSupported))]);
    }

    private static bool LiesInOne(string path, HashSet<string> paths)
    {
        for (int at = path.IndexOf("!/", StringComparison.Ordinal); at >= 0; at = path.IndexOf("!/", at + 1, StringComparison.Ordinal))
        {
            if (paths.Contains(path[..at]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Wants the facts and nothing else.</summary>
    private sealed class Facts : ReadingSink
    {
        public override ReadingParts Wants => ReadingParts.Facts;
    }
}
