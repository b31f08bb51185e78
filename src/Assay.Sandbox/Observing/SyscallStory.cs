// Turns the system calls of a load into events: what was done, to what, by which process.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Sandbox.Kernel;

namespace Assay.Sandbox.Observing;

/// <summary>A system call with what its arguments mean.</summary>
/// <param name="Row">Which call.</param>
/// <param name="Numbers">Its registers, as far as they say something by themselves.</param>
/// <param name="Texts">What the arguments that the table names lead to, in its order.</param>
/// <param name="Flags">The flags with which a file is opened.</param>
/// <param name="Process">The process, numbered from 1 in the order in which they were seen.</param>
/// <param name="Parent">The process that started it; 0 where that is not known.</param>
/// <param name="Refused">Whether it was not allowed.</param>
internal sealed record SeenCall(SyscallRow Row, ulong[] Numbers, List<string> Texts, ulong Flags, int Process, int Parent, bool Refused)
{
    /// <summary>Where the stack of the caller stood; 0 where that is not known.</summary>
    public ulong Stack { get; init; }

    /// <summary>Whether the first thread of the process called.</summary>
    public bool IsFirstThread { get; init; } = true;

    /// <summary>The file with the code that called, where it says whether the call is the model's doing.</summary>
    public string Caller { get; init; } = "";
}

/// <summary>A mark of the harness: which step of the load begins, and how many threads Python has.</summary>
internal sealed record PhaseMark(string Step, int Threads);

/// <summary>
/// Turns system calls into events. What every load does (reading the system's libraries and the model) is left out. <c>reaches</c> hears each
/// address of the network before the call that names it runs.
/// </summary>
internal sealed class SyscallStory(EventLog log, LoadPlaces places, Action<string>? reaches = null)
{
    private const int TextLimit = 400;
    private const ulong Anonymous = 0x20;
    private const ulong Writing = 0x3 | 0x40 | 0x200 | 0x400;
    private const long BytesLimit = 16 << 10;
    private const int MostWritten = 10_000;
    private static readonly string[] s_steps = ["load", "use", "rest", "end"];
    private readonly LeakSearch _leaks = new(places);
    private readonly Dictionary<uint, (int Index, int Parent)> _processes = [];
    private int _step;
    private ulong _depth;
    private readonly HashSet<string> _written = [];
    private long _bytes;

    /// <summary>How many bytes a load may write before that is told.</summary>
    public long LargestOutput { get; init; } = long.MaxValue;

    /// <summary>How many system calls were told.</summary>
    public long Told { get; private set; }

    /// <summary>The process that started the load, as this machine numbers it; 0 before the first call.</summary>
    public uint Starter { get; private set; }

    /// <summary>How many of them were refused.</summary>
    public long Refused { get; private set; }

    /// <summary>How many processes called.</summary>
    public int Processes => _processes.Count;

    /// <summary>Whether the harness marked the end.</summary>
    public bool Ended => _step == s_steps.Length;

    /// <summary>Whether the load has begun.</summary>
    public bool Begun => _step > 0;

    /// <summary>The question of the harness that the last call was: which of what is another than before it wants to know; null when it was none.</summary>
    public int? Question { get; private set; }

    /// <summary>How many answers the harness may ask for; when it has the last, a question is a load's.</summary>
    public int Answers { get; set; }

    /// <summary>The mark that the last call was; null when it was none.</summary>
    public PhaseMark? Marked { get; private set; }

    /// <summary>Tells one call; <paramref name="valid"/> says whether the caller still waits after its memory was read.</summary>
    public void Tell(SyscallRow row, Notification call, bool refused, Func<bool> valid)
    {
        Told++;
        Refused += refused ? 1 : 0;
        using ProcessMemory memory = new(call.Thread);
        List<string> texts = Arguments(row, call.Arguments, memory);
        (int process, int parent, bool first) = Process(memory, call.Thread);
        bool marks = row.Kind == "open" && texts is [var path, ..] && path.StartsWith(places.Mark, StringComparison.Ordinal);
        ulong stack = marks ? memory.Stack() : 0;
        // What may be run of a file is judged by the file.
        string caller = row.Kind != "executable-memory" ? "" : MappedFile(row, call.Arguments, texts) is { } file ? file : memory.Caller();
        if (!valid())
        {
            texts = [];
        }

        ulong flags = row.Name switch
        {
            "open" => call.Arguments[1],
            "openat" => call.Arguments[2],
            "openat2" => memory.Number(call.Arguments[2]),
            _ => Writing,
        };
        Tell(new SeenCall(row, call.Arguments, texts, flags, process, parent, refused) { Stack = stack, IsFirstThread = first, Caller = caller });
    }

