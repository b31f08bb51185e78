// One run of assay convert on one file.
using Assay.Bytes;
using Assay.Conversion;
using Assay.Hosting.Files;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary>One run of <c>assay convert</c>.</summary>
internal sealed class ConvertRun(Host host, ConvertArguments arguments)
{
    /// <summary>Runs and returns the exit code.</summary>
    public int Run()
    {
        string? real = RealPath.Of(arguments.Input);
        if (real is not null && FileKinds.Of(real) == FileKind.Directory)
        {
            return WeightFile.Guard(host, arguments.Input, () => new ConvertFolder(host, arguments, real).Run());
        }

        if (arguments.Output == "-")
        {
            throw new UsageException("What is converted goes to a file, and not to standard output: -o NAME (-o ./- for a file of that name).");
        }

        string target = Path.GetFullPath(arguments.Output);
        string folder = Path.GetDirectoryName(target) ?? target;
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"{arguments.Output} cannot be written: there is no such directory.");
        }

        if (Directory.Exists(target))
        {
            throw new UsageException($"{arguments.Output} is a directory; name the file to write.");
        }

        if (real is not null && RealPath.Of(target) == real)
        {
            throw new UsageException("The output would overwrite the input.");
        }

        return WeightFile.Guard(host, arguments.Input, () => Convert(folder, Path.GetFileName(target)));
    }

    private int Convert(string folder, string name)
    {
        using WeightFile file = WeightFile.Open(host, arguments.Input, arguments.Limits);
        ConversionPlan plan = ConversionPlan.Of(file.Map, new ConversionOptions { FileName = name, MaxShardSize = arguments.MaxShardSize });
        ConversionPlan? unsaved = arguments.PlanUnsaved(file.Map, name);
        if (plan.Tensors.Count == 0)
        {
            using StreamWriter nothing = host.Writer();
            ConversionText.Write(arguments.Input, file.Map, plan, verified: false, nothing);
            return ExitCode.Nothing;
        }

        if (arguments.Strict && arguments.Loses(file.Map))
        {
            using StreamWriter refusal = host.Writer();
            ConversionText.Refusal(arguments.Input, file.Map, refusal);
            return ExitCode.Findings;
        }

        CheckTargets(folder, [.. plan.Files, .. unsaved?.Files ?? []], plan.IndexName, file.Map);
        using FileOutput output = new(folder, arguments.Force);
        ConversionBar bar = new(host, "Converting");
        bar.Run(() => Write(plan, unsaved, output, bar), arguments.Progress);
        output.Commit();
        using StreamWriter writer = host.Writer();
        ConversionText.Write(arguments.Input, file.Map, plan, arguments.Verify, writer, unsaved);
        return ExitCode.Passed;
    }

    private void Write(ConversionPlan plan, ConversionPlan? unsaved, FileOutput output, ConversionBar bar)
    {
        if (unsaved is { Tensors.Count: > 0 })
        {
            Converter.Write(unsaved, output, arguments.Verify, null, host.Cancellation);
        }

        Converter.Write(plan, output, arguments.Verify, bar, host.Cancellation);
    }

    private void CheckTargets(string folder, IReadOnlyList<PlannedFile> files, string? indexName, TensorMap map)
    {
        string beside = Path.GetDirectoryName(Path.GetFullPath(arguments.Input)) ?? "";
        HashSet<string?> inputs = [.. map.Shards.Concat(map.Companions).Select(f => Path.Join(beside, f)).Append(arguments.Input).Select(RealPath.Of)];
        IEnumerable<string> names = files.Select(f => f.FileName);
        foreach (string name in indexName is { } index ? names.Append(index) : names)
        {
            string path = Path.Join(folder, name);
            // A device, a pipe or a link would be replaced by a file, which nobody means.
            if (!FileKinds.IsReplaceable(path))
            {
                throw new UsageException($"{path} is a link, a device or a pipe, and is not replaced.");
            }

            if (Path.Exists(path) && !arguments.Force)
            {
                throw new UsageException($"{path} is there already; --force replaces it.");
            }

            if (RealPath.Of(path) is { } real && inputs.Contains(real))
            {
                throw new UsageException("The output would overwrite the input.");
            }
        }
    }
}
