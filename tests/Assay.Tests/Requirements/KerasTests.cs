// Models of Keras from bytes to verdict.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;
using static Assay.Tests.Formats.Keras.KerasFiles;

namespace Assay.Tests.Requirements;

public sealed class KerasTests
{
    [Fact]
    public void T098_CodeOfALambdaIsJudgedByWhatItDoes()
    {
        TargetReport report = Scans.Of(Zip(Model(Dense, Lambda(CodeOf(Harmful)))), "model.keras");
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }

    [Theory]
    [InlineData("TimeDistributed", "layer")]
    [InlineData("Bidirectional", "backward_layer")]
    [InlineData("Functional", "layers")]
    public void T099_ALambdaInAnotherLayerIsFound(string wrapper, string key)
    {
        string inner = key == "layers" ? $"[{Lambda(CodeOf(Harmful))}]" : Lambda(CodeOf(Harmful));
        TargetReport report = Scans.Of(Zip(Model(Dense, Of("keras.layers", wrapper, $$"""{"{{key}}":{{inner}}}"""))), "model.keras");
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }

    [Theory]
    [InlineData("loss")]
    [InlineData("metrics")]
    [InlineData("anything")]
    public void T100_ALambdaOutsideOfLayersIsFound(string key)
    {
        string config = $$$$"""{"module":"keras","class_name":"Sequential","config":{"layers":[{{{{Dense}}}}]},"compile_config":{"{{{{key}}}}":[{"class_name":"__lambda__","config":{"value":["{{{{CodeOf(Harmful)}}}}",null,null]}}]}}""";
        TargetReport report = Scans.Of(Zip(config), "model.keras");
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("posix", "system")]
    [InlineData("runpy", "run_path")]
    [InlineData("importlib", "import_module")]
    [InlineData("collections", "OrderedDict")]
    [InlineData("torch", "load")]
    public void T101_FunctionsOfOtherModulesAreFlagged(string module, string name)
    {
        foreach (string layer in new[] { Function(module, name), Of(module, name, "{}") })
        {
            TargetReport report = Scans.Of(Zip(Model(Dense, layer)), "model.keras");
            Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
        }
    }

    [Theory]
    [InlineData("""{"class_name":"os.system","config":{}}""")]
    [InlineData("""{"class_name":"Activation","config":{"name":"a","activation":"os.system"}}""")]
    [InlineData("""{"class_name":"Dense","config":{"kernel_initializer":"subprocess.Popen"}}""")]
    public void T101_NamesInTextsAreSeen(string layer) => Assert.True(Scans.Of(Zip(Model(Dense, layer)), "model.keras").Verdict >= Verdict.Suspicious);

    [Theory]
    [InlineData("keras.utils", "get_file")]
    [InlineData("keras.src.utils.file_utils", "get_file")]
    [InlineData("tf_keras.src.utils.data_utils", "get_file")]
    [InlineData("tensorflow.keras.utils", "get_file")]
    [InlineData("keras.datasets.mnist", "load_data")]
    [InlineData("keras.models", "load_model")]
    public void T102_FunctionsOfKerasThatReachOutAreFlagged(string module, string name) =>
        Assert.Equal(Verdict.Malicious, Scans.Of(Zip(Model(Dense, Function(module, name))), "model.keras").Verdict);

    [Fact]
    public void T102_ADeadNodeIsRead()
    {
        string node = """{"module":"keras.src.ops.core","class_name":"Switch","config":{"x":{"module":"keras.utils","class_name":"function","config":"get_file","registered_name":"get_file"}},"inbound_nodes":[]}""";
        Assert.Equal(Verdict.Malicious, Scans.Of(Zip(Model(Dense, node)), "model.keras").Verdict);
    }

    [Theory]
    [InlineData("keras.config", "enable_unsafe_deserialization")]
    [InlineData("keras.src.saving.serialization_lib", "enable_unsafe_deserialization")]
    [InlineData("keras.config", "set_dtype_policy")]
    public void T103_SwitchesOfKerasAreFlagged(string module, string name) =>
        Assert.Equal(Verdict.Malicious, Scans.Of(Zip(Model(Dense, Function(module, name))), "model.keras").Verdict);

