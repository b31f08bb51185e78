// Receives what a pickle would make a loader do.
namespace Assay.Pickle;

/// <summary>
/// Receives, in the order of the stream, what a loader would do. Values are meaningless without their machine and valid until it is
/// opened again.
/// </summary>
internal abstract class PickleObserver
{
    /// <summary>A callable or other object is resolved by module and name.</summary>
    public virtual void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
    {
    }

    /// <summary>Something is called; <paramref name="result"/> names the row with callee and arguments.</summary>
    public virtual void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode)
    {
    }

    /// <summary>BUILD puts a state into an object that is not plain.</summary>
    public virtual void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset)
    {
    }

    /// <summary>The object that BUILD filled stands for an array in a file of its own, which a loader opens here.</summary>
    public virtual void OnArrayFile(PickleMachine machine, PickleValue target, PickleValue state, long offset)
    {
    }

    /// <summary>The object that BUILD filled stands for an array that a loader reads here.</summary>
    public virtual void OnArray(PickleMachine machine, PickleValue target, PickleArray array)
    {
    }

    /// <summary>The array is a pickle of its own, which runs on a machine of its own; returns who observes that.</summary>
    public virtual PickleObserver OnNested(PickleMachine nested) => this;

    /// <summary>The pickle of an array ended.</summary>
    public virtual void OnNestedEnd(PickleMachine nested)
    {
    }

    /// <summary>The array was read: <paramref name="value"/> took the place of <paramref name="target"/> on the stack.</summary>
    public virtual void OnArrayRead(PickleMachine machine, PickleValue target, PickleValue value, PickleArray array)
    {
    }

    /// <summary>An opcode calls a method of an object that is not a plain container.</summary>
    public virtual void OnMethod(PickleMachine machine, PickleValue target, string method, ReadOnlySpan<PickleValue> operands, long offset, Op opcode)
    {
    }

    /// <summary>An object that a loader made becomes a key, or an item of a set: it is hashed and compared.</summary>
    public virtual void OnHashed(PickleMachine machine, PickleValue key, long offset, Op opcode)
    {
    }

    /// <summary>A persistent id is resolved.</summary>
    public virtual void OnPersistent(PickleMachine machine, PickleValue persistent, long offset, Op opcode)
    {
    }

    /// <summary>An extension code is resolved.</summary>
    public virtual void OnExtension(PickleMachine machine, PickleValue extension, long offset, Op opcode)
    {
    }

    /// <summary>POP or POP_MARK throws away something that a loader resolved or made; the memo may still hold it.</summary>
    public virtual void OnDrop(PickleMachine machine, PickleValue value, long offset)
    {
    }

    /// <summary>A bytes or string constant whose first bytes look like a file of its own.</summary>
    public virtual void OnPayload(PickleMachine machine, PickleValue constant, long offset, long length)
    {
    }

    /// <summary>
    /// Whether the observer has heard of this kind of oddity and only counts it from now on, which it does when it says so. Asked where a
    /// stream can be odd at every opcode, before a sentence is made of it.
    /// </summary>
    public virtual bool IsOldNews(string code) => false;

    /// <summary>Something odd that could still be read; <paramref name="code"/> is stable.</summary>
    public virtual void OnOddity(PickleMachine machine, string code, long offset, string detail)
    {
    }
}
