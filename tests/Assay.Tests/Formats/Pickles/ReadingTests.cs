// Facts of a pickle that loaders read in different ways: each use once, with those that come to it.
using Assay.Artifacts;
using Assay.Formats.Pickles;
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Formats.Pickles;

public sealed class ReadingTests
{
    [Fact]
    public void OneOpcodeWithDifferentArgumentsIsTwoUses()
    {
        // The frame ends inside the text: a buffer gives all of it, a file without peek drops what the frame still has and reads on.
        byte[] system = PickleBuilder.Start().Global("os", "system").ToArray();
        byte[] framed = [.. system, (byte)Op.SHORT_BINUNICODE, 5, (byte)'A', (byte)'A'];
        byte[] pickle = PickleBuilder.Protocol(4).Op(Op.FRAME).UInt64((ulong)framed.Length).Raw(framed)
            .Raw("BBB"u8).None().Pop().Tuple1().Reduce().Stop().ToArray();
        CallableFact[] calls = [.. Facts(pickle).Where(f => f.Use == CallableUse.Called)];
        Assert.Equal(["AABBB", "BBBN0"], calls.Select(c => c.Arguments[0].Text).Order(StringComparer.Ordinal));
        Assert.Contains("c", calls.Single(c => c.Arguments[0].Text == "AABBB").Pickle!.Dialects);
        Assert.Equal(["c-stream"], calls.Single(c => c.Arguments[0].Text == "BBBN0").Pickle!.Dialects);
    }

    [Fact]
    public void WhatOnlyJoblibComesToNamesJoblib()
    {
        byte[] pickle = Wrapped("joblib.numpy_pickle", "<f4", flags: 0, b => b.Raw(1, 2, 3, 4).Raw(5, 6, 7, 8)).Call("os", "system", "id").Stop().ToArray();
        Assert.Equal(["joblib"], System(pickle).Pickle!.Dialects);
    }

    [Fact]
    public void WhatPickleLoadRunsBehindAnArrayIsSeen()
    {
        // For joblib the call lies inside a text; pickle.load takes the array for a text that ends inside that one.
        byte[] hidden = PickleBuilder.Start().Call("os", "system", "id").Stop().ToArray();
        byte[] pickle = Wrapped("joblib.numpy_pickle", "<f4", flags: 0, b => b.Op(Op.BINUNICODE).UInt32(3 + 5 + 3).Raw(0, 0, 0))
            .Op(Op.BINUNICODE).UInt32((uint)hidden.Length + 3).Raw("xyz"u8).Raw(hidden).Stop().ToArray();
        IReadOnlyList<string> dialects = System(pickle).Pickle!.Dialects;
        Assert.Contains("c", dialects);
        Assert.DoesNotContain("joblib", dialects);
    }

    [Fact]
    public void ANameOfNoKnownModuleEndsWhatPickleLoadRunsBehindAnArray()
    {
        byte[] pickle = Wrapped("joblib.numpy_pickle", "<f4", flags: 0, b => b.Str("nosuch")).Str("run").Op(Op.STACK_GLOBAL).EmptyTuple().Reduce().Stop().ToArray();
        Assert.All(Recording.Read(new PickleFormat(), pickle).Facts.OfType<CallableFact>().Where(f => f.Resolved == "nosuch.run"), f => Assert.False(f.Reached));
        Assert.DoesNotContain("pickle.only-in-another-dialect", Recording.Read(new PickleFormat(), pickle).Codes);
    }

    [Theory]
    [InlineData("<f4", 1)]
    [InlineData("O", 0)]
    public void AnArrayWhoseTypeContradictsItselfIsReadBothWays(string type, int flags)
    {
        // NumPy believes the flags: the array is a pickle, or numbers; joblib of another version may ask something else.
        byte[] inner = PickleBuilder.Protocol(2).Call("os", "system", "inside").Stop().ToArray();
        byte[] pickle = Wrapped("joblib.numpy_pickle", type, flags, b => b.Raw(inner), count: type == "O" ? 1 : 2).Call("os", "system", "behind").Stop().ToArray();
        string[] commands = [.. Facts(pickle).Where(f => f.Use == CallableUse.Called && f.Resolved == "os.system").Select(f => f.Arguments[0].Text)];
        Assert.Contains("inside", commands);
    }

    [Fact]
    public void AWrapperThatMayBeAnotherClassIsReadBothWays()
    {
        byte[] pickle = Wrapped("some.module", "<f4", flags: 0, b => b.Global("os", "dup")).Call("os", "system", "id").Stop().ToArray();
        Assert.Contains(Facts(pickle), f => f.Resolved == "os.system");
        Assert.Contains(Facts(pickle), f => f.Resolved == "os.dup");
    }

    [Fact]
    public void APickleOfTheOldestTarIsReadAsAllLoadersDo()
    {
        byte[] system = PickleBuilder.Start().Global("os", "system").ToArray();
        byte[] framed = [.. system, (byte)Op.SHORT_BINUNICODE, 5, (byte)'A', (byte)'A'];
        byte[] pickle = PickleBuilder.Protocol(4).Op(Op.FRAME).UInt64((ulong)framed.Length).Raw(framed)
            .Raw("BBB"u8).None().Pop().Tuple1().Reduce().Stop().ToArray();
        Recording recording = Recording.Of(pickle);
        Assert.True(new PickleStepper(recording).TryReadPickle(0, out _, out _));
        Assert.Equal(2, recording.Facts.OfType<CallableFact>().Count(f => f.Use == CallableUse.Called));
    }

    private static CallableFact System(byte[] pickle) =>
        Facts(pickle).Single(f => f.Use == CallableUse.Called && f.Resolved == "os.system");

    private static IEnumerable<CallableFact> Facts(byte[] pickle) => Recording.Read(new PickleFormat(), pickle).Facts.OfType<CallableFact>().Where(f => f.Reached);

    /// <summary>A wrapper of an array of <paramref name="count"/> elements, and what lies behind it.</summary>
    private static PickleBuilder Wrapped(string module, string type, int flags, Action<PickleBuilder> behind, int count = 2)
    {
        PickleBuilder pickle = PickleBuilder.Protocol(2).Push(Built(
            New(module, "NumpyArrayWrapper"),
            Dict(
                "shape", Tuple(count),
                "dtype", Built(Call("numpy", "dtype", type.TrimStart('<'), false, true), Tuple(3, "<", null, null, null, -1, -1, flags)))));
        behind(pickle);
        return pickle;
    }
}
