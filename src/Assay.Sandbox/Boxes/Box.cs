// A running box: libraries are imported once, and each load starts as a child in namespaces of its own.
using System.Text;
using System.Text.Json;
using Assay.Sandbox.Groups;
using Assay.Sandbox.Kernel;
using Assay.Sandbox.Observing;

namespace Assay.Sandbox.Boxes;

/// <summary>There is no box; the message says why.</summary>
internal sealed class BoxException(string message) : Exception(message);

/// <summary>A running box. Disposing it ends every process in it.</summary>
internal sealed class Box : IDisposable
{
    private const int Processors = 2;
    private const int OwnProcesses = 64;
    private const int LongestPlaces = 24 << 20;

    /// <summary>After so many loads many more are expected, for which the memory of the box is laid out anew.</summary>
    private const int ManyLoads = 12;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly Descriptor _control;
    private readonly int _process;
    private readonly GroupTree? _groups;
    private LoadGroup? _group;
    private bool _ended;
    private int _loads;

    private Box(Descriptor control, int process, Honey honey, string mark, GroupTree? groups)
    {
        _groups = groups;
        _control = control;
        _process = process;
        Honey = honey;
        Mark = mark;
    }

    /// <summary>What is planted in it.</summary>
    public Honey Honey { get; }

    /// <summary>The beginning of the paths that mark phases.</summary>
    public string Mark { get; }

    /// <summary>Where what is compared lies in the memory of its loads; null where its Python could not say.</summary>
    public ComparedMemory? Compared { get; private set; }

    /// <summary>The libraries that were asked for, with their versions; null where there is none.</summary>
    public IReadOnlyDictionary<string, string?> Libraries { get; private set; } = new Dictionary<string, string?>();

    /// <summary>The version of its Python.</summary>
    public string Python { get; private set; } = "";

    /// <summary>Starts a box with libraries imported.</summary>
    /// <exception cref="BoxException">Something is missing, or the machine does not allow it.</exception>
    public static Box Start(SandboxOptions options, IReadOnlyList<string> libraries, BoxSetting setting)
    {
        if (BoxProbe.Refusal(options, setting) is { } refusal)
        {
            throw new BoxException(refusal);
        }

        Honey honey = new();
        string mark = $"/.{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8))}/";
        Descriptor? ours = null;
        // Before anything is started: where this process is alone in its group, it can make room for others there.
        GroupTree? groups = GroupTree.Share();
        Box? box = null;
        try
        {
            (ours, Descriptor theirs) = Descriptor.SocketPair();
            (Descriptor complaints, Descriptor complain) = Descriptor.Pipe();
            using Descriptor nothing = Descriptor.Sealed("nothing", _ => { });
            using Descriptor harness = Descriptor.Sealed("harness", d => d.Write(HarnessParts.Join()));
            using (complaints)
            {
                int process;
                using (theirs)
                using (complain)
                {
                    // What bubblewrap and Python complain about is the reason when there is no box; later it is not read.
                    process = Spawner.Start(BoxCommand.Arguments(options, setting, honey), ["PATH=/usr/bin:/bin"], [nothing, complain, complain, theirs, harness]);
                }

                box = new(ours, process, honey, mark, groups);
                box.Begin(options, libraries, complaints);
                return box;
            }
        }
        catch (Exception e)
        {
            if (box is null && groups is not null)
            {
                GroupTree.Release();
            }

            ours?.Dispose();
            box?.Dispose();
            if (e is IOException or EntryPointNotFoundException or DllNotFoundException)
            {
                throw new BoxException("The box could not be started: " + e.Message);
            }

            throw;
        }
    }

    /// <summary>A control group for one load; null where the machine allows none, and limits hold for each process by itself.</summary>
    public LoadGroup? GroupFor(SandboxOptions options) =>
        _group is null ? null : _groups?.Group("load", new GroupLimits(options.MemoryInAll, options.Processes, Processors));