    [Fact]
    public void T104_CodeInAConfigurationOfKeras2IsJudged()
    {
        string config = $$$$"""{"class_name":"Sequential","config":{"layers":[{{{{LegacyLambda(CodeOf(Harmful))}}}}]}}""";
        Assert.Equal(Verdict.Malicious, Scans.Of(Encoding.UTF8.GetBytes(config), "model.json").Verdict);
    }

    [Fact]
    public void T105_ThePickleOfATorchModuleIsExamined()
    {
        string pickle = Convert.ToBase64String([.. Scans.Canary, .. new byte[60]]);
        TargetReport report = Scans.Of(Zip(Model(Of("keras.layers", "TorchModuleWrapper", $$"""{"module":"{{pickle}}"}"""))), "model.keras");
        Assert.True(report.Verdict == Verdict.Malicious && report.Callables().Contains("os.system"), report.Describe());
    }

    [Theory]
    [InlineData("/tmp/x")]
    [InlineData("https://127.0.0.1/m")]
    public void T106_ASavedModelInALayerIsFlagged(string path) =>
        Assert.Equal(Verdict.Malicious, Scans.Of(Zip(Model(Of("keras.layers", "TFSMLayer", $$"""{"filepath":"{{path}}"}"""))), "model.keras").Verdict);

    [Theory]
    [InlineData("..")]
    [InlineData("../../x")]
    [InlineData("/x")]
    [InlineData("a\\\\..\\\\b")]
    public void T108_NamesThatClimbOutAreFlagged(string name)
    {
        TargetReport report = Scans.Of(Zip(Model(Of("keras.layers", "Dense", $$"""{"name":"{{name}}"}"""))), "model.keras");
        Assert.True(report.Is("keras-name-traversal"), report.Describe());
    }

    [Fact]
    public void T109_AFurtherMemberIsSaidAndExamined()
    {
        TargetReport report = Scans.Of(Zip(Model(Dense), ("evil.pkl", Scans.Canary)), "model.keras");
        Assert.True(report.Verdict == Verdict.Malicious && report.Anomalies().Contains("keras.extra-member"), report.Describe());
    }

    [Fact]
    public void T111_ALambdaThatComputesIsOnlyNoted()
    {
        TargetReport report = Scans.Of(Zip(Model(Dense, Lambda(CodeOf(Harmless)))), "model.keras");
        Assert.True(report.Verdict == Verdict.Passed && report.Is("keras-lambda"), report.Describe());
        Assert.Empty(report.Unread);
    }

    [Fact]
    public void T112_ClassesOfOthersAreOnlyNoted()
    {
        string config = Model(Dense, Of("my.layers", "Mine", """{"units":3}""", "my>Mine"), Of(null, "Other", "{}", "Custom>Other"), Of("__main__", "Third", "{}", "Third"));
        TargetReport report = Scans.Of(Zip(config), "model.keras");
        Assert.True(report.Verdict == Verdict.Passed && report.Is("keras-custom-class"), report.Describe());
    }

    [Theory]
    [InlineData("\"/etc/passwd\"", true)]
    [InlineData("\"http://127.0.0.1/v\"", true)]
    [InlineData("\"../../secret.txt\"", true)]
    [InlineData("[\"a\",\"/etc/passwd\"]", false)]
    [InlineData("null", false)]
    public void T113_AVocabularyElsewhereIsFlagged(string vocabulary, bool isFlagged)
    {
        TargetReport report = Scans.Of(Zip(Model(Of("keras.layers", "StringLookup", $$"""{"name":"x","vocabulary":{{vocabulary}}}"""))), "model.keras");
        Assert.True(report.Verdict == (isFlagged ? Verdict.Suspicious : Verdict.Passed), report.Describe());
    }

    /// <summary>The HDF5 cases are those that the real library writes: Hdf5FormatTests.</summary>
    [Fact]
    public void T107_LinksAndDataElsewhereAreFlagged() => new Formats.Hdf5.Hdf5FormatTests().HostileFilesAreFlagged("T107", 7);

    [Fact]
    public void T110_SizesThatLieAreFlagged() => new Formats.Hdf5.Hdf5FormatTests().HostileFilesAreFlagged("T110", 2);
}