    /// <summary>Tells one call that somebody else has read.</summary>
    public void Tell(SeenCall call)
    {
        (SyscallRow row, ulong[] numbers, List<string> texts, ulong flags, int process, int parent, bool refused) = call;
        Marked = null;
        Question = null;
        if (row.Kind == "open" && texts.Count > 0 && texts[0].StartsWith(places.Mark, StringComparison.Ordinal))
        {
            Mark(texts[0][places.Mark.Length..], call);
            return;
        }

        for (int place = 0; place < texts.Count; place++)
        {
            string text = texts[place];
            if (places.HoldsCanary(text))
            {
                log.Add(BehaviourSource.Syscall, "secret-leaves", row.Name, Clean(text), [], process, parent, refused);
            }
            else if ((row.Kind is not ("open" or "open2") || (flags & Writing) != 0) && _leaks.Found(process, place, text) is { } how)
            {
                log.Add(BehaviourSource.Syscall, "secret-leaves", row.Name, how, [], process, parent, refused);
            }
        }

        (string kind, string subject)? seen = row.Kind switch
        {
            "open" or "open2" or "create" => Opened(flags, texts),
            "connect" => Connected(texts),
            "bind" => texts.Count > 1 && texts[1].StartsWith("unix:", StringComparison.Ordinal) ? null : ("network-listen", Last(texts)),
            "listen" => ("network-listen", First(texts)),
            "send" => Sent(texts),
            "copy" => Copied(row, numbers, texts),
            "socket" => Socketed(numbers),
            "write" => Written(texts, numbers),
            "executable-memory" => MappedFile(row, numbers, texts) is { } file ? LoadPlaces.IsOfSystem(file) ? null : ("executable-memory", file) : Executable(call.Caller),
            // In programs that a load starts, the number belongs to another file.
            "events-touched" => process == 1 && IsOnEvents(row.Name, numbers) ? (row.Kind, row.Name) : null,
            "socket-pair" or "pipe" => null,
            "forbidden" when row.Name == "ioctl" && (uint)numbers[0] == LoadPlaces.EventDescriptor => ("events-touched", row.Name),
            _ => (row.Kind, First(texts)),
        };
        if (seen is { } one)
        {
            if (one.kind is "network-connect" or "network-send")
            {
                reaches?.Invoke(one.subject);
            }

            one = ScratchFolder.Told(log.Loader, one.kind, one.subject);
            string[] rest = [.. texts.Skip(1).Where(t => t != one.subject).Select(Clean)];
            log.Add(BehaviourSource.Syscall, one.kind, row.Name, Clean(one.subject), rest, process, parent, refused);
        }
    }

    /// <summary>Whether a call is about the descriptor of Python's events: the filter asks about no other, gVisor tells all.</summary>
    private static bool IsOnEvents(string name, ulong[] numbers)
    {
        bool At(int argument) => argument < numbers.Length && (uint)numbers[argument] == LoadPlaces.EventDescriptor;
        return name switch
        {
            "close_range" => numbers.Length > 1 && (uint)numbers[0] <= LoadPlaces.EventDescriptor && (uint)numbers[1] >= LoadPlaces.EventDescriptor,
            "dup2" or "dup3" => At(0) || At(1),
            _ => At(0),
        };
    }

