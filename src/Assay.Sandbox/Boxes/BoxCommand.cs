// The command that starts a box: who it runs as, what it sees, what it may.
using System.Globalization;
using Assay.Sandbox.Kernel;

namespace Assay.Sandbox.Boxes;

/// <summary>
/// The command that starts a box. Everything that can be unshared is; the system is read-only and nothing else is there; the environment
/// is made up. The three capabilities are for making each load's own namespaces and going there, inside a user namespace that owns nothing outside; a load
/// gives them up before it begins.
/// </summary>
internal static class BoxCommand
{
    /// <summary>The name of the user whose machine it seems to be.</summary>
    public const string UserName = "mara";

    public const string Home = "/home/" + UserName;
    public const string Script = "/srv/app/serve.py";

    /// <summary>Where the user's own modules are shown.</summary>
    public const string Code = "/srv/code";

    public const string Host = "ml-train-03";

    /// <summary>The arguments; descriptor 4 holds the harness.</summary>
    public static IReadOnlyList<string> Arguments(SandboxOptions options, BoxSetting setting, Honey honey)
    {
        List<string> all = [.. Drop(options)];
        all.AddRange([
            BoxProbe.Bubblewrap, "--unshare-user", "--disable-userns", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
            "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--uid", "1000", "--gid", "1000", "--hostname", setting.HostName.Length > 0 ? setting.HostName : Host,
            "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SYS_CHROOT", "--cap-add", "CAP_SETPCAP", "--clearenv",
            .. System(""),
        ]);
        if (options.Code.Length > 0)
        {
            all.AddRange(["--ro-bind", options.Code, Code]);
        }

        if (options.Sinkhole)
        {
            // For the loopback and the routes of each load's own network; a load gives it up like the others.
            all.AddRange(["--cap-add", "CAP_NET_ADMIN"]);
        }

        all.AddRange(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", Home, "--ro-bind-data", "4", Script, "--chdir", "/"]);
        foreach ((string name, string value) in Environment.Concat(honey.Environment.Select(v => (v.Key, v.Value))))
        {
            all.AddRange(["--setenv", name, value]);
        }

        foreach ((string name, string value) in Shift(setting))
        {
            all.AddRange(["--setenv", name, value]);
        }

        all.AddRange(["--", options.Python, "-I", "-B", Script]);
        return all;
    }

    /// <summary>What makes root an unprivileged user before anything else starts; nothing for anybody else.</summary>
    public static IReadOnlyList<string> Drop(SandboxOptions options)
    {
        string user = options.User.ToString(CultureInfo.InvariantCulture);
        return Native.EffectiveUser() != 0 ? []
            : [BoxProbe.SetPriv, "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps=-all", "--no-new-privs", "--"];
    }

    /// <summary>The system, read-only, and nothing else of the machine, below <paramref name="top"/>.</summary>
    public static IReadOnlyList<string> System(string top)
    {
        List<string> all = ["--ro-bind", "/usr", top + "/usr"];
        foreach (string name in (ReadOnlySpan<string>)["bin", "sbin", "lib", "lib32", "lib64", "libx32"])
        {
            string path = "/" + name;
            if (new DirectoryInfo(path) is { Exists: true } folder)
            {
                all.AddRange(folder.LinkTarget is null ? ["--ro-bind", path, top + path] : ["--symlink", "usr/" + name, top + path]);
            }
        }

        foreach (string path in (ReadOnlySpan<string>)["/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/mime.types", "/etc/R", "/sys/devices/system/cpu"])
        {
            all.AddRange(["--ro-bind-try", path, top + path]);
        }

        return all;
    }

    /// <summary>The variables that shift the clock.</summary>
    public static IReadOnlyList<(string Name, string Value)> Shift(BoxSetting setting)
    {
        // Time namespaces do not shift the clock of the day, so a library does.
        string shift = (setting.ShiftedDays > 0 ? "+" : "") + setting.ShiftedDays.ToString(CultureInfo.InvariantCulture) + "d";
        return setting.ShiftedDays == 0 ? [] : [("LD_PRELOAD", BoxProbe.ShiftedClock), ("FAKETIME", shift), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")];
    }

    /// <summary>The environment of a load.</summary>
    public static IReadOnlyList<(string Name, string Value)> Environment { get; } =
    [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("HOME", Home),
        ("USER", UserName),
        ("LOGNAME", UserName),
        ("SHELL", "/bin/bash"),
        ("LANG", "C.UTF-8"),
        ("TERM", "xterm-256color"),
        ("OMP_NUM_THREADS", "1"),
        ("OPENBLAS_NUM_THREADS", "1"),
        ("MKL_NUM_THREADS", "1"),
    ];
}
