// The door for programs: inputs in, results out, one by one as they come.
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;

namespace Assay.Scanning;

/// <summary>
/// Scans inputs and gives their results. Inputs do not influence each other, whatever becomes of one of them is in its result, and the same bytes
/// give the same result. A scanner keeps nothing between scans and may be used by several threads at a time.
/// </summary>
public sealed class Scanner
{
    private readonly IFormat[] _formats;
    private readonly SharedMemory _memory;
    private readonly Dictionary<string, string> _readers;

    /// <summary>Creates a scanner that works as <paramref name="options"/> say.</summary>
    public Scanner(ScanOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        _memory = options.Memory ?? new SharedMemory(options.Limits.SharedMemory);
        _formats = [.. options.Formats];
        _readers = options.TestLoad is null ? new() { ["assay"] = Version } : new() { ["assay"] = Version, [FactSet.SandboxReader] = Version };
        Head = new ScanHead { Version = Version, RulesVersion = options.Rules.Version, RulesDigest = options.Rules.Digest, EffectPacks = options.Rules.EffectPacks, Limits = options.Limits, Policy = options.Policy, Day = Today };
    }

    /// <summary>The options in force.</summary>
    public ScanOptions Options { get; }

    /// <summary>What all results rest on, as reports begin with it.</summary>
    public ScanHead Head { get; }

