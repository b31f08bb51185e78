// The command that starts one load under gVisor, inside a box of bubblewrap.
using System.Globalization;
using System.Text.Json;
using Assay.Sandbox.Kernel;

namespace Assay.Sandbox.Boxes;

/// <summary>
/// The command that starts one load under gVisor (runsc), and the files that it reads. Bubblewrap stands around it: it makes the folder that gVisor
/// shows in memory, hides the machine from gVisor's own processes, and takes all of them along when it ends.
/// </summary>
internal static class RunscCommand
{
    /// <summary>The numbers of descriptors that the command expects; those of small files of the machine follow.</summary>
    public const int Configuration = 3, Harness = 4, Settings = 5, Log = 6, Gate = 7, FirstFile = 8;

    private const string Bundle = "/box";
    private const string Top = Bundle + "/rootfs";

    /// <summary>
    /// Threads and processes of gVisor itself and of what it runs: each process of a load is one of the machine's, too, and gVisor knows no limit for
    /// them.
    /// </summary>
    public static int Processes(SandboxOptions options) => options.Processes + 128;

    /// <summary>The arguments.</summary>
    public static IReadOnlyList<string> Arguments(SandboxOptions options)
    {
        List<string> all = [.. BoxCommand.Drop(options)];
        all.AddRange([
            BoxProbe.Bubblewrap, "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent",
            "--new-session", "--uid", "0", "--gid", "0", "--cap-add", "ALL", "--clearenv", "--setenv", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin",
            .. BoxCommand.System(""), "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run", "--tmpfs", Bundle,
        ]);
        foreach (string folder in (ReadOnlySpan<string>)["/proc", "/dev", "/sys", "/tmp", "/run", "/var/tmp", BoxCommand.Home, "/etc", "/srv/app"])
        {
            all.AddRange(["--dir", Top + folder]);
        }

        all.AddRange(BoxCommand.System(Top));
        int number = FirstFile;
        foreach ((int from, string to) in (IEnumerable<(int, string)>)[
            (Configuration, Bundle + "/config.json"), (Harness, Top + BoxCommand.Script), (Settings, Top + "/srv/app/settings.json"),
            .. Honey.Machine.Keys.Select(k => (number++, Top + k))])
        {
            all.AddRange(["--perms", "0444", "--file", Text(from), to]);
        }

        string processes = Text(Processes(options));
        all.AddRange([
            "--block-fd", Text(Gate), "--chdir", Bundle, "--",
            BoxProbe.Limiter, "--nproc=" + processes + ":" + processes, "--core=0:0", "--",
            // Of the platforms of gVisor, this is the one that every version and every machine has.
            BoxProbe.Runsc, "--rootless", "--root=/run", "--network=none", "--platform=ptrace", "--ignore-cgroups",
            "--debug-log=/proc/self/fd/" + Text(Log), "--debug-log-format=json",
            "--strace", "--strace-log-size=512", "--strace-syscalls=" + string.Join(',', Told),
            "run", "--bundle", Bundle, "load",
        ]);
        return all;
    }

    /// <summary>
    /// The calls to tell: those of the table, without the ones that gVisor has no name for. A name that it does not know makes it refuse to start.
    /// </summary>
    public static IEnumerable<string> Told => SyscallTable.Rows.Select(r => r.Name).Where(n => !s_unnamed.Contains(n));

    private static readonly HashSet<string> s_unnamed =
        ["openat2", "fchmodat2", "memfd_secret", "process_madvise", "pidfd_getfd", "mount_setattr", "quotactl_fd", "_sysctl"];

    /// <summary>The configuration of the container, as the runtime specification of the Open Container Initiative has it.</summary>
    public static byte[] Container(SandboxOptions options, BoxSetting setting, Honey honey)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", "1.0.0");
            json.WriteStartObject("process");
            json.WriteStartObject("user");
            json.WriteNumber("uid", 1000);
            json.WriteNumber("gid", 1000);
            json.WriteEndObject();
            HarnessParts.Texts(json, "args", [options.Python, "-I", "-B", BoxCommand.Script]);
            HarnessParts.Texts(json, "env", BoxCommand.Environment.Concat(BoxCommand.Shift(setting)).Concat(honey.Environment.Select(v => (Name: v.Key, v.Value))).Select(v => v.Name + "=" + v.Value));
            json.WriteString("cwd", "/");
            json.WriteStartObject("capabilities");
            json.WriteEndObject();
            json.WriteStartArray("rlimits");
            Limit(json, "RLIMIT_NOFILE", 256);
            Limit(json, "RLIMIT_CORE", 0);
            json.WriteEndArray();
            json.WriteBoolean("noNewPrivileges", true);
            json.WriteEndObject();
            json.WriteStartObject("root");
            json.WriteString("path", "rootfs");
            json.WriteBoolean("readonly", true);
            json.WriteEndObject();
            json.WriteString("hostname", setting.HostName.Length > 0 ? setting.HostName : BoxCommand.Host);
            json.WriteStartArray("mounts");
            Mount(json, "/proc", "proc");
            foreach (string folder in (ReadOnlySpan<string>)["/tmp", "/run", "/var/tmp", "/dev/shm", BoxCommand.Home])
            {
                Mount(json, folder, "tmpfs", "mode=1777", "size=" + options.Files.ToString(CultureInfo.InvariantCulture));
            }

            json.WriteEndArray();
            json.WriteStartObject("linux");
            json.WriteStartArray("namespaces");
            foreach (string kind in (ReadOnlySpan<string>)["pid", "network", "ipc", "uts", "mount"])
            {
                json.WriteStartObject();
                json.WriteString("type", kind);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return text.ToArray();
    }

    private static void Limit(Utf8JsonWriter json, string what, long value)
    {
        json.WriteStartObject();
        json.WriteString("type", what);
        json.WriteNumber("hard", value);
        json.WriteNumber("soft", value);
        json.WriteEndObject();
    }

    private static void Mount(Utf8JsonWriter json, string destination, string kind, params ReadOnlySpan<string> options)
    {
        json.WriteStartObject();
        json.WriteString("destination", destination);
        json.WriteString("type", kind);
        json.WriteString("source", kind);
        HarnessParts.Texts(json, "options", options.ToArray());
        json.WriteEndObject();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
