// The options of test loads, which two commands share.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Assay.Sandbox;

namespace Assay.Cli.Commands;

/// <summary>The options of test loads.</summary>
internal sealed class SandboxSwitches
{
    private readonly Option<int> _time = Seconds("--load-time", "Seconds that a test load may take.", 60);
    private readonly Option<int> _linger = Seconds("--linger", "Seconds to wait for what a test load leaves running.", 3);

    private readonly Option<int> _shift = new("--shift-days") { Description = "Load once more with the clock this many days ahead (libfaketime).", HelpName = "DAYS", DefaultValueFactory = _ => 0, CustomParser = Days };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_time);
        command.Add(_linger);
        command.Add(_shift);
    }

    /// <summary>What the user asked for.</summary>
    public SandboxOptions Read(ParseResult parsed) => new()
    {
        Time = TimeSpan.FromSeconds(parsed.GetValue(_time)),
        Linger = TimeSpan.FromSeconds(parsed.GetValue(_linger)),
        ShiftedDays = parsed.GetValue(_shift),
    };

    private static Option<int> Seconds(string name, string description, int standard) =>
        new(name) { Description = description, HelpName = "SECONDS", DefaultValueFactory = _ => standard, CustomParser = result => Whole(name, result) };

    private static int Days(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int days) && days is >= -20000 and <= 20000)
        {
            return days;
        }

        result.AddError("--shift-days takes a whole number of days from -20000 to 20000.");
        return 0;
    }

    private static int Whole(string name, ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds is >= 1 and <= 3600)
        {
            return seconds;
        }

        result.AddError($"{name} takes a whole number of seconds from 1 to 3600.");
        return 1;
    }
}
