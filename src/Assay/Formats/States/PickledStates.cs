// Watches a pickle for objects whose native code trusts the indices in their state.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Pickles;
using Assay.Pickle;

namespace Assay.Formats.States;

/// <summary>
/// Watches a pickle for objects of the classes of <see cref="StateRules"/>, and holds what they end as to the table: native code reads, and writes, where the
/// indices in a state lead.
/// </summary>
internal sealed class PickledStates(ReadContext context, HeldMemory held, OddityTally oddities) : PickleObserver
{
    private const int BytesOfObject = 32;
    private const int MostClasses = 4;

    // An archive may have a hundred thousand pickles, and hardly any has such a class: nothing is made before one is met.
    private Dictionary<int, IReadOnlyList<StateRule>>? _classes;
    private Dictionary<PickleValue, (IReadOnlyList<StateRule> Rules, long Offset)>? _objects;
    private Dictionary<int, ByteRange>? _arrays;
    private PickledStates? _nested;

    public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
    {
        if (_classes?.ContainsKey(import.Row) is not true && StateRules.Of(machine.Import(import).Resolved) is { Count: > 0 } rules)
        {
            held.Add(BytesOfObject);
            (_classes ??= []).Add(import.Row, rules);
        }
    }

    public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode)
    {
        if (_classes is not null)
        {
            Keep(machine, result, offset);
        }
    }

    public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset)
    {
        if (_classes is not null)
        {
            Keep(machine, target, offset);
        }
    }

    public override PickleObserver OnNested(PickleMachine nested) => _nested = new PickledStates(context, held, oddities);

    public override void OnNestedEnd(PickleMachine nested)
    {
        _nested?.Check(nested);
        _nested = null;
    }

    public override void OnArrayRead(PickleMachine machine, PickleValue target, PickleValue value, PickleArray array)
    {
        held.Add(BytesOfObject);
        (_arrays ??= [])[value.Row] = new ByteRange(array.Start, array.End - array.Start);
    }

    /// <summary>The pickle ran: looks at what its objects ended as.</summary>
    public void Check(PickleMachine machine)
    {
        if (_objects is null)
        {
            return;
        }

        TensorSource tensors = new(machine.Source, context, new TensorGroup("pickle"));
        PickledStateSource source = new(machine, new PickledBytes(machine, tensors), _arrays ?? []);
        foreach ((PickleValue value, (IReadOnlyList<StateRule> rules, long offset)) in _objects)
        {
            StateCheck check = new(new PickledState(source, value), context.Budget);
            foreach (StateRule rule in rules)
            {
                if (check.Find(rule) is { } fault)
                {
                    oddities.Add(fault.Code, offset, $"{machine.Origin(value, resolved: true)}: {fault.Detail}.");
                }
            }

            source.Forget();
        }
    }

    /// <summary>Remembers an object of a class of the table: made of the class, or by something that got the class.</summary>
    private void Keep(PickleMachine machine, PickleValue target, long offset)
    {
        if (target.Kind is not (PickleKind.Result or PickleKind.Instance) || _objects?.ContainsKey(target) is true)
        {
            return;
        }

        CallRow row = machine.Call(target);
        IReadOnlyList<StateRule>? rules = Rules(row.Callee);
        ReadOnlySpan<PickleValue> arguments = machine.Items(row.Arguments);
        for (int i = 0; rules is null && i < Math.Min(arguments.Length, MostClasses); i++)
        {
            rules = Rules(arguments[i]);
        }

        if (rules is not null)
        {
            held.Add(BytesOfObject * 2);
            (_objects ??= []).Add(target, (rules, offset));
        }
    }

    private IReadOnlyList<StateRule>? Rules(PickleValue import) => import.Kind is PickleKind.Import ? _classes?.GetValueOrDefault(import.Row) : null;
}
