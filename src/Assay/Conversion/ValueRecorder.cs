// Remembers what a pickle puts into objects that are not plain containers, and stops where joblib's arrays begin.
using Assay.Formats.Joblib;
using Assay.Pickle;

namespace Assay.Conversion;

/// <summary>
/// Remembers what a pickle puts into the results of calls: the items of an <c>OrderedDict</c>, the elements of a list subclass.
/// </summary>
internal sealed class ValueRecorder : PickleObserver
{
    private readonly Dictionary<int, List<PickleValue>> _pairs = [];
    private readonly Dictionary<int, List<PickleValue>> _elements = [];

    /// <summary>Every persistent id, in the order of the stream.</summary>
    public List<PickleValue> Persistents { get; } = [];

    /// <summary>The array wrapper at which the run was suspended, and its state; empty otherwise.</summary>
    public (PickleValue Wrapper, PickleValue State) Suspended { get; set; }

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

    public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset)
    {
        if (target.Kind is PickleKind.Result or PickleKind.Instance && machine.Root(target) is { IsEmpty: false } root
            && JoblibArrayLayout.IsWrapper(machine.Import(root).Resolved))
        {
            Suspended = (target, state);
            machine.SuspendRequested = true;
        }
    }
}
