// Examines single files for commands that do something about them.
using Assay.Bytes;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary>Examines files one by one, with their digests and facts, for commands that do something about them.</summary>
internal sealed class Examination(Host host, RuleSet rules, Policy policy, ITestLoad? load = null)
{
    private readonly Scanner _scanner = new(new ScanOptions
    {
        Rules = rules,
        Policy = policy,
        Scratch = new FileScratch(host.TemporaryDirectory, new ScanLimits().InflatedInMemory),
        DigestAll = true,
        KeepFacts = true,
        TestLoad = load,
    });

    /// <summary>What all its results rest on.</summary>
    public ScanHead Head => _scanner.Head;

    /// <summary>What was found in one file, called by its name alone: where it lies is nobody's business to whom the report goes.</summary>
    public TargetReport? Nameless(string path) =>
        host.Scan(_scanner, [new ScanInput { Path = Path.GetFileName(path), Open = () => FileOpening.Open(path), Named = true }], null, host.Cancellation).FirstOrDefault().Report;

    /// <summary>What was found in each file that is or may be a model, in the order of their paths.</summary>
    public IEnumerable<TargetReport> Of(params IEnumerable<string> paths)
    {
        FileWalk walk = new(paths, new WalkOptions(), host.Cancellation);
        foreach (ScanResult result in host.Scan(_scanner, walk.Inputs(), null, host.Cancellation))
        {
            host.Cancellation.ThrowIfCancellationRequested();
            if (result.Report is { } report)
            {
                yield return report;
            }
        }
    }
}
