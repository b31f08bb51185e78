// Runs one load under gVisor and watches it from its start to its end.
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Groups;
using Assay.Sandbox.Kernel;
using Assay.Sandbox.Observing;

namespace Assay.Sandbox.Loading;

/// <summary>
/// Starts a gVisor for one load and watches it. There is no filter that asks: gVisor is the kernel of the load, tells each call, and is asked for nothing.
/// </summary>
internal sealed class RunscWatch(SandboxOptions options, string path, KnownLoader loader, string label, BoxSetting setting)
{
    private const int Beat = 100;
    private const int MemoryBeat = 500;
    private const int Processors = 2;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);
    private readonly EventLog _log = new(path, label);
    private readonly StringBuilder _status = new();
    private readonly byte[] _buffer = new byte[64 << 10];
    private LoadGroup? _group;

    /// <summary>Runs the load on a model that lies in memory, with libraries imported before.</summary>
    public LoadResult Run(Func<Descriptor> model, IReadOnlyList<string> libraries, CancellationToken cancellation)
    {
        Honey honey = new();
        string mark = $"/.{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8))}/";
        LoadPlaces places = new(
            BoxCommand.Home, BoxCommand.Home + "/" + loader.File, honey.Places, honey.Canaries, mark);
        PythonStory python = new(_log, places, options.After.Length > 0);
        SyscallStory calls = new(_log, places) { LargestOutput = options.Files };
        RunscStory told = new(calls, mark);
        GroupTree? groups = GroupTree.Share();
        List<Descriptor> given = [];
        bool inTime;
        try
        {
            (Descriptor eventsRead, Descriptor eventsWrite) = Descriptor.Pipe();
            (Descriptor statusRead, Descriptor statusWrite) = Descriptor.Pipe();
            (Descriptor logRead, Descriptor logWrite) = Descriptor.Pipe();
            (Descriptor gateRead, Descriptor gateWrite) = Descriptor.Pipe();
            using (eventsRead)
            using (statusRead)
            using (logRead)
            using (gateWrite)
            {
                given.AddRange([
                    eventsWrite, statusWrite, logWrite, gateRead, model(), Sealed(RunscCommand.Container(options, setting, honey)), Sealed(HarnessParts.JoinAlone()),
                    Sealed(Settings(libraries, honey, mark)), .. Honey.Machine.Values.Select(t => Sealed(Encoding.UTF8.GetBytes(t))),
                ]);
                if (Native.EffectiveUser() == 0)
                {
                    // gVisor opens its log by name, as the user that it runs as.
                    _ = Descriptor.Check(Native.Own(logWrite.Number, options.User, options.User), "fchown");
                }

                int process = Spawner.Start(
                    RunscCommand.Arguments(options), ["PATH=/usr/bin:/bin"],
                    [given[4], eventsWrite, statusWrite, given[5], given[6], given[7], logWrite, gateRead, .. given.Skip(8)]);
                try
                {
                    given.ForEach(d => d.Dispose());
                    _group = Confined(groups, process);
                    gateWrite.Write("x"u8);
                    inTime = Watch(process, calls, python, told, eventsRead, statusRead, logRead, cancellation);
                }
                finally
                {
                    _ = Native.Signal(process, Native.SigKill);
                    _ = Spawner.End(process, TimeSpan.FromSeconds(2));
                }
            }

            TellGroup();
        }
        finally
        {
            given.ForEach(d => d.Dispose());
            _group?.Dispose();
            if (groups is not null)
            {
                GroupTree.Release();
            }
        }

        return Result(calls, python, libraries, inTime);
    }

    /// <summary>Puts the box into a group while it waits at the gate; null where that cannot be.</summary>
    private LoadGroup? Confined(GroupTree? groups, int process)
    {
        LoadGroup? group = groups?.Group("load", new GroupLimits(options.MemoryInAll, RunscCommand.Processes(options), Processors));
        // The first process may start the second between the look and the move; once it has been moved, the second look finds it.
        if (group is not null && ProcessTree.Below((uint)process).All(group.Add) && ProcessTree.Below((uint)process).All(group.Add))
        {
            return group;
        }

        group?.Dispose();
        return null;
    }

    /// <summary>Reads what all three sides tell until the load has ended; false when time is over or a limit is hit.</summary>
    private bool Watch(
        int process, SyscallStory calls, PythonStory python, RunscStory told, Descriptor events, Descriptor status, Descriptor log, CancellationToken cancellation)
    {
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        long look = Environment.TickCount64 + MemoryBeat;
        bool begun = false;
        bool talks = true;
        bool tells = true;
        bool lives = true;
        while (Environment.TickCount64 < until && !cancellation.IsCancellationRequested)
        {
            short[] said = Descriptor.Poll([talks ? events.Number : -1, tells ? log.Number : -1, lives ? status.Number : -1], Beat);
            if (said[1] != 0)
            {
                int read = log.Read(_buffer);
                tells = read > 0;
                told.Read(_buffer.AsSpan(0, read));
            }

            if (said[0] != 0)
            {
                int read = events.Read(_buffer);
                talks = read > 0;
                python.Read(_buffer.AsSpan(0, read));
            }

            if (said[2] != 0)
            {
                int read = status.Read(_buffer);
                lives = read > 0;
                _ = _status.Length < _buffer.Length && _status.Append(Encoding.UTF8.GetString(_buffer, 0, read)) is not null;
            }

            if (!talks && !tells && !lives)
            {
                return true;
            }

            if (calls.Begun && !begun)
            {
                begun = true;
                until = Environment.TickCount64 + (long)options.Time.TotalMilliseconds;
            }

            if (told.TooMuch)
            {
                _log.Add(BehaviourSource.Sandbox, "events-flood", "", "");
                return false;
            }

            if (Environment.TickCount64 > look && _group is null)
            {
                look = Environment.TickCount64 + MemoryBeat;
                if (ProcessTree.SharedMemory((uint)process) > options.MemoryInAll)
                {
                    TellMemory();
                    return false;
                }
            }
        }

        cancellation.ThrowIfCancellationRequested();
        return false;
    }

    private LoadResult Result(SyscallStory calls, PythonStory python, IReadOnlyList<string> libraries, bool inTime)
    {
        string[] lines = _status.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string library = loader.Library;
        if (libraries.Contains(library) && lines.Contains("missing " + library))
        {
            return new LoadResult(label, LoadEnd.NotBegun, $"the library {library} is not installed", [], 0);
        }

        string[] ends = ["ended ", "failed "];
        string end = Array.FindLast(lines, l => ends.Any(e => l.StartsWith(e, StringComparison.Ordinal)))
            ?? (calls.Begun ? "" : "failed gVisor did not start: " + string.Join(' ', lines.TakeLast(3)));
        return new LoadOutcome(_log, options, label).Of(end, calls, python, inTime);
    }

    private byte[] Settings(IReadOnlyList<string> libraries, Honey honey, string mark)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            json.WriteString("home", BoxCommand.Home);
            json.WriteString("mark", mark);
            json.WriteString("loader", loader.Name);
            json.WriteString("file", loader.File);
            json.WriteString("after", options.After);
            json.WriteNumber("linger", options.Linger.TotalSeconds);
            json.WriteNumber("files", options.Files);
            json.WriteNumber("memory", options.Memory);
            json.WriteNumber("seconds", (int)options.Time.TotalSeconds + 1);
            HarnessParts.Texts(json, "libraries", libraries);
            HarnessParts.Texts(json, "events", PythonStory.Beginnings);
            HarnessParts.Texts(json, "closely", HarnessParts.Closely);
            HarnessParts.Map(json, "honey", honey.Files);
            json.WriteEndObject();
        }

        return text.ToArray();
    }

    private void TellGroup()
    {
        _group?.Kill();
        if (_group is { ProcessRefusals: > 0 })
        {
            _log.Add(BehaviourSource.Sandbox, "limit-processes", "", RunscCommand.Processes(options).ToString(CultureInfo.InvariantCulture) + " processes and threads");
        }

        if (_group is { MemoryKills: > 0 })
        {
            TellMemory();
        }
    }

    private void TellMemory() =>
        _log.Add(BehaviourSource.Sandbox, "limit-memory", "", options.MemoryInAll.ToString(CultureInfo.InvariantCulture) + " bytes of all processes");

    private static Descriptor Sealed(byte[] bytes) => Descriptor.Sealed("box", d => d.Write(bytes));
}
