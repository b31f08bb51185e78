// Configurations as Python reads them: other encodings, numbers that JSON has not, keys that stand twice, base64 with junk in it.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;
using static Assay.Tests.Formats.Keras.KerasFiles;

namespace Assay.Tests.Formats.Keras;

public sealed class KerasConfigTests
{
    public static TheoryData<byte[]> Encodings { get; } = new()
    {
        Encoding.UTF8.GetBytes(Model(Function("os", "system"))),
        new UTF8Encoding(true).GetPreamble().Concat(Encoding.UTF8.GetBytes(Model(Function("os", "system")))).ToArray(),
        Encoding.Unicode.GetBytes(Model(Function("os", "system"))),
        Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Model(Function("os", "system")))).ToArray(),
        Encoding.BigEndianUnicode.GetBytes(Model(Function("os", "system"))),
        Encoding.UTF32.GetBytes(Model(Function("os", "system"))),
        Encoding.UTF8.GetBytes(Model("""{"class_name":"ReLU","config":{"max_value":NaN,"a":Infinity,"b":-Infinity}}""", Function("os", "system"))),
        Encoding.UTF8.GetBytes(Model("""{"class_name":"ReLU","config":{"name":"\ud800","a":"NaN \" NaN"}}""", Function("os", "system"))),
        Encoding.UTF8.GetBytes(Model(Function("os", "\\u0073ystem"))),
        Encoding.UTF8.GetBytes(" \n" + Model(Function("os", "system")) + "\n"),
        Encoding.UTF8.GetBytes(Model(Function("os", "system"))[..^3]),
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void WhatPythonReadsIsRead(byte[] config)
    {
        TargetReport report = Scans.Of(Zip(config), "model.keras");
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }

    [Theory]
    [InlineData("""{"module":"os","module":"keras.layers","class_name":"Dense","config":{}}""")]
    [InlineData("""{"module":"keras.layers","class_name":"system","class_name":"Dense","config":{}}""")]
    public void AKeyThatStandsTwiceIsSaid(string layer) => Assert.True(Scans.Of(Zip(Model(layer)), "model.keras").Is("keras-duplicate-key"));

    [Fact]
    public void BothValuesOfAKeyThatStandsTwiceCount()
    {
        TargetReport report = Scans.Of(Zip(Model("""{"module":"os","class_name":"system","class_name":"Dense","module":"keras.layers","config":{}}""")), "model.keras");
        Assert.Contains("os.system", report.Callables());
    }

    [Fact]
    public void JunkInBase64IsSteppedOverAsPythonDoes()
    {
        string junk = string.Join("!\\n", CodeOf(Harmful).Chunk(5).Select(c => new string(c)));
        Assert.Equal(Verdict.Malicious, Scans.Of(Zip(Model(Lambda("!" + junk))), "model.keras").Verdict);
    }

    [Fact]
    public void CodeThatIsNoneIsSuspicious()
    {
        Assert.Equal(Verdict.Suspicious, Scans.Of(Zip(Model(Lambda("4wEAAAA="))), "model.keras").Verdict);
        Assert.Equal(Verdict.Suspicious, Scans.Of(Zip(Model("""{"class_name":"Lambda","config":{"function":"lambda x: eval('1')"}}""")), "model.keras").Verdict);
    }

    [Fact]
    public void CodeAsKeras1WroteItIsRead()
    {
        string raw = Encoding.Latin1.GetString(Convert.FromBase64String(CodeOf(Harmful)));
        string config = $$"""{"class_name":"Sequential","config":[{{LegacyLambda(System.Text.Json.JsonEncodedText.Encode(raw).ToString())}}]}""";
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(config), "model.json");
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }

    [Fact]
    public void T098_BlanksInFrontAndATextAroundHideNothing()
    {
        string config = Model(Function("os", "system"));
        Assert.Equal(Verdict.Malicious, Scans.Of(Encoding.UTF8.GetBytes(new string(' ', 100_000) + config), "model.json").Verdict);
        Assert.Equal(Verdict.Malicious, Scans.Of(Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(config)), "model.json").Verdict);
    }

    [Theory]
    [InlineData("evil_pkg.layers", null, true)]
    [InlineData("evil_pkg.layers", "mine>Run", false)]
    [InlineData("keras.layers", null, false)]
    [InlineData("builtins", null, false)]
    public void T101_AModuleWithoutARegisteredNameIsSuspicious(string module, string? registered, bool isFlagged) =>
        Assert.Equal(isFlagged, Scans.Of(Zip(Model(Of(module, "Run", "{}", registered))), "model.keras").Is("keras-unregistered-module"));

    [Theory]
    [InlineData("io.write_file", Verdict.Malicious)]
    [InlineData("py_function", Verdict.Malicious)]
    [InlineData("math.reduce_mean", Verdict.Passed)]
    [InlineData("io.decode_jpeg", Verdict.Passed)]
    [InlineData("__operators__.add", Verdict.Passed)]
    public void OperatorsOfTensorFlowAreTakenByTheirName(string symbol, Verdict expected)
    {
        string config = $$$$"""{"class_name":"Functional","config":{"layers":[{"class_name":"TFOpLambda","config":{"name":"t","function":"{{{{symbol}}}}"},"inbound_nodes":[]}]}}""";
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(config), "model.json");
        Assert.True(report.Verdict == expected, report.Describe());
    }

    [Fact]
    public void DeepNestingCostsNoFaultAndIsNotPassed()
    {
        string deep = string.Concat(Enumerable.Repeat("""{"config":""", 20_000));
        TargetReport report = Scans.Of(Zip("""{"class_name":"x","config":""" + deep), "model.keras");
        Assert.Contains(UnreadCause.Malformed, report.Causes());
        Assert.DoesNotContain(UnreadCause.Fault, report.Causes());
    }

    [Fact]
    public void AnOrdinaryModelPassesAndEveryByteIsAccountedFor()
    {
        TargetReport report = Scans.Of(Zip(Model(Dense, Function("keras.activations", "relu"), Function("builtins", "mean_squared_error")), ("assets/layers/text/vocabulary.txt", "one\ntwo\nimport os\n"u8.ToArray())), "model.keras");
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
        report.AssertComplete();
    }
}
