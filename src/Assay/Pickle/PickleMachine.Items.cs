// What containers are filled with: items of sets, calls of methods, and what cannot be an item or a key.
namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    /// <summary>
    /// What is filled, and the values from a position on that go into it; false where the run has ended, or ends because there is nothing
    /// to fill.
    /// </summary>
    private bool TryTarget(int position, out PickleValue target, out ReadOnlySpan<PickleValue> items)
    {
        target = default;
        items = default;
        if (_ended)
        {
            return false;
        }

        if (position <= _fence || position > _top)
        {
            Underflow();
            return false;
        }

        target = _stack[position - 1];
        items = _stack.AsSpan(position, _top - position);
        return true;
    }

    /// <summary>Items go to something that is no plain container: the unpickler calls a method of it.</summary>
    private void CallMethod(PickleValue target, string method, ReadOnlySpan<PickleValue> items)
    {
        Actions++;
        _observer.OnMethod(this, target, method, items, _reader.Offset, _reader.Opcode);
    }

    private void AddItems(int position)
    {
        if (!TryTarget(position, out PickleValue target, out ReadOnlySpan<PickleValue> items))
        {
            return;
        }

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
                CallMethod(target, "add", items);
            }
            else
            {
                End(PickleEnding.BadOperand, $"ADDITEMS needs a set and finds {Describe(target)}.");
                return;
            }
        }

        _top = position;
    }

    /// <summary>How deep keys that are tuples are looked into.</summary>
    private const int HashedDepth = 2;

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

            if (items[i].Kind >= PickleKind.FrozenSet || items[i].Kind == PickleKind.Tuple)
            {
                NoteHashed(items[i], HashedDepth);
            }
        }

        return false;
    }

    /// <summary>A key, and what a key that is a tuple holds, is hashed and compared: by its own methods, where it is an object.</summary>
    private void NoteHashed(PickleValue key, int depth)
    {
        if (key.Kind is PickleKind.Result or PickleKind.Instance)
        {
            _observer.OnHashed(this, key, _reader.Offset, _reader.Opcode);
        }
        else if (depth > 0 && key.Tainted)
        {
            foreach (PickleValue item in Items(key))
            {
                NoteHashed(item, depth - 1);
            }
        }
    }
}
