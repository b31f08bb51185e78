// DL4J, Spark, MLeap, H2O and models as Java source: what their tools write passes, and foreign classes, paths and programs are flagged.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Jvm;

public sealed class JvmModelTests
{
    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Network(string layer) => $$"""
        { "backprop" : true, "backpropType" : "Standard", "confs" : [ { "iterationCount" : 0, "layer" : { "@class" : "{{layer}}", "activationFn" : { "@class" : "org.nd4j.linalg.activations.impl.ActivationReLU" } } } ] }
        """;

    private static byte[] Dl4j(string configuration) =>
        new ZipBuilder().Add("configuration.json", Utf8(configuration)).Add("coefficients.bin", [0, 7, .. "JAVACPP"u8, 0, 0, 0, 8, 0, 3, .. "INT"u8, 0xFF, 1, 2, 3]).Build();

    private static string Spark(string type) => $$"""{"class":"{{type}}","timestamp":1,"sparkVersion":"3.5.0","uid":"x_1","paramMap":{},"defaultParamMap":{} }""";

    private static string Pipeline(string stage) => $$"""{"op":"pipeline","attributes":{"nodes":{"type":"list","string":["{{stage}}"]} } }""";

    private const string Ini = "[info]\nh2o_version = 3.46\nmojo_version = 1.40\nalgo = gbm\nn_columns = 2\nn_domains = 1\n\n[columns]\na\nb\n\n[domains]\n1: 3 d000.txt\n";

    private static byte[] Mojo(string ini, string more = "domains/d000.txt", string text = "no\nyes\n") =>
        new ZipBuilder().Add("model.ini", Utf8(ini)).Add(more, Utf8(text)).Add("trees/t00_000.bin", [1, 2, 3, 0xFF, 0xFE, 0]).Build();

    public static TheoryData<string, byte[]> Good => new()
    {
        { "model.zip", Dl4j(Network("org.deeplearning4j.nn.conf.layers.DenseLayer")) },
        { "part-00000", Utf8(Spark("org.apache.spark.ml.PipelineModel")) },
        { "model.json", Utf8(Pipeline("linear_model")) },
        { "bundle.json", Utf8("""{"uid":"x","name":"pipeline","format":"ml.combust.mleap.json","version":"0.23.0","timestamp":"2024"}""") },
        { "model.zip", Mojo(Ini) },
        { "gbm.java", Utf8("// Runtime.getRuntime().exec\nimport hex.genmodel.GenModel;\npublic class gbm extends GenModel { double f(double[] d) { return Math.exp(d[0]); } String s = \"Runtime.getRuntime().exec()\"; }") },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void WhatTheToolsWritePasses(string name, byte[] file)
    {
        TargetReport target = Scans.Of(file, name);
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
        target.AssertComplete();
    }

    public static TheoryData<string, string, byte[]> Hostile => new()
    {
        { "jvm-class-harmful", "model.zip", Dl4j(Network("javax.script.ScriptEngineManager")) },
        { "jvm-class-harmful", "model.zip", Dl4j("""{"confs":[],"backprop":true,"x":["org.springframework.context.support.ClassPathXmlApplicationContext",{"a":1}]}""") },
        { "jvm-class-harmful", "model.zip", Dl4j("""{"confs":[],"backprop":true,"x":["org.springframework.context.support.ClassPathXmlApplicationContext","http://127.0.0.1/s.xml"]}""") },
        { "jvm-class-foreign", "model.zip", Dl4j(Network("com.example.Backdoor")) },
        { "java-gadget", "model.zip", new ZipBuilder().Add("configuration.json", Utf8(Network("org.deeplearning4j.nn.conf.layers.DenseLayer"))).Add("coefficients.bin", [1]).Add("preprocessor.bin", RealFiles.Of("h-gadget.ser")).Build() },
        { "jvm-class-harmful", "part-00000", Utf8(Spark("os.system")) },
        { "jvm-class-foreign", "part-00000", Utf8(Spark("com.example.Backdoor")) },
        { "jvm-class-foreign", "part-00000", Utf8(Spark("__main__.Evil")) },
        { "jvm-stage-outside", "model.json", Utf8(Pipeline("../../../x")) },
        { "jvm-stage-outside", "model.json", Utf8(Pipeline("/etc/x")) },
        { "mojo-counts-lie", "model.zip", Mojo(Ini.Replace("n_columns = 2", "n_columns = 2000000000", StringComparison.Ordinal)) },
        { "jvm-stage-outside", "model.zip", Mojo(Ini.Replace("d000.txt", "../../d000.txt", StringComparison.Ordinal)) },
        { "java-source-acts", "model.zip", Mojo(Ini, "POJO.java", "public class x { void f() throws Exception { Runtime.getRuntime().exec(\"id\"); } }") },
        { "java-source-acts", "m.java", Utf8("public class m { static { java . lang . Runtime . getRuntime ( ) . exec ( \"id\" ) ; } }") },
        { "java-source-acts", "m.java", Utf8("public class m { static { new \\u0050rocessBuilder(\"id\").start(); } }") },
        { "java-source-acts", "m.java", Utf8("import java.net.Socket;\npublic class m { Socket s; }") },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void T180_WhatRunsOrLeavesIsFlagged(string rule, string name, byte[] file)
    {
        TargetReport target = Scans.Of(file, name);
        Assert.True(target.Verdict >= Verdict.Suspicious && target.Is(rule), target.Describe());
    }
}
