// Shows on a terminal how far a conversion has come.
using System.Globalization;
using Assay.Conversion;
using Assay.Reports;
using Spectre.Console;

namespace Assay.Cli.Commands;

/// <summary>Shows on standard error how far a conversion has come, once it has taken about a second.</summary>
internal sealed class ConversionBar(Host host, string title) : IProgress<ConversionProgress>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private const int BarWidth = 20;
    private const double Megabyte = 1e6;
    private readonly Lock _lock = new();
    private ConversionProgress _last;

    /// <inheritdoc/>
    public void Report(ConversionProgress value)
    {
        lock (_lock)
        {
            _last = value;
        }
    }

    /// <summary>Runs <paramref name="work"/> and shows its progress where standard error is a terminal and <paramref name="show"/> allows it.</summary>
    public void Run(Action work, bool show)
    {
        if (!show || !host.ErrorIsTerminal)
        {
            work();
            return;
        }

        Task task = Task.Run(work);
        if (!Finished(task, Patience))
        {
            Show(task);
        }

        task.GetAwaiter().GetResult();
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
            .Columns(new SpinnerColumn(), new ProgressBarColumn { Width = BarWidth }, new PercentageColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
                do
                {
                    lock (_lock)
                    {
                        task.MaxValue = Math.Max(1, _last.Total);
                        task.Value = _last.Done;
                        task.Description = Describe(_last);
                    }
                }
                while (!Finished(work, Beat));
            });
    }

    private string Describe(ConversionProgress progress)
    {
        string name = Escape.Visible(progress.Tensor ?? "");
        int room = Math.Max(8, host.Width - BarWidth - 48);
        string tail = name.Length > room ? "..." + name[^(room - 3)..] : name;
        return Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{progress.Done / Megabyte:F0} of {progress.Total / Megabyte:F0} MB  {tail}"));
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
