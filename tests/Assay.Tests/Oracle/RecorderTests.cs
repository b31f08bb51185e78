// Whether the oracle itself can be believed.
using Assay.Tests.Builders;
using Opcode = Assay.Pickle.Op;

namespace Assay.Tests.Oracle;

public sealed class RecorderTests
{
    private static OracleAnswer?[] Ask(params byte[][] streams)
    {
        Assert.SkipWhen(OracleProcess.Missing is not null, OracleProcess.Missing ?? "");
        using OracleProcess oracle = new();
        return oracle.Ask(streams);
    }

    /// <summary>What the unpicklers say that read all opcodes.</summary>
    private static OracleTrace[] Ordinary(OracleAnswer answer) => [answer[OracleDialect.C]!, answer[OracleDialect.CStream]!, answer[OracleDialect.Python]!];

    [Fact]
    public void EverythingThatAnObjectIsAskedIsWrittenDown()
    {
        byte[] stream = PickleBuilder.Protocol(2).Global("os", "system").EmptyTuple().Reduce().None().Build()
            .Op(Opcode.NONE).Op(Opcode.APPEND).None().None().Op(Opcode.SETITEM)
            .Mark().None().None().Op(Opcode.ADDITEMS).Op(Opcode.BINPERSID).EmptyTuple().Op(Opcode.NEWOBJ)
            .Raw(0x82, 7).Op(Opcode.TUPLE2).Stop().ToArray();

        OracleAnswer answer = Assert.Single(Ask(stream))!;

        string[] expected =
        [
            "import os\nsystem", "call os.system", "build os.system()", "method os.system()", "method os.system()",
            "method os.system()", "method os.system()", "persistent", "call persistent()", "extension 7",
        ];
        Assert.All(Ordinary(answer), a => Assert.Equal(expected, a.Events));
        Assert.All(Ordinary(answer), a => Assert.Equal("stop", a.Ending));
    }

    [Fact]
    public void NothingIsImported()
    {
        // Importing antigravity would open a browser, and a module that is not there would raise.
        OracleAnswer answer = Assert.Single(Ask(PickleBuilder.Start().Call("no.such.module", "call", "x").Stop().ToArray()))!;

        Assert.Equal(["import no.such.module\ncall", "call no.such.module.call"], answer[OracleDialect.C]!.Events);
        Assert.Equal("stop", answer[OracleDialect.C]!.Ending);
    }

    [Fact]
    public void UnpicklersPartWaysOverAFrameThatIsCrossed()
    {
        // The frame ends within the argument of BINUNICODE, and behind that lies another program.
        byte[] stream = PickleBuilder.Protocol(4).Op(Opcode.FRAME).UInt64(3).Op(Opcode.BINUNICODE).UInt32(1).Raw((byte)'N', (byte)'.', (byte)'.').ToArray();

        OracleAnswer answer = Assert.Single(Ask(stream))!;

        Assert.Equal(3, Ordinary(answer).Select(a => a.Detail).Distinct().Count());
    }

    [Fact]
    public void AStreamThatKillsTheRecorderCostsOnlyItself()
    {
        // Hashing a deep tuple recurses in C.
        PickleBuilder deadly = PickleBuilder.Start().Op(Opcode.EMPTY_DICT).EmptyTuple();
        for (int i = 0; i < 400_000; i++)
        {
            deadly.Tuple1();
        }

        byte[] harmless = PickleBuilder.Start().Global("a", "b").Stop().ToArray();

        OracleAnswer?[] answers = Ask(harmless, deadly.None().Op(Opcode.SETITEM).Stop().ToArray(), harmless);

        Assert.Equal([true, false, true], answers.Select(a => a is not null));
    }
}
