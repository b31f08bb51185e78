// What a test load may cost, and how long it may take.
namespace Assay.Sandbox;

/// <summary>What a box is made of.</summary>
public enum SandboxBackend
{
    /// <summary>Namespaces and a filter, on the kernel of the machine.</summary>
    Bubblewrap,

    /// <summary>gVisor, a kernel of its own that runs as a program, inside of such namespaces.</summary>
    Runsc,
}

/// <summary>What test loads may cost. Limits hold for each load by itself.</summary>
public sealed record SandboxOptions
{
    /// <summary>What the box is made of.</summary>
    public SandboxBackend Backend { get; init; }

    /// <summary>The Python that loads; it must be the system's, because only the system is visible in the box.</summary>
    public string Python { get; init; } = "/usr/bin/python3";

    /// <summary>How long a load may take.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait for what a load leaves running; nothing is waited for when nothing runs.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Bytes of memory beyond those of the libraries, per process.</summary>
    public long Memory { get; init; } = 4L << 30;

    /// <summary>Bytes of memory of all processes of a load together; where no control groups are delegated, looked at a few times each second.</summary>
    public long MemoryInAll { get; init; } = 6L << 30;

    /// <summary>Bytes of one file, and of all files of a folder that may be written.</summary>
    public long Files { get; init; } = 64L << 20;

    /// <summary>Processes and threads.</summary>
    public int Processes { get; init; } = 128;

    /// <summary>The largest model that is loaded: it is copied into memory that nothing in the box can change.</summary>
    public long LargestModel { get; init; } = 2L << 30;

    /// <summary>Days by which the clock of a further load is ahead; 0 for no further load. Needs libfaketime; native code can see through it.</summary>
    public int ShiftedDays { get; init; }

    /// <summary>The name of the machine in a further load; empty for no further load.</summary>
    public string HostName { get; init; } = "";

    /// <summary>A folder with modules of the user's own that loads may import, shown to them read-only; empty for none.</summary>
    public string Code { get; init; } = "";

    /// <summary>Whether the network of a load answers names and takes connections, and tells what was asked; nothing leaves the box either way.</summary>
    public bool Sinkhole { get; init; }

    /// <summary>How often each loader loads; more than once shows what only some loads do.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>The unprivileged user and group that a process started by root becomes.</summary>
    public int User { get; init; } = 65534;

    /// <summary>Whether every load gets the model as a file with a path of its own, as loaders that need one always do; so that tests can try it.</summary>
    internal bool WholeFiles { get; init; }

    /// <summary>
    /// Python that each load runs in its own process when the loader is done, for measurements: it defines <c>after(thing, loader, path)</c>, whose
    /// answer is a text in ASCII without quotes. Empty for none.
    /// </summary>
    internal string After { get; init; } = "";
}
