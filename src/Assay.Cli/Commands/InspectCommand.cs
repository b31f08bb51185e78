// assay inspect: the tensors of a file, and what lies beside them.
using System.CommandLine;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary><c>assay inspect FILE</c>.</summary>
internal static class InspectCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host)
    {
        Argument<string> file = new("FILE") { Description = "A file of weights." };
        Option<bool> json = new("--json") { Description = "Write JSON (schema assay.inspect/1)." };
        Option<bool> stats = new("--stats") { Description = "Read the elements: smallest, largest, mean, and how many are NaN, infinite or zero." };
        Option<string[]> limit = new("--limit") { Description = "Change a limit (inflated-bytes=16GiB); docs/cli.md lists them.", HelpName = "NAME=VALUE" };
        Command command = new("inspect", "Show the tensors of a file: types, shapes, strides, shared storages.") { file, json, stats, limit };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(file)!;
            return WeightFile.Guard(host, path, () =>
            {
                using WeightFile weights = WeightFile.Open(host, path, WeightFile.Limits(parsed.GetValue(limit) ?? []));
                if (parsed.GetValue(json))
                {
                    InspectReport.Json(path, weights.Map, parsed.GetValue(stats), host.Output, host.Cancellation);
                }
                else
                {
                    using StreamWriter writer = host.Writer();
                    InspectReport.Text(path, weights.Map, parsed.GetValue(stats), writer, host.Cancellation);
                }

                return weights.Map.Problems.Count > 0 ? ExitCode.Incomplete : ExitCode.Passed;
            });
        });
        return command;
    }
}
