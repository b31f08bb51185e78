// Says which line of which rule pack or policy cannot be used, and why.
namespace Assay.Detection.Packs;

/// <summary>A rule pack or a policy is malformed. The message begins with <c>file:line:</c>.</summary>
public sealed class RulePackException : Exception
{
    /// <summary>Creates the exception.</summary>
    public RulePackException(string file, long line, string what)
        : base($"{file}:{line}: {what}")
    {
        File = file;
        Line = line;
    }

    internal RulePackException(PackPlace place, string what)
        : this(place.File, place.Line, what)
    {
    }

    /// <summary>The name of the pack as the host gave it.</summary>
    public string File { get; }

    /// <summary>The line, from 1.</summary>
    public long Line { get; }
}
