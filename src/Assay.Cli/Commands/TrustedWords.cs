// What people whom the user trusts have said of files, put into the results of a scan.
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Trust.Decisions;
using Assay.Trust.Feeds;

namespace Assay.Cli.Commands;

/// <summary>What people whom the user trusts have said of files.</summary>
internal sealed class TrustedWords
{
    private readonly DecisionPlaces _places;
    private readonly DecisionBook _book;
    private readonly IReadOnlyList<Feed> _feeds;

    private TrustedWords(DecisionPlaces places, DecisionBook book, IReadOnlyList<Feed> feeds)
    {
        _places = places;
        _book = book;
        _feeds = feeds;
    }

    /// <summary>What was said, or null where nothing was: most scans have nothing to look up.</summary>
    public static TrustedWords? Of(Host host, string? decisions) => Of(host, DecisionPlaces.Of(host, decisions));

    /// <summary>The same, with decisions from <paramref name="places"/>.</summary>
    public static TrustedWords? Of(Host host, DecisionPlaces places)
    {
        DecisionBook book = places.Book();
        FeedFolder feeds = FeedCommand.Folder(host);
        return book.Decisions.Count == 0 && feeds.IsEmpty ? null : new TrustedWords(places, book, feeds.All());
    }

    /// <summary>Whether something was said of files that are digested only when that is asked for.</summary>
    public bool AsksForDigests => _feeds.Count > 0 || _book.LargestFile > 64L << 20;

    /// <summary>Puts it into results, which have to carry their facts.</summary>
    public Func<ScanResult, ScanResult> Over(RuleSet rules, Policy policy, DateOnly day)
    {
        ILookup<string, (string Feed, FeedEntry Entry)>? listed = _feeds.Count == 0 ? null
            : _feeds.SelectMany(f => f.Entries.Select(e => (f.Name, Entry: e))).ToLookup(e => e.Entry.Sha256, e => (e.Name, e.Entry));
        DecidedScan decided = new(_book, rules, policy, day, _places.NameOf, listed);
        return result => result.Report is { } report ? result with { Report = decided.Apply(report) } : result;
    }
}
