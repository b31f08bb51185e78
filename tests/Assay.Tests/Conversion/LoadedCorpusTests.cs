// What is read as data is what real libraries load in the box: benign files of the corpus, where there is one.
using Assay.Bytes;
using Assay.Scanning;
using Assay.Tests.Conversion.Loaded;
using Assay.Tests.Corpus;
using Assay.Tests.Sandbox;

namespace Assay.Tests.Conversion;

public sealed class LoadedCorpusTests
{
    /// <summary>So many are loaded, evenly spread and the same in every run: a minute instead of six. <c>ASSAY_ORACLE=all</c> loads all of them.</summary>
    private const int Sample = 250;

    [Fact]
    public void EveryTensorOfTheCorpusIsTheOneThatItsLibraryLoads()
    {
        Boxed.Needs();
        List<LabelledFile> benign = [.. LabelledFile.All().Where(f => f.Label == "benign")];
        int step = Environment.GetEnvironmentVariable("ASSAY_ORACLE") == "all" ? 1 : Math.Max(1, benign.Count / Sample);
        List<ScanInput> inputs = [.. benign.Where((_, i) => i % step == 0)
            .Select(f => new ScanInput { Path = f.Path, Open = () => new FileSource(File.OpenHandle(f.File)), Named = true })];
        IReadOnlyList<ComparedFile> files = LoadComparison.Run(inputs, TestContext.Current.CancellationToken);
        Assert.Contains(files, f => f.End == ComparisonEnd.Equal);
        Assert.Empty(files.Where(f => f.End is ComparisonEnd.Different or ComparisonEnd.NotFound).Select(f => $"{f.Path} [{f.Loader}]: {f.Detail}"));
    }
}
