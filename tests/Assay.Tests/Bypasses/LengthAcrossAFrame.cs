// A length that begins in a frame and ends behind it reads differently over a buffer and over a file without peek.
using System.Text;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Bypasses;

/// <summary>
/// Over a file without peek the rest of the frame is lost, so that the unpickler reads another length there than in a buffer, and goes on
/// where the other one raises. Found by the oracle; see <c>_Unpickler_ReadImpl</c> in CPython's <c>Modules/_pickle.c</c>,
/// https://github.com/python/cpython/blob/main/Modules/_pickle.c.
/// </summary>
public sealed class LengthAcrossAFrame
{
    [Fact]
    public void ALengthThatEndsBehindItsFrameHidesNothing()
    {
        byte[] pickle =
        [
            0x80, 0x04,
            0x95, 2, 0, 0, 0, 0, 0, 0, 0,
            0x96, 0x28,
            12, 0, 0, 0, 0, 0, 0, 0,
            .. new byte[12],
            .. Encoding.ASCII.GetBytes("0cos\nsystem\n(Vid\ntR."),
        ];
        TargetReport target = Scanned.Bytes(pickle);
        Assert.True(target.Verdict == Verdict.Malicious, target.Describe());
        Assert.Contains(target.Findings, f => f.Severity == Severity.Critical);
    }
}
