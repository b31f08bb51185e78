// Turns the lines in which gVisor tells the system calls of a load into the calls that they tell of.
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Sandbox.Kernel;

namespace Assay.Sandbox.Observing;

/// <summary>
/// Reads gVisor's log: an object of JSON on each line, so that what a load puts into a path cannot begin a line of its own. A call is reported before it runs
/// ("E") and after ("X"); the first is enough, except for the numbers of new processes.
/// </summary>
internal sealed class RunscStory(SyscallStory calls, string mark)
{
    private const int LineLimit = 64 << 10;
    private const long ByteLimit = 256 << 20;
    private const int NameLimit = 15;
    private static readonly HashSet<string> s_forks = ["clone", "fork", "vfork"];
    private readonly List<byte> _line = [];
    private readonly Dictionary<int, (int Index, int Parent)> _processes = [];
    private readonly Dictionary<int, int> _parents = [];
    private readonly Dictionary<int, string> _folders = [];
    private long _bytes;

    /// <summary>Whether there was more than is read.</summary>
    public bool TooMuch => _bytes > ByteLimit;

    /// <summary>Reads bytes of the log.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        _bytes += bytes.Length;
        while (!TooMuch && bytes.Length > 0)
        {
            int end = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = end < 0 ? bytes : bytes[..end];
            _line.AddRange(part[..Math.Min(part.Length, LineLimit - _line.Count)]);
            if (end < 0)
            {
                return;
            }

            Line(Encoding.UTF8.GetString([.. _line]));
            _line.Clear();
            bytes = bytes[(end + 1)..];
        }
    }

    private void Line(string line)
    {
        // Imports of libraries make many thousand calls before the load begins. Behind the mark of the end reading goes on: a load can set it, too.
        if (!line.StartsWith("{\"msg\":\"[", StringComparison.Ordinal)
            || (!calls.Begun && !line.Contains(mark, StringComparison.Ordinal) && !line.Contains("ork(", StringComparison.Ordinal) && !line.Contains(" X clone(", StringComparison.Ordinal)))
        {
            return;
        }

        string said;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            said = document.RootElement.GetProperty("msg").GetString() ?? "";
        }
        catch (JsonException)
        {
            // Longer than is read.
            return;
        }

        // [ process: thread] name E call(arguments)
        int close = said.IndexOf("] ", StringComparison.Ordinal);
        int colon = said.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || close < colon || !int.TryParse(said.AsSpan(1, colon - 1), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int process))
        {
            return;
        }

        // A process names itself, and may do so with what looks like the beginning of a call; so every beginning counts that can be the true one.
        string rest = said[(close + 1)..];
        for (int at = 0; at <= Math.Min(NameLimit + 1, rest.Length - 4); at++)
        {
            if (rest[at] == ' ' && rest[at + 1] is 'E' or 'X' && rest[at + 2] == ' ')
            {
                Call(process, rest[at + 1] == 'X', rest[(at + 3)..]);
            }
        }
    }

    private void Call(int process, bool done, string call)
    {
        int open = call.IndexOf('(', StringComparison.Ordinal);
        if (open <= 0 || SyscallTable.Find(call[..open]) is not { } row)
        {
            return;
        }

        if (done)
        {
            Born(process, row, call);
            return;
        }

        int end = call.LastIndexOf(')');
        RunscArguments arguments = new(row, end > open ? call[(open + 1)..end] : call[(open + 1)..], _folders.GetValueOrDefault(process, ""));
        _folders[process] = arguments.Folder;
        bool marks = row.Kind == "open" && arguments.Texts is [var path, ..] && path.StartsWith(mark, StringComparison.Ordinal);
        if ((calls.Begun || marks) && arguments.IsOfInterest)
        {
            (int index, int parent) = Known(process);
            calls.Tell(new SeenCall(row, arguments.Numbers, arguments.Texts, arguments.Flags, index, parent, false));
        }
    }

    /// <summary>Remembers who started whom.</summary>
    private void Born(int process, SyscallRow row, string call)
    {
        int result = call.LastIndexOf(") = ", StringComparison.Ordinal);
        if (s_forks.Contains(row.Name) && result > 0 && !call.Contains("CLONE_THREAD", StringComparison.Ordinal)
            && int.TryParse(call[(result + 4)..].Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int child) && child > 0)
        {
            _parents[child] = process;
            if (_folders.TryGetValue(process, out string? folder))
            {
                _folders[child] = folder;
            }
        }
    }

    private (int Index, int Parent) Known(int process)
    {
        if (!_processes.TryGetValue(process, out (int, int) known))
        {
            int parent = _parents.TryGetValue(process, out int above) && _processes.TryGetValue(above, out (int Index, int) of) ? of.Index : 0;
            known = (_processes.Count + 1, parent);
            _processes.Add(process, known);
        }

        return known;
    }
}
