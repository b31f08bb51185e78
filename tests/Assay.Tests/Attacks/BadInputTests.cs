// Bad input has a clear outcome; what concerns paths (missing, unreadable, loops, links, names that are not UTF-8) is tested with the program.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Attacks;

public sealed class BadInputTests
{
    private static readonly byte[] s_payload = PickleOf(Call("os", "system", "id"));

    [Theory]
    [InlineData("model.pt")]
    [InlineData("x")]
    [InlineData("array.npy")]
    public void AnEmptyFileIsIncomplete(string path)
    {
        TargetReport report = Scanned.Bytes([], path);
        Assert.Equal(Verdict.Incomplete, report.Verdict);
        Assert.Equal(UnreadCause.Unrecognised, Assert.Single(report.Unread).Cause);
    }

    [Fact]
    public void ATruncatedZipIsNeverPassedAndWhatIsThereIsRead()
    {
        byte[] zip = TorchFiles.Members(s_payload).Build();
        int pickleEnd = zip.AsSpan().IndexOf(s_payload) + s_payload.Length;
        for (int length = 5; length < zip.Length; length += 7)
        {
            Verdict verdict = Scanned.Bytes(zip[..length], "model.pt").Verdict;
            Assert.True(length >= pickleEnd ? verdict == Verdict.Malicious : verdict > Verdict.Passed, $"{length}: {verdict}");
        }
    }

    [Fact]
    public void ACutPickleIsNeverPassed()
    {
        byte[] pickle = PickleOf(TorchFiles.Checkpoint(1), 4);
        for (int length = 1; length < pickle.Length; length++)
        {
            Assert.True(Scanned.Bytes(pickle[..length]).Verdict > Verdict.Passed, $"{length}");
        }
    }

    [Fact]
    public void ATenThousandDeepPickleHidesNothing()
    {
        byte[] deep = [0x80, 2, .. Enumerable.Repeat((byte)'(', 10_000), .. PickleBuilder.Start().Push(Call("os", "system", "id")).ToArray(), .. Enumerable.Repeat((byte)'t', 10_000), (byte)'.'];
        TargetReport report = Scanned.Bytes(deep);
        Assert.True(report.Verdict == Verdict.Malicious && report.Is("callable-command-execution"), report.Describe());
    }

    [Fact]
    public void ACallWhoseArgumentsAreDeepHidesNothing()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(2).Global("os", "system").Push("id");
        for (int i = 0; i < 5_000; i++)
        {
            pickle.Tuple1();
        }

        Assert.True(Scanned.Pickle(pickle.Reduce().Stop()).Is("callable-command-execution"));
    }

    [Theory]
    [InlineData("a\u001b[2Jb.pkl")]
    [InlineData("a\u0007\u0008b.pkl")]
    [InlineData("gpj.\u202elkp.pkl")]
    [InlineData("a\u2066b\u2069.pkl")]
    [InlineData("a\r\nverdict: passed.pkl")]
    public void NamesOfMembersReachNoTerminal(string name)
    {
        TargetReport target = Scanned.Bytes(new ZipBuilder().Add(name, s_payload).Build(), "models.zip");
        Assert.Equal(Verdict.Malicious, target.Verdict);
        Assert.All(Texts(target), text => Assert.DoesNotContain(Escape.Visible(text), c => char.IsControl(c) || c is '\u202e' or '\u2066' or '\u2069'));
    }

    [Theory]
    [InlineData("sys\u001b[31mtem")]
    [InlineData("\u202eexec")]
    public void NamesOfCallablesReachNoTerminal(string name)
    {
        TargetReport target = Scanned.Bytes(PickleOf(Call("mypackage", name, "/srv/x.sh"), 4));
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
        Assert.All(Texts(target), text => Assert.DoesNotContain(Escape.Visible(text), c => char.IsControl(c) || c is '\u202e'));
    }

    [Fact]
    public void NamesThatAreNotUtf8HideNothing()
    {
        byte[] zip = new ZipBuilder().Add("aXb.pkl", s_payload).Build();
        for (int i = 0; i < zip.Length - 2; i++)
        {
            if (zip[i] == 'a' && zip[i + 1] == 'X' && zip[i + 2] == 'b')
            {
                zip[i + 1] = 0xFF;
            }
        }

        Assert.Equal(Verdict.Malicious, Scanned.Bytes(zip, "models.zip").Verdict);
    }

    [Theory]
    [InlineData("opcodes")]
    [InlineData("memo-entries")]
    [InlineData("stack-values")]
    [InlineData("nodes")]
    [InlineData("imports")]
    public void T207_EveryLimitOfAPickleIsNamedWhenItIsSpent(string limit)
    {
        ScanLimits limits = limit switch
        {
            "opcodes" => new ScanLimits { Opcodes = 1000 },
            "memo-entries" => new ScanLimits { MemoEntries = 100 },
            "stack-values" => new ScanLimits { StackValues = 1_000_000 },
            _ => new ScanLimits { Nodes = 500 },
        };
        PickleBuilder pickle = PickleBuilder.Protocol(4).Push(Call("os", "system", "id")).Pop();
        for (int i = 0; i < 5000; i++)
        {
            pickle.Push(limit == "imports" ? Import("mypackage", $"f{i}") : List(i, List())).Memoize();
        }

        byte[] values = [.. Enumerable.Repeat((byte)'N', limit == "stack-values" ? 1_500_000 : 0)];
        TargetReport report = Scanned.Bytes([.. pickle.ToArray(), .. values, (byte)'.'], limits: limits);
        Assert.Contains(report.Unread, u => u.Cause == UnreadCause.Limit && u.Detail.Contains(limit == "imports" ? "nodes" : limit, StringComparison.Ordinal));
        Assert.True(report.Verdict == Verdict.Malicious, report.Verdict.ToString());
    }

    private static IEnumerable<string> Texts(TargetReport target) =>
        target.Findings.SelectMany(f => f.Evidence.Select(e => e.Text).Append(f.Message).Append(f.Path)).Concat(target.Unread.Select(u => u.Detail));
}
