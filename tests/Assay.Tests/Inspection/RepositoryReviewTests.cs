// A review says what runs and when, what is only there and what may go; a difference says what came and what went.
using Assay.Bytes;
using Assay.Detection;
using Assay.Inspection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Inspection;

public sealed class RepositoryReviewTests
{
    [Fact]
    public void AReviewTellsWhatRunsStepByStep()
    {
        RepositoryReview review = Review(
            ("config.json", """{"model_type": "x", "auto_map": {"AutoModel": "modeling_x.XModel"}}"""u8.ToArray()),
            ("modeling_x.py", "from transformers import PreTrainedModel\nfrom .one import go\nclass XModel(PreTrainedModel):\n    def __init__(self, c):\n        go()\n"u8.ToArray()),
            ("one.py", "import subprocess\ndef go():\n    subprocess.run(['./x'])\n"u8.ToArray()),
            ("tool.py", "def main():\n    print(1)\n"u8.ToArray()));
        ReviewStep step = Assert.Single(review.Steps, s => s.File == "folder/one.py");
        Assert.Equal(("load", 3, Severity.Medium), (step.When, step.Line, step.Severity));
        Assert.Equal(["folder/tool.py"], review.OnlyThere);
        Assert.Equal(Verdict.Suspicious, review.Verdict);
    }

    [Fact]
    public void AReviewOfOneFileHasTheVerdictOfTheFile()
    {
        TargetReport report = Assert.Single(ModelRepository.Scan(("a.pkl", "cos\nsystem\n(S'./x'\ntR.")).Files);
        BundleReport nothing = new BundleSheet(RuleSet.Default, Policy.None, new Scanner(Scans.Options).Head.Day).End("folder/a.pkl");
        Assert.Equal(Verdict.Malicious, RepositoryReview.Of([report], nothing).Verdict);
    }

    [Fact]
    public void AReviewTellsWhoTakesEachFileAndWhatHappensThen()
    {
        byte[] header = """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"""u8.ToArray();
        byte[] weights = [.. BitConverter.GetBytes((long)header.Length), .. header, 0, 0, 0, 0];
        RepositoryReview review = Review(
            ("config.json", """{"model_type": "x", "auto_map": {"AutoConfig": "one.XConfig", "AutoModel": "two.XModel"}}"""u8.ToArray()),
            ("one.py", "class XConfig:\n    pass\n"u8.ToArray()),
            ("two.py", "import os\nos.system('./x')\nclass XModel:\n    pass\n"u8.ToArray()),
            ("model-1.safetensors", weights), ("model-2.safetensors", weights), ("pytorch_model.bin", Scans.Harmless), ("chat_template.jinja", "{{ messages[0]['content'] }}"u8.ToArray()));
        Assert.Equal(
            [("folder/one.py", 0, null), ("folder/two.py", 0, Severity.Medium), ("folder/model-1.safetensors", 1, null), ("folder/pytorch_model.bin", 0, null)],
            review.Ways.Where(w => !w.File.EndsWith(".jinja", StringComparison.Ordinal)).Select(w => (w.File, w.More, w.Severity)));
        Assert.Contains("auto_map.AutoModel", review.Ways[1].Who, StringComparison.Ordinal);
        Assert.Contains("os.system", review.Ways[1].Does, StringComparison.Ordinal);
        Assert.Contains("pickle.load", Assert.Single(review.Ways, w => w.File == "folder/pytorch_model.bin").Who, StringComparison.Ordinal);
        Assert.Single(review.Ways, w => w.File == "folder/chat_template.jinja");
        Assert.Empty(review.OnlyThere);
    }

