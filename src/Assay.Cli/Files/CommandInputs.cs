// What a command reads, so that nothing that it writes takes the place of it.
using System.CommandLine;
using Assay.Hosting.Files;
using Assay.Hosting.Packs;
using Assay.Store.Databases;

namespace Assay.Cli.Files;

/// <summary>
/// What a command reads: each argument and option that its help calls a file, a folder or a pack, the store, what the house has decided, and what is kept for the user. A
/// <see cref="ReportFile"/> cannot be made without it.
/// </summary>
internal sealed class CommandInputs
{
    private static readonly HashSet<string> s_places = ["FILE", "DIR", "PACK", "PATH", "SOURCE", "MODEL"];
    private static readonly string[] s_besideStore = ["", "-wal", "-shm", "-journal"];

    private readonly List<(string Shown, string Real)> _read = [];

    private CommandInputs()
    {
    }

    /// <summary>The inputs of a command.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="parsed">What was typed.</param>
    /// <param name="store">The store that the command works with, or null for none.</param>
    /// <param name="others">Arguments and options that name what is written, or that the command itself looks after.</param>
    public static CommandInputs Of(Host host, ParseResult parsed, StoreAddress? store, params Symbol[] others)
    {
        CommandInputs inputs = new();
        Command command = parsed.CommandResult.Command;
        foreach (Argument argument in command.Arguments.Where(a => s_places.Contains(a.Name) && !others.Contains(a)))
        {
            inputs.Add(parsed.GetResult(argument)?.Tokens.Select(t => t.Value) ?? []);
        }

        foreach (Option option in command.Options.Where(o => o.HelpName is { } name && s_places.Contains(name) && !others.Contains(o)))
        {
            inputs.Add(parsed.GetResult(option)?.Tokens.Select(t => t.Value) ?? []);
        }

        foreach (string name in (string[])[HouseFile.Policy, HouseFile.Ignore])
        {
            inputs.Add(HouseFile.Find(name, host.Directory) is { } file ? [file] : []);
        }

        inputs.Add([host.Home]);
        if (store is { IsServer: false })
        {
            inputs.Add(s_besideStore.Select(end => store.Text + end));
        }

        return inputs;
    }

    /// <summary>Refuses to write where something is that the command reads. In a folder that is read, only a report of ours is replaced.</summary>
    /// <param name="path">The path as it was typed.</param>
    /// <param name="real">Where it leads.</param>
    /// <param name="isOther">Whether something is there that is no report of ours.</param>
    /// <exception cref="UsageException">It would be overwritten.</exception>
    public void KeepFrom(string path, string real, bool isOther)
    {
        foreach ((string shown, string read) in _read)
        {
            if (read == real)
            {
                throw new UsageException($"What is to be written would overwrite {path}, which this command reads.");
            }

            if (isOther && RealPath.IsWithin(real, read))
            {
                throw new UsageException($"What is to be written would overwrite {path}, which lies in {shown}, and that is read.");
            }
        }
    }

    private void Add(IEnumerable<string> paths)
    {
        foreach (string path in paths.Where(p => p.Length > 0))
        {
            // A source of effects may say what it is in front of where it is: NAME==VERSION=SOURCE.
            foreach (string one in (string[])[path, path[(path.LastIndexOf('=') + 1)..]])
            {
                if (one.Length > 0 && RealPath.Leading(one) is { } real)
                {
                    _read.Add((one, real));
                }
            }
        }
    }
}
