// One run of assay pull, from a target on a server to a directory here.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Bytes;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;
using Assay.Hosting.Packs;
using Assay.Hub;
using Assay.Hub.Bundles;
using Assay.Hub.Http;
using Assay.Hub.Pulling;
using Assay.Hub.Targets;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary>
/// One run of <c>assay pull</c>. What is brought here is scanned twice: where it lies, which decides what is fetched, and once more when all of it is here, which
/// decides whether it appears: a server that shows a scanner one thing and a download another is found out.
/// </summary>
internal sealed class PullRun(Host host, PullArguments arguments)
{
    private const int AtATime = 4;
    private readonly SortedDictionary<string, string> _left = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _despite = new(StringComparer.Ordinal);
    private FileFetch? _fetch;
    private string? _staging;

    /// <summary>Runs and returns the exit code.</summary>
    public int Run()
    {
        if (!RemoteTarget.IsRemote(arguments.Target))
        {
            throw new UsageException($"{arguments.Target} is no address of a model on a server; hf://owner/name is one.");
        }

        if (arguments.IsCache && (arguments.Folder is not null || arguments.IsConverted))
        {
            throw new UsageException("--cache knows its own directory, and holds files as the hub has them: neither DIR nor --convert goes with it.");
        }

        string? target = arguments.IsCache ? null : Path.GetFullPath(arguments.Folder ?? throw new UsageException("Name the directory to make, or --cache."));
        string parent = (arguments.IsCache ? HubSettings.HubCache(host.Variable) : Path.GetDirectoryName(target))
            ?? throw new UsageException("There is no directory to bring it to.");
        if (target is not null && Path.Exists(target))
        {
            throw new UsageException($"{arguments.Folder} is there already, and what is brought gets a directory of its own: name another one, or take that away first.");
        }

        if (target is not null && !Directory.Exists(parent))
        {
            throw new UsageException($"There is no directory {parent} in which {arguments.Folder} could be made.");
        }

        WalkOptions which = new() { Include = [.. arguments.Include.Select(g => new Glob(g))], Exclude = [.. arguments.Exclude.Select(g => new Glob(g))] };
        using RemoteBundle bundle = RemoteInputs.OpenOne(host, arguments.Target);
        try
        {
            if (arguments.IsCache && bundle.Repository is null)
            {
                throw new UsageException("--cache is for repositories of a hub.");
            }

            return Pull(bundle, parent, target, which);
        }
        catch (RemoteException e)
        {
            host.Error.WriteLine("assay: " + Escape.Visible(e.Message) + Kept());
            return ExitCode.Incomplete;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            host.Error.WriteLine($"assay: It cannot be written: {Escape.Visible(FileFault.Of(e))}.");
            return ExitCode.Usage;
        }
    }

    /// <summary>What is said of an attempt that failed: what it has brought stays for the next one, and a directory without anything does not.</summary>
    private string Kept()
    {
        if (_staging is null || !Directory.Exists(_staging))
        {
            return "";
        }

        if (Directory.EnumerateFiles(_staging, "*", SearchOption.AllDirectories).Any(f => new FileInfo(f).Length > 0))
        {
            return $" What was brought so far lies in {Escape.Visible(_staging)}, and the same command goes on from there.";
        }

        Directory.Delete(_staging, recursive: true);
        return "";
    }

    private int Pull(RemoteBundle bundle, string parent, string? target, WalkOptions which)
    {
        RuleSet rules = RulePacks.Load(null, []);
        ScanLimits limits = new();
        Scanner scanner = new(new ScanOptions
        {
            Limits = limits, Rules = rules, Scratch = new FileScratch(host.TemporaryDirectory, limits.InflatedInMemory), Jobs = Environment.ProcessorCount, KeepFacts = true,
            Policy = ScanRun.PolicyOf(host, rules, [], arguments.Policy, arguments.Baseline, arguments.NoPolicy),
        });
        PullSight before = PullSight.Of(host, scanner, bundle.Inputs(static _ => true, host.Cancellation), bundle.Path);
        List<string> names = Choose(bundle, before, which);
        using StreamWriter writer = host.Writer();
        int found = before.Code(arguments.FailOn);
        if (names.Count > 0)
        {
            string staging = _staging = Path.Join(parent, StagingName(bundle, target));
            MakeFolder(staging);
            Fetch(bundle, names, staging);
            if (Differs(scanner, bundle, before, names, staging) is { } other)
            {
                Directory.Delete(staging, recursive: true);
                host.Error.WriteLine($"assay: {Escape.Visible(other)}; nothing of it is kept.");
                return ExitCode.Findings;
            }

            _fetch!.Finish();
            string? placed = Place(bundle, names, staging, target, parent);
            if (placed is null)
            {
                return ExitCode.Incomplete;
            }

            writer.WriteLine($"{names.Count} {(names.Count == 1 ? "file" : "files")} of {Escape.Visible(bundle.Path)}, {RemoteInputs.Size(_fetch.Fetched)}: {Escape.Visible(placed)}");
        }
        else
        {
            writer.WriteLine($"Nothing of {Escape.Visible(bundle.Path)} is brought here.");
        }

        foreach ((string name, string why) in _despite)
        {
            writer.WriteLine($"brought although it is suspicious: {Escape.Visible(name)}: {why}");
        }

        foreach ((string name, string why) in _left)
        {
            writer.WriteLine($"left out: {Escape.Visible(name)}: {why}");
        }

        // The exit code is about all of the repository, so what it is about is said although nobody asked for it.
        foreach (string name in before.Of(Verdict.Suspicious).Where(n => !_left.ContainsKey(n) && !names.Contains(n)))
        {
            writer.WriteLine($"not asked for: {Escape.Visible(name)}: {EnumText(before.VerdictOf(name))} ({Escape.Visible(before.WhyOf(name))})");
        }

        return found != ExitCode.Nothing ? found : names.Count > 0 ? ExitCode.Passed : ExitCode.Nothing;
    }

