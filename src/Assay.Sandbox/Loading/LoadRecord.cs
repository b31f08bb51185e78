// The record of one load: with what, how long, how much of it was looked at.
using System.Globalization;

namespace Assay.Sandbox.Loading;

/// <summary>The record of one load.</summary>
/// <param name="Python">The version of Python.</param>
/// <param name="Libraries">The versions of the libraries that were imported for it; null where there is none.</param>
/// <param name="Loading">How long the loader took.</param>
/// <param name="Whole">How long the load took with what came after.</param>
/// <param name="Processes">How many processes it had.</param>
/// <param name="Calls">How many system calls were looked at.</param>
/// <param name="Refused">How many of them were refused.</param>
internal sealed record LoadRecord(string Python, IReadOnlyDictionary<string, string?> Libraries, TimeSpan Loading, TimeSpan Whole, int Processes, long Calls, long Refused)
{
    /// <summary>The record in a few words each.</summary>
    public IReadOnlyList<string> Words() =>
    [
        "Python " + Python,
        .. Libraries.Where(l => l.Value is not null).Select(l => (l.Key + " " + l.Value).Trim()),
        Text($"{Loading.TotalSeconds:0.0##} s in the loader"),
        Text($"{Whole.TotalSeconds:0.0##} s in all"),
        Processes == 1 ? "1 process" : Text($"{Processes} processes"),
        Text($"{Calls} calls looked at"),
        Text($"{Refused} refused"),
    ];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
