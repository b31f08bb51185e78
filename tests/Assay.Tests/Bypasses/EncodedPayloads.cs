// The payload is a text that base64, hex or a compressor hides.
// https://arxiv.org/abs/2508.19774
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class EncodedPayloads
{
    [Fact]
    public void T033_Base64OfAPickleIsOpened() =>
        MaliciousValue("callable-command-execution", Call("pickle", "loads", Call("base64", "b64decode", Convert.ToBase64String(PayloadPickle))));

    [Fact]
    public void T033_HexOfAPickleIsOpened() =>
        MaliciousValue("callable-command-execution", Call("pickle", "loads", Call("binascii", "unhexlify", Convert.ToHexString(PayloadPickle))));

    [Fact]
    public void T033_CompressedPicklesAreOpened() =>
        MaliciousValue("callable-command-execution", Call("pickle", "loads", Call("zlib", "decompress", Wrapping.Compress("zlib", PayloadPickle))));

    [Fact]
    public void T033_DecodingAloneIsSuspicious() => Suspicious("callable-decode", PickleOf(Call("codecs", "decode", "vq", "rot13")));
}
