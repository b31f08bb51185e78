// Doubling by DUP and the memo makes gigabytes out of a few hundred bytes.
// https://github.com/trailofbits/fickling/issues/111
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ExpansionAttacks
{
    [Fact]
    public void T046_DoublingIsTold()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(2).EmptyTuple();
        for (int i = 0; i < 64; i++)
        {
            pickle.Op(Op.DUP).Tuple2();
        }

        Malicious("pickle-exhausts-memory", pickle.Stop());
    }

    [Fact]
    public void T046_AnIndexOfAHugeMemoIsTold() =>
        Malicious("pickle-exhausts-memory", PickleBuilder.Protocol(2).None().LongPut(0x7FFF_FFFF).Stop());
}