    /// <summary>
    /// Starts one load; the other ends of the descriptors are the caller's. <paramref name="processes"/> is how many processes all loads of the box may
    /// have together. Returns which layout of the box's memory the load begins with.
    /// </summary>
    public int Load(string loader, string file, TimeSpan linger, int processes, Descriptor model, Descriptor events, Descriptor status, Descriptor lease, Descriptor link)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            json.WriteString("loader", loader);
            json.WriteString("file", file);
            json.WriteNumber("linger", linger.TotalSeconds);
            json.WriteNumber("processes", processes);
            json.WriteEndObject();
        }

        lock (_control)
        {
            if (++_loads == ManyLoads)
            {
                DescriptorMessages.Send(_control, "large"u8);
                Compared?.Move();
            }

            DescriptorMessages.Send(_control, text.ToArray(), model, events, status, lease, link);
            return _loads < ManyLoads ? 0 : 1;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_ended)
        {
            _ended = true;
            // The zygote ends when its input is closed; the box is gone with it, or else with the signal.
            _control.Dispose();
            _ = Native.Signal(_process, Native.SigKill);
            _ = Spawner.End(_process, TimeSpan.FromSeconds(2));
            _group?.Dispose();
            if (_groups is not null)
            {
                GroupTree.Release();
            }
        }
    }

    private void Begin(SandboxOptions options, IReadOnlyList<string> libraries, Descriptor complaints)
    {
        DescriptorMessages.Send(_control, Settings(options, libraries));
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (true)
        {
            short[] said = Descriptor.Poll([_control.Number], 200);
            if (said[0] != 0)
            {
                break;
            }

            if (Environment.TickCount64 > until)
            {
                throw new BoxException("The libraries were not imported in time.");
            }
        }

        (byte[] answer, IReadOnlyList<Descriptor> descriptors) = DescriptorMessages.Receive(_control);
        if (answer.Length == 0)
        {
            byte[] said = new byte[2000];
            int read = Descriptor.Poll([complaints.Number], 500)[0] != 0 ? complaints.Read(said) : 0;
            string reason = Encoding.UTF8.GetString(said, 0, read).Trim().ReplaceLineEndings(" ");
            throw new BoxException("The box could not be started" + (reason.Length > 0 ? ": " + reason : "."));
        }

        using JsonDocument document = JsonDocument.Parse(answer);
        if (document.RootElement.TryGetProperty("failed", out JsonElement failed))
        {
            throw new BoxException("The box could not be prepared: " + failed.GetString());
        }

        Python = document.RootElement.GetProperty("ready").GetString() ?? "";
        Libraries = document.RootElement.GetProperty("libraries").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString());
        foreach (Descriptor places in descriptors)
        {
            using (places)
            {
                Compared = ComparedMemory.Read(places.ReadToEnd(LongestPlaces));
            }
        }

        Confine(options);
    }

    /// <summary>Puts the processes of the box into a group: a load that cannot be put into its own is bounded by this one.</summary>
    private void Confine(SandboxOptions options)
    {
        // Nothing starts a process now, and no load has begun, so this catches all of them.
        LoadGroup? group = _groups?.Group("box", new GroupLimits(null, options.Processes + OwnProcesses, 0));
        if (group is not null && ProcessTree.Below((uint)_process).All(group.Add))
        {
            _group = group;
        }
        else
        {
            group?.Dispose();
        }
    }

    private byte[] Settings(SandboxOptions options, IReadOnlyList<string> libraries)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            json.WriteString("home", BoxCommand.Home);
            json.WriteString("mark", Mark);
            json.WriteString("filter", Convert.ToBase64String(LoadFilter.Write(LoadPlaces.EventDescriptor)));
            json.WriteNumber("files", options.Files);
            json.WriteNumber("memory", options.Memory);
            json.WriteNumber("seconds", (int)options.Time.TotalSeconds + 1);
            json.WriteBoolean("sinkhole", options.Sinkhole);
            json.WriteBoolean("whole", options.WholeFiles);
            json.WriteString("code", options.Code.Length > 0 ? BoxCommand.Code : "");
            json.WriteString("after", options.After);
            HarnessParts.Texts(json, "libraries", libraries);
            HarnessParts.Texts(json, "events", PythonStory.Beginnings);
            HarnessParts.Texts(json, "closely", HarnessParts.Closely);
            HarnessParts.Map(json, "honey", Honey.Files);
            HarnessParts.Map(json, "machine", Honey.Machine);
            json.WriteEndObject();
        }

        return text.ToArray();
    }
}
