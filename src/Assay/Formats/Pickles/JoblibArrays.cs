// Steps over the arrays that joblib writes into the middle of a pickle.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Joblib;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>
/// Runs a pickle and, where joblib's unpickler stops to read an array, steps over its bytes; an array of objects is a pickle of its own
/// and is read as one.
/// </summary>
internal sealed class JoblibArrays(Artifact artifact, ScanContext context)
{
    /// <summary>Object arrays may hold object arrays; the recursion is bounded by this, not by the file.</summary>
    private const int MaxDepth = 16;

    /// <summary>Shapes of element types nest: fields, sub-arrays and their types. This many levels more are looked at than elsewhere.</summary>
    private const int ExtraLevels = 24;

    private const long HugeBytes = 1L << 30;
    private const long HugeRatio = 100;

    private readonly ByteSource _source = artifact.Bytes;

    /// <summary>The ranges of array bytes that were stepped over.</summary>
    public List<ByteRange> Skipped { get; } = [];

    /// <summary>Runs the pickle that <paramref name="machine"/> has open to its end.</summary>
    public PickleEnding Run(PickleMachine machine, PickleFactWriter writer) => Run(machine, writer, 0);

    private PickleEnding Run(PickleMachine machine, PickleFactWriter writer, int depth)
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
                if (!StepOver(machine, state, depth))
                {
                    return machine.Fail(PickleEnding.BadArgument, "It cannot be told where joblib's array ends.");
                }

                ending = machine.Run();
            }

            return ending;
        }
        finally
        {
            writer.OnArrayWrapper = outer;
        }
    }

    private bool StepOver(PickleMachine machine, PickleValue state, int depth)
    {
        long at = machine.Position;
        int budget = 4096;
        JoblibArrayLayout layout = JoblibArrayLayout.FromState(machine.Shape(state, ref budget, depth: -ExtraLevels));
        if (layout.Error is { } error)
        {
            context.Anomaly("joblib.wrapper-broken", at, 0, error);
            return false;
        }

        if (layout.IsDisputed)
        {
            context.Anomaly("joblib.wrapper-disputed", at, 0, "Loaders do not agree whether raw bytes or a pickle follow.");
        }

        if (layout.IsPickle)
        {
            return depth < MaxDepth && RunNested(machine, at, depth);
        }

        long start = at;
        if (layout.HasPadding)
        {
            byte[] padding = _source.ReadUpTo(at, 1);
            start += 1 + (padding.Length == 0 ? 0 : padding[0]);
        }

        if (layout.ByteCount > _source.Length - start)
        {
            // A torn download ends early; a forged header makes a loader reserve what no file could hold.
            bool huge = layout.ByteCount >= HugeBytes && layout.ByteCount / HugeRatio > _source.Length;
            context.Anomaly(huge ? "joblib.declares-more" : "joblib.truncated", at, 0, $"An array declares {layout.ByteCount} bytes and {Math.Max(0, _source.Length - start)} are left.");
            return false;
        }

        Skipped.Add(new ByteRange(at, start + layout.ByteCount - at));
        machine.Seek(start + layout.ByteCount);
        return true;
    }

    private bool RunNested(PickleMachine outer, long at, int depth)
    {
        PickleMachine machine = PickleMachinePool.Rent();
        try
        {
            PickleFactWriter nested = new(artifact, machine);
            machine.Open(_source, at, _source.Length, nested, context.Budget);
            try
            {
                Run(machine, nested, depth + 1);
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

            outer.Seek(machine.Position);
            return true;
        }
        finally
        {
            PickleMachinePool.Return(machine);
        }
    }
}
