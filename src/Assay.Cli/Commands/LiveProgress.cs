// Shows on a terminal how far a long scan has come, and stays out of the way otherwise.
using Assay.Reports;
using Assay.Scanning;
using Spectre.Console;

namespace Assay.Cli.Commands;

/// <summary>Shows on standard error how far a scan has come, once it has taken about a second.</summary>
internal sealed class LiveProgress(Host host, int total) : IProgress<ScanProgress>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private const int BarWidth = 20;
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
        if (!Finished(work, Patience))
        {
            Show(work);
        }

        return work.GetAwaiter().GetResult();
    }

    private void Show(Task work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(host.Error),
            ColorSystem = host.NoColour ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.Yes,
            Ansi = AnsiSupport.Yes,
        });
        console.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new ProgressBarColumn { Width = BarWidth }, new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                ProgressTask task = context.AddTask("Examining", maxValue: Math.Max(1, total));
                do
                {
                    lock (_lock)
                    {
                        task.Value = _done;
                        task.Description = Describe();
                    }
                }
                while (!Finished(work, Beat));
            });
    }

    private string Describe()
    {
        string path = Escape.Visible(_last);
        int room = Math.Max(8, host.Width - BarWidth - 32);
        string tail = path.Length > room ? "..." + path[^(room - 3)..] : path;
        return Markup.Escape($"{_done} of {total} files  {tail}");
    }

    private static bool Finished(Task work, TimeSpan within)
    {
        try
        {
            return work.Wait(within);
        }
        catch (AggregateException)
        {
            // The caller waits for the task again and hears the exception itself.
            return true;
        }
    }
}