    [Fact]
    public void T174_AReviewSaysWhichFilesCouldBeLeftOutAndWhoTakesThemAllTheSame()
    {
        byte[] header = """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"""u8.ToArray();
        RepositoryReview review = Review(("model.safetensors", [.. BitConverter.GetBytes((long)header.Length), .. header, 0, 0, 0, 0]), ("pytorch_model.bin", Scans.Harmless), ("other/pytorch_model.bin", Scans.Harmless), ("optimizer.pt", Scans.Harmless));
        Assert.Equal(["folder/optimizer.pt", "folder/pytorch_model.bin"], review.Spare.Select(s => s.File));
        Assert.Contains("SGLang", review.Spare[1].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void AReviewSaysWhichVersionALoaderMustHave() => Assert.Contains(
        Review(("config.yaml", "a:\n  _target_: os.system\n"u8.ToArray())).Steps, s => s.Severity >= Severity.Medium);

    [Fact]
    public void ADifferenceTellsWhatCameFirst()
    {
        RepositoryDiff diff = RepositoryDiff.Of(
            Files(("a.py", "import math\ndef f(x):\n    return x\n"u8.ToArray()), ("same.py", "x = 1\n"u8.ToArray()), ("gone.txt", "x\n"u8.ToArray())),
            Files(("a.py", "import math, os\ndef f(x):\n    return x\nos.system('./x')\n"u8.ToArray()), ("same.py", "x = 1\n"u8.ToArray())), _ => null, _ => null);
        Assert.Equal((Verdict.Passed, Verdict.Suspicious, 1), (diff.Verdicts.Old, diff.Verdicts.New, diff.Same));
        Assert.True(diff.Changes[0] is { File: "a.py", IsNew: true, Risk: >= 2 });
        Assert.Contains(diff.Changes, c => c is { Kind: "runs", What: "import: os.system", IsNew: true });
        Assert.Contains(diff.Changes, c => c is { File: "gone.txt", IsNew: false, Kind: "file" });
    }

    [Fact]
    public void ADifferenceTellsWhichTensorsChangedInShapeOrInTheirElements()
    {
        (string, byte[])[] old = [("a.safetensors", Weights("""{"same":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"shaped":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"trained":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""", 1, 2, 3, 4))];
        (string, byte[])[] @new = [("a.safetensors", Weights("""{"same":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"shaped":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]},"trained":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""", 1, 2, 3, 5))];
        RepositoryDiff diff = RepositoryDiff.Of(Files(old), Files(@new), _ => Inspected(old[0].Item2), _ => Inspected(@new[0].Item2));
        string[] came = [.. diff.Changes.Where(c => c is { Kind: "tensor", IsNew: true }).Select(c => c.What)];
        Assert.Equal(2, came.Length);
        Assert.Contains(came, c => c.StartsWith("shaped: ", StringComparison.Ordinal) && c.Contains("[1, 2]", StringComparison.Ordinal));
        Assert.Contains(came, c => c.StartsWith("trained: ", StringComparison.Ordinal) && c.Contains("5 to 5", StringComparison.Ordinal));
        Assert.Equal(2, diff.Changes.Count(c => c is { Kind: "tensor", IsNew: false }));
    }

    private static InspectedArtifact Inspected(byte[] bytes) => Inspector.Inspect("a.safetensors", () => new MemorySource(bytes), new InspectionOptions { Statistics = true }, TestContext.Current.CancellationToken);

    private static byte[] Weights(string header, params float[] elements) =>
        [.. BitConverter.GetBytes((long)System.Text.Encoding.UTF8.GetByteCount(header)), .. System.Text.Encoding.UTF8.GetBytes(header), .. elements.SelectMany(BitConverter.GetBytes)];

    [Fact]
    public void TheSameFilesHaveNoDifference() => Assert.Empty(RepositoryDiff.Of(Files(("a.py", "import os\nos.system('./x')\n"u8.ToArray())), Files(("a.py", "import os\nos.system('./x')\n"u8.ToArray())), _ => null, _ => null).Changes);

    private static RepositoryReview Review(params (string Name, byte[] Bytes)[] files)
    {
        MemoryBundle bundle = new(files);
        Scanner scanner = new(Scans.Options);
        BundleSheet sheet = new(RuleSet.Default, Policy.None, scanner.Head.Day);
        List<TargetReport> targets = [];
        foreach (ScanResult result in scanner.ScanAsync(bundle.List().Select(e => ScanInput.Of(bundle, e))).ToBlockingEnumerable())
        {
            sheet.Add(result);
            targets.AddRange(result.Report is { } report ? [report] : Array.Empty<TargetReport>());
        }

        return RepositoryReview.Of(targets, sheet.End(bundle.Path));
    }

    private static Dictionary<string, TargetReport> Files(params (string Name, byte[] Bytes)[] files) => files.ToDictionary(f => f.Name, f => Scans.Of(f.Bytes, f.Name), StringComparer.Ordinal);
}
