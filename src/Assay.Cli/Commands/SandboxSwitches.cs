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

    private readonly Option<string> _host = new("--host-name") { Description = "Load once more with this name of the machine.", HelpName = "NAME", DefaultValueFactory = _ => "", CustomParser = Name };
    private readonly Option<int> _repeat = new("--repeat") { Description = "Load this often with each loader, and say what only some of the loads do.", HelpName = "N", DefaultValueFactory = _ => 1, CustomParser = Times };

    private readonly Option<bool> _sinkhole = new("--sinkhole") { Description = "Answer names and take connections inside the box, and say what was asked; nothing leaves it." };

    private readonly Option<string> _code = new("--code") { Description = "Let loads import the modules of this folder; it is shown to them read-only.", HelpName = "DIR", DefaultValueFactory = _ => "", CustomParser = Folder };
    private readonly Option<long> _memory = new("--load-memory") { Description = "Memory of all processes of a test load together.", HelpName = "SIZE", DefaultValueFactory = _ => 6L << 30, CustomParser = Size };
    private readonly Option<string> _backend = new("--backend") { Description = "What the box is made of: bwrap, or runsc (gVisor) inside of it.", HelpName = "bwrap|runsc", DefaultValueFactory = _ => "bwrap" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_time);
        command.Add(_linger);
        command.Add(_shift);
        command.Add(_host);
        command.Add(_repeat);
        command.Add(_sinkhole);
        command.Add(_code);
        command.Add(_memory);
        command.Add(_backend.AcceptOnlyFromAmong("bwrap", "runsc"));
        command.Validators.Add(Together);
    }

    /// <summary>The first option that stands on the command line, or null: without a test load it would do nothing.</summary>
    public string? Given(ParseResult parsed)
    {
        Option[] all = [_time, _linger, _shift, _host, _repeat, _sinkhole, _code, _memory, _backend];
        return Array.Find(all, o => parsed.GetResult(o) is { Implicit: false })?.Name;
    }

    /// <summary>What the user asked for.</summary>
    public SandboxOptions Read(ParseResult parsed) => new()
    {
        Backend = parsed.GetValue(_backend) == "runsc" ? SandboxBackend.Runsc : SandboxBackend.Bubblewrap,
        MemoryInAll = parsed.GetValue(_memory),
        Memory = Math.Min(new SandboxOptions().Memory, parsed.GetValue(_memory)),
        Time = TimeSpan.FromSeconds(parsed.GetValue(_time)),
        Linger = TimeSpan.FromSeconds(parsed.GetValue(_linger)),
        ShiftedDays = parsed.GetValue(_shift),
        HostName = parsed.GetValue(_host) ?? "",
        Repeat = parsed.GetValue(_repeat),
        Sinkhole = parsed.GetValue(_sinkhole),
        Code = parsed.GetValue(_code) ?? "",
    };

    /// <summary>The sinkhole lives in namespaces that gVisor does not have, and libfaketime does not run there.</summary>
    private void Together(CommandResult result)
    {
        if (result.GetValue(_backend) == "runsc" && (result.GetValue(_sinkhole) || result.GetValue(_shift) != 0 || result.GetValue(_code) is { Length: > 0 }))
        {
            result.AddError("--sinkhole, --shift-days and --code work with --backend bwrap only.");
        }
    }

    private static long Size(ArgumentResult result)
    {
        if (LimitOption.Number(result.Tokens[0].Value) is >= 64L << 20 and { } bytes and <= 1L << 50)
        {
            return bytes;
        }

        result.AddError("--load-memory takes a number of bytes from 64MiB, such as 2GiB.");
        return 0;
    }

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

    private static string Folder(ArgumentResult result)
    {
        string folder = Path.GetFullPath(result.Tokens[0].Value);
        if (Directory.Exists(folder) && folder != "/")
        {
            return folder;
        }

        result.AddError("--code takes a folder that is there.");
        return "";
    }

    private static string Name(ArgumentResult result)
    {
        string name = result.Tokens[0].Value;
        if (name.Length is >= 1 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') && name[0] != '-')
        {
            return name;
        }

        result.AddError("--host-name takes up to 64 letters, digits, hyphens and dots, and no hyphen first.");
        return "";
    }

    private static int Times(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int times) && times is >= 1 and <= 100)
        {
            return times;
        }

        result.AddError("--repeat takes a whole number from 1 to 100.");
        return 1;
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
