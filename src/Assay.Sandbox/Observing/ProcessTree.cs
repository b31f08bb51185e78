// Adds up the memory of all processes of a load: limits of the kernel hold for each process by itself.
using System.Globalization;

namespace Assay.Sandbox.Observing;

/// <summary>Looks at the processes below the first one of a load's namespaces, which all of them stay below.</summary>
internal static class ProcessTree
{
    private const int MostProcesses = 1024;

    /// <summary>Bytes of private and shared memory of all processes below <paramref name="first"/>, with the tables that the kernel keeps of it.</summary>
    public static long Memory(uint first) => Below(first).Sum(p => Sum(p, "status", "RssAnon:", "RssShmem:", "VmPTE:"));

    /// <summary>
    /// The same where processes have much memory in common: what several have is counted once. The kernel walks all of it for the answer, so this is
    /// not for looking often.
    /// </summary>
    public static long SharedMemory(uint first) => Below(first).Sum(p => Sum(p, "smaps_rollup", "Pss_Anon:", "Pss_Shmem:"));

    /// <summary>The processes below <paramref name="first"/>, and itself.</summary>
    public static IReadOnlyList<uint> Below(uint first)
    {
        List<uint> all = [];
        Queue<uint> waiting = new([first]);
        while (all.Count < MostProcesses && waiting.TryDequeue(out uint process))
        {
            all.Add(process);
            try
            {
                foreach (string thread in Directory.EnumerateDirectories(Folder(process) + "/task"))
                {
                    foreach (string child in File.ReadAllText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    {
                        waiting.Enqueue(uint.Parse(child, CultureInfo.InvariantCulture));
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                // It has ended meanwhile.
            }
        }

        return all;
    }

    private static long Sum(uint process, string file, params ReadOnlySpan<string> names)
    {
        long kilobytes = 0;
        try
        {
            foreach (string line in File.ReadLines(Folder(process) + "/" + file))
            {
                foreach (string name in names)
                {
                    if (line.StartsWith(name, StringComparison.Ordinal))
                    {
                        kilobytes += long.Parse(line.AsSpan(name.Length).Trim().TrimEnd("kB ").Trim(), CultureInfo.InvariantCulture);
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // It has ended meanwhile.
        }

        return kilobytes * 1024;
    }

    private static string Folder(uint process) => "/proc/" + process.ToString(CultureInfo.InvariantCulture);
}
