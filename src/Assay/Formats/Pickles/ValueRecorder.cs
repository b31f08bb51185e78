// Remembers what a pickle puts into objects that are not plain containers, and where joblib's arrays lie.
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>An array of joblib's, which lies in the stream behind its wrapper.</summary>
/// <param name="Range">Where it lies.</param>
/// <param name="IsPickle">Whether it is an array of objects, which is a pickle of its own.</param>
internal readonly record struct WrappedArray(ByteRange Range, bool IsPickle);

/// <summary>
/// Remembers what a pickle puts into the results of calls: the items of an <c>OrderedDict</c>, the elements of a list subclass, the arrays
/// that wrappers stand for.
/// </summary>
internal sealed class ValueRecorder : PickleObserver
{
    private readonly Dictionary<int, List<PickleValue>> _pairs = [];
    private readonly Dictionary<int, List<PickleValue>> _elements = [];

    /// <summary>Every persistent id, in the order of the stream.</summary>
    public List<PickleValue> Persistents { get; } = [];

    /// <summary>Where joblib's arrays lie, by the row of their wrapper.</summary>
    public Dictionary<int, WrappedArray> Arrays { get; } = [];

    /// <summary>Why what an array holds cannot be told, or null: of the first such array.</summary>
    public string? Problem { get; private set; }

    /// <summary>Keys and values, one after the other.</summary>
    public IReadOnlyList<PickleValue> Pairs(PickleValue value) => _pairs.GetValueOrDefault(value.Row) ?? [];

    public IReadOnlyList<PickleValue> Elements(PickleValue value) => _elements.GetValueOrDefault(value.Row) ?? [];

    public override void OnMethod(PickleMachine machine, PickleValue target, string method, ReadOnlySpan<PickleValue> operands, long offset, Op opcode)
    {
        if (target.Kind is not (PickleKind.Result or PickleKind.Instance))
        {
            return;
        }

        Dictionary<int, List<PickleValue>> into = method == "__setitem__" ? _pairs : _elements;
        if (!into.TryGetValue(target.Row, out List<PickleValue>? list))
        {
            into.Add(target.Row, list = []);
        }

        list.AddRange(operands);
    }

    public override void OnPersistent(PickleMachine machine, PickleValue persistent, long offset, Op opcode) => Persistents.Add(persistent);

    public override void OnArray(PickleMachine machine, PickleValue target, PickleArray array)
    {
        Problem ??= array switch
        {
            { Error: { } error } => $"has an array of which it cannot be told where it ends: {error}",
            { IsDisputed: true } => "has an array of which it cannot be told where it ends: loaders do not agree.",
            { Missing: > 0 } => $"has an array of {array.Declared} bytes of which {array.Missing} are missing.",
            _ => null,
        };
    }

    /// <summary>What is inside the pickle of an array is for those who ask for it.</summary>
    public override PickleObserver OnNested(PickleMachine nested) => new ValueRecorder();

    public override void OnArrayRead(PickleMachine machine, PickleValue target, PickleValue value, PickleArray array) =>
        Arrays[value.Row] = new WrappedArray(new ByteRange(array.Start, array.End - array.Start), array.IsPickle);
}
