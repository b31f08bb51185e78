// What a person can decide about a file, and how they are asked.
using System.Globalization;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary>Asks a person: with arrow keys in a terminal, and line by line where input comes from elsewhere.</summary>
internal sealed class VerifyChoice(Host host, TextWriter writer) : IDisposable
{
    public const string Allow = "allow";
    public const string Deny = "deny";
    public const string Quarantine = "quarantine";
    public const string Detonate = "detonate";
    public const string Report = "report";
    public const string Skip = "skip";

    private readonly StreamReader _lines = new(host.Input, leaveOpen: true);

    /// <summary>All that can be decided.</summary>
    public static string[] All { get; } = [Allow, Deny, Quarantine, Detonate, Report, Skip];

    private bool IsTerminal => host.InputIsTerminal && host.OutputIsTerminal;

    /// <summary>
    /// Shows evidence: all at once where it goes elsewhere, and in a terminal one step after the other, so that nobody is asked at the end of a page that went by.
    /// </summary>
    public void Show(string evidence)
    {
        string[] steps = Steps(evidence);
        bool all = !IsTerminal;
        for (int at = 0; at < steps.Length; at++)
        {
            writer.WriteLine(steps[at]);
            if (all || at == steps.Length - 1)
            {
                continue;
            }

            writer.Write(string.Create(CultureInfo.InvariantCulture, $"-- step {at + 1} of {steps.Length}; Enter: the next, Escape: all the rest --"));
            writer.Flush();
            all = Pressed(ConsoleKey.Enter, ConsoleKey.Escape) == ConsoleKey.Escape;
            writer.Write("\r\u001b[K");
        }
    }

    /// <summary>The steps: what stands together. What it is and what would run are the first.</summary>
    private static string[] Steps(string evidence)
    {
        List<string> steps = [];
        foreach (string block in evidence.Trim('\n').Split("\n\n"))
        {
            if (steps.Count == 1 && !steps[0].Contains("\n\n", StringComparison.Ordinal))
            {
                steps[0] += "\n\n" + block + "\n";
            }
            else
            {
                steps.Add(steps.Count == 0 ? block : block.TrimStart('\n') + "\n");
            }
        }

        steps[^1] = steps[^1].TrimEnd('\n');
        return [.. steps];
    }

    private ConsoleKey Pressed(params ConsoleKey[] awaited)
    {
        while (true)
        {
            ConsoleKey key = Answered(host.Key).Key;
            if (awaited.Contains(key))
            {
                return key;
            }
        }
    }

    /// <summary>What the person decides about a file; null where nobody answers. The file is named, because files come in the order of their paths and not in that of the command.</summary>
    public string? AskAbout(string path) => IsTerminal ? Choose(Escape.Visible(path)) : Read(Escape.Visible(path));

    /// <summary>A line that answers <paramref name="question"/>; null where nobody answers.</summary>
    public string? Ask(string question)
    {
        writer.Write(question + ": ");
        writer.Flush();
        return Line()?.Trim();
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    /// <summary>A list with a mark that the arrow keys move. It begins on what decides nothing: a key that was pressed too often must not allow anything.</summary>
    private string? Choose(string path)
    {
        int at = Array.IndexOf(All, Skip);
        writer.WriteLine($"\nWhat do you decide about {path}? Arrow keys, then Enter; Escape decides nothing.");
        Draw(at);
        while (true)
        {
            ConsoleKeyInfo key = Answered(host.Key);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    return All[at];
                case ConsoleKey.Escape:
                    return Skip;
                case ConsoleKey.UpArrow:
                    at = (at + All.Length - 1) % All.Length;
                    break;
                case ConsoleKey.DownArrow:
                    at = (at + 1) % All.Length;
                    break;
                default:
                    int named = Array.FindIndex(All, c => c[0] == char.ToLowerInvariant(key.KeyChar));
                    at = named >= 0 ? named : at;
                    break;
            }

            writer.Write(string.Create(CultureInfo.InvariantCulture, $"\u001b[{All.Length}A"));
            Draw(at);
        }
    }

    private void Draw(int at)
    {
        for (int i = 0; i < All.Length; i++)
        {
            writer.Write($"\r\u001b[K{(i == at ? "> " : "  ")}{Meaning(All[i])}\n");
        }

        writer.Flush();
    }

    private string? Read(string path)
    {
        while (true)
        {
            writer.Write($"Decide about {path} ({string.Join(", ", All)}): ");
            writer.Flush();
            if (Line() is not { } line)
            {
                return null;
            }

            string[] meant = [.. All.Where(c => line.Trim().Length > 0 && c.StartsWith(line.Trim().ToLowerInvariant(), StringComparison.Ordinal))];
            if (meant is [var one])
            {
                return one;
            }

            writer.WriteLine($"{Escape.Visible(Escape.Cut(line, 40))} is none of them.");
        }
    }

    private string? Line()
    {
        if (IsTerminal)
        {
            return Answered(host.Line);
        }

        string? line = Answered(_lines.ReadLine);
        writer.WriteLine();
        return line;
    }

    /// <summary>An answer; whoever ends the program while it is awaited is not kept waiting for a key.</summary>
    private T Answered<T>(Func<T> ask) => Task.Run(ask, CancellationToken.None).WaitAsync(host.Cancellation).GetAwaiter().GetResult();

    private static string Meaning(string choice) => choice switch
    {
        Allow => "allow: I have looked at it; let it pass until a day",
        Deny => "deny: nobody is to load it",
        Quarantine => "quarantine: deny it, and move it where nothing loads it",
        Detonate => "detonate: load it in the box, show what it does, and ask again",
        Report => "report: write a report for the publisher, and ask again",
        _ => "skip: decide nothing",
    };
}
