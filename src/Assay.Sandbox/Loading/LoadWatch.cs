// Watches one load from its first system call to its end.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Groups;
using Assay.Sandbox.Kernel;
using Assay.Sandbox.Observing;

namespace Assay.Sandbox.Loading;

/// <summary>Starts one load in a box and watches it until it ends or its time is over.</summary>
internal sealed class LoadWatch(Box box, SandboxOptions options, string path, string loader, string label)
{
    private const int Beat = 100;
    private const int MemoryBeat = 200;
    private const int LoadsAtOnce = 16;
    private const int HeldBeat = 10;
    private const int MostSockets = 64;
    private const int MostConnections = 1024;
    private const int OpensBetweenLooks = 32;
    private const int ManyDescriptors = 240;
    private const int Unix = 1;

    // A look from inside at more than this costs as much as one at everything.
    private const int MostChanged = 256;
    private readonly EventLog _log = new(path, label);
    private readonly StringBuilder _status = new();
    private readonly byte[] _buffer = new byte[64 << 10];
    private readonly Stopwatch _clock = new();
    private LoadGroup? _group;
    private bool _placed;
    private int _sockets;
    private int _pipes;
    private int _connections;
    private int _opens;
    private int _layout;
    private Settling? _settling;
    private int[] _changed = [];
    private TimeSpan _loading;
    private IReadOnlyDictionary<string, string> _before = new Dictionary<string, string>();

    /// <summary>Runs the load on a model that lies in memory.</summary>
    public LoadResult Run(Func<Descriptor> model, string file, CancellationToken cancellation)
    {
        LoadPlaces places = new(
            BoxCommand.Home,
            BoxCommand.Home + "/" + file,
            box.Honey.Places,
            box.Honey.Canaries,
            box.Mark);
        PythonStory python = new(_log, places, options.After.Length > 0);
        (Descriptor eventsRead, Descriptor eventsWrite) = Descriptor.Pipe();
        (Descriptor statusRead, Descriptor statusWrite) = Descriptor.Pipe();
        (Descriptor leaseRead, Descriptor leaseWrite) = Descriptor.Pipe();
        (Descriptor ours, Descriptor theirs) = Descriptor.SocketPair();
        SinkholeStory? sinkhole = options.Sinkhole ? new(ours, _log, places) : null;
        SyscallStory calls = new(_log, places, sinkhole is null ? null : sinkhole.Open) { LargestOutput = options.Files };
        using LoadGroup? group = _group = box.GroupFor(options);
        // In a group of its own a load is counted by itself; the other count, which all loads of a box share, then only has to be large enough.
        int processes = group is null ? options.Processes : options.Processes * LoadsAtOnce;
        bool inTime;
        using (eventsRead)
        using (statusRead)
        using (leaseWrite)
        using (ours)
        {
            using (Descriptor bytes = model())
            using (eventsWrite)
            using (statusWrite)
            using (leaseRead)
            using (theirs)
            {
                _layout = box.Load(loader, file, options.Linger, processes, bytes, eventsWrite, statusWrite, leaseRead, theirs);
            }

            inTime = Watch(calls, python, sinkhole, eventsRead, statusRead, ours, cancellation);
            TellGroup();
        }

        string[] lines = _status.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        TellTouched(lines);
        string end = Array.FindLast(lines, l => !l.StartsWith(Touched, StringComparison.Ordinal)) ?? "";
        return new LoadOutcome(_log, options, label).Of(end, calls, python, inTime) with { Record = Record(calls) };
    }

    private const string Touched = "touched ";

    /// <summary>Planted files that were opened, by their own word; a call that shows it too says it better.</summary>
    private void TellTouched(string[] lines)
    {
        foreach (string path in lines.Where(l => l.StartsWith(Touched, StringComparison.Ordinal)).Select(l => l[Touched.Length..]))
        {
            if (!_log.Has("secret-read", path))
            {
                _log.Add(BehaviourSource.Sandbox, "secret-read", "open", path.Length > 0 ? path : "planted files, too often to be told one by one");
            }
        }
    }

