// Writes pickles opcode by opcode, so that a test says what it means.
using System.Buffers.Binary;
using System.Text;
using Opcode = Assay.Pickle.Op;

namespace Assay.Tests.Builders;

/// <summary>Writes pickles opcode by opcode.</summary>
internal sealed class PickleBuilder
{
    private readonly List<byte> _bytes = [];

    public static PickleBuilder Start() => new();

    public static PickleBuilder Protocol(int protocol) => new PickleBuilder().Proto(protocol);

    public int Length => _bytes.Count;

    public byte[] ToArray() => [.. _bytes];

    public PickleBuilder Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleBuilder Op(Opcode opcode) => Raw((byte)opcode);

    public PickleBuilder Proto(int protocol) => Op(Opcode.PROTO).Raw((byte)protocol);

    public PickleBuilder Line(string text) => Raw(Encoding.UTF8.GetBytes(text + "\n"));

    public PickleBuilder Global(string module, string name) => Op(Opcode.GLOBAL).Line(module).Line(name);

    public PickleBuilder Inst(string module, string name) => Op(Opcode.INST).Line(module).Line(name);

    public PickleBuilder StackGlobal(string module, string name) => Str(module).Str(name).Op(Opcode.STACK_GLOBAL);

    public PickleBuilder Str(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length < 256
            ? Op(Opcode.SHORT_BINUNICODE).Raw((byte)bytes.Length).Raw(bytes)
            : Op(Opcode.BINUNICODE).UInt32((uint)bytes.Length).Raw(bytes);
    }

    public PickleBuilder Bytes(ReadOnlySpan<byte> bytes) => bytes.Length < 256
        ? Op(Opcode.SHORT_BINBYTES).Raw((byte)bytes.Length).Raw(bytes)
        : Op(Opcode.BINBYTES).UInt32((uint)bytes.Length).Raw(bytes);

    public PickleBuilder Int(int value)
    {
        Op(Opcode.BININT);
        return UInt32((uint)value);
    }

    public PickleBuilder Put(int index) => Op(Opcode.BINPUT).Raw((byte)index);

    public PickleBuilder Get(int index) => Op(Opcode.BINGET).Raw((byte)index);

    public PickleBuilder LongPut(uint index) => Op(Opcode.LONG_BINPUT).UInt32(index);

    public PickleBuilder LongGet(uint index) => Op(Opcode.LONG_BINGET).UInt32(index);

    public PickleBuilder Memoize() => Op(Opcode.MEMOIZE);

    public PickleBuilder Mark() => Op(Opcode.MARK);

    public PickleBuilder Tuple() => Op(Opcode.TUPLE);

    public PickleBuilder EmptyTuple() => Op(Opcode.EMPTY_TUPLE);

    public PickleBuilder Tuple1() => Op(Opcode.TUPLE1);

    public PickleBuilder Tuple2() => Op(Opcode.TUPLE2);

    public PickleBuilder Reduce() => Op(Opcode.REDUCE);

    public PickleBuilder Build() => Op(Opcode.BUILD);

    public PickleBuilder Pop() => Op(Opcode.POP);

    public PickleBuilder None() => Op(Opcode.NONE);

    public PickleBuilder Stop() => Op(Opcode.STOP);

    /// <summary>A call of module.name with one string, by GLOBAL and REDUCE; leaves the result on the stack.</summary>
    public PickleBuilder Call(string module, string name, string argument) =>
        Global(module, name).Op(Opcode.BINUNICODE).Counted(argument).Op(Opcode.TUPLE1).Reduce();

    private PickleBuilder Counted(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return UInt32((uint)bytes.Length).Raw(bytes);
    }

    public PickleBuilder UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public PickleBuilder UInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Raw(bytes);
    }
}
