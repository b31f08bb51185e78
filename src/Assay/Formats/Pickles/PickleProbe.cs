// Whether bytes are a pickle: most pickles of protocol 0 and 1 have no signature, so the bytes are tried.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Joblib;
using Assay.Pickle;
using Assay.Python.Names;

namespace Assay.Formats.Pickles;

/// <summary>Tries bytes as a pickle under a small budget.</summary>
internal static class PickleProbe
{
    private const long TrialOpcodes = 200_000;
    private const int SearchBytes = 4 << 20;
    private const int SearchOpaque = 64 << 10;
    private const int AcceptedByCount = 32;

    public static Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (head.Length < 2)
        {
            return null;
        }

        if (head[0] == (byte)Op.PROTO && head[1] <= 5 && (head.Length == 2 || OpcodeTable.IsOpcode(head[2])))
        {
            return new Claim(view.Range, ClaimStrength.Certain);
        }

        if (OpcodeTable.IsOpcode(head[0]) && IsPickle(view.Artifact.Bytes, view.Range, view.Budget, out bool sure))
        {
            return new Claim(view.Range, sure ? ClaimStrength.Likely : ClaimStrength.Weak);
        }

        return view.IsGap ? Search(view) : null;
    }

    /// <summary>Looks for a pickle with a header that calls something and runs to its end, or long enough, or imports what exists in Python, behind bytes of no known format.</summary>
    private static Claim? Search(ProbeView view)
    {
        // Numbers hold anything by chance, and a model has thousands of tensors: of bytes that are expected to be numbers only the start is searched.
        int length = (int)Math.Min(view.Artifact.MayBeOpaque ? SearchOpaque : SearchBytes, view.Range.Length);
        PickleSearch search = new(view.Artifact.Bytes, view.Range.End, view.Budget);
        long? found = search.Next(view.Range.Offset, length, trial =>
            trial.Imports && trial.Acts && (trial.Ending is PickleEnding.Stop || trial.KnownImports || trial.Opcodes >= AcceptedByCount));
        return found is { } offset ? new Claim(new ByteRange(offset, view.Range.End - offset), ClaimStrength.Likely) : null;
    }

    /// <summary>
    /// Whether bytes are a pickle, or several: a loader may load again, and PyTorch's begins with a number in a pickle of its own, so what follows
    /// a short one counts as well.
    /// </summary>
    private static bool IsPickle(ByteSource bytes, ByteRange range, ScanBudget budget, out bool sure)
    {
        long opcodes = 0;
        sure = false;
        for (long offset = range.Offset; offset < range.End;)
        {
            Trial trial = Try(bytes, new ByteRange(offset, range.End - offset), budget);
            opcodes += trial.Opcodes;
            sure = trial.Imports && trial.Acts;
            if (sure || trial.Ending is PickleEnding.Suspended or PickleEnding.Limit)
            {
                // Two hundred thousand opcodes that all fit are no accident, nor what costs more than a trial may.
                return true;
            }

            if (trial.Ending != PickleEnding.Stop)
            {
                // It breaks before anything is called; a name that exists in Python is imported all the same.
                return trial.KnownImports;
            }

            // A short text may well end in STOP by accident: then what follows must be nothing, or there must be many opcodes.
            if (trial.Imports || opcodes >= AcceptedByCount || IsBlank(bytes, new ByteRange(trial.End, range.End - trial.End)))
            {
                return true;
            }

            offset = trial.End;
        }

        return false;
    }

    /// <summary>
    /// Runs the first pickle of a range in all the ways in which loaders read it; nothing is logged. How it ends is how it ends for the loader
    /// that gets furthest.
    /// </summary>
    public static Trial Try(ByteSource bytes, ByteRange range, ScanBudget budget)
    {
        using PickleSession session = new(bytes, range.Offset, range.End, budget.Fork(TrialOpcodes * 2), JoblibArrays.Instance);
        TrialObserver observer = new();
        Trial best = default;
        try
        {
            session.Begin(observer);
            best = Run(session, observer);
            while (!(best.Imports && best.Acts) && session.Next() is { } reading)
            {
                session.Begin(reading, observer);
                Trial trial = Run(session, observer);
                best = trial.Ending is PickleEnding.Stop or PickleEnding.Suspended && best.Ending is not (PickleEnding.Stop or PickleEnding.Suspended)
                    ? trial
                    : best with { Imports = trial.Imports, Acts = best.Acts || trial.Acts, KnownImports = trial.KnownImports };
            }

            return best;
        }
        catch (ScanStopException stop) when (stop.Reason == StopReason.Limit)
        {
            budget.Poll();
            if (budget.IsSpent)
            {
                throw;
            }

            return new Trial(PickleEnding.Limit, session.Running.Position, session.Machine.Opcodes, observer.Imports, best.Acts || session.Machine.Actions > 0, observer.KnownImports);
        }
    }

    private static Trial Run(PickleSession session, TrialObserver observer)
    {
        PickleEnding ending = session.Run(TrialOpcodes);
        PickleMachine machine = session.Machine;
        return new Trial(ending, machine.Position, machine.Opcodes, observer.Imports, machine.Actions > 0, observer.KnownImports);
    }

    private static bool IsBlank(ByteSource bytes, ByteRange range) =>
        range.Length <= 64 && Padding.End(bytes, range) >= range.End;

    internal readonly record struct Trial(PickleEnding Ending, long End, long Opcodes, bool Imports, bool Acts, bool KnownImports);

    private sealed class TrialObserver : PickleObserver
    {
        public bool Imports { get; private set; }

        public bool KnownImports { get; private set; }

        public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
        {
            ImportRow row = machine.Import(import);
            bool plausible = !row.IsComputed && DottedName.IsPlausible(row.ResolvedModule) && DottedName.IsPlausible(row.ResolvedName);
            Imports |= row.IsComputed || plausible;
            KnownImports |= plausible && KnownModules.Has(row.ResolvedModule);
        }
    }
}
