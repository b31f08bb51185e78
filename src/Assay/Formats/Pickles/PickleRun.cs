// Runs a pickle on the abstract machine for the sake of the value that it makes.
using Assay.Bytes;
using Assay.Formats.Joblib;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>A pickle that ran: its machine, what was recorded, and where joblib's arrays lie. Nothing of the file was executed.</summary>
internal sealed class PickleRun : IDisposable
{
    private readonly PickleSession _session;

    private PickleRun(PickleSession session, ValueRecorder recorder)
    {
        _session = session;
        Recorder = recorder;
    }

    public PickleMachine Machine => _session.First;

    public ValueRecorder Recorder { get; }

    /// <summary>Where joblib's arrays lie, by the row of their wrapper.</summary>
    public Dictionary<int, WrappedArray> Arrays => Recorder.Arrays;

    /// <summary>The value that the pickle makes.</summary>
    public PickleValue Value => Machine.Result;

    /// <summary>The offset behind its STOP.</summary>
    public long End => Machine.Position;

    /// <summary>What the pickle at an offset is called by all who read it: the bytes that it lies in, and where.</summary>
    public static (ByteSource, long) Key(ByteSource bytes, long offset) =>
        bytes is SliceSource { Identity: var (whole, part) } ? (whole, part.Offset + offset) : (bytes, offset);

    /// <summary>The run that a session made for the sake of something else as well; null where it came to nothing.</summary>
    public static PickleRun? Of(PickleSession session, ValueRecorder recorder) =>
        session.Readings is [{ Ending: PickleEnding.Stop }, ..] && recorder.Problem is null ? new PickleRun(session, recorder) : null;

    /// <summary>Runs the pickle that lies at <paramref name="offset"/>, unless it was run on the way.</summary>
    /// <exception cref="MalformedException">It breaks: what a loader would make of it is nothing.</exception>
    public static PickleRun Of(TensorSource source, long offset, string what)
    {
        if (source.Context.Handed.Remove(Key(source.Bytes, offset), out IDisposable? handed) && handed is PickleRun run)
        {
            return run;
        }

        ValueRecorder recorder = new();
        PickleSession session = new(source.Bytes, offset, source.Bytes.Length, source.Budget, JoblibArrays.Instance);
        try
        {
            session.Begin(recorder);
            if (session.Run() == PickleEnding.Stop && recorder.Problem is null)
            {
                return new PickleRun(session, recorder);
            }

            throw new MalformedException(session.First.EndingOffset, $"{what} {recorder.Problem ?? "breaks: " + session.First.EndingDetail}");
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public void Dispose() => _session.Dispose();
}
