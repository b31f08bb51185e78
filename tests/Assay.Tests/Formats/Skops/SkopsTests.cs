// skops: trees that skops writes pass, and what gets past its trusted types, or would run where somebody trusts it, is flagged.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Skops;

/// <summary>Nodes are written as <c>skops/io</c> writes them, protocol 2.</summary>
public sealed class SkopsTests
{
    private static string Node(string type, string loader, string rest = "\"content\":null") =>
        $$"""{"__class__":"{{type[(type.LastIndexOf('.') + 1)..]}}","__module__":"{{type[..type.LastIndexOf('.')]}}","__loader__":"{{loader}}",{{rest}},"__id__":7}""";

    private static string Text(string json) => Node("builtins.str", "JsonNode", $"\"content\":\"{json}\",\"is_json\":true");

    private static string Dict(string items) => Node("builtins.dict", "DictNode", $$"""
        "content":{{{items}}},"key_types":{{Node("builtins.list", "ListNode", "\"content\":[" + Node("builtins.str", "TypeNode") + "]")}}
        """);

    private static string Estimator(string attribute) => Node("sklearn.ensemble._forest.RandomForestClassifier", "ObjectNode", $"\"content\":{Dict($"\"x\":{attribute}")}");

    private static TargetReport Scan(string root)
    {
        string schema = root[..^1] + ",\"protocol\":2,\"_skops_version\":\"0.11.0\"}";
        byte[] zip = new ZipBuilder().Add("schema.json", Encoding.UTF8.GetBytes(schema)).Add("11.npy", NumpyFiles.Floats(2)).Build();
        return Scans.Of(zip, "model.skops");
    }

    public static TheoryData<string> Good => new()
    {
        Estimator(Text("1.0")),
        Estimator(Node("numpy.ndarray", "NdArrayNode", "\"type\":\"numpy\",\"file\":\"11.npy\"")),
        Estimator(Node("numpy.float64", "NdArrayNode", "\"type\":\"numpy\",\"file\":\"11.npy\"")),
        Estimator(Node("numpy.log1p", "FunctionNode")),
        Estimator(Node("numpy.float64", "TypeNode")),
        Estimator(Node("builtins.function", "FunctionNode", "\"content\":{\"function\":\"log1p\",\"module_path\":\"numpy\"}")),
        Estimator(Node("numpy.random.mtrand.RandomState", "RandomStateNode", $"\"content\":{Dict($"\"state\":{Dict($"\"pos\":{Text("624")}")}")}")),
        Estimator(Node("functools.partial", "PartialNode", $$"""
            "content":{"func":{{Node("numpy.clip", "FunctionNode")}},"args":{{Node("builtins.tuple", "TupleNode", "\"content\":[]")}} }
            """)),
        Node("sklearn.utils._bunch.Bunch", "DictNode", "\"content\":{}"),
        Node("__main__.DivideColumns", "ObjectNode", $"\"content\":{Dict("")}"),
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void WhatSkopsWritesPasses(string root)
    {
        TargetReport target = Scan(root);
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
        Assert.Contains("skops", target.Formats);
        target.AssertComplete();
    }

    public static TheoryData<string, string> Hostile => new()
    {
        { "skops-known-bypass", Estimator(Node("builtins.int", "OperatorFuncNode", "\"attrs\":" + Node("builtins.tuple", "TupleNode", "\"content\":[]"))) },
        { "skops-known-bypass", Estimator(Node("operator.call", "OperatorFuncNode", "\"attrs\":" + Node("builtins.tuple", "TupleNode", "\"content\":[" + Node("os.system", "FunctionNode") + "]"))) },
        { "skops-known-bypass", Estimator(Node("builtins.int", "MethodNode", "\"content\":{\"func\":\"__globals__\",\"obj\":" + Node("mypackage.X", "ObjectNode") + "}")) },
        { "skops-method", Estimator(Node("operator.methodcaller", "OperatorFuncNode", "\"attrs\":" + Node("builtins.tuple", "TupleNode", "\"content\":[]"))) },
        { "dangerous-attribute", Estimator(Node("sklearn.pipeline.Pipeline", "MethodNode", "\"content\":{\"func\":\"__reduce_ex__\",\"obj\":" + Node("sklearn.pipeline.Pipeline", "ObjectNode") + "}")) },
        { "listed-callable-imported", Estimator(Node("os.system", "FunctionNode")) },
        { "listed-callable-imported", Estimator(Node("builtins.eval", "TypeNode")) },
        { "listed-callable-imported", Node("builtins.function", "FunctionNode", "\"content\":{\"function\":\"system\",\"module_path\":\"os\"}") },
        { "callable-command-execution", Node("functools.partial", "PartialNode", "\"content\":{\"func\":" + Node("builtins.function", "FunctionNode", "\"content\":{\"function\":\"system\",\"module_path\":\"os\"}") + "}") },
        { "skops-member-outside", Estimator(Node("numpy.ndarray", "NdArrayNode", "\"type\":\"numpy\",\"file\":\"../../11.npy\"")) },
        { "callable-command-execution", Node("subprocess.Popen", "ObjectNode") },
        { "callable-command-execution", Node("os.system", "ConstructorFromReduceNode", "\"content\":" + Text("id")) },
        { "callable-command-execution", Node("subprocess.getoutput", "ListNode", "\"content\":[" + Text("id") + "]") },
        { "callable-command-execution", Estimator(Node("functools.partial", "PartialNode", "\"content\":{\"func\":" + Node("os.system", "FunctionNode") + "}")) },
        { "unknown-callable-called", Node("somebody.Thing", "DictNode", "\"content\":{}") },
        { "skops-array-opens-file", Estimator(Node("numpy.memmap", "NdArrayNode", "\"type\":\"numpy\",\"file\":\"11.npy\"")) },
        { "skops-array-of-another-type", Estimator(Node("os.system", "NdArrayNode", "\"type\":\"numpy\",\"file\":\"11.npy\"")) },
        { "skops-random-position", Estimator(Node("numpy.random.mtrand.RandomState", "RandomStateNode", $"\"content\":{Dict($"\"state\":{Dict($"\"pos\":{Text("1000000")}")}")}")) },
        { "skops-odd", Estimator(Node("builtins.int", "NoSuchNode")) },
        { "skops-odd", "{\"__class__\":\"dict\"," + Estimator(Text("1"))[1..] },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void T093_WhatGetsPastTheTrustedTypesIsFlagged(string rule, string root)
    {
        TargetReport target = Scan(root);
        Assert.True(target.Verdict >= Verdict.Suspicious && target.Is(rule), target.Describe());
    }

    [Fact]
    public void T093_TypesThatNobodyTrustsAreListed() =>
        Assert.Contains(Scan(Node("mypackage.Model", "ObjectNode")).Findings, f => f.Rule.Id == "skops-untrusted-type");

    [Fact]
    public void T094_APickleUnderTheNameOfAModelIsFlagged() => Assert.Equal(Verdict.Malicious, Scans.Of(Scans.Canary, "model.skops").Verdict);

    [Fact]
    public void AnArrayOfObjectsBesideTheTreeIsAPickle()
    {
        byte[] zip = new ZipBuilder().Add("schema.json", Encoding.UTF8.GetBytes(Estimator(Text("1")))).Add("11.npy", Scans.Canary).Build();
        Assert.Equal(Verdict.Malicious, Scans.Of(zip, "model.skops").Verdict);
    }

    [Fact]
    public void ATreeThatBreaksIsNotPassed()
    {
        byte[] zip = new ZipBuilder().Add("schema.json", Encoding.UTF8.GetBytes(Estimator(Text("1"))[..^40])).Build();
        Assert.Contains(UnreadCause.Malformed, Scans.Of(zip, "model.skops").Causes());
    }
}
