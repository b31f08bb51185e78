// PyTorch's restricted unpickler: what it runs, what it refuses, and where it goes on alone.
using Assay.Pickle;
using Assay.Tests.Builders;

namespace Assay.Tests.Pickle;

public sealed class WeightsOnlyTests
{
    [Fact]
    public void WhatIsOnItsListRuns() => Assert.Equal(
        ["import collections.OrderedDict all+weights-only+joblib", "call collections.OrderedDict all+weights-only+joblib"],
        Traced.Events(PickleBuilder.Protocol(2).Global("collections", "OrderedDict").EmptyTuple().Reduce().Stop()));

    [Fact]
    public void WhatIsNotEndsIt() => Assert.Equal(
        ["import collections.OrderedDict all+weights-only+joblib", "import os.system all+joblib", "import torch.Size all+joblib"],
        Traced.Events(PickleBuilder.Protocol(2).Global("collections", "OrderedDict").Global("os", "system").Global("torch", "Size").Stop()));

    [Fact]
    public void ANameOfPython2IsRenamed() =>
        Assert.Equal(["import __builtin__.set all+weights-only+joblib"], Traced.Events(PickleBuilder.Protocol(2).Global("__builtin__", "set").Stop()));

    [Theory]
    [InlineData(Op.EMPTY_TUPLE, false)]
    [InlineData(Op.DUP, true)]
    public void AnOpcodeThatItDoesNotKnowEndsIt(object opcode, bool ends)
    {
        PickleBuilder pickle = PickleBuilder.Protocol(2).None().Op((Op)opcode).Global("torch", "Size").Stop();
        Assert.Equal([$"import torch.Size all{(ends ? "" : "+weights-only")}+joblib"], Traced.Events(pickle));
    }

    [Fact]
    public void WhatACallReturnedIsNotCalled() => Assert.Equal(
        "call torch.Size() all+joblib",
        Traced.Events(PickleBuilder.Protocol(2).Global("torch", "Size").EmptyTuple().Reduce().EmptyTuple().Reduce().Stop())[^1]);

    [Fact]
    public void NothingIsAppendedToObjects() => Assert.Equal(
        "method torch.Size all+joblib",
        Traced.Events(PickleBuilder.Protocol(2).Global("torch", "Size").Mark().None().Op(Op.APPENDS).Stop())[^1]);

    [Fact]
    public void ItemsAreSetOnObjects() => Assert.Equal(
        "method torch.Size all+weights-only+joblib",
        Traced.Events(PickleBuilder.Protocol(2).Global("torch", "Size").None().None().Op(Op.SETITEM).Stop())[^1]);

    [Theory]
    [InlineData("storage", true)]
    [InlineData("other", false)]
    public void OnlyStoragesHaveIds(string kind, bool runs) => Assert.Equal(
        [$"persistent . all{(runs ? "+weights-only" : "")}+joblib"],
        Traced.Events([0x80, 0x02, (byte)'X', .. BitConverter.GetBytes(kind.Length), .. System.Text.Encoding.ASCII.GetBytes(kind), (byte)Op.TUPLE1, (byte)Op.BINPERSID, (byte)Op.STOP]));

    [Fact]
    public void AProtocolThatOthersRefuseItPassesOver()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(6).Global("torch._utils", "_rebuild_sparse_tensor").EmptyTuple().Reduce().Stop();
        Assert.Equal(
            ["import torch._utils._rebuild_sparse_tensor weights-only", "call torch._utils._rebuild_sparse_tensor weights-only"],
            Traced.Events(pickle));
        Assert.Equal(PickleEnding.UnsupportedProtocol, Traced.Endings(pickle.ToArray())[PickleDialect.C]);
        Assert.Equal(PickleEnding.Stop, Traced.Endings(pickle.ToArray())[PickleDialect.WeightsOnly]);
    }

    [Fact]
    public void ItemsThatAreNoneNeedNoDict() => Assert.Equal(
        ["import torch.Size weights-only"],
        Traced.Events(PickleBuilder.Protocol(2).Mark().Op(Op.SETITEMS).Global("torch", "Size").Stop()));

    [Fact]
    public void ArgumentsMayBeAnyIterable() => Assert.Equal(
        ["import torch.Size all+weights-only+joblib", "call torch.Size python+weights-only+joblib"],
        Traced.Events(PickleBuilder.Protocol(2).Global("torch", "Size").Op(Op.EMPTY_LIST).Reduce().Stop()));
}
