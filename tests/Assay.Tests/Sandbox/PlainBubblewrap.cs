// Says whether this machine lets an unprivileged user make any box at all.
using System.Diagnostics;

namespace Assay.Tests.Sandbox;

/// <summary>
/// Bubblewrap by itself, as in its manual, as the user that our boxes run as. Where that is refused (no user namespaces, a container that
/// hides /proc) there is nothing to test; where it works our box must work too, and a test that finds none fails.
/// </summary>
internal static class PlainBubblewrap
{
    private static readonly string[] s_drop = ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all", "--no-new-privs", "--"];
    private static readonly string[] s_box = ["/usr/bin/bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "/bin/true"];
    private static readonly Lazy<string?> s_refusal = new(Try);

    /// <summary>Why there is no box on this machine, or null. It is tried once.</summary>
    public static string? Refusal => s_refusal.Value;

    /// <summary>Runs bubblewrap as the user that our boxes run as; returns what went wrong, or null.</summary>
    public static string? Complaint(params string[] box)
    {
        string[] all = Environment.IsPrivilegedProcess ? [.. s_drop, .. box] : box;
        using Process process = Process.Start(new ProcessStartInfo(all[0], all[1..]) { RedirectStandardError = true, WorkingDirectory = "/" })!;
        string said = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : said;
    }

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "The sandbox needs Linux.";
        }

        string[] programs = Environment.IsPrivilegedProcess ? [s_drop[0], s_box[0], "/usr/bin/python3"] : [s_box[0], "/usr/bin/python3"];
        if (Array.Find(programs, p => !File.Exists(p)) is { } missing)
        {
            return $"There is no {missing}.";
        }

        return Complaint(s_box) is { } complaint ? "This machine refuses plain bubblewrap to an unprivileged user: " + complaint : null;
    }
}
