// The pickle machine against the semantics of CPython's C unpickler, case by case.
using Assay.Bytes;
using Assay.Pickle;
using Assay.Tests.Builders;

namespace Assay.Tests.Pickle;

public sealed class PickleMachineTests
{
    private static (List<string> Events, PickleMachine Machine) Run(PickleBuilder builder, ScanLimits? limits = null) => Run(builder.ToArray(), limits);

    private static (List<string> Events, PickleMachine Machine) Run(byte[] bytes, ScanLimits? limits = null)
    {
        PickleMachine machine = new();
        Recorder recorder = new();
        machine.Open(new MemorySource(bytes), 0, bytes.Length, recorder, new ScanBudget(limits ?? new ScanLimits(), TimeProvider.System));
        machine.Run();
        return (recorder.Events, machine);
    }

    [Fact]
    public void EveryOpcodeOfTheSpecificationIsInTheTable() => Assert.Equal(68, OpcodeTable.All.Select(o => o.Code).Distinct().Count());

    [Fact]
    public void T001_GlobalAndReduceIsACall()
    {
        (List<string> events, PickleMachine machine) = Run(PickleBuilder.Protocol(2).Call("os", "system", "id").Stop());
        Assert.Equal(["import os.system", "call os.system"], events);
        Assert.Equal(PickleEnding.Stop, machine.Ending);
    }

    [Fact]
    public void T002_InstIsImportAndCall()
    {
        (List<string> events, _) = Run(PickleBuilder.Start().Mark().Op(Op.STRING).Line("'id'").Inst("os", "system").Stop());
        Assert.Equal(["import os.system", "call os.system"], events);
    }

    [Fact]
    public void T003_ObjWhoseResultIsPoppedIsACall()
    {
        (List<string> events, _) = Run(PickleBuilder.Protocol(2).Mark().Global("os", "system").Str("id").Op(Op.OBJ).Pop().None().Stop());
        Assert.Contains("call os.system", events);
    }

    [Fact]
    public void T007_StackGlobalTakesItsNamesFromTheMemo()
    {
        (List<string> events, _) = Run(PickleBuilder.Protocol(4).Str("system").Put(1).Pop().Str("os").Get(1).Op(Op.STACK_GLOBAL).Stop());
        Assert.Equal(["import os.system"], events);
    }

    [Fact]
    public void T008_MemoizeAfterPopTakesTheStackTop()
    {
        (List<string> events, _) = Run(PickleBuilder.Protocol(4).Str("os").Str("math").Pop().Memoize().Pop().Get(0).Str("system").Op(Op.STACK_GLOBAL).Stop());
        Assert.Equal(["import os.system"], events);
    }

    [Fact]
    public void T009_MemoizeWritesTheSlotOfTheMemosSize()
    {
        // BINPUT 5 makes one entry, so MEMOIZE writes slot 1.
        (List<string> events, _) = Run(PickleBuilder.Protocol(4).Str("x").Put(5).Pop().Str("os").Memoize().Pop().Get(1).Str("system").Op(Op.STACK_GLOBAL).Stop());
        Assert.Equal(["import os.system"], events);
    }

    [Fact]
    public void T015_Python2NamesAreRewrittenBelowProtocol3Only()
    {
        Assert.Equal(["import subprocess.getoutput"], Run(PickleBuilder.Protocol(2).Global("commands", "getoutput").Stop()).Events);
        Assert.Equal(["import builtins.eval"], Run(PickleBuilder.Protocol(2).Global("__builtin__", "eval").Stop()).Events);
        Assert.Equal(["import __builtin__.eval"], Run(PickleBuilder.Protocol(3).Global("__builtin__", "eval").Stop()).Events);
    }

    [Fact]
    public void T014_TheLastProtocolWins()
    {
        (List<string> events, _) = Run(PickleBuilder.Protocol(4).Proto(2).Global("__builtin__", "eval").Stop());
        Assert.Equal(["odd pickle.protocol-change", "import builtins.eval"], events);
    }

    [Fact]
    public void T034_WhatRanBeforeTheBreakIsTold()
    {
        (List<string> events, PickleMachine machine) = Run(PickleBuilder.Protocol(2).Call("os", "system", "id").Raw(0xFF));
        Assert.Contains("call os.system", events);
        Assert.Equal(PickleEnding.UnknownOpcode, machine.Ending);
    }

    [Fact]
    public void T036_WithoutStopTheDataEnds()
    {
        (List<string> events, PickleMachine machine) = Run(PickleBuilder.Protocol(2).Call("os", "system", "id"));
        Assert.Contains("call os.system", events);
        Assert.Equal(PickleEnding.EndOfData, machine.Ending);
    }

    [Theory]
    [InlineData("0x10", PickleEnding.Stop, true)]
    [InlineData("010", PickleEnding.Stop, true)]
    [InlineData(" 1", PickleEnding.Stop, true)]
    [InlineData("+1", PickleEnding.Stop, true)]
    [InlineData("1_0", PickleEnding.Stop, true)]
    [InlineData("16", PickleEnding.Stop, false)]
    [InlineData("-16", PickleEnding.Stop, false)]
    [InlineData("00", PickleEnding.Stop, false)]
    [InlineData("0x", PickleEnding.BadArgument, false)]
    [InlineData("1x", PickleEnding.BadArgument, false)]
    [InlineData("", PickleEnding.BadArgument, false)]
    public void T040_IntIsReadInBaseZero(string text, PickleEnding ending, bool odd)
    {
        (List<string> events, PickleMachine machine) = Run(PickleBuilder.Start().Op(Op.INT).Line(text).Stop());
        Assert.Equal(ending, machine.Ending);
        Assert.Equal(odd, events.Contains("odd pickle.int-base"));
    }

