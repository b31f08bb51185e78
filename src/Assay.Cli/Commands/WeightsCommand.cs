// assay weights: what the bits of the weights look like.
using System.CommandLine;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary><c>assay weights FILE</c>.</summary>
internal static class WeightsCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host)
    {
        Argument<string> file = new("FILE") { Description = "A file of weights." };
        Option<bool> json = new("--json") { Description = "Write JSON (schema assay.weights/1)." };
        Option<string[]> limit = new("--limit") { Description = "Change a limit (inflated-bytes=16GiB); docs/cli.md lists them.", HelpName = "NAME=VALUE" };
        Command command = new("weights", "Measure the bits of weights, and look for files in their low bits.") { file, json, limit };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(file)!;
            return WeightFile.Guard(host, path, () =>
            {
                using WeightFile weights = WeightFile.Open(host, path, WeightFile.Limits(parsed.GetValue(limit) ?? []));
                if (parsed.GetValue(json))
                {
                    WeightsReport.Json(path, weights.Map, host.Output, host.Cancellation);
                }
                else
                {
                    using StreamWriter writer = host.Writer();
                    WeightsReport.Text(path, weights.Map, writer, host.Cancellation);
                }

                return weights.Map.Problems.Count > 0 ? ExitCode.Incomplete : ExitCode.Passed;
            });
        });
        return command;
    }
}
