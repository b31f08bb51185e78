// Shows on a terminal how far a long scan has come, and stays out of the way otherwise.
using System.Globalization;
using Assay.Bytes;
using Assay.Cli.Files;
using Assay.Reports;
using Assay.Scanning;
using Spectre.Console;

namespace Assay.Cli.Commands;

/// <summary>
/// Shows on standard error how far a scan has come, once it has taken about a second: how many files are done, and how far into the largest of those
/// under way it is. How many inputs there are is only known when all have been found; <paramref name="count"/> finds them beside the scan.
/// </summary>
internal sealed class LiveProgress(Host host, Func<long> count) : IProgress<ScanProgress>
{
    /// <summary>From this many bytes on a file is told by its bytes: smaller ones are done before anybody has read it.</summary>
    private const long LargeFile = 100_000_000;

    private readonly Lock _lock = new();
    private readonly TerminalProgress _terminal = new(host);
    private long _done;
    private string _last = "";
    private readonly List<WatchedSource> _open = [];

    /// <summary>How many bytes came over the network, of how many there are; null where nothing lies on a server.</summary>
    public Func<(long Read, long Total)>? Network { get; init; }

    /// <inheritdoc/>
    public void Report(ScanProgress value)
    {
        lock (_lock)
        {
            _done = Math.Max(_done, value.Done);
            _last = value.Path;
        }
    }

    /// <summary>The inputs, watched while they are open.</summary>
    public IEnumerable<ScanInput> Watching(IEnumerable<ScanInput> inputs) =>
        inputs.Select(input => input.Open is { } open ? input with { Open = () => Watched(input.Path, open()) } : input);

    private WatchedSource Watched(string path, ByteSource bytes)
    {
        WatchedSource watched = new(path, bytes, source =>
        {
            lock (_lock)
            {
                _open.Remove(source);
            }
        });
        lock (_lock)
        {
            _open.Add(watched);
        }

        return watched;
    }

    /// <summary>How far the work has come: files done, and bytes of the largest file under way.</summary>
    internal string Describe(long? total, int width)
    {
        lock (_lock)
        {
            string of = total is { } all ? string.Create(CultureInfo.InvariantCulture, $" of {all}") : "";
            WatchedSource? largest = _open.MaxBy(s => s.Length);
            string within = largest is { Length: >= LargeFile } ? string.Create(CultureInfo.InvariantCulture, $"  {largest.Reached / 1e9:F1} of {largest.Length / 1e9:F1} GB") : "";
            string network = Network?.Invoke() is (long read, long bytes) ? $"  {RemoteInputs.Size(read)} of {RemoteInputs.Size(bytes)} read" : "";
            string said = $"{_done}{of} files{within}{network}  ";
            return said + TerminalProgress.Tail(Escape.Visible(largest?.Path ?? _last), width - said.Length);
        }
    }

    /// <summary>A stream to the same terminal as <paramref name="stream"/>: before something is written to it, the progress goes away for good.</summary>
    public Stream Covering(Stream stream) => new CoveringStream(stream, _terminal.End);

    /// <summary>Runs <paramref name="scan"/> and shows its progress where <paramref name="show"/> allows it.</summary>
    public void Run(Action scan, bool show)
    {
        if (!show)
        {
            scan();
            return;
        }

        Task work = Task.Run(scan);
        Task<long>? total = null;
        ProgressColumn[] columns = [new SpinnerColumn(), new ProgressBarColumn { Width = TerminalProgress.BarWidth }, new TaskDescriptionColumn { Alignment = Justify.Left }];
        _terminal.Follow(work, columns, "Examining", task =>
        {
            if (total is null)
            {
                // A few files are counted at once.
                total = Task.Run(count);
                Task.WaitAny([total], 200);
            }

            bool known = total.IsCompletedSuccessfully;
            lock (_lock)
            {
                task.IsIndeterminate = !known;
                task.MaxValue = known ? Math.Max(1, total.Result) : 1;
                task.Value = known ? _done : 0;
            }

            task.Description = Markup.Escape(Describe(known ? total.Result : null, host.Width - TerminalProgress.BarWidth - 8));
        });
    }
}
