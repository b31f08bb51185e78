// What people whom the user trusts have said of files, put into the results of a scan.
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Trust.Decisions;

namespace Assay.Cli.Commands;

/// <summary>What people whom the user trusts have said of files.</summary>
internal sealed class TrustedWords
{
    private readonly DecisionPlaces _places;
    private readonly DecisionBook _book;

    private TrustedWords(DecisionPlaces places, DecisionBook book)
    {
        _places = places;
        _book = book;
    }

    /// <summary>What was said, or null where nothing was: most scans have nothing to look up.</summary>
    public static TrustedWords? Of(Host host, string? decisions)
    {
        DecisionPlaces places = DecisionPlaces.Of(host, decisions);
        DecisionBook book = places.Book();
        return book.Decisions.Count == 0 ? null : new TrustedWords(places, book);
    }

    /// <summary>Whether something was said of files that are digested only when that is asked for.</summary>
    public bool AsksForDigests => _book.LargestFile > 64L << 20;

    /// <summary>Puts it into results, which have to carry their facts.</summary>
    public Func<ScanResult, ScanResult> Over(RuleSet rules, Policy policy, DateOnly day)
    {
        DecidedScan decided = new(_book, rules, policy, day, _places.NameOf);
        return result => result.Report is { } report ? result with { Report = decided.Apply(report) } : result;
    }
}
