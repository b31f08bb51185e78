// assay pull: scan first, then download what passed.
using System.CommandLine;
using Assay.Policies;

namespace Assay.Cli.Commands;

/// <summary><c>assay pull TARGET [DIR]</c>: the arguments and options; <see cref="PullRun"/> does the work.</summary>
internal static class PullCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host)
    {
        Argument<string> target = new("TARGET") { Description = "What to bring here: hf://owner/name[@revision][/path], https://..., s3+https://..., oci://..." };
        Argument<string?> folder = new("DIR") { Description = "The directory to make. With --cache it is left out.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> cache = new("--cache") { Description = "Put it where huggingface_hub keeps what it has fetched (HF_HOME, HF_HUB_CACHE), so that from_pretrained finds it offline." };
        Option<bool> convert = new("--convert") { Description = "Leave pickle behind: weights that are there as pickle only become safetensors." };
        Option<bool> all = new("--all") { Description = "Also bring what is not needed: pickles beside safetensors of the same model." };
        Option<string[]> include = new("--include") { Description = "Bring only files that match (*.safetensors, onnx/**); may be repeated. All files are scanned.", HelpName = "GLOB" };
        Option<string[]> exclude = new("--exclude") { Description = "Leave out files that match; wins over --include.", HelpName = "GLOB" };
        Option<string> failOn = ListingOptions.FailOn();
        Option<string?> policy = ListingOptions.Policy();
        Option<bool> noPolicy = ListingOptions.NoPolicy();
        Option<string?> baseline = ListingOptions.Baseline();
        Option<bool> noProgress = new("--no-progress") { Description = "Show no progress." };
        Command command = new("pull", "Scan a model on a server, then download what is needed of it and passed.")
        {
            target, folder, cache, convert, all, include, exclude, failOn, policy, noPolicy, baseline, noProgress,
        };
        command.SetAction(parsed => new PullRun(host, new PullArguments
        {
            Target = parsed.GetValue(target)!,
            Folder = parsed.GetValue(folder),
            IsCache = parsed.GetValue(cache),
            IsConverted = parsed.GetValue(convert),
            IsAll = parsed.GetValue(all),
            Include = parsed.GetValue(include) ?? [],
            Exclude = parsed.GetValue(exclude) ?? [],
            FailOn = ListingOptions.Mildest(parsed.GetValue(failOn)),
            Policy = parsed.GetValue(policy),
            NoPolicy = parsed.GetValue(noPolicy),
            Baseline = parsed.GetValue(baseline),
            Progress = !parsed.GetValue(noProgress),
        }).Run());
        return command;
    }
}

/// <summary>What the user asked to bring.</summary>
internal sealed record PullArguments
{
    public required string Target { get; init; }

    public string? Folder { get; init; }

    public bool IsCache { get; init; }

    public bool IsConverted { get; init; }

    public bool IsAll { get; init; }

    public IReadOnlyList<string> Include { get; init; } = [];

    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The mildest verdict that keeps a file from being brought, and gives exit code 1; what is malicious is never brought.</summary>
    public Verdict? FailOn { get; init; }

    public string? Policy { get; init; }

    public bool NoPolicy { get; init; }

    public string? Baseline { get; init; }

    public bool Progress { get; init; }
}