    [Fact]
    public void PopRightBehindAMarkTakesTheMark()
    {
        (_, PickleMachine machine) = Run(PickleBuilder.Protocol(2).None().Mark().Pop().Stop());
        Assert.Equal(PickleEnding.Stop, machine.Ending);
    }

    [Fact]
    public void NothingIsTakenFromBelowTheInnermostMark()
    {
        (_, PickleMachine machine) = Run(PickleBuilder.Protocol(2).Global("os", "system").Mark().Str("id").Tuple1().Reduce().Stop());
        Assert.Equal(PickleEnding.StackUnderflow, machine.Ending);
    }

    [Fact]
    public void Long4WithNegativeCountIsMalformed()
    {
        (_, PickleMachine machine) = Run(PickleBuilder.Protocol(2).Op(Op.LONG4).UInt32(0xFFFFFFFF).Stop());
        Assert.Equal(PickleEnding.BadArgument, machine.Ending);
    }

    [Fact]
    public void T045_ADeclaredLengthBeyondTheDataAllocatesNothing()
    {
        byte[] bytes = PickleBuilder.Protocol(4).Op(Op.BINBYTES8).UInt64(ulong.MaxValue / 2).ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        (List<string> events, PickleMachine machine) = Run(bytes);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
        Assert.Equal(PickleEnding.Truncated, machine.Ending);
        Assert.Contains("odd pickle.declared-length", events);
    }

    [Fact]
    public void T046_DoublingIsSeenAsABomb()
    {
        PickleBuilder builder = PickleBuilder.Protocol(2).Str("lol");
        for (int i = 0; i < 64; i++)
        {
            builder.Op(Op.DUP).Tuple2();
        }

        Assert.Contains("odd pickle.expansion-bomb", Run(builder.Stop()).Events);
    }

    [Fact]
    public void AHugeMemoIndexCostsNothing()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        (List<string> events, PickleMachine machine) = Run(PickleBuilder.Protocol(2).Str("os").LongPut(uint.MaxValue - 1).Pop().LongGet(uint.MaxValue - 1).Stop());
        Assert.Equal(PickleEnding.Stop, machine.Ending);
        Assert.Contains("odd pickle.huge-memo-index", events);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void AGlobalLineLongerThanTheWindowIsRead()
    {
        string module = new('m', 700_000);
        (List<string> events, PickleMachine machine) = Run(PickleBuilder.Protocol(2).Global(module, "n").Stop());
        Assert.Equal([$"import {module}.n"], events);
        Assert.Equal(PickleEnding.Stop, machine.Ending);
    }

    [Fact]
    public void ALineOverTheLimitStopsAtTheLimit()
    {
        (_, PickleMachine machine) = Run(PickleBuilder.Protocol(2).Global(new string('m', 5000), "n").Stop(), new ScanLimits { LineBytes = 1000 });
        Assert.True(machine.Ending is PickleEnding.Limit or PickleEnding.Stop);
    }

    [Fact]
    public void MemoEntriesStartingAtOneStayCheap()
    {
        PickleBuilder builder = PickleBuilder.Protocol(2).None();
        for (uint i = 1; i <= 100_000; i++)
        {
            builder.LongPut(i);
        }

        Assert.Equal(PickleEnding.Stop, Run(builder.Stop()).Machine.Ending);
    }

    [Fact]
    public void TaintOfALongListIsNotLostBehindItsPlainItems()
    {
        PickleBuilder builder = PickleBuilder.Protocol(2).Global("builtins", "map").Op(Op.EMPTY_LIST).Mark();
        for (int i = 0; i < 500; i++)
        {
            builder.Int(i);
        }

        byte[] bytes = builder.Global("os", "system").Op(Op.APPENDS).Tuple1().Reduce().Stop().ToArray();
        (_, PickleMachine machine) = Run(bytes);
        int budget = 512;
        string shape = machine.Shape(machine.Result, ref budget).ToString();
        Assert.Equal(PickleEnding.Stop, machine.Ending);
        Assert.Contains(machine.Shape(machine.Result, ref budget).Items, i => !i.IsPlain);
        Assert.NotEmpty(shape);
    }

    [Fact]
    public void RandomBytesNeverThrow()
    {
        Random random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            bytes[0] = (byte)OpcodeTable.All[random.Next(68)].Code;
            for (int j = 1; j < bytes.Length; j++)
            {
                if (random.Next(3) > 0)
                {
                    bytes[j] = (byte)OpcodeTable.All[random.Next(68)].Code;
                }
            }

            PickleEnding ending = Run(bytes).Machine.Ending;
            Assert.NotEqual(PickleEnding.Suspended, ending);
        }
    }

    private sealed class Recorder : PickleObserver
    {
        public List<string> Events { get; } = [];

        public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode) =>
            Events.Add($"import {machine.Import(import).Resolved}");

        public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode)
        {
            string verb = result.Kind == PickleKind.Instance ? "construct" : "call";
            Events.Add($"{verb} {machine.Origin(machine.Call(result).Callee, resolved: true)}");
        }

        public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset) =>
            Events.Add($"build {machine.Origin(target, resolved: true)}");

        public override void OnOddity(PickleMachine machine, string code, long offset, string detail) => Events.Add($"odd {code}");
    }
}
