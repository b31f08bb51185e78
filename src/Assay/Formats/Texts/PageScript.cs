// What a script does that a browser runs, as far as its words say.
using System.Buffers;

namespace Assay.Formats.Texts;

/// <summary>
/// The words by which scripts of pages take what the browser keeps of its user, or what is typed, and send something to another machine. Pages, cells of notebooks, pictures and texts that source hands to a
/// browser ask for them, each for those that are odd in its place.
/// </summary>
internal static class PageScript
{
    private static readonly SearchValues<string> s_all = SearchValues.Create(["document.cookie", "stringify(localStorage", "stringify(sessionStorage", "stringify(window.localStorage"], StringComparison.Ordinal);
    private static readonly SearchValues<string> s_kept = SearchValues.Create(["document.cookie", "localStorage", "sessionStorage", "indexedDB"], StringComparison.Ordinal);
    private static readonly SearchValues<string> s_typed = SearchValues.Create(["keydown", "keyup", "keypress", "type=password", "type=\"password", "type='password", "'input'", "\"input\"", "clipboard.read"], StringComparison.Ordinal);
    private static readonly SearchValues<string> s_requests = SearchValues.Create(["fetch(", "XMLHttpRequest", "sendBeacon"], StringComparison.Ordinal);
    private static readonly SearchValues<string> s_streams = SearchValues.Create(["WebSocket(", "EventSource("], StringComparison.Ordinal);

    /// <summary>Where a script takes all that a browser keeps for a page; -1 where it does not. Pages of one's own read single settings of theirs.</summary>
    public static int TakesAllAt(ReadOnlySpan<char> script) => script.IndexOfAny(s_all);

    /// <summary>Whether a script takes anything that a browser keeps.</summary>
    public static bool TakesKept(ReadOnlySpan<char> script) => script.ContainsAny(s_kept);

    /// <summary>Whether a script waits for what is typed, or reads what was copied.</summary>
    public static bool TakesTyped(ReadOnlySpan<char> script) => script.ContainsAny(s_typed);

    /// <summary>Whether a script makes requests.</summary>
    public static bool Requests(ReadOnlySpan<char> script) => script.ContainsAny(s_requests);

    /// <summary>Whether a script makes requests, if only for a picture.</summary>
    public static bool Sends(ReadOnlySpan<char> script) => Requests(script) || script.Contains("new Image", StringComparison.Ordinal);

    /// <summary>Whether a script keeps a connection.</summary>
    public static bool Streams(ReadOnlySpan<char> script) => script.ContainsAny(s_streams);
}
