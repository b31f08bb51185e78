// Items of sets, and what cannot be an item or a key.
namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    private void AddItems(int position)
    {
        if (position < 0)
        {
            return;
        }

        if (position <= _fence || position > _top)
        {
            Underflow();
            return;
        }

        PickleValue target = _stack[position - 1];
        ReadOnlySpan<PickleValue> items = _stack.AsSpan(position, _top - position);
        if (!items.IsEmpty)
        {
            if (target.Kind == PickleKind.Set)
            {
                if (HasUnhashable(items, 1))
                {
                    return;
                }

                AddChildren(target, items);
            }
            else if (target.Kind >= PickleKind.Import)
            {
                Actions++;
                _observer.OnMethod(this, target, "add", items, _reader.Offset, _reader.Opcode);
            }
            else
            {
                End(PickleEnding.BadOperand, $"ADDITEMS needs a set and finds {Describe(target)}.");
                return;
            }
        }

        _top = position;
    }

    /// <summary>Lists, dicts, sets and bytearrays cannot be keys: every unpickler raises. Ends the run when one is.</summary>
    private bool HasUnhashable(ReadOnlySpan<PickleValue> items, int step)
    {
        for (int i = 0; i < items.Length; i += step)
        {
            if (items[i].Kind >= PickleKind.ByteArray && (items[i].IsMutable || items[i].Kind == PickleKind.ByteArray))
            {
                End(PickleEnding.BadOperand, $"{Describe(items[i])} cannot be hashed.");
                return true;
            }
        }

        return false;
    }
}
