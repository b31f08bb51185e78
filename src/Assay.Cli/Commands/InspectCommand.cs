// assay inspect: what a file is and holds.
using System.CommandLine;
using Assay.Bytes;
using Assay.Hosting.Files;
using Assay.Inspection;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary><c>assay inspect FILE</c>.</summary>
internal static class InspectCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host)
    {
        Argument<string> argument = new("FILE") { Description = "A file of any kind that assay formats lists, or something inside one: model.pt!/archive/data.pkl; - is standard input." };
        Option<bool> json = new("--json") { Description = $"Write JSON (schema {InspectJson.Schema}); it is complete." };
        Option<bool> all = new("--all") { Description = $"Show all lines; otherwise the first {InspectReport.DefaultRows}." };
        Option<bool> stats = new("--stats") { Description = "Read the elements: smallest, largest, mean, and how many are NaN, infinite or zero." };
        Option<string[]> limit = new("--limit") { Description = "Change a limit (inflated-bytes=16GiB); docs/cli.md lists them.", HelpName = "NAME=VALUE" };
        Command command = new("inspect", "Show what a file holds: members, metadata, and tensors with types, shapes, strides, shared storages.")
        {
            argument, json, all, stats, limit,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(argument)!;
            (string file, bool member) = MemberPath.Split(path);
            return WeightFile.Guard(host, path, () =>
            {
                IReadOnlyList<string> texts = parsed.GetValue(limit) ?? [];
                ScanLimits limits = WeightFile.Limits(texts);
                InspectionOptions options = new() { Reading = WeightFile.Options(host, file, limits), Statistics = parsed.GetValue(stats) };
                using ScratchSpace spool = options.Reading.Scratch.Create();
                Func<ByteSource> open = file == MemberPath.StandardInput
                    ? () => StandardInput(host, spool, LimitOption.Read(texts).StandardInputBytes)
                    : () => FileOpening.Open(file);
                InspectedArtifact inspected = Inspector.Inspect(file, open, options, host.Cancellation);
                if (member)
                {
                    inspected = inspected.Find(path) ?? throw new MalformedException(0, "There is nothing of that name inside the file.");
                }

                if (parsed.GetValue(json))
                {
                    InspectJson.Write(inspected, host.Output);
                }
                else
                {
                    using StreamWriter writer = host.Writer();
                    InspectReport.Text(inspected, writer, parsed.GetValue(all) ? long.MaxValue : InspectReport.DefaultRows);
                }

                return inspected.IsComplete ? ExitCode.Passed : ExitCode.Incomplete;
            });
        });
        return command;
    }

    private static ByteSource StandardInput(Host host, ScratchSpace spool, long limit)
    {
        ScanInput input = StreamSpool.Read(MemberPath.StandardInput, host.Input, spool, LimitOption.InputLimit, limit, host.Cancellation);
        return input.Open?.Invoke() ?? throw new ScanStopException(StopReason.InputOutput, input.Unreadable ?? "");
    }
}
