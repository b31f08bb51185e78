// What the box holds for one load, so that observed paths can be told apart.
using System.Text.RegularExpressions;
using Assay.Sandbox.Boxes;

namespace Assay.Sandbox.Observing;

/// <summary>What the box holds for one load.</summary>
/// <param name="Home">The home folder.</param>
/// <param name="Model">The full path under which the loader opens the model.</param>
/// <param name="Honey">Full paths of files that are of use to a thief only.</param>
/// <param name="Canaries">Secrets that exist nowhere else.</param>
/// <param name="Mark">The beginning of the paths that mark phases.</param>
internal sealed partial record LoadPlaces(string Home, string Model, IReadOnlySet<string> Honey, IReadOnlyList<string> Canaries, string Mark)
{
    /// <summary>The descriptor through which Python tells its events.</summary>
    public const int EventDescriptor = 200;

    private const string Mask = "{planted secret}";
    private static readonly string[] s_system = ["/usr/", "/lib/", "/lib64/", "/bin/", "/sbin/", "/etc/ld.so.", "/etc/alternatives/", "/etc/R/", "/sys/devices/system/", "/srv/code/"];

    private static readonly HashSet<string> s_plain =
    [
        "/etc/localtime", "/etc/mime.types", "/etc/nsswitch.conf", "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/proc", "/usr", "/proc/cpuinfo", "/proc/meminfo",
        "/proc/stat", "/proc/self/stat", "/proc/self/statm", "/proc/filesystems", "/proc/sys/vm/overcommit_memory", "/proc/self/fd", "/srv/code", BoxCommand.Script,
    ];

    /// <summary>Whether any load may read this: the system itself, and the model.</summary>
    public bool IsPlain(string path) =>
        path == Model || path == "/proc/self/fd/4" || s_plain.Contains(path) || s_system.Any(s => path.StartsWith(s, StringComparison.Ordinal));

    /// <summary>
    /// Whether a path names a companion of the model: loaders look for files beside it and in folders beside it, and in the box there are none.
    /// Hidden files and folders belong to no model.
    /// </summary>
    public bool IsBesideModel(string path) =>
        path.StartsWith(Home + "/", StringComparison.Ordinal) && path.Length > Home.Length + 1 && !path.AsSpan(Home.Length).Contains("/.", StringComparison.Ordinal);

    /// <summary>Whether a path is a planted file, or the environment of a process, in which secrets are planted too.</summary>
    public bool IsSecret(string path) => Honey.Contains(path) || EnvironmentFile().IsMatch(path);

    /// <summary>Whether a path is another way to the descriptor through which Python tells its events.</summary>
    public static bool IsEvents(string path) => EventsFile().IsMatch(path);

    /// <summary>Whether the code of a file is one of the libraries that write code for what they compute, and belongs to the system.</summary>
    public static bool WritesCode(string file) => CodeWriter().IsMatch(file);

    /// <summary>Whether a file belongs to the system, which nothing in the box can write.</summary>
    public static bool IsOfSystem(string path) => s_system.Any(s => path.StartsWith(s, StringComparison.Ordinal));

    /// <summary>Whether a text holds a planted secret.</summary>
    public bool HoldsCanary(string text) => Canaries.Any(c => text.Contains(c, StringComparison.Ordinal));

    /// <summary>The text with planted secrets masked: they differ from run to run, reports must not.</summary>
    public string Masked(string text)
    {
        foreach (string canary in Canaries)
        {
            text = text.Replace(canary, Mask, StringComparison.Ordinal);
        }

        return text;
    }

    [GeneratedRegex(@"^/proc/[^/]+/(?:task/[^/]+/)?environ$", RegexOptions.NonBacktracking)]
    private static partial Regex EnvironmentFile();

    [GeneratedRegex(@"^(?:/proc/[^/]+/(?:task/[^/]+/)?fd|/dev/fd)/200$", RegexOptions.NonBacktracking)]
    private static partial Regex EventsFile();

    [GeneratedRegex(@"^/usr/lib/(?:[^/]+/)*(?:libtorch|libfbgemm|libdnnl|libmkldnn|libasmjit|libopenblas|libLLVM|libpcre2|libonnxruntime|libxsmm)[^/]*\.so[^/]*$", RegexOptions.NonBacktracking)]
    private static partial Regex CodeWriter();
}
