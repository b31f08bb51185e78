// A control group with limits, for one load or one box.
using System.Globalization;

namespace Assay.Sandbox.Groups;

/// <summary>What all processes of a group together may take.</summary>
/// <param name="Memory">Bytes; null for no limit.</param>
/// <param name="Processes">Processes and threads.</param>
/// <param name="Processors">Processors at a time; 0 for no limit.</param>
internal sealed record GroupLimits(long? Memory, int Processes, int Processors);

/// <summary>A control group. Disposing it ends whatever is in it.</summary>
internal sealed class LoadGroup(string folder, Action<string> remove) : IDisposable
{
    private const int Period = 100_000;
    private bool _gone;

    /// <summary>Processes that were ended because the memory of all together was over.</summary>
    public long MemoryKills => GroupFiles.Number(folder, "memory.events", "oom_kill");

    /// <summary>How often a process or thread was refused because there were too many.</summary>
    public long ProcessRefusals => GroupFiles.Number(folder, "pids.events", "max");

    /// <summary>Sets the limits.</summary>
    /// <exception cref="IOException">The kernel refuses one that is needed.</exception>
    public void Limit(GroupLimits limits)
    {
        if (limits.Memory is { } memory)
        {
            GroupFiles.Write(folder, "memory.max", memory.ToString(CultureInfo.InvariantCulture));
            // Without swap there is no such file.
            _ = GroupFiles.TryWrite(folder, "memory.swap.max", "0");
            // A load that lost one of its processes would go on and look as if it had done so by itself.
            _ = GroupFiles.TryWrite(folder, "memory.oom.group", "1");
        }

        GroupFiles.Write(folder, "pids.max", limits.Processes.ToString(CultureInfo.InvariantCulture));
        if (limits.Processors > 0)
        {
            _ = GroupFiles.TryWrite(folder, "cpu.max", string.Create(CultureInfo.InvariantCulture, $"{limits.Processors * Period} {Period}"));
        }
    }

    /// <summary>Puts a process into the group; its later children are born there. False when the kernel refuses.</summary>
    public bool Add(uint process) => GroupFiles.TryWrite(folder, "cgroup.procs", process.ToString(CultureInfo.InvariantCulture));

    /// <summary>Ends every process in the group.</summary>
    public void Kill() => _ = GroupFiles.TryWrite(folder, "cgroup.kill", "1");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_gone)
        {
            _gone = true;
            Kill();
            remove(folder);
        }
    }
}
