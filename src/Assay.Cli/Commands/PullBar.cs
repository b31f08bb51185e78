// Shows on a terminal how much of a pull is here.
using Spectre.Console;

namespace Assay.Cli.Commands;

/// <summary>Shows on standard error how many bytes are here, once it has taken about a second.</summary>
internal sealed class PullBar(Host host, Func<long> fetched, long total)
{
    /// <summary>Does the work and shows its progress where <paramref name="show"/> and the terminal allow it.</summary>
    public void Run(Action work, bool show)
    {
        if (!show || !host.ErrorIsTerminal)
        {
            work();
            return;
        }

        ProgressColumn[] columns = [new SpinnerColumn(), new ProgressBarColumn { Width = TerminalProgress.BarWidth }, new TaskDescriptionColumn { Alignment = Justify.Left }];
        new TerminalProgress(host).Follow(Task.Run(work), columns, "Fetching", task =>
        {
            task.MaxValue = Math.Max(1, total);
            task.Value = fetched();
            task.Description = Markup.Escape($"{RemoteInputs.Size(fetched())} of {RemoteInputs.Size(total)}");
        });
    }
}