    /// <summary>
    /// A mark counts when the harness itself makes it: the first thread of the first process, with its stack where it stood at the first mark. Whatever the
    /// model can reach runs further down. Any other mark is a load that says it were done.
    /// </summary>
    private void Mark(string name, SeenCall call)
    {
        string[] parts = name.Split('/');
        bool next = _step < s_steps.Length && parts[0] == s_steps[_step] && call.Process == 1 && call.IsFirstThread && (_step == 0 || call.Stack == _depth);
        if (parts[0] == "take" && _step == 0)
        {
            return;
        }

        if (parts[0] == "changed" && call.Process == 1 && call.IsFirstThread && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < Answers)
        {
            Answers = number + 1 == Answers ? 0 : Answers;
            Question = number;
            return;
        }

        if (!next)
        {
            log.Add(BehaviourSource.Sandbox, "mark-forged", call.Row.Name, Clean(parts[0]), [], call.Process, call.Parent);
            return;
        }

        _depth = call.Stack;
        _step++;
        log.Phase = parts[0] == "load" ? "load" : "use";
        Marked = new PhaseMark(parts[0], parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int threads) ? threads : 1);
    }

    private (string, string)? Opened(ulong flags, List<string> texts)
    {
        string path = First(texts);
        if ((flags & Writing) != 0)
        {
            _ = _written.Count < MostWritten && _written.Add(path);
            return path is "/dev/null" or "/dev/tty" ? null : ("file-write", path);
        }

        if (places.IsSecret(path))
        {
            return ("secret-read", path);
        }

        if (LoadPlaces.IsEvents(path))
        {
            return ("events-touched", path);
        }

        if (places.IsPlain(path) || path.Length == 0)
        {
            return null;
        }

        if (path.StartsWith("/proc/", StringComparison.Ordinal) && (path.EndsWith("/mem", StringComparison.Ordinal) || path.EndsWith("/maps", StringComparison.Ordinal)))
        {
            return ("process-memory", path);
        }

        if (places.IsBesideModel(path) && !_written.Contains(path))
        {
            return ("missing-file", path);
        }

        string[] machine = ["/proc/", "/sys/", "/etc/", "/dev/", "/run/", "/var/"];
        return (machine.Any(m => path.StartsWith(m, StringComparison.Ordinal)) ? "machine-look" : "file-read", path);
    }

    private static (string, string)? Connected(List<string> texts)
    {
        string address = Last(texts);
        // The C library asks these before it looks up users and hosts; whoever made it look will be seen doing so.
        return address.Length == 0 || address.StartsWith("unix:/var/run/nscd/", StringComparison.Ordinal) ? null
            : address.StartsWith("unix:", StringComparison.Ordinal) ? ("local-connect", address[5..])
                        : ("network-connect", address);
    }

    private static (string, string)? Sent(List<string> texts)
    {
        string address = Last(texts);
        return address.Length > 0 && !address.StartsWith("unix:", StringComparison.Ordinal) && char.IsAsciiDigit(address[0]) | address[0] == '['
            ? ("network-send", address)
            : null;
    }

    private static (string, string)? Socketed(ulong[] arguments) => (uint)arguments[0] switch
    {
        1 or 16 => null,
        2 or 10 => ("network-socket", ((uint)arguments[1] & 0xF) switch { 1 => "TCP", 2 => "UDP", _ => "raw" }),
        uint family => ("forbidden", "socket family " + family.ToString(CultureInfo.InvariantCulture)),
    };

    /// <summary>The file that a mapping is of; null for memory without one, whatever descriptor is named beside.</summary>
    private static string? MappedFile(SyscallRow row, ulong[] numbers, List<string> texts) =>
        row.Name == "mmap" && numbers.Length > 3 && (numbers[3] & Anonymous) == 0 && texts is [['/', ..] file] ? file : null;

    /// <summary>Libraries of arithmetic write code for the shapes that they meet; anybody else's code in memory is the model's.</summary>
    private static (string, string)? Executable(string caller) => LoadPlaces.WritesCode(caller) ? ("library-code", caller) : ("executable-memory", caller);

    private (string, string)? Written(List<string> texts, ulong[] numbers)
    {
        string to = First(texts);
        // A vector of bytes says in other places how long it is.
        _bytes += numbers.Length > 2 && texts.Count > 1 && (ulong)texts[1].Length < numbers[2] ? (long)Math.Min(numbers[2], 1 << 30) : Last(texts).Length;
        if (_bytes > LargestOutput && !log.Has("limit-file"))
        {
            log.Add(BehaviourSource.Sandbox, "limit-file", "write", LargestOutput.ToString(CultureInfo.InvariantCulture) + " bytes written");
        }

        return Target(to);
    }

    private static (string, string)? Target(string to) => to.StartsWith("socket:", StringComparison.Ordinal) ? ("network-send", to)
        : to.StartsWith('/') && !to.StartsWith("/dev/", StringComparison.Ordinal) ? ("file-data", to)
        : null;

    /// <summary>Bytes that go from one descriptor to another without being seen; where they come from a planted file, that is enough.</summary>
    private (string, string)? Copied(SyscallRow row, ulong[] numbers, List<string> texts)
    {
        if (LoadFilter.OnEvents(row, numbers))
        {
            return ("events-touched", row.Name);
        }

        // Of sendfile alone the target comes first.
        (string from, string to) = row.Name == "sendfile" ? (Last(texts), First(texts)) : (First(texts), Last(texts));
        return places.IsSecret(from) ? ("secret-leaves", from) : Target(to);
    }

    private static List<string> Arguments(SyscallRow row, ulong[] raw, ProcessMemory memory)
    {
        List<string> texts = [];
        string folder = "";
        for (int i = 0; i < row.Arguments.Count && i < raw.Length; i++)
        {
            ulong value = raw[i];
            switch (row.Arguments[i])
            {
                case 'd':
                    folder = (int)value == -100 ? "" : memory.Descriptor((int)value);
                    break;
                case 'p':
                    texts.Add(Full(memory.Text(value), folder, memory));
                    folder = "";
                    break;
                case 'D':
                    texts.Add(memory.Descriptor((int)value));
                    break;
                case 't':
                    texts.Add(memory.Text(value, TextLimit));
                    break;
                case 'n':
                    texts.Add(((long)(int)value).ToString(CultureInfo.InvariantCulture));
                    break;
                case 'v':
                    texts.AddRange(memory.Vector(value));
                    break;
                case 'a':
                    texts.Add(SocketAddress.Read(memory.Bytes(value, (int)Math.Min(128, raw[Math.Min(i + 1, 5)]))).Text);
                    break;
                case 'b':
                    texts.Add(Readable(memory.Bytes(value, (int)Math.Min(BytesLimit, raw[i + 1]))));
                    break;
                case 'i':
                    texts.Add(Vectors(memory, value, raw[i + 1]));
                    break;
                case 'm':
                    texts.Add(Vectors(memory, memory.Number(value + 16), memory.Number(value + 24)));
                    texts.Add(SocketAddress.Read(memory.Bytes(memory.Number(value), (int)Math.Min(128, memory.Number(value + 8) & 0xFFFFFFFF))).Text);
                    break;
            }
        }

        return texts;
    }

    private static string Vectors(ProcessMemory memory, ulong address, ulong count)
    {
        StringBuilder text = new();
        for (ulong i = 0; i < Math.Min(count, 8) && text.Length < BytesLimit; i++)
        {
            ulong length = memory.Number(address + (i * 16) + 8);
            text.Append(Readable(memory.Bytes(memory.Number(address + (i * 16)), (int)Math.Min(BytesLimit, length))));
        }

        return text.ToString();
    }

    /// <summary>Bytes as text where each byte is the character of its number: nothing is lost, and reports escape what is odd.</summary>
    private static string Readable(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static string Full(string path, string folder, ProcessMemory memory)
    {
        if (path.Length > 0 && path[0] != '/')
        {
            path = (folder.Length > 0 ? folder : memory.Folder()) + "/" + path;
        }

        List<string> parts = [];
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("." or ".."))
            {
                parts.Add(part);
            }
        }

        return path.Length == 0 ? "" : "/" + string.Join('/', parts);
    }

    private (int Index, int Parent, bool IsFirstThread) Process(ProcessMemory memory, uint thread)
    {
        (uint process, uint parent) = memory.Family();
        if (!_processes.TryGetValue(process, out (int Index, int Parent) known))
        {
            Starter = _processes.Count == 0 ? parent : Starter;
            known = (_processes.Count + 1, _processes.TryGetValue(parent, out (int Index, int) above) ? above.Index : 0);
            _processes.Add(process, known);
        }

        return (known.Index, known.Parent, thread == process);
    }

    private string Clean(string text) => places.Masked(text.Length > TextLimit ? text[..TextLimit] + "..." : text);

    private static string First(List<string> texts) => texts.Count > 0 ? texts[0] : "";

    private static string Last(List<string> texts) => texts.Count > 0 ? texts[^1] : "";
}
