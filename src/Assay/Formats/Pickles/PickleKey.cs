// Canonical bytes of a use of a callable, by which equal uses are counted together.
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>
/// Builds the canonical bytes of a call: who is called and with what. Equality is by content, so that no crafted collision can hide
/// one call behind another; a constant too long to be compared makes its call different from all others.
/// </summary>
/// <param name="machine">The machine that the values belong to.</param>
/// <param name="isOpaque">Whether what an import returns is told apart by its name alone.</param>
internal sealed class PickleKey(PickleMachine machine, Predicate<PickleValue> isOpaque)
{
    private const int MaxNodes = 256;
    private const int MaxDepth = 8;
    private const int MaxConstant = 1024;
    private const int NodeWork = 12;
    private byte[] _bytes = new byte[128];
    private int _length;
    private int _nodes;

    /// <summary>The bytes built last.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Whether what the key is of may go through the objects that it gets.</summary>
    public bool IsEntering { get; set; }

    /// <summary>Starts anew with a tag.</summary>
    public void Begin(byte tag)
    {
        // What the last key took; no key is large.
        machine.Budget?.SpendWork(NodeWork + (NodeWork * _nodes) + _length);
        _length = 0;
        _nodes = 0;
        Byte(tag);
    }

    /// <summary>Appends a value: its shape, the imports in it, and its constants where <paramref name="constants"/>.</summary>
    public void Value(PickleValue value, bool constants, int depth = 0)
    {
        Byte((byte)value.Kind);
        if (++_nodes > MaxNodes || depth > MaxDepth)
        {
            Number(constants ? value.Bits : 0);
            return;
        }

        switch (value.Kind)
        {
            case PickleKind.Import or PickleKind.Extension:
                Number((ulong)value.Payload);
                break;
            case PickleKind.Result or PickleKind.Instance:
                CallRow call = machine.Call(value);
                Value(call.Callee, constants, depth + 1);
                if (call.Callee.Kind != PickleKind.Import || !isOpaque(call.Callee))
                {
                    // What such a call gives depends on what it got: a partial function, an attribute.
                    // Of what lies deeper than all that is looked at nothing is told apart.
                    Value(call.Arguments, constants: depth < MaxDepth, depth + 1);
                }
                else if (IsEntering && machine.IsTainted(call.Arguments))
                {
                    Value(call.Arguments, constants, depth + 1);
                }

                // Whoever enters an object comes to what a state has put into it; arrays differ in their bytes, which nobody enters.
                if (IsEntering && !call.State.IsEmpty)
                {
                    bool isNamed = call.State.Kind is PickleKind.Dict || (call.State.Kind is PickleKind.Tuple && machine.Items(call.State) is [_, { Kind: PickleKind.Dict }]);
                    Value(call.State, constants: isNamed && depth < MaxDepth, depth + 1);
                }

                break;
            case PickleKind.Persistent or PickleKind.Buffer or PickleKind.None or PickleKind.True or PickleKind.False or PickleKind.EmptyTuple:
                break;
            case PickleKind.Tuple when machine.Items(value) is { Length: > 0 and <= 64 } items:
                Byte(0);
                foreach (PickleValue item in items)
                {
                    Value(item, constants, depth + 1);
                }

                Byte(0xFF);
                break;
            case PickleKind.Tuple or PickleKind.FrozenSet or PickleKind.List or PickleKind.Dict or PickleKind.Set:
                List<PickleValue> children = machine.Children(value, 64, out bool elided);
                Byte(elided ? (byte)1 : (byte)0);
                foreach (PickleValue child in children)
                {
                    Value(child, constants, depth + 1);
                }

                Byte(0xFF);
                break;
            default:
                if (constants)
                {
                    Constant(value);
                }

                break;
        }
    }

    /// <summary>Appends a text.</summary>
    public void Text(string text)
    {
        Number((ulong)text.Length);
        foreach (char c in text)
        {
            Byte((byte)c);
            Byte((byte)(c >> 8));
        }
    }

    /// <summary>Appends a number.</summary>
    public void Number(ulong number)
    {
        Room(8);
        BitConverter.TryWriteBytes(_bytes.AsSpan(_length), number);
        _length += 8;
    }

    /// <summary>Appends a byte.</summary>
    public void Byte(byte value)
    {
        Room(1);
        _bytes[_length++] = value;
    }

    private void Constant(PickleValue leaf)
    {
        if (machine.IsFilled(leaf))
        {
            Number((ulong)leaf.Payload);
            return;
        }

        // The opcode with its argument, as written.
        Span<byte> head = stackalloc byte[9];
        int got = machine.ReadSource(leaf.Payload, head);
        byte layout = OpcodeTable.Layout[head[0]];
        long total;
        if (layout <= 8)
        {
            total = 1 + layout;
        }
        else
        {
            (long offset, long length) = machine.GetRange(leaf, MaxConstant);
            total = offset + length - leaf.Payload;
        }

        if (total > MaxConstant)
        {
            Number((ulong)leaf.Payload);
            return;
        }

        Room((int)total);
        machine.ReadSource(leaf.Payload, _bytes.AsSpan(_length, (int)total));
        _length += (int)total;
    }

    private void Room(int count)
    {
        if (_length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        }
    }
}
