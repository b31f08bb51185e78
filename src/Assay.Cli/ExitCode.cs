// The exit codes, as docs/cli.md promises them.
namespace Assay.Cli;

/// <summary>The exit codes. Findings win over incompleteness.</summary>
internal static class ExitCode
{
    /// <summary>Everything was read and nothing was found at or above <c>--fail-on</c>.</summary>
    public const int Passed = 0;

    /// <summary>Findings at or above <c>--fail-on</c>.</summary>
    public const int Findings = 1;

    /// <summary>Not fully examined, or an input could not be read; no findings at or above <c>--fail-on</c>.</summary>
    public const int Incomplete = 2;

    /// <summary>There was nothing to scan.</summary>
    public const int Nothing = 3;

    /// <summary>The command could not be carried out as it was written.</summary>
    public const int Usage = 4;

    /// <summary>A test load was asked for and could not be done, and there are no findings at or above <c>--fail-on</c>.</summary>
    public const int NotDetonated = 5;
}

/// <summary>The command cannot be carried out as written; the message is one clear sentence.</summary>
internal sealed class UsageException(string message) : Exception(message);