    private LoadRecord Record(SyscallStory calls) =>
        new(box.Python, box.Libraries, _loading, _clock.Elapsed, Math.Max(1, calls.Processes), calls.Told, calls.Refused);

    /// <summary>Serves calls and reads lines until the first process of the namespaces says how the load ended; false when time is over.</summary>
    private bool Watch(
        SyscallStory calls, PythonStory python, SinkholeStory? sinkhole, Descriptor events, Descriptor status, Descriptor link, CancellationToken cancellation)
    {
        long until = Environment.TickCount64 + (long)options.Time.TotalMilliseconds;
        NotificationListener? listener = null;
        bool talks = true;
        bool linked = true;
        bool handedOver = false;
        bool isHeld = false;
        long look = Environment.TickCount64 + MemoryBeat;
        try
        {
            while (Environment.TickCount64 < until && !cancellation.IsCancellationRequested)
            {
                // Whoever has nothing left behind does not wait.
                int wait = _settling is null ? Beat : isHeld ? HeldBeat : 0;
                isHeld = _settling is not null;
                short[] said = Descriptor.Poll([talks ? events.Number : -1, listener?.Number ?? -1, status.Number, linked ? link.Number : -1], wait);
                if (_settling is { } settling && listener is not null && settling.IsDone(_log))
                {
                    // What the load left behind has ended, or has had its time: the harness goes on.
                    _settling = null;
                    if (calls.Ended)
                    {
                        // Nothing is compared any more.
                        listener.Answer(settling.Call, true);
                    }
                    else
                    {
                        Compare(listener, settling.Call, calls);
                    }
                }

                if (Environment.TickCount64 > look && calls.Starter != 0 && _group is null)
                {
                    look = Environment.TickCount64 + MemoryBeat;
                    if (ProcessTree.Memory(calls.Starter) > options.MemoryInAll)
                    {
                        _log.Add(BehaviourSource.Sandbox, "limit-memory", "", Text($"{options.MemoryInAll} bytes of all processes"));
                        return false;
                    }
                }

                // Python speaks before the call that it speaks of, so its lines come first.
                if (said[0] != 0)
                {
                    int read = events.Read(_buffer);
                    talks = read > 0;
                    python.Read(_buffer.AsSpan(0, read));
                }

                if ((said[1] & Native.PollIn) != 0)
                {
                    Serve(listener!, calls);
                }
                else if (said[1] != 0)
                {
                    // No process is left that has the filter.
                    listener!.Dispose();
                    listener = null;
                }

                if (said[3] != 0 && handedOver)
                {
                    // The address of a port that was just opened may have been heard meanwhile.
                    if (Descriptor.Poll([link.Number], 0)[0] != 0)
                    {
                        _ = sinkhole!.Hear();
                    }

                    linked = sinkhole!.Linked;
                }
                else if (said[3] != 0)
                {
                    handedOver = true;
                    linked = sinkhole is not null;
                    (_, IReadOnlyList<Descriptor> handed) = DescriptorMessages.Receive(link, 64);
                    listener = handed.Count > 0 ? new NotificationListener(handed[0]) : null;
                }

                if (said[2] != 0 && said[0] == 0 && said[1] == 0 && said[3] == 0)
                {
                    int read = status.Read(_buffer);
                    if (read == 0)
                    {
                        return true;
                    }

                    _status.Append(Encoding.UTF8.GetString(_buffer, 0, read));
                }
            }
        }
        finally
        {
            listener?.Dispose();
        }

        cancellation.ThrowIfCancellationRequested();
        return false;
    }

