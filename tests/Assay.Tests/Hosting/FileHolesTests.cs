// Holes of sparse files are not read.
using Assay.Bytes;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Hosting;

public sealed class FileHolesTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void APickleBeforeALargeHoleCostsWhatThePickleCosts()
    {
        byte[] pickle = PickleBuilder.Protocol(2).Str("weights").Stop().ToArray();
        string path = _tree.Add("model.bin");
        using (FileStream file = File.Create(path))
        {
            file.Write(pickle);
            file.SetLength(64L << 30);
        }

        using ByteSource bytes = FileOpening.OpenReal(path);
        Assert.SkipUnless(bytes.NextData(1L << 30) > 1L << 30, "The file system has no holes, or does not say where they end.");
        Assert.Equal(0, bytes.NextData(0));
        Assert.Equal(bytes.Length, bytes.NextData(1L << 30));
        Assert.Equal(7L, bytes.Slice(new ByteRange(1L << 30, 7)).NextData(0));

        long work = 0;
        Scanner scanner = new(new ScanOptions { Rules = RuleSet.Default, OnSpent = budget => work = budget.Work });
        TargetReport report = scanner.Scan(new ScanInput { Path = path, Open = () => FileOpening.OpenReal(path), Named = true }, TestContext.Current.CancellationToken).Report!;
        Assert.Equal(Verdict.Passed, report.Verdict);
        Assert.InRange(work, 1, 20_000_000);
    }
}
