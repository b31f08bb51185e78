// Torch7: tables and tensors pass in both forms, functions and lies are said.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Torch7;

public sealed class Torch7FormatTests
{
    [Fact]
    public void T180_TablesAndTensorsPass()
    {
        TargetReport target = Scans.Of([.. Model(6)], "m.t7");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        Assert.Equal(["nn.Linear", "torch.FloatStorage", "torch.FloatTensor"], target.Facts.OfType<OperatorFact>().Select(o => o.Name).Order(StringComparer.Ordinal));
        target.AssertComplete();
    }

    [Fact]
    public void TheTextFormPassesAsWell()
    {
        const string text = "4\n1\n3\nV 1\n9\nnn.Linear\n3\n2\n1\n2\n6\nweight\n4\n3\n3\nV 1\n17\ntorch.FloatTensor\n1\n2\n1\n1\n4\n4\n3\nV 1\n18\ntorch.FloatStorage\n2\n0.5 -1.25\n";
        TargetReport target = Scans.Of(Encoding.ASCII.GetBytes(text), "m.t7");
        Assert.Contains(target.Facts.OfType<FormatFact>(), f => f.Format == "torch7");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        target.AssertComplete();
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void T180_AFunctionIsSaidWhereverItStands(int kind)
    {
        byte[] function = [.. Int(kind), .. kind > 6 ? Int(1) : [], .. Int(8), 0x1B, .. "LJ"u8, 2, 0, 0, 0, 0, .. Int(0)];
        Assert.Equal(Verdict.Suspicious, Scans.Of(function, "m.net").Verdict);
        byte[] later = [.. Int(kind), .. kind > 6 ? Int(7) : [], .. Int(8), 0x1B, .. "Lua"u8, 0x51, 0, 0, 0, .. Int(0)];
        Assert.Equal(Verdict.Suspicious, Scans.Of(later, "m.dat").Verdict);
        byte[] inner = [.. Int(kind), .. kind > 6 ? Int(9) : [], .. Int(8), 0x1B, .. "LJ"u8, 2, 0, 0, 0, 0, .. Int(0)];
        TargetReport nested = Scans.Of([.. Int(3), .. Int(1), .. Int(1), .. Text("f"), .. inner], "m.t7");
        Assert.Equal(Verdict.Suspicious, nested.Verdict);
        Assert.Contains(nested.Findings, f => f.Rule.Id == "torch7-function");
    }

    [Fact]
    public void AStorageLargerThanTheFileIsSaid() => Assert.Contains("torch7.count", Scans.Of([.. Model(1L << 40)], "m.t7").Anomalies());

    [Fact]
    public void AFileThatIsCutIsNeverPassed()
    {
        byte[] whole = [.. Model(6)];
        for (int length = 16; length < whole.Length; length++)
        {
            Assert.NotEqual(Verdict.Passed, Scans.Of(whole[..length], "m.t7").Verdict);
        }
    }

    private static IEnumerable<byte> Model(long elements) =>
    [
        .. Int(4), .. Int(1), .. Name("V 1"), .. Name("nn.Linear"), .. Int(3), .. Int(2), .. Int(2),
        .. Text("weight"), .. Int(4), .. Int(3), .. Name("V 1"), .. Name("torch.FloatTensor"), .. Int(2), .. Long(2), .. Long(3), .. Long(3), .. Long(1), .. Long(1),
        .. Int(4), .. Int(4), .. Name("V 1"), .. Name("torch.FloatStorage"), .. Long(elements), .. Enumerable.Repeat((byte)1, 24),
        .. Text("train"), .. Int(5), .. Int(0),
    ];

    private static byte[] Int(int value) => BitConverter.GetBytes(value);

    private static byte[] Long(long value) => BitConverter.GetBytes(value);

    private static byte[] Name(string text) => [.. Int(text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Text(string text) => [.. Int(2), .. Name(text)];
}
