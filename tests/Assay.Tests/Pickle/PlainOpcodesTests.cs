// The short way through plain opcodes does what single steps do.
using System.Buffers.Binary;
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Tests.Pickle;

/// <summary>A machine that is stepped takes no short way: both must see, keep and end the same.</summary>
public sealed class PlainOpcodesTests
{
    private static readonly Op[] s_common =
    [
        Op.NONE, Op.NEWTRUE, Op.BININT1, Op.BININT2, Op.BININT, Op.BINFLOAT, Op.LONG1, Op.SHORT_BINUNICODE, Op.SHORT_BINUNICODE, Op.BINUNICODE,
        Op.SHORT_BINBYTES, Op.SHORT_BINSTRING, Op.MEMOIZE, Op.BINPUT, Op.LONG_BINPUT, Op.BINGET, Op.LONG_BINGET, Op.MARK, Op.MARK, Op.EMPTY_LIST,
        Op.EMPTY_DICT, Op.EMPTY_SET, Op.EMPTY_TUPLE, Op.TUPLE, Op.TUPLE1, Op.TUPLE2, Op.TUPLE3, Op.SETITEM, Op.SETITEMS, Op.APPEND, Op.APPENDS,
        Op.ADDITEMS, Op.DUP, Op.POP, Op.POP_MARK, Op.GLOBAL, Op.REDUCE, Op.BUILD, Op.FRAME, Op.STACK_GLOBAL, Op.BINPERSID,
    ];

    [Fact]
    public void RandomStreamsEndTheSameInStepsAndAtOnce()
    {
        Random random = new(20251123);
        long far = 0;
        for (int i = 0; i < 40_000; i++)
        {
            byte[] stream = Stream(random, random.Next(4, 120));
            (string once, long opcodes) = Run(stream, steps: false);
            (string steps, _) = Run(stream, steps: true);
            Assert.Equal(steps, once);
            far += opcodes > 60 ? 1 : 0;
        }

        // The streams must get somewhere, or nothing was compared.
        Assert.InRange(far, 1000, 40_000);
    }

    [Fact]
    public void ManyContainersEndTheSameInStepsAndAtOnce()
    {
        // More lists, dicts and tuples than get a row, some of them filled later with what is called.
        using MemoryStream stream = new();
        stream.Write([0x80, 2]);
        for (int i = 0; i < 60_000; i++)
        {
            stream.Write("}(K\x01K\x02uK\x03K\x04s0](K\x01K\x02eK\x05a0K\x01K\x02\x86\x85q\x010"u8);
        }

        stream.Write("]q\x02}q\x03("u8);
        stream.Write("K\x01cos\nsystem\nK\x02h\x02u0h\x02cos\nsystem\na)\x85h\x03\x86."u8);
        Assert.Equal(Run(stream.ToArray(), steps: true), Run(stream.ToArray(), steps: false));
    }

    [Fact]
    public void IndicesFarApartAreKeptApart()
    {
        PickleSparseMemo memo = new(new HeldMemory());
        for (long i = 0; i < 10_000; i++)
        {
            Assert.True(memo.Put(i * i * 7919, new PickleValue(PickleKind.Int, i)).IsEmpty);
        }

        Assert.Equal(new PickleValue(PickleKind.Int, 0), memo.Put(0, default));
        Assert.True(memo.Get(0).IsEmpty);
        Assert.True(memo.Get(1).IsEmpty);
        for (long i = 1; i < 10_000; i++)
        {
            Assert.Equal(i, memo.Get(i * i * 7919).Payload);
        }
    }

