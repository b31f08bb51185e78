// Runs a pickle on the abstract machine for the sake of the value that it makes, stepping over joblib's arrays.
using Assay.Bytes;
using Assay.Formats.Joblib;
using Assay.Pickle;

namespace Assay.Conversion;

/// <summary>An array of joblib's, which lies in the stream behind its wrapper.</summary>
/// <param name="Range">Where it lies.</param>
/// <param name="IsPickle">Whether it is an array of objects, which is a pickle of its own.</param>
internal readonly record struct WrappedArray(ByteRange Range, bool IsPickle);

/// <summary>A pickle that ran: its machine, what was recorded, and where joblib's arrays lie. Nothing of the file was executed.</summary>
internal sealed class PickleRun : IDisposable
{
    private const int LayoutBudget = 1 << 16;
    private const int MostNested = 16;

    private PickleRun(PickleMachine machine, ValueRecorder recorder, Dictionary<int, WrappedArray> arrays)
    {
        Machine = machine;
        Recorder = recorder;
        Arrays = arrays;
    }

    public PickleMachine Machine { get; }

    public ValueRecorder Recorder { get; }

    /// <summary>Where joblib's arrays lie, by the row of their wrapper.</summary>
    public Dictionary<int, WrappedArray> Arrays { get; }

    /// <summary>The value that the pickle makes.</summary>
    public PickleValue Value => Machine.Result;

    /// <summary>The offset behind its STOP.</summary>
    public long End => Machine.Position;

    /// <summary>Runs the pickle that lies at <paramref name="offset"/>.</summary>
    /// <exception cref="MalformedException">It breaks: what a loader would make of it is nothing.</exception>
    public static PickleRun Of(WeightSource source, long offset, string what) => Of(source, offset, what, 0);

    public void Dispose() => PickleMachinePool.Return(Machine);

    private static PickleRun Of(WeightSource source, long offset, string what, int depth)
    {
        PickleMachine machine = PickleMachinePool.Rent();
        try
        {
            ValueRecorder recorder = new();
            PickleRun run = new(machine, recorder, []);
            machine.Open(source.Bytes, offset, source.Bytes.Length, recorder, source.Budget);
            while (machine.Run() == PickleEnding.Suspended)
            {
                run.StepOver(source, what, depth);
            }

            if (machine.Ending != PickleEnding.Stop)
            {
                throw new MalformedException(machine.EndingOffset, $"{what} breaks: {machine.EndingDetail}");
            }

            return run;
        }
        catch
        {
            PickleMachinePool.Return(machine);
            throw;
        }
    }

    private void StepOver(WeightSource source, string what, int depth)
    {
        (PickleValue wrapper, PickleValue state) = Recorder.Suspended;
        long at = Machine.Position;
        JoblibArrayLayout layout = JoblibArrayLayout.FromState(Machine.WholeShape(state, LayoutBudget));
        if (layout.Error is { } error || layout.IsDisputed)
        {
            throw new MalformedException(at, $"{what} has an array of which it cannot be told where it ends: {layout.Error ?? "loaders do not agree."}");
        }

        if (layout.IsPickle)
        {
            if (depth >= MostNested)
            {
                throw new MalformedException(at, $"{what} has arrays of objects inside each other, more than {MostNested} deep.");
            }

            using PickleRun nested = Of(source, at, what, depth + 1);
            Arrays[wrapper.Row] = new WrappedArray(new ByteRange(at, nested.End - at), IsPickle: true);
            Machine.Seek(nested.End);
            return;
        }

        if (!layout.TryLocate(source.Bytes, at, out ByteRange range, out long missing) || missing > 0)
        {
            throw new MalformedException(at, $"{what} has an array of {layout.ByteCount} bytes of which {missing} are missing.");
        }

        Arrays[wrapper.Row] = new WrappedArray(range, IsPickle: false);
        Machine.Seek(range.End);
    }
}
