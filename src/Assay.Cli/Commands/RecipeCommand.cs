// assay recipe: the safest way to load a file, as Python that runs.
using System.CommandLine;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary><c>assay recipe MODEL</c>.</summary>
internal static class RecipeCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host)
    {
        Argument<string> model = new("MODEL") { Description = "A file of a model." };
        Option<string[]> limit = new("--limit") { Description = "Change a limit (inflated-bytes=16GiB); docs/cli.md lists them.", HelpName = "NAME=VALUE" };
        Command command = new("recipe", "Say the safest way to load this very file, as Python that runs, or why there is none.") { model, limit };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(model)!;
            return WeightFile.Guard(host, path, () => Run(host, path, WeightFile.Limits(parsed.GetValue(limit) ?? [])));
        });
        return command;
    }

    private static int Run(Host host, string path, ScanLimits limits)
    {
        if (RealPath.Of(path) is { } real && FileKinds.Of(real) == FileKind.Directory)
        {
            throw new UsageException($"{path} is a directory; name the file of weights in it.");
        }

        TargetReport report = new Scanner(new ScanOptions
        {
            Rules = RuleSet.Default,
            Limits = limits,
            KeepFacts = true,
            Scratch = new FileScratch(host.TemporaryDirectory, limits.InflatedInMemory),
        }).Scan(
            new ScanInput { Path = path, Open = () => FileOpening.Open(path), Named = true, In = FolderBundle.Around(path) is var (folder, name) ? new BundlePlace(folder, name) : null },
            host.Cancellation).Report!;
        using WeightFile? weights = Weights(host, path, limits);
        (string? sibling, string? difference) = Sibling(host, path, weights, limits);
        LoadRecipe recipe = RecipeChoice.Of(report, path, weights?.Map, sibling, difference);
        using StreamWriter writer = host.Writer();
        writer.Write(recipe.Text);
        return recipe.Code;
    }

    /// <summary>The tensors of the file, read as data; null where there are none or not all of them can be read.</summary>
    private static WeightFile? Weights(Host host, string path, ScanLimits limits)
    {
        try
        {
            WeightFile? weights = WeightFile.TryOpen(host, path, limits);
            if (weights is not null && (weights.Map.Problems.Count > 0 || weights.Map.Tensors.Count == 0))
            {
                weights.Dispose();
                return null;
            }

            return weights;
        }
        catch (MalformedException)
        {
            // The scan says what is wrong with it.
            return null;
        }
    }

    /// <summary>A file of safetensors beside the model under a name of the same model, and in what it differs from the model, if in anything.</summary>
    private static (string? Path, string? Difference) Sibling(Host host, string path, WeightFile? weights, ScanLimits limits)
    {
        if (weights is null || weights.Map.Format == "safetensors")
        {
            return (null, null);
        }

        string stem = Path.ChangeExtension(path, null);
        string file = Path.GetFileName(stem);
        string renamed = file.StartsWith("pytorch_model", StringComparison.Ordinal) ? file["pytorch_".Length..] : file;
        foreach (string candidate in (string[])[stem + ".safetensors", Path.Join(Path.GetDirectoryName(stem), renamed + ".safetensors")])
        {
            if (!File.Exists(candidate))
            {
                continue;
            }

            try
            {
                using WeightFile other = WeightFile.Open(host, candidate, limits);
                TensorDifference? difference = TensorComparison.FirstDifference(weights.Map, other.Map, null, host.Cancellation);
                return (candidate, other.Map.Format != "safetensors" ? "it is no file of safetensors"
                    : difference is null ? null : $"{difference.Tensor}: {difference.What}");
            }
            catch (MalformedException e)
            {
                return (candidate, e.Message);
            }
        }

        return (null, null);
    }
}
