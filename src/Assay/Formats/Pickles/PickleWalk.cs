// Walks the pickles of one range, one after the other.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.PyTorch;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>
/// Walks the pickles of one range. A loader may call <c>load()</c> again and again on one file, so each pickle that follows is read as
/// well; what follows and is none is left to the formats that probe gaps.
/// </summary>
internal sealed class PickleWalk(Artifact artifact, Claim claim, ReadContext context, bool keepsValues = false) : IDisposable
{
    private readonly List<object> _kept = [];
    private const int GapSearch = 1 << 16;
    private const int BytesBehind = 1 << 16;
    private const int BreaksBehind = 1 << 12;
    private readonly ByteSource _source = artifact.Bytes;
    private readonly long _end = claim.Range.End;
    private Dictionary<string, TorchStorage> Storages => field ??= [];
    private int _streams;
    private bool _magic;
    private long _computedMagic = -1;
    private PickleSearch? _search;

    /// <summary>How far the unpickler came that came furthest, in this pickle or one before.</summary>
    private long _furthest;

    public void Run()
    {
        long offset = claim.Range.Offset;
        while (offset < _end && RunOne(ref offset))
        {
        }
    }

    /// <summary>Frees the values that were kept and not taken.</summary>
    public void Dispose()
    {
        foreach (object key in _kept)
        {
            if (context.Handed.Remove(key, out IDisposable? run))
            {
                run?.Dispose();
            }
        }
    }

    /// <summary>Leaves the value of a pickle for those who read tensors out of it.</summary>
    private void Leave(object key, PickleFactReader pickle)
    {
        if (context.Handed.TryGetValue(key, out IDisposable? before))
        {
            before?.Dispose();
        }
        else
        {
            _kept.Add(key);
        }

        // A value that is kept takes room from the pickles behind it; where that is scarce, the pickle is run again later.
        context.Handed[key] = context.Budget.HeldBytes < context.Limits.Memory / 2 ? pickle.TakeRun() : null;
    }

    /// <summary>Reads the pickle at the offset and moves behind it. False when there is nothing more to read.</summary>
    private bool RunOne(ref long offset)
    {
        long start = offset;
        (ByteSource, long) key = PickleRun.Key(_source, start);
        bool isAsked = context.Handed.ContainsKey(key) || (keepsValues && _streams < TorchLegacyLayout.Pickles);
        using PickleFactReader pickle = new(context, start, _end, isAsked);
        PickleMachine machine = pickle.Machine;
        bool whole = false;
        try
        {
            pickle.Read();
            whole = true;
        }
        finally
        {
            if (!whole && (_streams == 0 || pickle.DoesSomething))
            {
                // A budget is spent or something broke: what ran before has still run.
                pickle.Log();
                context.Cover(new ByteRange(start, machine.Position - start), CoverageKind.Parsed);
            }
        }

        if (_streams > 0 && pickle.Next < 0 && !pickle.DoesSomething)
        {
            // Not a pickle after all: a loader that calls load() again gets an error and nothing runs.
            long? next = FindNext(start + 1);
            if (next is not null)
            {
                // The bytes between stay uncovered: they may be something of their own.
                context.Anomaly("pickle.second-stream-after-data", next.Value, 0, $"Another pickle follows after {next.Value - start} bytes that are none.");
                offset = next.Value;
                return true;
            }

            pickle.LogBehind(machine.EndingOffset, BytesBehind, BreaksBehind);
            context.Anomaly("pickle.trailing-data", start, _end - start, $"{_end - start} bytes follow the last pickle.");
            return false;
        }

        RecogniseFurther(start);
        pickle.Log();
        PickleEntries.Add(machine, context);
        TorchStorageMembers.Check(machine, pickle.Persistents, context);
        context.Cover(new ByteRange(start, pickle.End - start), CoverageKind.Parsed);
        if (_streams == 0 && machine.Ending == PickleEnding.Stop && TorchDistributedMetadata.IsMetadata(machine, machine.Result))
        {
            TorchDistributedMetadata.Tell(machine, context);
        }

        if (_streams == 1 && !_magic)
        {
            context.Anomaly("pickle.second-stream", start, 0, "A second pickle follows the first.");
        }

        _streams++;
        _furthest = Math.Max(_furthest, pickle.Furthest);
        pickle.SubmitPayloads();
        if (machine.Ending != PickleEnding.Stop)
        {
            ReportBreak(machine);
        }

        if (pickle.Next < 0)
        {
            pickle.LogBehind(_furthest, BytesBehind, BreaksBehind);
            return false;
        }

        if (machine is { Ending: PickleEnding.Stop, Leftover: > 0 })
        {
            context.Anomaly("pickle.leftover-stack", machine.EndingOffset, 1, $"{machine.Leftover} values are left on the stack; loaders drop them.");
        }

        offset = pickle.Next;
        StepOverStorages(pickle, ref offset);
        if (isAsked)
        {
            Leave(key, pickle);
        }

        return !SkipPadding(ref offset);
    }

