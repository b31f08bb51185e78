// Shows on a terminal how far a conversion has come.
using System.Globalization;
using Assay.Conversion;
using Assay.Reports;
using Spectre.Console;

namespace Assay.Cli.Commands;

/// <summary>Shows on standard error how far a conversion has come, once it has taken about a second.</summary>
internal sealed class ConversionBar(Host host, string title) : IProgress<ConversionProgress>
{
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

        ProgressColumn[] columns =
        [
            new SpinnerColumn(), new ProgressBarColumn { Width = TerminalProgress.BarWidth }, new PercentageColumn(), new RemainingTimeColumn(),
            new TaskDescriptionColumn { Alignment = Justify.Left },
        ];
        new TerminalProgress(host).Follow(Task.Run(work), columns, title, task =>
        {
            lock (_lock)
            {
                task.MaxValue = Math.Max(1, _last.Total);
                task.Value = _last.Done;
                task.Description = Describe(_last);
            }
        });
    }

    private string Describe(ConversionProgress progress)
    {
        string tail = TerminalProgress.Tail(Escape.Visible(progress.Tensor ?? ""), host.Width - TerminalProgress.BarWidth - 48);
        return Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{progress.Done / Megabyte:F0} of {progress.Total / Megabyte:F0} MB  {tail}"));
    }
}
