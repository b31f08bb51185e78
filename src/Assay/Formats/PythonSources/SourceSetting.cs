// What surrounds a source that is read: what starts it, when, and what lies beside it.
namespace Assay.Formats.PythonSources;

/// <summary>What surrounds a source.</summary>
/// <param name="Role">What starts its functions.</param>
/// <param name="Outermost">When that runs which stands outside of functions.</param>
/// <param name="Line">Leads from a line of it to that of the file that a person opens.</param>
/// <param name="Beside">The bytes of a file beside it, by a path from its folder; null where there is none.</param>
internal sealed record SourceSetting(SourceRole Role, string Outermost, Func<int, int> Line, Func<string, byte[]?>? Beside = null);
