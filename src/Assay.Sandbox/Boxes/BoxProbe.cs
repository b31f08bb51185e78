// Says what this machine lacks for a sandbox.
using System.Runtime.InteropServices;
using Assay.Sandbox.Kernel;

namespace Assay.Sandbox.Boxes;

/// <summary>Says what this machine lacks. A missing piece is a reason not to load; it is never worked around.</summary>
internal static class BoxProbe
{
    public const string Bubblewrap = "/usr/bin/bwrap";
    public const string SetPriv = "/usr/bin/setpriv";

    /// <summary>gVisor.</summary>
    public const string Runsc = "/usr/bin/runsc";

    public const string Limiter = "/usr/bin/prlimit";

    /// <summary>The library that shifts the clock of a process.</summary>
    public const string ShiftedClock = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    /// <summary>The first thing that is missing, or null.</summary>
    public static string? Missing(SandboxOptions options)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return "The sandbox needs Linux on x86-64.";
        }

        return !File.Exists(Bubblewrap) ? $"There is no {Bubblewrap} (package bubblewrap)."
            : options.Backend == SandboxBackend.Runsc && !File.Exists(Runsc) ? $"There is no {Runsc} (package runsc)."
            : options.Backend == SandboxBackend.Runsc && !File.Exists(Limiter) ? $"There is no {Limiter} (package util-linux)."
            : !File.Exists(options.Python) ? $"There is no {options.Python}."
            : Native.EffectiveUser() == 0 && !File.Exists(SetPriv) ? $"Root cannot become somebody else: there is no {SetPriv} (package util-linux)."
            : Native.EffectiveUser() == 0 && options.User == 0 ? "A model is never loaded as root."
            : null;
    }

    /// <summary>Why there can be no box of this kind here, or null.</summary>
    public static string? Refusal(SandboxOptions options, BoxSetting setting) =>
        setting.ShiftedDays != 0 && options.Backend == SandboxBackend.Runsc ? "the clock cannot be shifted under gVisor: libfaketime does not work there"
        : setting.ShiftedDays != 0 && !File.Exists(ShiftedClock) ? $"the clock cannot be shifted: there is no {ShiftedClock} (package libfaketime)"
        : options.Code.Length > 0 && options.Backend == SandboxBackend.Runsc ? "modules of the user's own are not shown under gVisor"
        : Missing(options);
}
