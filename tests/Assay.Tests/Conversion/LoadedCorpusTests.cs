// What is read as data is what real libraries load in the box: all benign files of the corpus, where there is one.
using Assay.Bytes;
using Assay.Scanning;
using Assay.Tests.Conversion.Loaded;
using Assay.Tests.Corpus;
using Assay.Tests.Sandbox;

namespace Assay.Tests.Conversion;

public sealed class LoadedCorpusTests
{
    [Fact]
    public void EveryTensorOfTheCorpusIsTheOneThatItsLibraryLoads()
    {
        Boxed.Needs();
        List<ScanInput> inputs = [.. LabelledFile.All().Where(f => f.Label == "benign")
            .Select(f => new ScanInput { Path = f.Path, Open = () => new FileSource(File.OpenHandle(f.File)), Named = true })];
        IReadOnlyList<ComparedFile> files = LoadComparison.Run(inputs, TestContext.Current.CancellationToken);
        Assert.Contains(files, f => f.End == ComparisonEnd.Equal);
        Assert.Empty(files.Where(f => f.End is ComparisonEnd.Different or ComparisonEnd.NotFound).Select(f => $"{f.Path} [{f.Loader}]: {f.Detail}"));
    }
}
