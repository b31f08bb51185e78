// Two observers of one run.
namespace Assay.Pickle;

/// <summary>Tells two observers what happens, one after the other, so that a pickle that two ask about is run once.</summary>
internal sealed class PickleObservers(PickleObserver first, PickleObserver second) : PickleObserver
{
    public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
    {
        first.OnImport(machine, import, offset, opcode);
        second.OnImport(machine, import, offset, opcode);
    }

    public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode)
    {
        first.OnCall(machine, result, offset, opcode);
        second.OnCall(machine, result, offset, opcode);
    }

    public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset)
    {
        first.OnState(machine, target, state, offset);
        second.OnState(machine, target, state, offset);
    }

    public override void OnArrayFile(PickleMachine machine, PickleValue target, PickleValue state, long offset)
    {
        first.OnArrayFile(machine, target, state, offset);
        second.OnArrayFile(machine, target, state, offset);
    }

    public override void OnArray(PickleMachine machine, PickleValue target, PickleArray array)
    {
        first.OnArray(machine, target, array);
        second.OnArray(machine, target, array);
    }

    public override PickleObserver OnNested(PickleMachine nested) => new PickleObservers(first.OnNested(nested), second.OnNested(nested));

    public override void OnNestedEnd(PickleMachine nested)
    {
        first.OnNestedEnd(nested);
        second.OnNestedEnd(nested);
    }

    public override void OnArrayRead(PickleMachine machine, PickleValue target, PickleValue value, PickleArray array)
    {
        first.OnArrayRead(machine, target, value, array);
        second.OnArrayRead(machine, target, value, array);
    }

    public override void OnMethod(PickleMachine machine, PickleValue target, string method, ReadOnlySpan<PickleValue> operands, long offset, Op opcode)
    {
        first.OnMethod(machine, target, method, operands, offset, opcode);
        second.OnMethod(machine, target, method, operands, offset, opcode);
    }

    public override void OnHashed(PickleMachine machine, PickleValue key, long offset, Op opcode)
    {
        first.OnHashed(machine, key, offset, opcode);
        second.OnHashed(machine, key, offset, opcode);
    }

    public override void OnPersistent(PickleMachine machine, PickleValue persistent, long offset, Op opcode)
    {
        first.OnPersistent(machine, persistent, offset, opcode);
        second.OnPersistent(machine, persistent, offset, opcode);
    }

    public override void OnExtension(PickleMachine machine, PickleValue extension, long offset, Op opcode)
    {
        first.OnExtension(machine, extension, offset, opcode);
        second.OnExtension(machine, extension, offset, opcode);
    }

    public override void OnDrop(PickleMachine machine, PickleValue value, long offset)
    {
        first.OnDrop(machine, value, offset);
        second.OnDrop(machine, value, offset);
    }

    public override void OnPayload(PickleMachine machine, PickleValue constant, long offset, long length)
    {
        first.OnPayload(machine, constant, offset, length);
        second.OnPayload(machine, constant, offset, length);
    }

    /// <summary>The first is the one that keeps oddities.</summary>
    public override bool IsOldNews(string code) => first.IsOldNews(code);

    public override void OnOddity(PickleMachine machine, string code, long offset, string detail)
    {
        first.OnOddity(machine, code, offset, detail);
        second.OnOddity(machine, code, offset, detail);
    }
}