    /// <summary>
    /// Says where a further pickle starts: which loaders come to it depends on how many lie before it. Those after the first few are all alike.
    /// </summary>
    private void RecogniseFurther(long start)
    {
        if (_streams is 0 or > TorchLegacyLayout.Pickles)
        {
            return;
        }

        if (_streams == 1 && _magic && _computedMagic < 0)
        {
            context.Recognise(TorchLegacyKind.Only);
        }

        context.Recognise("pickle", new ByteRange(start, _end - start), claim.Strength);
    }

    /// <summary>PyTorch's legacy format: a magic number, three more pickles, the list of keys, and then the raw storages.</summary>
    private void StepOverStorages(PickleFactReader pickle, ref long offset)
    {
        PickleMachine machine = pickle.Machine;
        if (_streams == 1)
        {
            // Only a number, or what a call made, can equal the magic number.
            int budget = 8;
            _magic = machine.Result.Kind is PickleKind.Int or >= PickleKind.Import && TorchLegacyLayout.MayBeMagic(machine.Shape(machine.Result, ref budget));
            _computedMagic = machine.Result.Kind == PickleKind.Int ? -1 : machine.EndingOffset;
        }
        else if (_streams == 4 && _magic)
        {
            AddStorages(pickle);
        }
        else if (_streams == 5 && _magic && machine.AllChildren(machine.Result) is { } keys)
        {
            List<string> names = new(keys.Count);
            foreach (PickleValue key in keys)
            {
                int one = 4;
                names.Add(TorchStorage.Key(machine.Shape(key, ref one)));
            }

            if (_computedMagic >= 0 && names.Exists(Storages.ContainsKey))
            {
                context.Recognise(TorchLegacyKind.Only);
                context.Anomaly("torch.magic-computed", _computedMagic, 0, "What follows is PyTorch's legacy format, and a call makes the number that it begins with.");
            }

            offset = TorchLegacyLayout.StepOver(_source, offset, names, Storages, context);
        }
    }

    private void AddStorages(PickleFactReader pickle)
    {
        foreach (PickleValue persistent in pickle.Persistents)
        {
            int budget = 64;
            if (TorchStorage.TryFromPersistentId(pickle.Machine.Shape(persistent, ref budget), out string key, out TorchStorage? storage))
            {
                Storages[key] = storage!;
            }
        }
    }

    private void ReportBreak(PickleMachine machine)
    {
        UnreadCause cause = machine.Ending switch
        {
            PickleEnding.EndOfData or PickleEnding.Truncated => UnreadCause.Truncated,
            PickleEnding.Limit => UnreadCause.Limit,
            _ => UnreadCause.Malformed,
        };
        string code = machine.Actions > 0 ? "pickle.malformed-after-call" : "pickle.broken";
        context.Anomaly(code, machine.EndingOffset, 0, $"The stream breaks at offset {machine.EndingOffset}: {machine.EndingDetail}");
        context.Unread(cause, machine.EndingOffset, _end - machine.EndingOffset, machine.EndingDetail);
    }

    /// <summary>Zero bytes and white space behind a pickle are padding. True when nothing else is left.</summary>
    private bool SkipPadding(ref long offset)
    {
        long at = Padding.End(_source, new ByteRange(offset, _end - offset));
        if (at >= _end)
        {
            context.Cover(new ByteRange(offset, _end - offset), CoverageKind.Data);
            return true;
        }

        // Blanks between two pickles count only where a pickle with a header follows them.
        if (at > offset && _source.ReadUpTo(at, 2) is [(byte)Op.PROTO, <= 5])
        {
            context.Cover(new ByteRange(offset, at - offset), CoverageKind.Data);
            offset = at;
        }

        return false;
    }

    /// <summary>The next pickle with a header that runs to its end, near what was read; null when there is none.</summary>
    private long? FindNext(long from)
    {
        try
        {
            _search ??= new PickleSearch(_source, _end, context.Budget);
            return _search.Next(from, GapSearch, trial => trial.Imports && trial.Acts);
        }
        catch (ScanStopException stop) when (stop.Reason == StopReason.Limit)
        {
            // What was read stays; that there may be more behind it is reported.
            context.Budget.Poll();
            context.Unread(UnreadCause.Limit, from, _end - from, "Too many places behind the last pickle may begin another one.");
            return null;
        }
    }
}
