// Reads single pickles out of a longer stream, for the layouts that mix them with raw numbers.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.PyTorch;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>Reads one pickle at a time and logs what it would run.</summary>
internal sealed class PickleStepper(Artifact artifact, ReadContext context) : IPickleStepper
{
    public bool TryReadPickle(long offset, out long end, out ValueShape value)
    {
        PickleMachine machine = PickleMachinePool.Rent();
        PickleFactWriter writer = new(artifact, machine, context.Budget.Limits);
        try
        {
            machine.Open(artifact.Bytes, offset, artifact.Bytes.Length, writer, context.Budget);
            PickleEnding ending = machine.Run();
            int budget = 1 << 16;
            end = machine.Position;
            value = ending == PickleEnding.Stop ? machine.Shape(machine.Result, ref budget) : new ValueShape(ShapeKind.Unknown);
            return ending == PickleEnding.Stop;
        }
        finally
        {
            writer.Commit(context);
            context.Cover(new ByteRange(offset, machine.Position - offset), CoverageKind.Parsed);
            PickleMachinePool.Return(machine);
        }
    }
}
