// joblib's first compressed format starts with ZF and a length.
// https://huggingface.co/xiaoyaoes/mfv-joblib-zf-bypass
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class JoblibZFiles
{
    private static byte[] ZFile(byte[] content, string length) =>
        [.. "ZF"u8, .. System.Text.Encoding.ASCII.GetBytes(length.PadRight(19)), .. Wrapping.Compress("zlib", content)];

    [Fact]
    public void T083_TheContentIsRead() =>
        Malicious("callable-command-execution", ZFile(PayloadPickle, $"0x{PayloadPickle.Length:x}"), "model.joblib");

    [Fact]
    public void T083_ALengthThatLiesHidesNothing() => Malicious("callable-command-execution", ZFile(PayloadPickle, "0x1"), "model.joblib");

    [Fact]
    public void T083_AnArrayInAFileBesideItIsTold()
    {
        TargetReport report = Scanned.Bytes(PickleOf(Built(
            New("joblib.numpy_pickle_compat", "NDArrayWrapper"),
            Dict("filename", "model.pkl_01.npy", "subclass", Import("numpy", "ndarray"), "allow_mmap", true))));
        Assert.True(report.Is("joblib-companion"), report.Describe());
    }
}