    /// <summary>The version of Assay.</summary>
    public static string Version { get; } =
        typeof(Scanner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>Scans one input on this thread. A scan that is cancelled gives a result that says so.</summary>
    public ScanResult Scan(ScanInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScanResult(input.Path, ScanOne(input, cancellation));
    }

    /// <summary>
    /// Scans inputs, as many side by side as <see cref="ScanOptions.Jobs"/> says, and gives their results in the order of the inputs, each as soon as
    /// it and those before it are there. Inputs are asked for when they are needed: a million of them take no more memory than a few. With one
    /// job the work is done on the thread that asks for the next result. After <paramref name="cancellation"/> every further input comes back
    /// at once, unopened and incomplete; this does not throw, and whoever needs no such results stops asking. Who stops asking early cancels
    /// what is under way.
    /// </summary>
    public async IAsyncEnumerable<ScanResult> ScanAsync(
        IEnumerable<ScanInput> inputs, IProgress<ScanProgress>? progress = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        int done = 0;
        ScanResult One(ScanInput input, CancellationToken stop)
        {
            ScanResult result = Scan(input, stop);
            progress?.Report(new ScanProgress(Interlocked.Increment(ref done), input.Path, result.Report?.Verdict));
            return result;
        }

        if (Options.Jobs <= 1)
        {
            foreach (ScanInput input in inputs)
            {
                yield return One(input, cancellation);
            }

            yield break;
        }

        await foreach (ScanResult result in new OrderedScan(One, Options.Jobs).Run(inputs, cancellation).ConfigureAwait(false))
        {
            yield return result;
        }
    }

    /// <summary>Scans the files of a bundle like <see cref="ScanAsync(IEnumerable{ScanInput}, IProgress{ScanProgress}?, CancellationToken)"/>.</summary>
    public IAsyncEnumerable<ScanResult> ScanAsync(IBundle bundle, IProgress<ScanProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return ScanAsync(bundle.List(cancellation).Select(entry => ScanInput.Of(bundle, entry)), progress, cancellation);
    }

    /// <summary>
    /// Scans the files of a bundle, hands each result to <paramref name="use"/> in the order of their names, and returns what the files are together.
    /// </summary>
    public async Task<BundleReport> ScanBundleAsync(IBundle bundle, Action<ScanResult> use, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(use);
        BundleSheet sheet = new(Options.Rules, Options.Policy, Today, Options.Limits);
        Scanner reading = Options.KeepFacts ? this : new Scanner(Options with { KeepFacts = true });
        await foreach (ScanResult result in reading.ScanAsync(bundle, null, cancellation).ConfigureAwait(false))
        {
            sheet.Add(result);
            use(Options.KeepFacts ? result : result.WithoutFacts());
        }

        return sheet.End(bundle.Path);
    }

    /// <summary>
    /// Walks into an input up to the artifact whose path is <paramref name="memberPath"/> (<c>model.pt!/archive/data.pkl</c>) and
    /// hands it to <paramref name="use"/>. Returns false when there is no such artifact.
    /// </summary>
    public bool Visit(ScanInput input, string memberPath, Action<Artifact> use, CancellationToken cancellation = default)
    {
        bool found = false;
        using ByteSource bytes = input.Open!();
        using IMemoryShare share = _memory.Join();
        ScanBudget budget = new(Options.Limits, Options.Time, cancellation) { Share = share };
        budget.Admit(bytes.Length);
        ArtifactScanner scanner = new(new FactLog(Options.Limits), budget, Options.Scratch, _formats)
        {
            OnArtifact = artifact =>
            {
                if (!found && artifact.Path == memberPath)
                {
                    found = true;
                    use(artifact);
                }
            },
        };
        scanner.Scan(new Artifact(input.Path, bytes) { In = input.In }, mustClaim: false);
        return found;
    }

    /// <summary>The report of one input, or null when it is no model and was not asked for by name.</summary>
    private TargetReport? ScanOne(ScanInput input, CancellationToken cancellation)
    {
        FactLog log = new(Options.Limits);
        using IMemoryShare share = _memory.Join();
        ScanBudget budget = new(Options.Limits, Options.Time, cancellation) { Share = share };
        ByteSource? bytes = null;
        ArtifactScanner? scanner = null;
        ArtifactScanner.Outcome? outcome = null;
        Task<string>? beside = null;
        try
        {
            if (input.Unreadable is { } reason || input.Open is null)
            {
                return Unread(input, input.Cause, input.Unreadable ?? "There is nothing to open.");
            }

            budget.Poll();
            bytes = input.Open();
            budget.Admit(bytes.Length);
            scanner = new ArtifactScanner(log, budget, Options.Scratch, _formats) { Sink = new FactSink(log, Options.Wants) };
            outcome = scanner.Scan(new Artifact(input.Path, bytes) { In = input.In }, input.Named);
            if (!outcome.Value.Claimed && log.Facts.Count == 0)
            {
                return null;
            }

            if (!bytes.IsUnchanged())
            {
                log.Add(new UnreadFact { Path = input.Path, Cause = UnreadCause.Changed, Detail = "The file changed while it was read." });
            }

            bool digested = bytes.Length <= Options.DigestLimit || Options.DigestAll;
            bool isNow = digested && (!bytes.IsFar || Options.DigestAll);
            ByteSource whole = bytes;
            // A test load waits for processes: meanwhile the digest of a large file is taken.
            beside = isNow && Options.TestLoad is not null && whole.Length > DigestBeside ? Task.Run(() => Digest(whole, budget), CancellationToken.None) : null;
            foreach (Fact observed in Options.TestLoad?.Load(input.Path, bytes, log.Facts, input.Named, cancellation) ?? [])
            {
                log.Add(observed);
            }

            string? digest = beside is not null ? beside.GetAwaiter().GetResult() : isNow ? Digest(bytes, budget) : null;
            TargetReport report = Report(input, log.Facts, outcome.Value.Coverage, bytes.Length, digest, scanner.Artifacts, budget, cancellation);

            // What people decide about a finding may bind to the digest of the whole; of bytes far away it is taken where there is something to decide about.
            return digest is null && digested && report.Findings.Count + report.Waived.Count > 0
                ? Report(input, log.Facts, outcome.Value.Coverage, bytes.Length, Digest(bytes, budget), scanner.Artifacts, budget, cancellation)
                : report;
        }
        catch (ScanStopException e)
        {
            // What was found before the stop stays, and so does what is known of the bytes.
            log.Add(new UnreadFact { Path = input.Path, Offset = e.Offset, Detail = e.Message, Cause = ArtifactScanner.CauseOf(e) });
            outcome ??= new ArtifactScanner.Outcome(new CoverageMap(bytes?.Length ?? 0), false, false);
            return Report(input, log.Facts, outcome.Value.Coverage, bytes?.Length, null, scanner?.Artifacts ?? 0, budget, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unread(input, UnreadCause.Unreadable, $"The system refused to open it: {e.Message}");
        }
        catch (OutOfMemoryException)
        {
            // The collector's own fence: what was found before still counts.
            log.Add(new UnreadFact { Path = input.Path, Cause = UnreadCause.Limit, Detail = "The memory of this process is spent." });
            return JudgeWhatWasFound(input, log.Facts, bytes?.Length);
        }
        catch (Exception e) when (e is not ScanStopException)
        {
            // The last fence: a defect of ours costs this input, and no input beside it; what was found before it still counts.
            log.Add(new UnreadFact { Path = input.Path, Cause = UnreadCause.Fault, Detail = $"The scan failed: {e.GetType().Name}: {e.Message}" });
            return JudgeWhatWasFound(input, log.Facts, bytes?.Length);
        }
        finally
        {
            // What failed there has failed here, or is of no use any more.
            beside?.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).GetAwaiter().GetResult();
            bytes?.Dispose();
            Options.OnSpent?.Invoke(budget);
        }
    }

    /// <summary>The report of a scan that broke off: facts that were logged before it still count, unless judging them is what fails.</summary>
    private TargetReport JudgeWhatWasFound(ScanInput input, IReadOnlyList<Fact> facts, long? size)
    {
        try
        {
            return Report(input, facts, new CoverageMap(size ?? 0), size, null, 1);
        }
        catch (OutOfMemoryException)
        {
            return Unread(input, UnreadCause.Limit, "The memory of this process is spent.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Unread(input, UnreadCause.Fault, $"The judgement failed: {e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>The report of an input by the facts that were read.</summary>
    private TargetReport Report(
        ScanInput input, IReadOnlyList<Fact> facts, CoverageMap? coverage, long? size, string? digest, int artifacts, ScanBudget? budget = null, CancellationToken cancellation = default)
    {
        (long parsed, long data, long unknown) = coverage?.Totals() ?? default;
        FactSet set = new()
        {
            Readers = _readers,
            Path = input.Path,
            Bundle = input.Bundle,
            Size = size,
            Sha256 = digest,
            Limits = Options.Limits,
            Coverage = new ByteCoverage(parsed, data, unknown),
            Artifacts = artifacts,
            Facts = facts,
        };
        bool isLate = budget is { IsLate: true };
        if (facts.Count < ManyFacts || !(isLate || cancellation.CanBeCanceled))
        {
            return TargetReport.Of(set, Judge.Of(set, Options.Rules, Options.Policy, Today), Options.KeepFacts);
        }

        // What was read is still judged, and a hundred thousand uses of callables not for longer than somebody waits who asked for an end, or set one.
        using CancellationTokenSource grace = new(isLate ? s_graceOfClock : Timeout.InfiniteTimeSpan, Options.Time);
        using CancellationTokenRegistration stop = cancellation.Register(() => grace.CancelAfter(s_grace));
        return TargetReport.Of(set, Judge.UpTo(set, Options.Rules, Options.Policy, Today, grace.Token, isLate), Options.KeepFacts);
    }

    /// <summary>The day on which the scanner judges.</summary>
    public DateOnly Today => DateOnly.FromDateTime(Options.Time.GetUtcNow().UtcDateTime);

    private TargetReport Unread(ScanInput input, UnreadCause cause, string detail) =>
        Report(input, [new UnreadFact { Path = input.Path, Cause = cause, Detail = detail }], null, null, null, 0);

    private static string Digest(ByteSource bytes, ScanBudget budget)
    {
        if (bytes is IDigested { Sha256: { } known })
        {
            return known;
        }

        byte[] step = System.Buffers.ArrayPool<byte>.Shared.Rent(DigestStep);
        try
        {
            if (bytes.Length <= DigestStep)
            {
                // Of a small file, preparing a digest in steps would cost more than the digest.
                return Sha256.HexOf(step.AsSpan(0, bytes.ReadAt(0, step)));
            }

            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (long at = 0; at < bytes.Length;)
            {
                int got = bytes.ReadAt(at, step);
                if (got == 0)
                {
                    break;
                }

                hash.AppendData(step, 0, got);
                at += got;
                budget.PollHost(at);
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(step);
        }
    }

    private const int DigestStep = 256 << 10;

    /// <summary>A digest of fewer bytes takes less time than a load needs to begin.</summary>
    private const int DigestBeside = 8 << 20;

    /// <summary>So many facts are judged in a few milliseconds.</summary>
    private const int ManyFacts = 1000;

    /// <summary>For how long what was read is judged after the host has asked for an end.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(50);

    /// <summary>For how long what was read is judged after the clock has ended the reading.</summary>
    private static readonly TimeSpan s_graceOfClock = TimeSpan.FromMilliseconds(500);
}
