// The examples of docs/embedding.md, compiled and run; the document shows these very lines.
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;
using Assay.Hosting.Packs;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;
using Assay.Tests.Architecture;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Docs;

public sealed class EmbeddingTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task FilesAndFolders()
    {
        string path = Models();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        List<string> told = [];

        // docs: files
        Scanner scanner = new(new ScanOptions
        {
            Rules = RulePacks.Load(directory: null),
            Scratch = new FileScratch(Path.GetTempPath(), inMemory: 8 << 20),
            Jobs = 2,
        });
        FileWalk walk = new([path], cancellation: cancellation);
        await foreach (ScanResult result in scanner.ScanAsync(walk.Inputs(), null, cancellation))
        {
            if (result.Report is { } report)
            {
                told.Add($"{report.Path}: {report.Verdict}, {report.Findings.Count} findings, {report.Unread.Count} parts not read");
            }
        }
        // docs: end

        Assert.Equal(2, told.Count);
        Assert.Contains("a.pkl: Malicious", told[0], StringComparison.Ordinal);
        Assert.Contains("b.pkl: Passed", told[1], StringComparison.Ordinal);
    }

    [Fact]
    public void BytesFromElsewhere()
    {
        using MemoryStream upload = new(Scans.Canary);
        CancellationToken cancellation = TestContext.Current.CancellationToken;

        // docs: upload
        FileScratch scratch = new(Path.GetTempPath(), inMemory: 8 << 20);
        using ScratchSpace space = scratch.Create();
        ScanInput input = StreamSpool.Read("upload.bin", upload, space, "upload-bytes", limit: 1L << 30, cancellation);
        Scanner scanner = new(new ScanOptions { Rules = RuleSet.Default, Scratch = scratch });
        TargetReport report = scanner.Scan(input, cancellation).Report!;
        // docs: end

        Assert.Equal(Verdict.Malicious, report.Verdict);
    }

    [Fact]
    public async Task AReport()
    {
        IBundle bundle = FolderBundle.TryCreate(Models())!;
        Scanner scanner = new(Scans.Options);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using MemoryStream output = new();

        // docs: report
        using JsonReport report = new(output, scanner.Head);
        await foreach (ScanResult result in scanner.ScanAsync(bundle, null, cancellation))
        {
            report.Add(result);
        }

        report.Finish();
        // docs: end

        using JsonDocument document = JsonDocument.Parse(output.ToArray());
        Assert.Equal("malicious", document.RootElement.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task ABundle()
    {
        IBundle bundle = FolderBundle.TryCreate(Models())!;
        Scanner scanner = new(Scans.Options);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using MemoryStream output = new();
        using JsonReport report = new(output, scanner.Head);

        // docs: bundle
        BundleReport whole = await scanner.ScanBundleAsync(bundle, report.Add, cancellation);
        // docs: end

        report.Finish();
        Assert.Equal((2, Verdict.Malicious), (whole.Files, whole.Judgement.Verdict));
    }

    [Fact]
    public void TheDocumentShowsTheExamplesAsTheyAreCompiled()
    {
        string[] compiled = [.. Regions(Repository.Read("tests/Assay.Tests/Docs/EmbeddingTests.cs"))];
        string[] shown = [.. Blocks(Repository.Read("docs/embedding.md"))];
        Assert.Equal(4, compiled.Length);
        Assert.Equal(compiled, shown);
    }

    private string Models()
    {
        Directory.CreateDirectory(_tree["models"]);
        File.WriteAllBytes(_tree["models/a.pkl"], Scans.Canary);
        File.WriteAllBytes(_tree["models/b.pkl"], Scans.Harmless);
        return _tree["models"];
    }

    private static IEnumerable<string> Regions(string source)
    {
        const string Indent = "        ";
        StringBuilder? region = null;
        foreach (string line in source.Split('\n'))
        {
            if (line == Indent + "// docs: end")
            {
                yield return region!.ToString();
                region = null;
            }
            else if (line.StartsWith(Indent + "// docs: ", StringComparison.Ordinal))
            {
                region = new StringBuilder();
            }
            else
            {
                region?.Append(line.StartsWith(Indent, StringComparison.Ordinal) ? line[Indent.Length..] : line).Append('\n');
            }
        }
    }

    private static IEnumerable<string> Blocks(string document)
    {
        const string Begin = "```csharp\n";
        for (int at = document.IndexOf(Begin, StringComparison.Ordinal); at >= 0; at = document.IndexOf(Begin, at, StringComparison.Ordinal))
        {
            at += Begin.Length;
            int end = document.IndexOf("```", at, StringComparison.Ordinal);
            yield return document[at..end];
            at = end;
        }
    }
}
