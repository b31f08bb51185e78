// The table that the reader goes by says what the table of opcodes says.
using Assay.Pickle;

namespace Assay.Tests.Pickle;

public sealed class OpcodeLayoutTests
{
    [Fact]
    public void TheLayoutOfEachCodeIsThatOfItsArgument()
    {
        Dictionary<byte, OpcodeInfo> known = OpcodeTable.All.ToDictionary(o => (byte)o.Code);
        for (int code = 0; code < 256; code++)
        {
            int expected = known.TryGetValue((byte)code, out OpcodeInfo info) ? Layout(info.Argument) : OpcodeTable.UnknownLayout;
            Assert.Equal((code, expected), (code, OpcodeTable.Layout[code]));
        }
    }

    private static int Layout(PickleArgument argument) => argument switch
    {
        PickleArgument.None => 0,
        PickleArgument.UInt1 => 1,
        PickleArgument.UInt2 => 2,
        PickleArgument.Int4 or PickleArgument.UInt4 => 4,
        PickleArgument.UInt8 or PickleArgument.Float8 => 8,
        PickleArgument.Counted1 => OpcodeTable.CountedFlag | 1,
        PickleArgument.Counted4 => OpcodeTable.CountedFlag | 4,
        PickleArgument.CountedSigned4 => OpcodeTable.CountedFlag | OpcodeTable.SignedFlag | 4,
        PickleArgument.Counted8 => OpcodeTable.CountedFlag | 8,
        _ => OpcodeTable.LineFlag,
    };
}
