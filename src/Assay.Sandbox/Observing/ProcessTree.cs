// Adds up the memory of all processes of a load: limits of the kernel hold for each process by itself.
using System.Globalization;

namespace Assay.Sandbox.Observing;

/// <summary>Looks at the processes below the first one of a load's namespaces, which all of them stay below.</summary>
internal static class ProcessTree
{
    private const int MostProcesses = 1024;

    /// <summary>Bytes of private and shared memory of all processes below <paramref name="first"/>.</summary>
    public static long Memory(uint first)
    {
        long kilobytes = 0;
        Queue<uint> waiting = new([first]);
        for (int seen = 0; waiting.TryDequeue(out uint process) && seen < MostProcesses; seen++)
        {
            string folder = "/proc/" + process.ToString(CultureInfo.InvariantCulture);
            try
            {
                foreach (string line in File.ReadLines(folder + "/status"))
                {
                    if (line.StartsWith("RssAnon:", StringComparison.Ordinal) || line.StartsWith("RssShmem:", StringComparison.Ordinal))
                    {
                        kilobytes += long.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1).Trim().TrimEnd("kB ").Trim(), CultureInfo.InvariantCulture);
                    }
                }

                foreach (string thread in Directory.EnumerateDirectories(folder + "/task"))
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

        return kilobytes * 1024;
    }
}
