// The anomalies that readers report, those that are documented and those that rules wait for are the same.
using System.Text.RegularExpressions;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Facts;
using Assay.Tests.Builders;

namespace Assay.Tests.Architecture;

public sealed partial class AnomalyCodeTests
{
    /// <summary>Names of functions and files that have the shape of a code.</summary>
    private static readonly string[] NotCodes = ["avro.schema", "bytecode.pkl", "configuration.json", "data.pkl", "document.cookie", "document.location", "html.unescape", "json.load", "json.loads", "joblib.load", "keras.api", "keras.layers", "onnx.load", "pickle.load", "requirements.txt", "torch.load", "zarr.json"];

    /// <summary>What codes begin with: one family a line, so that branches that add some meet seldom.</summary>
    private static readonly string[] Families =
    [
        "7z",
        "agent",
        "archive",
        "arrow",
        "avro",
        "bson",
        "bytecode",
        "caffe",
        "card",
        "catboost",
        "cntk",
        "codec",
        "configuration",
        "coreml",
        "ctranslate",
        "decision",
        "dl4j",
        "document",
        "executorch",
        "fasttext",
        "feed",
        "flatbuffer",
        "ggml",
        "gguf",
        "git",
        "graph",
        "hdf5",
        "html",
        "java",
        "joblib",
        "json",
        "keras",
        "lightgbm",
        "mar",
        "matlab",
        "media",
        "mleap",
        "mlnet",
        "mnn",
        "modelfile",
        "mojo",
        "msgpack",
        "mxnet",
        "name",
        "native",
        "ncnn",
        "netcdf",
        "npy",
        "npz",
        "onnx",
        "openvino",
        "ort",
        "paddle",
        "parquet",
        "pdf",
        "pickle",
        "pmml",
        "protobuf",
        "pt2",
        "python",
        "r",
        "rar",
        "requirements",
        "rknn",
        "safetensors",
        "settings",
        "shards",
        "shell",
        "skops",
        "spark",
        "sqlite",
        "state",
        "svg",
        "table",
        "tar",
        "template",
        "tensorizer",
        "tensorrt",
        "text",
        "tf",
        "tfjs",
        "tflite",
        "tokenizer",
        "torch",
        "torch-mobile",
        "torch-package",
        "torch7",
        "torchscript",
        "torchserve",
        "xgboost",
        "xml",
        "yaml",
        "zarr",
        "zip",
    ];

    [Fact]
    public void EveryCodeThatAReaderReportsIsDocumentedAndTheOtherWayRound()
    {
        Assert.Equal(Documented().Order(StringComparer.Ordinal), Reported().Order(StringComparer.Ordinal));
    }

    /// <summary>What packs may wait for; that the rules wait for nothing else is held by <c>RuleSetLoaderTests</c>.</summary>
    [Fact]
    public void TheGivenCodesAreTheReportedOnes() =>
        Assert.Equal(Reported().Order(StringComparer.Ordinal), GivenValues.Of("anomaly").Order(StringComparer.Ordinal));

    [Fact]
    public void EveryReportedCodeHasOneRuleThatSaysWhatItMeans() =>
        Offenders.None(Reported()
            .Select(code => (code, Findings: FactBuilder.Judge([new AnomalyFact { Path = "x", Code = code }])))
            .Where(c => c.Findings.Count != 1 || c.Findings[0].Rule.Id == "unlisted-anomaly")
            .Select(c => c.code));

    private static HashSet<string> Documented() =>
        [.. RowPattern().Matches(Repository.Read("docs/anomalies.md")).Select(m => m.Groups[1].Value)];

    private static HashSet<string> Reported() =>
        [.. Repository.Sources("src/Assay").SelectMany(f => LiteralPattern().Matches(Repository.Read(f))).Select(m => m.Groups[1].Value)
            .Where(code => !NotCodes.Contains(code) && !IsNameOfPython(code))];

    /// <summary>Modules that share their first name with a family of codes, as in <c>torch.storage</c>.</summary>
    private static bool IsNameOfPython(string text) => text is "torch.cuda" or "torch.sparse" or "torch.storage";

    [GeneratedRegex(@"^\| `([^`]+)`", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    private static Regex LiteralPattern() => new($"\"(name-content-mismatch|(?:{string.Join('|', Families)})\\.[a-z0-9-]+)\"");
}