    private static byte[] Stream(Random random, int opcodes)
    {
        using MemoryStream stream = new();
        stream.Write([0x80, (byte)random.Next(6)]);
        Span<byte> number = stackalloc byte[8];
        for (byte i = 0; i < 12; i++)
        {
            stream.Write([(byte)(i % 3 == 0 ? Op.EMPTY_LIST : i % 3 == 1 ? Op.EMPTY_DICT : Op.EMPTY_TUPLE), (byte)Op.BINPUT, i]);
        }

        for (int i = 0; i < opcodes; i++)
        {
            Op opcode = s_common[random.Next(random.Next(5) > 0 ? 18 : s_common.Length)];
            stream.WriteByte((byte)opcode);
            switch (opcode)
            {
                case Op.BININT1 or Op.BINPUT or Op.BINGET: stream.WriteByte((byte)random.Next(8)); break;
                case Op.BININT2: stream.Write([1, 2]); break;
                case Op.BININT: stream.Write([1, 2, 3, 4]); break;
                case Op.LONG_BINPUT or Op.LONG_BINGET:
                    BinaryPrimitives.WriteUInt32LittleEndian(number, random.Next(20) == 0 ? uint.MaxValue - 3 : (uint)random.Next(12));
                    stream.Write(number[..4]);
                    break;
                case Op.BINFLOAT: stream.Write(new byte[8]); break;
                case Op.FRAME:
                    BinaryPrimitives.WriteUInt64LittleEndian(number, (ulong)random.Next(60));
                    stream.Write(number);
                    break;
                case Op.GLOBAL: stream.Write("os\nsystem\n"u8); break;
                case Op.LONG1 or Op.SHORT_BINUNICODE or Op.SHORT_BINBYTES or Op.SHORT_BINSTRING or Op.BINUNICODE:
                    byte[] text = new byte[random.Next(24)];
                    Array.Fill(text, (byte)(random.Next(40) == 0 ? 0xC3 : 'a'));
                    stream.WriteByte((byte)(random.Next(60) == 0 ? 200 : text.Length));
                    stream.Write(opcode == Op.BINUNICODE ? [0, 0, 0] : []);
                    stream.Write(text);
                    break;
            }
        }

        stream.WriteByte((byte)Op.STOP);
        return stream.ToArray();
    }

    private static (string Told, long Opcodes) Run(byte[] stream, bool steps)
    {
        PickleMachine machine = PickleMachinePool.Rent();
        try
        {
            Teller teller = new();
            machine.Open(new MemorySource(stream), 0, stream.Length, teller, new ScanBudget(new ScanLimits(), TimeProvider.System));
            PickleEnding ending = machine.Run(steps ? 1 : long.MaxValue);
            while (ending == PickleEnding.Suspended)
            {
                ending = machine.Run(1);
            }

            int budget = 256;
            string shape = System.Text.Json.JsonSerializer.Serialize(machine.Shape(machine.Result, ref budget));
            teller.Lines.Add($"{ending} {machine.EndingOffset} {machine.EndingDetail} {machine.Position} {machine.Opcodes} {machine.Actions} {machine.Depth} {machine.Differentials} {shape}");
            return (string.Join('\n', teller.Lines), machine.Opcodes);
        }
        finally
        {
            PickleMachinePool.Return(machine);
        }
    }

    private sealed class Teller : PickleObserver
    {
        public List<string> Lines { get; } = [];

        public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode) =>
            Lines.Add($"import {machine.Import(import).Written} {offset} {opcode}");

        public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode)
        {
            int budget = 64;
            Lines.Add($"call {machine.Origin(machine.Call(result).Callee, false)} {offset} {opcode} {System.Text.Json.JsonSerializer.Serialize(machine.Shape(machine.Call(result).Arguments, ref budget))}");
        }

        public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset) => Lines.Add($"state {offset} {state.Kind}");

        public override void OnMethod(PickleMachine machine, PickleValue target, string method, ReadOnlySpan<PickleValue> operands, long offset, Op opcode) =>
            Lines.Add($"method {method} {operands.Length} {offset}");

        public override void OnPersistent(PickleMachine machine, PickleValue persistent, long offset, Op opcode) => Lines.Add($"persistent {offset}");

        public override void OnDrop(PickleMachine machine, PickleValue value, long offset) => Lines.Add($"drop {value.Kind} {offset}");

        public override void OnPayload(PickleMachine machine, PickleValue constant, long offset, long length) => Lines.Add($"payload {offset} {length}");

        public override void OnOddity(PickleMachine machine, string code, long offset, string detail) => Lines.Add($"odd {code} {offset} {detail}");
    }
}
