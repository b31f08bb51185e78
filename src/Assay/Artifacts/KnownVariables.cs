// Variables of the environment that change what other programs do.
using System.Collections.Frozen;

namespace Assay.Artifacts;

/// <summary>Variables of the environment by which programs are told what to run: one table for scripts of the shell and for source.</summary>
internal static class KnownVariables
{
    /// <summary>What stands in them is run, or loaded, before anything else.</summary>
    private static readonly FrozenSet<string> s_starting = new[]
    {
        "LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES", "PROMPT_COMMAND", "BASH_ENV", "PYTHONSTARTUP", "PERL5OPT", "GIT_SSH_COMMAND", "GIT_ASKPASS", "SSH_ASKPASS",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What stands in them is run when it is needed, or is where programs and modules are looked for.</summary>
    private static readonly FrozenSet<string> s_naming = new[] { "ENV", "PYTHONPATH", "PYTHONHOME", "NODE_OPTIONS", "EDITOR", "PAGER", "BROWSER" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether programs run what stands in a variable of this name before anything else.</summary>
    public static bool Starts(string name) => s_starting.Contains(name);

    /// <summary>Whether programs run what stands in a variable of this name, or what lies where it says.</summary>
    public static bool Decides(string name) => Starts(name) || s_naming.Contains(name);
}
