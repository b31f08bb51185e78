// A line on a terminal that moves while something long is done.
using Spectre.Console;

namespace Assay.Cli.Commands;

/// <summary>Shows on standard error that long work goes on, once it has taken about a second.</summary>
internal static class TerminalProgress
{
    /// <summary>How wide a bar is.</summary>
    public const int BarWidth = 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits for <paramref name="work"/> and lets <paramref name="update"/> say meanwhile how far it is. What the work throws is thrown here.</summary>
    public static void Follow(Host host, Task work, ProgressColumn[] columns, string title, Action<ProgressTask> update)
    {
        if (!Finished(work, s_patience))
        {
            Console(host).Progress().AutoClear(true).Columns(columns).Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
                do
                {
                    update(task);
                }
                while (!Finished(work, s_beat));
            });
        }

        work.GetAwaiter().GetResult();
    }

    /// <summary>The end of a text, in so many columns.</summary>
    public static string Tail(string text, int room)
    {
        room = Math.Max(8, room);
        return text.Length > room ? "..." + text[^(room - 3)..] : text;
    }

    private static IAnsiConsole Console(Host host) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(host.Error),
        ColorSystem = host.NoColour ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        Interactive = InteractionSupport.Yes,
        Ansi = AnsiSupport.Yes,
    });

    private static bool Finished(Task work, TimeSpan within)
    {
        try
        {
            return work.Wait(within);
        }
        catch (AggregateException)
        {
            // The work is waited for again, and then its exception is heard itself.
            return true;
        }
    }
}
