// Shows on a terminal how far a long scan has come, and stays out of the way otherwise.
using System.Globalization;
using Assay.Cli.Files;
using Assay.Reports;
using Assay.Scanning;
using Spectre.Console;

namespace Assay.Cli.Commands;

/// <summary>
/// Shows on standard error how far a scan has come, once it has taken about a second. How many inputs there are is only known when all have been
/// found; <paramref name="count"/> finds them beside the scan.
/// </summary>
internal sealed class LiveProgress(Host host, Func<long> count) : IProgress<ScanProgress>
{
    private readonly Lock _lock = new();
    private readonly TerminalProgress _terminal = new(host);
    private long _done;
    private string _last = "";

    /// <inheritdoc/>
    public void Report(ScanProgress value)
    {
        lock (_lock)
        {
            _done = Math.Max(_done, value.Done);
            _last = value.Path;
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
                string of = known ? string.Create(CultureInfo.InvariantCulture, $" of {total.Result}") : "";
                task.Description = Markup.Escape($"{_done}{of} files  {TerminalProgress.Tail(Escape.Visible(_last), host.Width - TerminalProgress.BarWidth - 32)}");
            }
        });
    }
}
