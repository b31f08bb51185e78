// A scan with a memory: what is known is taken from the store, what is not is read and kept.
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Hosting.Folders;
using Assay.Policies;
using Assay.Scanning;
using Assay.Store.Judging;
using Assay.Store.Readings;

namespace Assay.Store.Scans;

/// <summary>
/// A scan with a memory. Its results are those of a scan without one; a result is handed on only when the store holds it, so that who is killed has lost nothing that was told.
/// </summary>
public sealed class StoredScan
{
    private const int MostWaiting = 128;
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(200);

    /// <summary>Folders above a file by which readers tell what it is, wherever the scan begins.</summary>
    private static readonly string[] s_tellingFolders = ["cron.d/", "chat", ".github/workflows/"];

    private readonly ModelStore _store;
    private readonly Scanner _scanner;
    private readonly ScanMemory _memory;
    private readonly FileDigests _digests;
    private readonly Ruling _ruling;
    private readonly bool _keepsFacts;
    private readonly bool _wholeFacts;
    private readonly bool _loads;
    private readonly ConditionalWeakTable<IBundle, TracedBundle> _bundles = [];
    private readonly Dictionary<string, KeptFiles> _members = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ScanInput, Keeping> _under = new(ReferenceEqualityComparer.Instance);

    /// <summary>Prepares a scan.</summary>
    /// <param name="store">The store, which the scan has for itself.</param>
    /// <param name="scanner">The scanner; what it has as options holds. Where it loads for real, nothing is taken from memory, and what loads did is kept.</param>
    /// <param name="wholeFacts">Whether results must carry all facts, and not only those that bundles are judged by.</param>
    public StoredScan(ModelStore store, Scanner scanner, bool wholeFacts)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(scanner);
        _store = store;
        _keepsFacts = scanner.Options.KeepFacts;
        _wholeFacts = wholeFacts;
        _loads = scanner.Options.TestLoad is not null;
        _scanner = _keepsFacts ? scanner : new Scanner(scanner.Options with { KeepFacts = true });
        _ruling = new Ruling(scanner.Options.Rules, scanner.Options.Policy, scanner.Today);
        _memory = new ScanMemory(store, ReadingSettings.Of(scanner.Options), _ruling);
        _digests = new FileDigests(_memory.DigestOf);
    }

    /// <summary>What was taken from the store so far.</summary>
    public StoreTally Tally { get; } = new();

    /// <summary>Told of each input when it is kept: its path, the digest of its bytes where they could be read, how many there are, and the number of the reading, or 0.</summary>
    public Action<string, string, long, long>? OnKept { get; init; }

    /// <summary>Scans inputs and gives their results in the order of the inputs.</summary>
    public IEnumerable<ScanResult> Run(IEnumerable<ScanInput> inputs, IProgress<ScanProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ConcurrentQueue<ScanInput> order = new();
        int done = 0;
        IEnumerable<ScanInput> Noted()
        {
            foreach (ScanInput input in inputs)
            {
                ScanInput own = input with { };
                order.Enqueue(own);
                yield return own;
            }
        }

        ScanResult One(ScanInput input, CancellationToken stop)
        {
            Keeping keeping = new(input);
            ScanResult result = Scan(keeping, stop);
            _under[input] = keeping;
            progress?.Report(new ScanProgress(Interlocked.Increment(ref done), input.Path, result.Report?.Verdict));
            return result;
        }

        IEnumerable<ScanResult> results = _scanner.Options.Jobs <= 1
            ? Noted().Select(i => One(i, cancellation))
            : new OrderedScan(One, _scanner.Options.Jobs).Run(Noted(), cancellation).ToBlockingEnumerable(CancellationToken.None);
        List<(ScanResult Result, Keeping Keeping)> batch = [];
        long began = 0;
        foreach (ScanResult result in results)
        {
            order.TryDequeue(out ScanInput? input);
            _under.TryRemove(input!, out Keeping? keeping);
            began = batch.Count == 0 ? _store.Time.GetTimestamp() : began;
            batch.Add((result, keeping!));
            if (batch.Count >= MostWaiting || _store.Time.GetElapsedTime(began) > s_longestWait)
            {
                Keep(batch);
                foreach ((ScanResult kept, _) in batch)
                {
                    yield return kept;
                }

                batch.Clear();
            }
        }

        Keep(batch);
        foreach ((ScanResult kept, _) in batch)
        {
            yield return kept;
        }

        End();
    }

    /// <summary>Whether a file of a server was read before as its listing has it now, so that nothing of it need be fetched.</summary>
    public bool Knows(IListedBundle bundle, string name)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return !_loads && bundle.Listed(name) is { } listed && _memory.Knows(bundle.Origin, listed, NameOf(ScanInput.Of(bundle, new BundleEntry(name, listed.Size))));
    }

    /// <summary>Keeps what bundles were judged to be, with the files that they had. It is called before that is told.</summary>
    public void Keep(IReadOnlyList<BundleReport> bundles)
    {
        ArgumentNullException.ThrowIfNull(bundles);
        if (Tally.Fault is not null)
        {
            return;
        }

        try
        {
            _memory.Keep([.. bundles.Where(b => _members.ContainsKey(b.Path)).Select(b => new KeptBundle(
                _members[b.Path].From is null ? Path.GetFullPath(b.Path) : b.Path, _members[b.Path].From ?? CachedRepository.Of(Path.GetFullPath(b.Path)), _members[b.Path].Files, b.Judgement))]);
        }
        catch (StoreException e)
        {
            Tally.Fault = e.Message;
        }
    }

    /// <summary>What a file is called where readers look at its name.</summary>
    internal static string NameOf(ScanInput input)
    {
        string name = input.In?.Name ?? input.Path[(input.Path.LastIndexOfAny(['/', '\\']) + 1)..];
        string above = input.Path.EndsWith(name, StringComparison.Ordinal) ? input.Path[..^name.Length] : input.Path;
        string signs = string.Concat(s_tellingFolders.Where(f => above.Contains(f, StringComparison.OrdinalIgnoreCase)).Select(f => "\n" + f));
        string whole = (input.In is null ? "-" : "+") + name + signs;
        return Terms.Cut(whole) == whole ? whole : "#" + Convert.ToHexStringLower(SHA256.HashData(Encoding.Unicode.GetBytes(whole)));
    }

    private void Keep(List<(ScanResult Result, Keeping Keeping)> batch)
    {
        if (Tally.Fault is null)
        {
            try
            {
                _memory.Keep([.. batch.Select(b => b.Keeping)]);
            }
            catch (StoreException e)
            {
                // The scan goes on without its memory: what is told is right, and it is said that it is not kept.
                Tally.Fault = e.Message;
            }
        }

        foreach ((_, Keeping keeping) in batch)
        {
            if (keeping is { Input: { Bundle: { } bundle, In.Name: { } name }, Reading: > 0 } && Tally.Fault is null)
            {
                if (!_members.TryGetValue(bundle, out KeptFiles? files))
                {
                    _members.Add(bundle, files = new KeptFiles(keeping.Listed is null ? null : keeping.From));
                }

                files.Files.Add((name, keeping.Reading));
            }

            OnKept?.Invoke(keeping.Input.Path, keeping.Digest is { } digest ? Convert.ToHexStringLower(digest) : "", keeping.Size, Tally.Fault is null ? keeping.Reading : 0);
            Tally.Add(Tally.Fault is not null && keeping.Origin is ResultOrigin.Read or ResultOrigin.Judged ? ResultOrigin.NotKept : keeping.Origin);
        }
    }

    private void End()
    {
        if (Tally.Fault is null)
        {
            try
            {
                _memory.Ended(Tally);
            }
            catch (StoreException e)
            {
                Tally.Fault = e.Message;
            }
        }
    }

    private ScanResult Scan(Keeping keeping, CancellationToken stop)
    {
        ScanInput input = keeping.Input;
        if (input.Open is null || stop.IsCancellationRequested || (input.In is { } place && place.Bundle is not (FolderBundle or IListedBundle)))
        {
            return Handed(_scanner.Scan(input, stop));
        }

        TracedBundle? bundle = input.In is { } where ? _bundles.GetValue(where.Bundle, b => new TracedBundle(b)) : null;
        string name = NameOf(input);
        try
        {
            if (bundle?.Far is { } far)
            {
                return Fetch(keeping, far, bundle, name, stop);
            }

            keeping.Real = bundle?.PathOf(input.In!.Value.Name);
            keeping.Stamp = keeping.Real is null ? null : FileStamp.Of(keeping.Real);
            keeping.From = keeping.Real is null ? null : CachedRepository.Of(keeping.Real);
            keeping.Made = _store.Now;
            if (!_loads && keeping is { Real: { } real, Stamp: { } stamp } && _memory.Kept(real, stamp) is { } kept)
            {
                keeping.Digest = kept.Digest;
                keeping.Size = stamp.Size;
                keeping.IsToSee = kept.IsOld;
                if (TryRecall(keeping, bundle, name, ResultOrigin.Unchanged) is { } known)
                {
                    return known;
                }
            }

            return Examine(keeping, bundle, name, stop);
        }
        catch (StoreException e)
        {
            Tally.Fault ??= e.Message;
            keeping.Origin = ResultOrigin.NotKept;
            keeping.Digest = null;
            return Handed(_scanner.Scan(input, stop));
        }
    }

    /// <summary>Makes the digest of a file, and reads the file where that is not known.</summary>
    private ScanResult Examine(Keeping keeping, TracedBundle? bundle, string name, CancellationToken stop)
    {
        ScanInput input = keeping.Input;
        ByteSource source;
        HeldSource? held;
        try
        {
            source = input.Open!();
            held = HeldSource.Of(source);
            keeping.Digest = held is not null ? held.Digest : FileDigests.Of(source, stop);
            keeping.Size = source.Length;
        }
        catch (Exception e) when (e is ScanStopException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            return Handed(_scanner.Scan(input, stop));
        }

        ByteSource bytes = held ?? source;
        bool isHanded = false;
        try
        {
            if (!_loads && TryRecall(keeping, bundle, name, ResultOrigin.Known) is { } known && bytes.IsUnchanged())
            {
                return known;
            }

            Beside beside = new();
            isHanded = true;
            ScanResult result = Traced(input with { Open = () => bytes }, bundle, beside, stop);

            // A large file was read twice: the same stamp before and after says that it was the same both times.
            bool isSame = held is not null || (keeping.Stamp is { } before && FileStamp.Of(keeping.Real!)?.Text == before.Text);
            if (isSame && IsLasting(result.Report) && BesideText.Write(beside, bundle, input.In?.Name ?? "", _digests) is { } written)
            {
                keeping.Origin = ResultOrigin.Read;
                keeping.Beside = written;
                keeping.Report = result.Report;
                keeping.Packed = result.Report?.Read is { } facts ? FactBlob.Pack(facts) : null;
                if (keeping.Stamp is not null)
                {
                    _digests.Remember(keeping.Real!, keeping.Stamp, keeping.Digest);
                }
            }
            else
            {
                keeping.Origin = ResultOrigin.NotKept;
                keeping.Digest = null;
            }

            return Handed(result);
        }
        finally
        {
            if (!isHanded)
            {
                bytes.Dispose();
            }
        }
    }

    /// <summary>Reads a file of a server, where what its listing says is not known.</summary>
    private ScanResult Fetch(Keeping keeping, IListedBundle far, TracedBundle bundle, string name, CancellationToken stop)
    {
        ScanInput input = keeping.Input;
        keeping.From = far.Origin;
        keeping.Listed = far.Listed(input.In!.Value.Name);
        keeping.Made = _store.Now;
        keeping.Size = keeping.Listed?.Size ?? 0;
        if (!_loads && keeping.Listed is { } listed && _memory.DigestOf(far.Origin, listed) is { } known)
        {
            // It was not fetched, and it was seen all the same: in this revision.
            keeping.Digest = known;
            keeping.IsToSee = true;
            if (TryRecall(keeping, bundle, name, ResultOrigin.Unchanged) is { } recalled)
            {
                return recalled;
            }
        }

        Beside beside = new();
        ScanResult result = Traced(input, bundle, beside, stop);

        // A digest is in the report only where all bytes came.
        keeping.Digest = result.Report?.Sha256 is { } whole ? Convert.FromHexString(whole) : keeping.Listed is { } said ? ScanMemory.StandIn(far.Origin, said) : null;
        if (keeping.Digest is not null && IsLasting(result.Report) && BesideText.Write(beside, bundle, input.In!.Value.Name, _digests) is { } written)
        {
            keeping.Origin = ResultOrigin.Read;
            keeping.Beside = written;
            keeping.Report = result.Report;
            keeping.Packed = result.Report?.Read is { } facts ? FactBlob.Pack(facts) : null;
        }
        else
        {
            keeping.Origin = ResultOrigin.NotKept;
            keeping.Digest = null;
        }

        return Handed(result);
    }

    /// <summary>Reads, and notes what the reading asks of what lies beside the file.</summary>
    private ScanResult Traced(ScanInput input, TracedBundle? bundle, Beside beside, CancellationToken stop)
    {
        TracedBundle.Begin(beside);
        try
        {
            return _scanner.Scan(input with { In = bundle is null ? null : new BundlePlace(bundle, input.In!.Value.Name) }, stop);
        }
        finally
        {
            TracedBundle.Begin(null);
        }
    }

    /// <summary>The result of bytes that are known; null where they are not, or something that the reading rests on has changed.</summary>
    private ScanResult? TryRecall(Keeping keeping, TracedBundle? bundle, string name, ResultOrigin origin)
    {
        ScanInput input = keeping.Input;
        foreach (KnownReading reading in _memory.Readings(keeping.Digest!, name, input.Named))
        {
            if ((reading.At.Length > 0 && reading.At != input.Path) || !BesideText.Holds(reading.Beside, bundle, input.In?.Name ?? "", _digests))
            {
                continue;
            }

            keeping.Reading = reading.Id;
            keeping.Origin = origin;
            if (reading.Head.Length == 0)
            {
                return new ScanResult(input.Path, null);
            }

            KnownVerdict? verdict = _memory.VerdictOn(reading.Id);
            bool isJudged = verdict is not null && (verdict.At.Length == 0 || verdict.At == input.Path);
            FactSet? facts = !isJudged || (_keepsFacts && _wholeFacts) ? _memory.FactsOf(reading.Id, input.Path, input.Bundle) : null;
            if (!isJudged)
            {
                TargetReport report = TargetReport.Of(facts!, Judge.Of(facts!, _ruling.Rules, _ruling.Policy, _ruling.Day), keepFacts: true);
                keeping.Origin = ResultOrigin.Judged;
                keeping.Report = report;
                return Handed(new ScanResult(input.Path, report));
            }

            ReadingHead head = ReadingHead.Parse(reading.Head);
            Judgement judgement = _memory.JudgementOf(verdict!, input.Path);
            facts ??= !_keepsFacts ? null
                : verdict!.Together is { } together ? FactBlob.Unpack(together, input.Path, input.Bundle)
                : new FactSet { Path = input.Path, Bundle = input.Bundle, Size = head.Size, Sha256 = head.Sha256, Limits = _scanner.Options.Limits, Coverage = head.Coverage, Artifacts = head.Artifacts };
            return new ScanResult(input.Path, new TargetReport
            {
                Path = input.Path,
                Size = head.Size,
                Sha256 = head.Sha256,
                Formats = head.Formats,
                Verdict = judgement.Verdict,
                Findings = judgement.Findings,
                Waived = judgement.Waived,
                Unread = judgement.Unread,
                WaivedUnread = judgement.WaivedUnread,
                Bytes = (head.Coverage.Parsed, head.Coverage.Data, head.Coverage.Unknown),
                Artifacts = head.Artifacts,
                Read = facts,
            });
        }

        return null;
    }

    private ScanResult Handed(ScanResult result) => _keepsFacts ? result : result.WithoutFacts();

    /// <summary>Whether another reading of the same bytes would give the same: nothing broke it off that lies outside them.</summary>
    private bool IsLasting(TargetReport? report) => report is null || (report.Read is not null && report.Facts.OfType<UnreadFact>().Concat(report.Unread).All(u =>
        (u.Cause is not (UnreadCause.Cancelled or UnreadCause.Changed or UnreadCause.Fault or UnreadCause.Unreadable) && (_loads || u.Cause is not UnreadCause.NotDetonated))
        && !u.Detail.StartsWith("The memory of this process", StringComparison.Ordinal)));

    /// <summary>The files of a bundle that are kept.</summary>
    private sealed class KeptFiles(BundleOrigin? from)
    {
        public BundleOrigin? From => from;

        public List<(string Name, long Reading)> Files { get; } = [];
    }
}
