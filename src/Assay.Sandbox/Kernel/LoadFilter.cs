// The filter that a load takes before it touches the model.
using Assay.Sandbox.Observing;

namespace Assay.Sandbox.Kernel;

/// <summary>
/// The filter of a load. What can only serve an attack on the kernel or on the box never runs: the filter asks, and the answer to those
/// numbers is always no; when no one listens any more, the kernel itself says no to everything that is asked. What a payload does and a
/// plain load does not (files, processes, network) is reported and runs. The rest is not seen.
/// </summary>
internal static class LoadFilter
{
    /// <summary>The first number that is refused unseen because it is newer than this table.</summary>
    internal const int FirstUnknown = 453;

    internal const uint NamespaceFlags = 0x7E020000;
    private const uint ThreadFlag = 0x10000;
    private const uint Executable = 4;
    // A process that may not be dumped hides its memory from whoever looks at the arguments of its calls.
    private const uint NotDumpable = 4;
    private const int NotPermitted = 1;
    private const int NoSuchCall = 38;

    /// <summary>The filter for a load that writes Python's events to <paramref name="eventDescriptor"/>.</summary>
    public static byte[] Write(int eventDescriptor)
    {
        FilterWriter filter = new FilterWriter().Begin(FirstUnknown);
        // Its flags lie in memory, where they cannot be looked at safely; the C library falls back to clone.
        filter.On(435, FilterWriter.Error(NoSuchCall));
        // Taking a further filter would let a load answer itself.
        filter.On(317, FilterWriter.Error(NotPermitted));
        filter.On(Number("prctl"), FilterWriter.Allow, (new(0, FilterTestKind.Equal, 22), FilterWriter.Tell), (new(0, FilterTestKind.Equal, NotDumpable), FilterWriter.Tell));
        OnEvents(filter, (uint)eventDescriptor);
        // Putting characters into a terminal, and making the events wait for nobody.
        filter.On(Number("ioctl"), FilterWriter.Allow,
            (new(0, FilterTestKind.Equal, (uint)eventDescriptor), FilterWriter.Tell), (new(1, FilterTestKind.Equal, 0x5412), FilterWriter.Tell), (new(1, FilterTestKind.Equal, 0x541C), FilterWriter.Tell));
        filter.On(Number("personality"), FilterWriter.Tell, (new(0, FilterTestKind.Equal, 0xFFFFFFFF), FilterWriter.Allow));
        filter.On(Number("clone"), FilterWriter.Tell,
            (new(0, FilterTestKind.AnyBit, NamespaceFlags), FilterWriter.Tell), (new(0, FilterTestKind.AnyBit, ThreadFlag), FilterWriter.Allow));
        filter.On(Number("socket"), FilterWriter.Tell);
        foreach (string protect in (ReadOnlySpan<string>)["mprotect", "pkey_mprotect"])
        {
            filter.On(Number(protect), FilterWriter.Allow, (new(2, FilterTestKind.AnyBit, Executable), FilterWriter.Tell));
        }

        // Code of libraries is mapped from files of the system; any other that may be run is made for other purposes.
        filter.On(Number("mmap"), FilterWriter.Allow, (new(2, FilterTestKind.AnyBit, Executable), FilterWriter.Tell));
        foreach (string write in (ReadOnlySpan<string>)["write", "pwrite64", "writev", "pwritev", "pwritev2"])
        {
            filter.On(Number(write), FilterWriter.Tell, (new(0, FilterTestKind.Equal, (uint)eventDescriptor), FilterWriter.Allow));
        }

        foreach (SyscallRow row in SyscallTable.Rows.Where(r => r.Answer != SyscallAnswer.Special))
        {
            filter.On(row.Number, FilterWriter.Tell);
        }

        return filter.End();
    }

    /// <summary>
    /// Whether a call that was reported may run. It depends on the number and on register values only, which cannot be changed behind the
    /// kernel's back.
    /// </summary>
    public static bool MayRun(SyscallRow row, ReadOnlySpan<ulong> arguments) => row.Name switch
    {
        "clone" => ((uint)arguments[0] & NamespaceFlags) == 0,
        "socket" => (uint)arguments[0] is 1 or 2 or 10,
        "prctl" or "ioctl" or "personality" => false,
        // They are asked about for the descriptor of Python's events only.
        _ when row.Kind == "events-touched" => false,
        _ when row.Kind == "copy" => !OnEvents(row, arguments),
        _ => row.Answer != SyscallAnswer.Refuse,
    };

    /// <summary>Whether one of the descriptors of a call is that of Python's events.</summary>
    public static bool OnEvents(SyscallRow row, ReadOnlySpan<ulong> arguments)
    {
        for (int i = 0; i < row.Arguments.Count && i < arguments.Length; i++)
        {
            if (row.Arguments[i] == 'D' && (uint)arguments[i] == LoadPlaces.EventDescriptor)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Nobody closes, moves, copies or fills the descriptor through which Python tells its events, but by writing to it.</summary>
    private static void OnEvents(FilterWriter filter, uint events)
    {
        foreach ((string name, int arguments) in (ReadOnlySpan<(string, int)>)[("close", 0b1), ("dup", 0b1), ("dup2", 0b11), ("dup3", 0b11), ("fcntl", 0b1)])
        {
            filter.On(Number(name), FilterWriter.Allow,
                [.. Enumerable.Range(0, 6).Where(i => (arguments >> i & 1) != 0).Select(i => (new FilterTest(i, FilterTestKind.Equal, events), FilterWriter.Tell))]);
        }

        // A range begins at or below it, and then ends where it likes.
        filter.On(Number("close_range"), FilterWriter.Tell, (new(0, FilterTestKind.AtLeast, events + 1), FilterWriter.Allow));
    }

    private static int Number(string name) => SyscallTable.Named(name).Number;
}
