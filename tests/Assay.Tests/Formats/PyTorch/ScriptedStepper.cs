// A stream of pickles and raw numbers whose pickles are known beforehand.
using Assay.Artifacts;
using Assay.Formats.PyTorch;
using Assay.Tests.Tensors;

namespace Assay.Tests.Formats.PyTorch;

/// <summary>Builds a stream; each pickle is one byte, and its value is what the literal says.</summary>
internal sealed class ScriptedStepper : IPickleStepper
{
    private readonly List<byte> _bytes = [];
    private readonly Dictionary<long, ValueShape> _values = [];

    public byte[] Bytes => [.. _bytes];

    public ScriptedStepper Pickle(string literal)
    {
        _values[_bytes.Count] = PickledShapes.Of(literal);
        _bytes.Add((byte)'.');
        return this;
    }

    public ScriptedStepper Int64(params long[] numbers)
    {
        _bytes.AddRange(numbers.SelectMany(BitConverter.GetBytes));
        return this;
    }

    public ScriptedStepper Int32(params int[] numbers)
    {
        _bytes.AddRange(numbers.SelectMany(BitConverter.GetBytes));
        return this;
    }

    public ScriptedStepper Zeros(int count)
    {
        _bytes.AddRange(new byte[count]);
        return this;
    }

    public bool TryReadPickle(long offset, out long end, out ValueShape value)
    {
        bool known = _values.TryGetValue(offset, out ValueShape? found);
        end = known ? offset + 1 : offset;
        value = found ?? new ValueShape(ShapeKind.Unknown);
        return known;
    }
}
