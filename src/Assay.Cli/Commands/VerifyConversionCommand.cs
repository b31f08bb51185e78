// assay verify-conversion: whether two files hold the same tensors.
using System.CommandLine;
using Assay.Artifacts;
using Assay.Conversion;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary><c>assay verify-conversion A B</c>.</summary>
internal static class VerifyConversionCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host)
    {
        Argument<string> first = new("A") { Description = "A file of weights." };
        Argument<string> second = new("B") { Description = "Another, usually the safetensors made from it." };
        Option<string[]> limit = new("--limit") { Description = "Change a limit (inflated-bytes=16GiB); docs/cli.md lists them.", HelpName = "NAME=VALUE" };
        Option<bool> noProgress = new("--no-progress") { Description = "Show no progress." };
        Command command = new("verify-conversion", "Compare the tensors of two files bit by bit.") { first, second, limit, noProgress };
        command.SetAction(parsed =>
        {
            Bytes.ScanLimits limits = WeightFile.Limits(parsed.GetValue(limit) ?? []);
            (string a, string b) = (parsed.GetValue(first)!, parsed.GetValue(second)!);
            return WeightFile.Guard(host, a, () =>
            {
                using WeightFile left = WeightFile.Open(host, a, limits);
                return WeightFile.Guard(host, b, () =>
                {
                    using WeightFile right = WeightFile.Open(host, b, limits);
                    return Compare(host, left, right, !parsed.GetValue(noProgress));
                });
            });
        });
        return command;
    }

    private static int Compare(Host host, WeightFile left, WeightFile right, bool progress)
    {
        foreach (WeightFile file in (WeightFile[])[left, right])
        {
            if (file.Map.Problems is [TensorProblem problem, ..])
            {
                throw new Bytes.MalformedException(0, $"{file.Path}: {problem.Name}: {problem.What}");
            }
        }

        if (left.Map.Tensors.Count == 0 && right.Map.Tensors.Count == 0)
        {
            // Nothing was compared, and nothing is no success.
            using StreamWriter nothing = host.Writer();
            nothing.WriteLine("Neither file holds a tensor; there is nothing to compare.");
            return ExitCode.Nothing;
        }

        TensorDifference? difference = null;
        ConversionBar bar = new(host, "Comparing");
        bar.Run(() => difference = TensorComparison.FirstDifference(left.Map, right.Map, bar, host.Cancellation), progress);
        using StreamWriter writer = host.Writer();
        if (difference is null)
        {
            writer.WriteLine($"{left.Map.Tensors.Count} tensors are equal bit by bit.");
            return ExitCode.Passed;
        }

        writer.WriteLine($"{Escape.Visible(difference.Tensor)}: {difference.What}");
        return ExitCode.Findings;
    }
}
