// assay convert: leaves pickle behind.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Assay.Conversion;

namespace Assay.Cli.Commands;

/// <summary><c>assay convert IN -o OUT</c>: the arguments and options; <see cref="ConvertRun"/> does the work.</summary>
internal static class ConvertCommand
{
    private static readonly (string Suffix, long Factor)[] Units =
        [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000)];

    /// <summary>The command.</summary>
    public static Command Create(Host host)
    {
        Argument<string> input = new("IN") { Description = "A file of weights, or a directory of a model." };
        Option<string> output = new("--output", "-o") { Description = "The safetensors file to write, or for a directory the new directory.", HelpName = "OUT", Required = true };
        Option<long> shard = new("--max-shard-size") { Description = "Write several files of at most so many bytes of tensors (5GB, 2GiB), and an index.", HelpName = "SIZE", DefaultValueFactory = _ => long.MaxValue, CustomParser = Size };
        Option<bool> noVerify = new("--no-verify") { Description = "Do not read again what was written, and do not compare members with their checksums." };
        Option<bool> force = new("--force") { Description = "Replace files that are there." };
        Option<bool> strict = new("--strict") { Description = "Write nothing where anything of the input would be left behind." };
        Option<bool> unsaved = new("--unsaved") { Description = "Write the tensors that modules hold and their state_dict() does not give into NAME.unsaved.safetensors." };
        Option<string[]> limit = new("--limit") { Description = "Change a limit (inflated-bytes=16GiB); docs/cli.md lists them.", HelpName = "NAME=VALUE" };
        Option<bool> noProgress = new("--no-progress") { Description = "Show no progress." };
        Command command = new("convert", "Write the tensors of a model as safetensors, without running anything of it.")
        {
            input, output, shard, noVerify, force, strict, unsaved, limit, noProgress,
        };
        command.SetAction(parsed => new ConvertRun(host, new ConvertArguments
        {
            Input = parsed.GetValue(input)!,
            Output = parsed.GetValue(output)!,
            MaxShardSize = parsed.GetValue(shard),
            Verify = !parsed.GetValue(noVerify),
            Force = parsed.GetValue(force),
            Strict = parsed.GetValue(strict),
            Unsaved = parsed.GetValue(unsaved),
            Limits = WeightFile.Limits(parsed.GetValue(limit) ?? []),
            Progress = !parsed.GetValue(noProgress),
        }).Run());
        return command;
    }

    private static long Size(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        (string suffix, long factor) = Units.FirstOrDefault(u => text.EndsWith(u.Suffix, StringComparison.OrdinalIgnoreCase), ("", 1));
        if (long.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number > 0 && number <= long.MaxValue / factor)
        {
            return number * factor;
        }

        result.AddError("--max-shard-size takes a whole number of bytes, such as 5GB or 512MiB.");
        return 0;
    }
}

/// <summary>What the user asked a conversion to do.</summary>
internal sealed record ConvertArguments
{
    public required string Input { get; init; }

    public required string Output { get; init; }

    public required Bytes.ScanLimits Limits { get; init; }

    public long MaxShardSize { get; init; } = long.MaxValue;

    public bool Verify { get; init; } = true;

    public bool Force { get; init; }

    /// <summary>Whether anything that is left behind is a reason to write nothing.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether tensors that <c>state_dict()</c> does not give are written as well.</summary>
    public bool Unsaved { get; init; }

    public bool Progress { get; init; }

    /// <summary>What of a file is left behind although it could be carried over, or is no tensor.</summary>
    public bool Loses(TensorMap map) => map.NotCarried.Count > 0 || (map.Unsaved.Count > 0 && !Unsaved);

    /// <summary>The plan for the tensors that <c>state_dict()</c> does not give; null where they are not asked for.</summary>
    public ConversionPlan? PlanUnsaved(TensorMap map, string name) => Unsaved
        ? ConversionPlan.Of(map, new ConversionOptions { FileName = Path.ChangeExtension(name, ".unsaved.safetensors"), Unsaved = true })
        : null;
}
