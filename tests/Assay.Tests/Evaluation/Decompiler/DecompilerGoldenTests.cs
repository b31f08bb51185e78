// Decompilations that were read and agreed to.
using Assay.Bytes;
using Assay.Reports;
using Assay.Tests.Reports;

namespace Assay.Tests.Evaluation.Decompiler;

public sealed class DecompilerGoldenTests
{
    private const string Room = "Evaluation/Decompiler";

    public static TheoryData<string> Names => [.. DecompilerSamples.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void TextIsAsAgreed(string name) => GoldenFile.Matches(Room, name + ".txt", Text(DecompilerSamples.All[name]().ToArray()));

    [Fact]
    public void EveryGoldenFileHasASample()
    {
        string folder = Path.Join(GoldenFile.Root, "tests", "Assay.Tests", Room, "Golden");
        Assert.Equal(
            DecompilerSamples.All.Keys.Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(folder).Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal));
    }

    private static string Text(byte[] pickle)
    {
        using StringWriter writer = new();
        DecompiledText.Write(new MemorySource(pickle), writer, new TextReportOptions { Width = 100 });
        return writer.ToString();
    }
}
