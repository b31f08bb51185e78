// Turns the lines that Python sends from inside the load into events; every line may be forged.
using System.Text;
using System.Text.Json;
using Assay.Artifacts;

namespace Assay.Sandbox.Observing;

/// <summary>
/// Reads numbered lines of JSON from a pipe that the load can write to as well. They only add: what is forged adds suspicion, what is
/// missing shows as a gap.
/// </summary>
internal sealed class PythonStory(EventLog log, LoadPlaces places, bool asked = false)
{
    private const string Resource = "observing/audit-events.tsv";
    private const string LocalFamily = "1";
    private const int LineLimit = 4096;
    private const long ByteLimit = 16 << 20;
    private static readonly Lazy<(string Beginning, string Kind)[]> s_kinds = new(Read);
    private readonly List<byte> _line = [];
    private readonly StringBuilder _answer = new();
    private long _bytes;
    private long _next = 1;
    private long _process;

    /// <summary>The beginnings of the events that are reported.</summary>
    public static IEnumerable<string> Beginnings => s_kinds.Value.Select(k => k.Beginning);

    /// <summary>The type that the loader returned, or null.</summary>
    public string? Loaded { get; private set; }

    /// <summary>The exception that the loader raised, and its text; null when it raised none.</summary>
    public (string Type, string Text)? Failure { get; private set; }

    /// <summary>What <see cref="SandboxOptions.After"/> answered; as untrusted as every line.</summary>
    public string Answer => _answer.ToString();

    /// <summary>Whether the last line of the harness arrived.</summary>
    public bool Ended { get; private set; }

    /// <summary>Reads bytes of the pipe.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        _bytes += bytes.Length;
        if (_bytes > ByteLimit)
        {
            if (!log.Has("events-flood"))
            {
                log.Add(BehaviourSource.Sandbox, "events-flood", "", "");
            }

            return;
        }

        foreach (byte b in bytes)
        {
            if (b == (byte)'\n')
            {
                Line(_line.ToArray());
                _line.Clear();
            }
            else if (_line.Count <= LineLimit)
            {
                _line.Add(b);
            }
        }
    }

    private void Line(byte[] line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 8 });
            JsonElement root = document.RootElement;
            long number = root.GetProperty("n").GetInt64();
            long process = root.GetProperty("p").GetInt64();
            string name = root.GetProperty("e").GetString() ?? "";
            List<string> arguments = [.. root.GetProperty("a").EnumerateArray().Select(Text)];
            _process = _process == 0 ? process : _process;
            if (process == _process && number != _next++)
            {
                log.Add(BehaviourSource.Sandbox, "events-gap", name, "");
                _next = number + 1;
            }

            Event(name, arguments);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            log.Add(BehaviourSource.Sandbox, "events-corrupt", "", places.Masked(Encoding.Latin1.GetString(line.AsSpan(0, Math.Min(line.Length, 80)))));
        }
    }

    private void Event(string name, List<string> arguments)
    {
        switch (name)
        {
            case "assay.loaded" or "assay.failed" when Loaded is not null || Failure is not null:
            case "assay.end" when Ended:
                // The harness says each once: somebody else did too.
                log.Add(BehaviourSource.Sandbox, "events-corrupt", name, places.Masked(string.Join(' ', arguments)));
                return;
            case "assay.loaded":
                Loaded = string.Join('.', arguments);
                return;
            case "assay.failed":
                Failure = (arguments.FirstOrDefault() ?? "", arguments.ElementAtOrDefault(1) ?? "");
                return;
            case "assay.answer" when asked:
                _answer.AppendJoin("", arguments);
                return;
            case "assay.left":
                log.Add(BehaviourSource.Sandbox, "left-running", "", arguments.FirstOrDefault() ?? "");
                return;
            case "assay.changed":
                log.Add(BehaviourSource.Python, "lasting-change", "of the interpreter", places.Masked(arguments.FirstOrDefault() ?? ""), [.. arguments.Skip(1).Select(places.Masked)]);
                return;
            case "assay.ran":
                log.Add(BehaviourSource.Python, "python-code-ran", "call", places.Masked(arguments.FirstOrDefault() ?? ""));
                return;
            case "assay.end":
                Ended = true;
                return;
        }

        if (name == "socket.__new__" && arguments.ElementAtOrDefault(1) is LocalFamily)
        {
            // Sockets of the machine itself; whether one is connected anywhere, the call says.
            return;
        }

        string? kind = null;
        int best = -1;
        foreach ((string beginning, string one) in s_kinds.Value)
        {
            if (beginning.Length > best && name.StartsWith(beginning, StringComparison.Ordinal))
            {
                (kind, best) = (one, beginning.Length);
            }
        }

        // The harness itself looks at the processes of the box while it waits for them.
        if (kind is not null && !(kind == "python-look" && arguments is ["/proc"]))
        {
            bool lookup = kind == "python-lookup";
            string subject = lookup ? string.Join('.', arguments) : arguments.FirstOrDefault() ?? "";
            if (arguments.Exists(places.HoldsCanary))
            {
                log.Add(BehaviourSource.Python, "secret-leaves", name, places.Masked(arguments.First(places.HoldsCanary)));
            }

            (kind, subject) = ScratchFolder.Told(log.Loader, kind, subject);
            log.Add(BehaviourSource.Python, kind, name, places.Masked(subject), [.. lookup ? [] : arguments.Skip(1).Select(places.Masked)]);
        }
    }

    private static string Text(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? string.Join(' ', element.EnumerateArray().Select(e => e.ToString()))
        : element.ToString();

    private static (string, string)[] Read()
    {
        using StreamReader reader = new(typeof(PythonStory).Assembly.GetManifestResourceStream(Resource)!);
        List<(string, string)> kinds = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                string[] cells = line.Split('\t');
                kinds.Add((cells[0], cells[1]));
            }
        }

        return [.. kinds];
    }
}
