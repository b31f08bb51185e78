// What a person can decide about a file, and how they are asked.
using Assay.Reports;
using Spectre.Console;

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

    /// <summary>What the person decides; null where nobody answers.</summary>
    public string? Ask()
    {
        if (IsTerminal)
        {
            writer.Flush();
            return AnsiConsole.Prompt(new SelectionPrompt<string>().Title("What do you decide?").AddChoices(All).UseConverter(Meaning));
        }

        while (true)
        {
            writer.Write($"Decide ({string.Join(", ", All)}): ");
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

    /// <summary>A line that answers <paramref name="question"/>; null where nobody answers.</summary>
    public string? Ask(string question)
    {
        writer.Write(question + ": ");
        writer.Flush();
        return Line()?.Trim();
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private string? Line()
    {
        string? line = IsTerminal ? Console.ReadLine() : _lines.ReadLine();
        if (!IsTerminal)
        {
            writer.WriteLine();
        }

        return line;
    }

    private static string Meaning(string choice) => choice switch
    {
        Allow => "allow: I have looked at it; let it pass until a day",
        Deny => "deny: nobody is to load it",
        Quarantine => "quarantine: deny it, and move it where nothing loads it",
        Detonate => "load it in the box, and show what it does",
        Report => "write a report for the publisher, and ask again",
        _ => "skip: decide nothing",
    };
}
