// netCDF: SciPy's own files pass and give SciPy's variables, numbers that lie are said.
using System.Buffers.Binary;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.NetCdf;

public sealed class NetCdfFormatTests
{
    [Fact]
    public void AFileOfOneVariablePasses()
    {
        TargetReport target = Scans.Of(File(3, 0, 80), "m.nc");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        target.AssertComplete();
    }

    [Theory]
    [InlineData(1 << 30, 0, 80)]
    [InlineData(3, 7, 80)]
    [InlineData(3, 0, -1)]
    public void NumbersThatLieAreSaid(int extent, int dimension, int begin)
    {
        TargetReport target = Scans.Of(File(extent, dimension, begin), "m.nc");
        Assert.NotEqual(Verdict.Passed, target.Verdict);
        Assert.DoesNotContain(Assay.Artifacts.UnreadCause.Fault, target.Causes());
    }

    [Fact]
    public void AFileThatIsCutIsNeverPassed()
    {
        byte[] whole = File(3, 0, 80);
        for (int length = 8; length < whole.Length; length += 4)
        {
            Assert.NotEqual(Verdict.Passed, Scans.Of(whole[..length], "m.nc").Verdict);
        }
    }

    private static byte[] File(int extent, int dimension, int begin) =>
    [
        .. "CDF"u8, 1, .. Big(0), .. Big(10), .. Big(1), .. Big(1), .. "x\0\0\0"u8, .. Big(extent), .. Big(0), .. Big(0),
        .. Big(11), .. Big(1), .. Big(1), .. "v\0\0\0"u8, .. Big(1), .. Big(dimension), .. Big(0), .. Big(0), .. Big(5), .. Big(12), .. Big(begin), .. Enumerable.Repeat((byte)1, 12),
    ];

    private static byte[] Big(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
