// The payload comes behind more bytes than a scanner reads.
// https://github.com/promptfoo/modelaudit/issues/1107
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class LatePayloads
{
    [Fact]
    public void ACallBehindTwentyMegabytesIsTold() => Malicious(
        "callable-command-execution",
        [.. PickleBuilder.Protocol(2).Op(Op.BINBYTES).UInt32(20 << 20).ToArray(), .. new byte[20 << 20], .. PickleBuilder.Start().Pop().Push(Payload).Stop().ToArray()]);

    [Fact]
    public void ACallBehindAHundredThousandObjectsIsTold()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(2).Op(Op.EMPTY_LIST).Mark();
        for (int i = 0; i < 100_000; i++)
        {
            pickle.Push(i);
        }

        Malicious("callable-command-execution", pickle.Op(Op.APPENDS).Push(Payload).Tuple2().Stop());
    }
}