    private void Serve(NotificationListener listener, SyscallStory calls)
    {
        if (listener.Receive() is not { } call)
        {
            return;
        }

        if (!_placed)
        {
            // This is the only process of the load, and it waits in its first call: the model comes later.
            _placed = true;
            _group = _group is not null && _group.Add(call.Thread) ? _group : null;
        }

        bool run = false;
        int? question = null;
        try
        {
            if (SyscallTable.Find(call.Number) is { } row)
            {
                run = LoadFilter.MayRun(row, call.Arguments) && HasRoom(row, call.Arguments);
                calls.Tell(row, call, !run, () => listener.IsWaiting(call));
                if (row.Kind == "open" && ++_opens % OpensBetweenLooks == 0 && ProcessLook.Descriptors(call.Thread) >= ManyDescriptors && !_log.Has("limit-descriptors"))
                {
                    _log.Add(BehaviourSource.Sandbox, "limit-descriptors", row.Name, Text($"{ManyDescriptors} descriptors"));
                }

                question = calls.Question;
                _settling = calls.Marked is { } mark ? Marked(mark, call, calls) : _settling;
            }
        }
        finally
        {
            if (question is { } number)
            {
                listener.Return(call, _changed[number]);
            }
            else if (_settling?.Call.Id != call.Id)
            {
                listener.Answer(call, run);
            }
        }
    }

    /// <summary>What a mark of the harness begins: the load, or a time in which whatever still runs may come to its end.</summary>
    private Settling? Marked(PhaseMark mark, Notification call, SyscallStory calls)
    {
        if (mark.Step == "load")
        {
            _clock.Start();
            _before = ProcessLook.Settings(call.Thread);
            box.Compared?.Remember(call.Thread, _layout);
            return null;
        }

        if (mark.Step == "use")
        {
            _loading = _clock.Elapsed;
        }

        foreach ((string name, string was, string now) in ProcessLook.Changed(_before, ProcessLook.Settings(call.Thread)))
        {
            if (!_log.Has("lasting-change", name))
            {
                _log.Add(BehaviourSource.Sandbox, "lasting-change", "of the process", name, [Text($"{was} before, {now} now")]);
            }
        }

        return new Settling(call, calls.Starter, mark.Threads, options.Linger);
    }

    /// <summary>
    /// Answers a mark after which the harness compares: with how much is another than before, which it then asks for one by one. Where that is not known or much, the
    /// call fails as a mark does, and the harness looks at everything.
    /// </summary>
    private void Compare(NotificationListener listener, Notification call, SyscallStory calls)
    {
        IReadOnlyCollection<int>? changed = box.Compared?.Changed(call.Thread, _log.Has("process-fork"));
        if (changed is null || changed.Count > MostChanged)
        {
            listener.Answer(call, true);
            return;
        }

        _changed = [.. changed];
        calls.Answers = _changed.Length;
        listener.Return(call, _changed.Length);
    }

    /// <summary>
    /// The memory of sockets and pipes is the kernel's, and only control groups count it: a pair can hold more than a megabyte, so there are few of them.
    /// Connections of a network that is dead hold nothing.
    /// </summary>
    private bool HasRoom(SyscallRow row, ulong[] arguments)
    {
        if (row.Kind == "pipe" && ++_pipes > MostSockets)
        {
            _log.Add(BehaviourSource.Sandbox, "limit-descriptors", row.Name, Text($"{MostSockets} pipes"));
            return false;
        }

        bool local = row.Kind == "socket-pair" || (row.Kind == "socket" && (uint)arguments[0] == Unix);
        if ((local && ++_sockets > MostSockets) || (row.Kind == "socket" && !local && ++_connections > (options.Sinkhole ? MostSockets : MostConnections)))
        {
            _log.Add(BehaviourSource.Sandbox, "limit-descriptors", row.Name, Text($"{(local ? _sockets : _connections) - 1} sockets"));
            return false;
        }

        return true;
    }

    /// <summary>Ends what is left in the group, and tells which of its limits were hit.</summary>
    private void TellGroup()
    {
        _group?.Kill();
        if (_group is { ProcessRefusals: > 0 })
        {
            _log.Add(BehaviourSource.Sandbox, "limit-processes", "", Text($"{options.Processes} processes and threads"));
        }

        if (_group is { MemoryKills: > 0 })
        {
            _log.Add(BehaviourSource.Sandbox, "limit-memory", "", Text($"{options.MemoryInAll} bytes of all processes"));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