    /// <summary>What is brought: what was asked for, passed, and is needed. Where anything was found, nothing that can run.</summary>
    private List<string> Choose(RemoteBundle bundle, PullSight sight, WalkOptions which)
    {
        List<string> asked = [.. (bundle.Single is { } only ? [only] : bundle.Names).Where(n => bundle.Single is not null || RemoteInputs.Takes(which, n))];
        Verdict worst = sight.Whole?.Judgement.Verdict is { } together && together > sight.Worst ? together : sight.Worst;
        bool harm = sight.Whole?.Judgement.Verdict >= Verdict.Suspicious || sight.Worst >= Verdict.Suspicious;
        bool Passes(string name) => sight.VerdictOf(name) == Verdict.Passed;
        IReadOnlyDictionary<string, string> superfluous = arguments.IsAll ? new Dictionary<string, string>() : PullChoice.Superfluous(asked, Passes);
        List<string> names = [];
        foreach (string name in asked)
        {
            Verdict verdict = sight.VerdictOf(name);
            bool isTaken = verdict == Verdict.Passed || (verdict == Verdict.Suspicious && (arguments.FailOn is null || verdict < arguments.FailOn));
            if (!isTaken)
            {
                _left[name] = $"{EnumText(verdict)} ({Escape.Visible(sight.WhyOf(name))})";
            }
            else if (superfluous.TryGetValue(name, out string? instead))
            {
                _left[name] = $"{Escape.Visible(instead)} holds the same model without pickle";
            }
            else if ((worst >= Verdict.Malicious || (harm && arguments.FailOn is not null)) && !sight.IsInert(name))
            {
                _left[name] = "something was found in this repository, and this file can run";
            }
            else
            {
                names.Add(name);
                if (verdict >= Verdict.Suspicious)
                {
                    _despite[name] = Escape.Visible(sight.WhyOf(name));
                }
            }
        }

        return names;
    }

    private void Fetch(RemoteBundle bundle, List<string> names, string staging)
    {
        if (names.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twins)
        {
            throw new RemoteException(RemoteFault.Refused, $"{string.Join(" and ", twins)} differ in case only, and are one file on some systems.");
        }

        FileFetch fetch = _fetch = new FileFetch(bundle, staging);
        long total = names.Sum(n => bundle.Find(n)!.Size);
        PullBar bar = new(host, () => fetch.Fetched, total);
        bar.Run(
            () => Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = host.Cancellation }, async (name, stop) => await fetch.FetchAsync(name, stop).ConfigureAwait(false)).GetAwaiter().GetResult(),
            arguments.Progress);
    }

    /// <summary>What is different about a file now that all of it is here; null where nothing is.</summary>
    private string? Differs(Scanner scanner, RemoteBundle bundle, PullSight before, List<string> names, string staging)
    {
        FolderBundle folder = FolderBundle.TryCreate(staging)!;
        PullSight after = PullSight.Of(host, scanner, names.Select(n => ScanInput.Of(folder, new Artifacts.BundleEntry(n, null)) with { Named = bundle.Single is not null }), staging);
        foreach (string name in names)
        {
            if (after.VerdictOf(name) > before.VerdictOf(name))
            {
                return $"{name} is {EnumText(after.VerdictOf(name))} when all of it is here, and was {EnumText(before.VerdictOf(name))} where it lay: the server gives a scanner something else";
            }
        }

        return after.Whole?.Judgement.Verdict > before.Whole?.Judgement.Verdict
            ? $"{bundle.Path} is {EnumText(after.Whole.Judgement.Verdict)} when all of it is here, and was {EnumText(before.Whole.Judgement.Verdict)} where it lay: the server gives a scanner something else"
            : null;
    }

    /// <summary>Lets what was fetched appear; returns where, or null where it cannot be converted.</summary>
    private string? Place(RemoteBundle bundle, List<string> names, string staging, string? target, string parent)
    {
        if (target is null)
        {
            string snapshot = HubCacheLayout.Place(bundle, names, staging, parent);
            Directory.Delete(staging, recursive: true);
            return snapshot;
        }

        if (!arguments.IsConverted || names.All(n => !CanConvert(n)))
        {
            Directory.Move(staging, target);
            return target;
        }

        int code = new ConvertFolder(host, new ConvertArguments { Input = staging, Output = target, Limits = new ScanLimits(), Progress = false }, staging).Run();
        Directory.Delete(staging, recursive: true);
        return code == ExitCode.Passed ? target : null;
    }

    private static bool CanConvert(string name) => Path.GetExtension(name).ToLowerInvariant() is ".bin" or ".pt" or ".pth" or ".ckpt" or ".pkl" or ".pickle" or ".th" or ".npz" or ".joblib";

    /// <summary>The same for the same content, so that an attempt that was killed is taken up; another for each directory that is made.</summary>
    private static string StagingName(RemoteBundle bundle, string? target) =>
        string.Create(CultureInfo.InvariantCulture, $".assay-pull-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{bundle.Path}\n{target}")))[..16]}");

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static void MakeFolder(string path)
    {
        if (new DirectoryInfo(path) is { Exists: true, LinkTarget: not null })
        {
            throw new IOException("A link stands where files are to be put together.");
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        // Its name can be guessed. Where others may write beside it, one of them may have made it, and would go on to own what is put there: only the owner can set its permissions.
        Directory.CreateDirectory(path, OwnerOnly);
        File.SetUnixFileMode(path, OwnerOnly);
    }

    private static string EnumText(Verdict verdict) => verdict.ToString().ToLowerInvariant();
}
