// Steps over the arrays that joblib writes into the middle of a pickle.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Joblib;
using Assay.Pickle;
using Assay.Tensors;

namespace Assay.Formats.Pickles;

/// <summary>
/// Runs a pickle and, where joblib's unpickler stops to read an array, steps over its bytes; an array of objects is a pickle of its own
/// and is read as one.
/// </summary>
internal sealed class JoblibArrays(Artifact artifact, ReadContext context)
{
    private const int LayoutBudget = 1 << 16;

    private readonly ByteSource _source = artifact.Bytes;

    /// <summary>The ranges of array bytes that were stepped over.</summary>
    public List<ByteRange> Skipped { get; } = [];

    /// <summary>Runs the pickle that <paramref name="machine"/> has open to its end.</summary>
    public PickleEnding Run(PickleMachine machine, PickleFactWriter writer)
    {
        PickleValue wrapper = default;
        Action<PickleMachine, PickleValue>? outer = writer.OnArrayWrapper;
        writer.OnCompanion ??= (companion, offset) => companion.Report(context, offset);
        writer.OnArrayWrapper = (running, state) =>
        {
            wrapper = state;
            running.SuspendRequested = true;
        };
        try
        {
            PickleEnding ending = machine.Run();
            while (ending == PickleEnding.Suspended && !wrapper.IsEmpty)
            {
                PickleValue state = wrapper;
                wrapper = default;
                PickleEnding step = StepOver(machine, state);
                if (step != PickleEnding.Suspended)
                {
                    return machine.Fail(step, step == PickleEnding.Truncated ? "The file ends inside an array." : "It cannot be told where joblib's array ends.");
                }

                machine.ReplaceTop();
                ending = machine.Run();
            }

            return ending;
        }
        finally
        {
            writer.OnArrayWrapper = outer;
        }
    }

    /// <summary>Steps over the array at the machine's position: suspended when the stream goes on behind it, else how it ends.</summary>
    private PickleEnding StepOver(PickleMachine machine, PickleValue state)
    {
        machine.NoteFileRead();
        long at = machine.FilePosition;
        JoblibArrayLayout layout = JoblibArrayLayout.FromState(machine.WholeShape(state, LayoutBudget));
        if (layout.Error is { } error)
        {
            context.Anomaly("joblib.wrapper-broken", at, 0, error);
            return PickleEnding.BadArgument;
        }

        if (layout.IsDisputed)
        {
            context.Anomaly("joblib.wrapper-disputed", at, 0, "Loaders do not agree whether raw bytes or a pickle follow.");
        }

        if (layout.IsPickle)
        {
            return RunNested(machine, at) ? PickleEnding.Suspended : PickleEnding.BadArgument;
        }

        long start = at;
        if (layout.HasPadding)
        {
            byte[] padding = _source.ReadUpTo(at, 1);
            start += 1 + (padding.Length == 0 ? 0 : padding[0]);
        }

        long left = Math.Max(0, _source.Length - start);
        if (layout.ByteCount > left)
        {
            // A torn download lacks a part of its array; an array that is out of all proportion was never there.
            if (ArrayExtent.IsAbsurd(layout.ByteCount, left))
            {
                context.Anomaly("joblib.declares-more", at, 0, $"An array declares {layout.ByteCount} bytes and {left} are left.");
            }

            Skipped.Add(new ByteRange(at, _source.Length - at));
            return PickleEnding.Truncated;
        }

        Skipped.Add(new ByteRange(at, start + layout.ByteCount - at));
        machine.SeekFile(start + layout.ByteCount);
        return PickleEnding.Suspended;
    }

    /// <summary>joblib hands the file to <c>pickle.load</c>, which knows nothing of arrays.</summary>
    private bool RunNested(PickleMachine outer, long at)
    {
        PickleMachine machine = PickleMachinePool.Rent();
        try
        {
            PickleFactWriter nested = new(artifact, machine, context.Budget.Limits);
            machine.Open(_source, at, _source.Length, nested, context.Budget);
            try
            {
                machine.Run();
            }
            finally
            {
                nested.Commit(context);
            }

            nested.SubmitPayloads(context);
            if (machine.Ending != PickleEnding.Stop)
            {
                return false;
            }

            outer.SeekFile(machine.Position);
            return true;
        }
        finally
        {
            PickleMachinePool.Return(machine);
        }
    }
}
