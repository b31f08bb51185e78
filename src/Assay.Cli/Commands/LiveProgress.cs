// Shows on a terminal how far a long scan has come, and stays out of the way otherwise.
using Assay.Reports;
using Assay.Scanning;
using Spectre.Console;

namespace Assay.Cli.Commands;

/// <summary>Shows on standard error how far a scan has come, once it has taken about a second.</summary>
internal sealed class LiveProgress(Host host, int total) : IProgress<ScanProgress>
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int _done;
    private string _last = "";

    /// <summary>How many inputs are done.</summary>
    public int Done
    {
        get
        {
            lock (_lock)
            {
                return _done;
            }
        }
    }

    /// <summary>Whether the input of that path is done.</summary>
    public bool IsDone(string path)
    {
        lock (_lock)
        {
            return _seen.Contains(path);
        }
    }

    /// <inheritdoc/>
    public void Report(ScanProgress value)
    {
        lock (_lock)
        {
            _done = Math.Max(_done, value.Done);
            _last = value.Path;
            _seen.Add(value.Path);
        }
    }

    /// <summary>Runs <paramref name="scan"/> and shows its progress where <paramref name="show"/> allows it.</summary>
    public ScanReport Run(Func<ScanReport> scan, bool show)
    {
        if (!show)
        {
            return scan();
        }

        Task<ScanReport> work = Task.Run(scan);
        ProgressColumn[] columns = [new SpinnerColumn(), new ProgressBarColumn { Width = TerminalProgress.BarWidth }, new TaskDescriptionColumn { Alignment = Justify.Left }];
        TerminalProgress.Follow(host, work, columns, "Examining", task =>
        {
            lock (_lock)
            {
                task.MaxValue = Math.Max(1, total);
                task.Value = _done;
                task.Description = Markup.Escape($"{_done} of {total} files  {TerminalProgress.Tail(Escape.Visible(_last), host.Width - TerminalProgress.BarWidth - 32)}");
            }
        });
        return work.Result;
    }
}
