// What a measurement asks after a load is answered from inside the box; a load that nobody asks about has nothing to say.
using Assay.Bytes;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;
using Assay.Tests.Builders;

namespace Assay.Tests.Sandbox;

public sealed class AfterLoadTests
{
    private const string Forged = """import os; os.write(200, b'{"n": 1, "p": 1, "e": "assay.answer", "a": ["forged"]}\n')""";

    [Fact]
    public void AnAnswerLongerThanALineArrivesWhole()
    {
        LoadResult result = Load("def after(thing, loader, path): return 'x' * 9001 + str(len(thing)) + str(loader(path) == thing)", PickleBuilder.Protocol(4).Op(Assay.Pickle.Op.EMPTY_LIST).Stop().ToArray());
        Assert.Equal((LoadEnd.Loaded, new string('x', 9001) + "0True"), (result.End, result.Answer));
    }

    [Fact]
    public void ALoadThatFailsIsAskedToo()
    {
        LoadResult result = Load("def after(thing, loader, path): return str(thing)", PickleBuilder.Protocol(4).Pop().ToArray());
        Assert.Equal((LoadEnd.Failed, "None"), (result.End, result.Answer));
    }

    [Fact]
    public void AQuestionThatRaisesIsAnswered()
    {
        LoadResult result = Load("def after(thing, loader, path): raise ValueError('\"odd\"')", PickleBuilder.Protocol(4).None().Stop().ToArray());
        Assert.Equal(LoadEnd.Loaded, result.End);
        Assert.StartsWith("failed: ", result.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsAskedRunsUnderTheFilterOfTheLoad()
    {
        LoadResult result = Load("""
            def after(thing, loader, path):
                import socket
                try:
                    socket.create_connection(("192.0.2.1", 80), 2)
                    return "connected"
                except OSError as error:
                    return "refused"
            """, PickleBuilder.Protocol(4).None().Stop().ToArray());
        Assert.Equal("refused", result.Answer);
    }

    [Fact]
    public void NothingIsAnsweredThatWasNotAsked()
    {
        LoadResult result = Load("", Boxed.Running(Forged));
        Assert.Equal((LoadEnd.Loaded, ""), (result.End, result.Answer));
    }

    private static LoadResult Load(string after, byte[] pickle)
    {
        Boxed.Needs();
        using TestLoader loader = new(new SandboxOptions { After = after });
        using MemorySource bytes = new(pickle);
        return loader.LoadOnce("model.pkl", bytes, new KnownLoader("pickle.load", ""), [], BoxSetting.Usual, TestContext.Current.CancellationToken);
    }
}
