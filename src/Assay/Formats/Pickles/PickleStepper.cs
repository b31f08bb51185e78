// Reads single pickles out of a longer stream, for the layouts that mix them with raw numbers.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.PyTorch;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>Reads one pickle at a time and logs what it would run.</summary>
internal sealed class PickleStepper(ReadContext context) : IPickleStepper
{
    public bool TryReadPickle(long offset, out long end, out ValueShape value)
    {
        using PickleFactReader pickle = new(context, offset, context.Artifact.Bytes.Length);
        try
        {
            pickle.Read();
            int budget = 1 << 16;
            end = pickle.Machine.Position;
            bool stopped = pickle.Machine.Ending == PickleEnding.Stop;
            value = stopped ? pickle.Machine.Shape(pickle.Machine.Result, ref budget) : new ValueShape(ShapeKind.Unknown);
            return stopped;
        }
        finally
        {
            pickle.Log();
            context.Cover(new ByteRange(offset, pickle.Machine.Position - offset), CoverageKind.Parsed);
        }
    }
}
