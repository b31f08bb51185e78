// A line on a terminal that moves while something long is done.
using Spectre.Console;

namespace Assay.Cli.Commands;

/// <summary>Shows on standard error that long work goes on, once it has taken about a second.</summary>
internal sealed class TerminalProgress(Host host)
{
    /// <summary>How wide a bar is.</summary>
    public const int BarWidth = 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(100);
    private readonly TaskCompletionSource _end = new();
    private readonly Lock _shown = new();

    /// <summary>
    /// Waits for <paramref name="work"/> and lets <paramref name="update"/> say meanwhile how far it is. What the work throws is thrown here.
    /// </summary>
    public void Follow(Task work, ProgressColumn[] columns, string title, Action<ProgressTask> update)
    {
        if (!Finished(work, s_patience))
        {
            lock (_shown)
            {
                Show(work, columns, title, update);
            }
        }

        work.GetAwaiter().GetResult();
    }

    /// <summary>Clears the line and shows it no more; returns when it is gone.</summary>
    public void End()
    {
        _end.TrySetResult();
        lock (_shown)
        {
            // Whoever gets here knows that nothing is shown, or will be.
        }
    }

    private void Show(Task work, ProgressColumn[] columns, string title, Action<ProgressTask> update)
    {
        if (_end.Task.IsCompleted)
        {
            return;
        }

        Console().Progress().AutoClear(true).Columns(columns).Start(context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
            do
            {
                update(task);
            }
            while (!Finished(work, s_beat));
        });
    }

    /// <summary>The end of a text, in so many columns.</summary>
    public static string Tail(string text, int room)
    {
        room = Math.Max(8, room);
        return text.Length > room ? "..." + text[^(room - 3)..] : text;
    }

    private IAnsiConsole Console() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(host.Error),
        ColorSystem = host.NoColour ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        Interactive = InteractionSupport.Yes,
        Ansi = AnsiSupport.Yes,
    });

    /// <summary>Whether the work is done, or nothing is to be shown of it any more.</summary>
    private bool Finished(Task work, TimeSpan within) => Task.WaitAny([work, _end.Task], within) >= 0;
}
