// zlib, gzip, bz2, xz, lzma and lz4 around a pickle: three of three scanners found nothing in joblib's own files.
// https://huggingface.co/aisecre
// https://github.com/mmaitre314/picklescan
using Assay.Tests.Builders;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class CompressedPickles
{
    [Theory]
    [InlineData("gz")]
    [InlineData("zlib")]
    [InlineData("bz2")]
    [InlineData("xz")]
    [InlineData("lzma")]
    public void T081_EachIsOpened(string codec) => Malicious("callable-command-execution", Wrapping.Compress(codec, PayloadPickle), "model.joblib");

    [Fact]
    public void T082_Lz4FramesAreOpened() => Malicious("callable-command-execution", Wrapping.Compress("lz4", PayloadPickle), "model.joblib");

    [Fact]
    public void T064_ZstandardIsOpened() => Malicious("callable-command-execution", Wrapping.Compress("zst", PayloadPickle), "model.pt.zst");
}
