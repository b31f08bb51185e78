// Something that a shell line does that no setup of a model needs.
namespace Assay.Formats.Shell;

/// <summary>Something that a shell line does.</summary>
/// <param name="Code">What it is, as the code of an anomaly.</param>
/// <param name="Detail">The line, and what it does, in one plain sentence.</param>
/// <param name="Line">The line of the text, from 1.</param>
internal sealed record ShellUse(string Code, string Detail, int Line = 1);
