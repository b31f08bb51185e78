// Looks at a process of a load from outside: what of it still runs, and what it is set to do when something happens.
using System.Globalization;

namespace Assay.Sandbox.Observing;

/// <summary>What the kernel says of a process; nothing in the process can change what it says.</summary>
internal static class ProcessLook
{
    /// <summary>Signals 32 and 33.</summary>
    private const ulong LibrarySignals = 3UL << 31;

    private static readonly string[] s_status = ["SigCgt:", "SigIgn:", "SigBlk:", "Umask:", "NoNewPrivs:", "Cpus_allowed_list:", "THP_enabled:"];

    /// <summary>Names that people know for what is compared.</summary>
    private static readonly Dictionary<string, string> s_names = new()
    {
        ["SigCgt:"] = "signals that are handled",
        ["SigIgn:"] = "signals that are ignored",
        ["SigBlk:"] = "signals that are held back",
        ["Umask:"] = "the mask for new files",
        ["Cpus_allowed_list:"] = "the processors it may run on",
        ["THP_enabled:"] = "large pages",
        ["scheduling"] = "the way it is scheduled",
        ["cwd"] = "the working folder",
        ["root"] = "the root folder",
        ["timers"] = "timers",
        ["nice"] = "the priority",
        ["fd/0"] = "standard input",
        ["fd/1"] = "standard output",
        ["fd/2"] = "standard errors",
    };

    /// <summary>How many threads a process has.</summary>
    public static int Threads(uint process)
    {
        try
        {
            return Directory.GetDirectories(Folder(process) + "/task").Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>How many descriptors a process holds.</summary>
    public static int Descriptors(uint process)
    {
        try
        {
            return Directory.GetFiles(Folder(process) + "/fd").Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>The other processes below the first one of a load's namespaces that have not ended, with what they run.</summary>
    public static IReadOnlyList<string> Others(uint first, uint load) =>
        [.. ProcessTree.Below(first).Where(p => p != first && p != load).Select(Program).OfType<string>()];

    /// <summary>The settings of a process that last: signals, limits, mask, folders, timers.</summary>
    public static IReadOnlyDictionary<string, string> Settings(uint process)
    {
        Dictionary<string, string> found = [];
        foreach (string line in Lines(process, "status"))
        {
            if (Array.Find(s_status, s => line.StartsWith(s, StringComparison.Ordinal)) is { } name)
            {
                found[name] = name.StartsWith("Sig", StringComparison.Ordinal) ? WithoutLibrary(line[name.Length..].Trim()) : line[name.Length..].Trim();
            }
        }

        foreach (string line in Lines(process, "limits").Skip(1))
        {
            found["limit: " + line[..Math.Min(26, line.Length)].Trim()] = string.Join(' ', line[Math.Min(26, line.Length)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(2));
        }

        found["timers"] = string.Join(' ', Lines(process, "timers").Where(l => l.StartsWith("ID:", StringComparison.Ordinal) || l.StartsWith("signal:", StringComparison.Ordinal)));
        string[] stat = string.Join(' ', Lines(process, "stat")).Split(") ") is [.., var rest] ? rest.Split(' ') : [];
        found["nice"] = stat.Length > 16 ? stat[16] : "";
        found["scheduling"] = stat.Length > 38 ? stat[37] + " " + stat[38] : "";
        foreach (string link in (ReadOnlySpan<string>)["cwd", "root", "fd/0", "fd/1", "fd/2"])
        {
            try
            {
                found[link] = new FileInfo(Folder(process) + "/" + link).LinkTarget ?? "";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has gone.
            }
        }

        return found;
    }

    /// <summary>What is set otherwise than before, each with what it was and what it is.</summary>
    public static IEnumerable<(string Name, string Was, string Now)> Changed(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now)
    {
        foreach ((string name, string was) in before)
        {
            if (now.TryGetValue(name, out string? value) && value != was)
            {
                yield return (s_names.GetValueOrDefault(name, name), was, value);
            }
        }
    }

    /// <summary>What a process runs; null for one that has ended and waits to be looked at.</summary>
    private static string? Program(uint process)
    {
        string stat = string.Join(' ', Lines(process, "stat"));
        int open = stat.IndexOf('(', StringComparison.Ordinal);
        int close = stat.LastIndexOf(')');
        return close < open || open < 0 || close + 2 >= stat.Length || stat[close + 2] is 'Z' or 'X' ? null : stat[(open + 1)..close];
    }

    /// <summary>A set of signals without the two that the C library has for itself, and sets when a process starts its first thread.</summary>
    private static string WithoutLibrary(string set) =>
        ulong.TryParse(set, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong signals) ? (signals & ~LibrarySignals).ToString("x16", CultureInfo.InvariantCulture) : set;

    private static string[] Lines(uint process, string file)
    {
        try
        {
            return File.ReadAllLines(Folder(process) + "/" + file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Folder(uint process) => "/proc/" + process.ToString(CultureInfo.InvariantCulture);
}
