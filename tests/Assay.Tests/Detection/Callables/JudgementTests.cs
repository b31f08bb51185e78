// What each use of each kind of callable means.
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Callables;

public sealed class JudgementTests
{
    [Theory]
    [InlineData("{call: os.system, args: [id]}", Severity.Critical)]
    [InlineData("{argument: os.system, carrier: functools.partial}", Severity.Critical)]
    [InlineData("{state: mypackage.C(), args: [{hook: {import: os.system}}]}", Severity.Critical)]
    [InlineData("{call: collections.OrderedDict, args: [[[a, {import: os.system}]]]}", Severity.Critical)]
    [InlineData("{import: os.system}", Severity.Medium)]
    [InlineData("{construct: smtplib.SMTP}", Severity.Medium)]
    [InlineData("{construct: subprocess.Popen, args: [id]}", Severity.Critical)]
    [InlineData("{argument: bdb.Bdb, carrier: copyreg._reconstructor}", Severity.Medium)]
    [InlineData("{call: mypackage.build}", Severity.Medium)]
    [InlineData("{call: mypackage.Net}", Severity.Info)]
    [InlineData("{call: mypackage.build, args: [/tmp/x]}", Severity.Medium)]
    [InlineData("{import: mypackage.build}", Severity.Info)]
    [InlineData("{construct: mypackage.Net}", Severity.Info)]
    [InlineData("{call: copyreg._reconstructor, args: [{import: a.B}, {import: builtins.object}, null]}", Severity.Info)]
    [InlineData("{call: copyreg._reconstructor, args: [{import: a.B}, {import: a.Base}, null]}", Severity.Info)]
    [InlineData("{call: copyreg._reconstructor, args: [{import: a.B}, {import: a.Base}, word]}", Severity.Medium)]
    [InlineData("{state: mypackage.Net(), args: [{a: 1}]}", null)]
    [InlineData("{state: mypackage.Net, args: [{a: 1}]}", Severity.Medium)]
    [InlineData("{call: extension(1), args: [id]}", Severity.Medium)]
    [InlineData("{call: persistent(), args: [id]}", Severity.Medium)]
    [InlineData("{call: 'mypackage.f()', args: [id]}", Severity.Medium)]
    [InlineData("{call: 'builtins.getattr()', args: [id]}", Severity.Medium)]
    [InlineData("{call: 'importlib.import_module()', args: [id]}", Severity.High)]
    [InlineData("{call: torch.storage._load_from_bytes, args: [{bytes: x}]}", null)]
    [InlineData("{call: pickle.loads, args: [{bytes: x}]}", Severity.High)]
    [InlineData("{call: types.CodeType, args: [1]}", Severity.Critical)]
    [InlineData("{method: sys.modules, args: [os, 1]}", Severity.High)]
    [InlineData("{method: mypackage.Dict(), args: [a, 1]}", null)]
    public void UseDecides(string fact, Severity? expected) => Assert.Equal(expected, Worst(fact));

    [Theory]
    [InlineData("posix.system")]
    [InlineData("nt.system")]
    [InlineData("__builtin__.eval")]
    [InlineData("__builtins__.exec")]
    [InlineData("_io.open")]
    [InlineData("_pickle.loads")]
    [InlineData("sklearn.externals.joblib.load")]
    [InlineData("asyncio.unix_events._UnixSubprocessTransport._start")]
    [InlineData("idlelib.pyshell.ModifiedInterpreter.runcode")]
    [InlineData("builtins.eval.__call__")]
    [InlineData("commands.getoutput")]
    public void TwinsAndSubmodulesAreTheListedCallable(string callee) =>
        Assert.True(Worst($"{{call: {callee}, args: [/tmp/x]}}") >= Severity.High);

    [Theory]
    [InlineData("pathlib", "pathlib.os.system")]
    [InlineData("numpy.core._methods", "numpy.core._methods.os.system")]
    [InlineData("torch", "torch._utils.sys.modules")]
    [InlineData("__future__", "__future__._ssl.RAND_bytes")]
    public void ADottedWalkLeavesItsModule(string module, string callee) =>
        Assert.True(Worst($"{{call: {callee}, module: {module}, args: [x]}}") >= Severity.High);

    [Theory]
    [InlineData("mysystem.os_system")]
    [InlineData("functoolsx.partial")]
    [InlineData("ost.system")]
    [InlineData("mypackage.eval_model")]
    public void NamesThatOnlyLookAlikeAreUnknown(string callee) =>
        Assert.Contains(FactBuilder.Judge($"{{call: {callee}, args: [/tmp/x]}}"), f => f.Rule.Id == "unknown-callable-called");

    [Theory]
    [InlineData("flair.embeddings.token.FlairEmbeddings")]
    [InlineData("ultralytics.models.yolo.model.YOLO")]
    [InlineData("sphinx.application.Sphinx")]
    [InlineData("docutils.io.FileOutput")]
    [InlineData("pyarrow.lib.OSFile")]
    [InlineData("monai.bundle.workflows.ConfigWorkflow")]
    [InlineData("transformers.models.transfo_xl.tokenization_transfo_xl.TransfoXLTokenizer")]
    [InlineData("torchvision.datasets.mnist.MNIST")]
    [InlineData("numpy.memmap")]
    [InlineData("joblib.memory.Memory")]
    [InlineData("sklearn.datasets.fetch_openml")]
    [InlineData("pandas.io.pytables.HDFStore")]
    [InlineData("torch.utils.data.datapipes.utils.decoder.basichandlers")]
    public void LibraryConstructorsThatActAreNotVouchedFor(string callee) =>
        Assert.True(Worst($"{{call: {callee}, args: [/tmp/x]}}") >= Severity.Medium);

    [Fact]
    public void ACallSpeaksForItsImport()
    {
        Finding finding = Assert.Single(FactBuilder.Judge("[{import: os.system}, {call: os.system, args: [id]}]"));
        Assert.Equal("callable-command-execution", finding.Rule.Id);
    }

    [Fact]
    public void EqualUsesAreOneFindingWithACount()
    {
        Finding finding = Assert.Single(FactBuilder.Judge("[{call: os.system, args: [id]}, {call: os.system, args: [ls]}]"));
        Assert.Contains(finding.Evidence, e => e is { Kind: "count", Text: "2" });
    }

    [Fact]
    public void AllowedModulesAreNotJudged()
    {
        var facts = FactBuilder.Facts("[{call: mypackage.sub.build, args: [/tmp/x]}, {call: mypackages.build, args: [/tmp/x]}]");
        Finding finding = Assert.Single(FactBuilder.Judge(facts, null, "mypackage"), f => f.Severity > Severity.Info);
        Assert.Contains(finding.Evidence, e => e is { Kind: "callable", Text: "mypackages.build" });
    }

    /// <summary>A user vouches for what nothing is known of, and for nothing else: not for harm, however it is reached, nor for the standard library.</summary>
    [Theory]
    [InlineData("{call: os.system, args: [id]}", "os")]
    [InlineData("{call: mypackage.sub.os.system, module: mypackage.sub, args: [id]}", "mypackage")]
    [InlineData("{call: wave.nothing_known, args: [/tmp/x, wb]}", "wave")]
    [InlineData("{state: wave, args: [{a: 1}]}", "wave")]
    [InlineData("{call: mypackage.run, args: [{import: os.system}, id]}", "mypackage")]
    [InlineData("{call: 'builtins.getattr()', target: {result: builtins.getattr, args: [{result: builtins.getattr, args: [{import: mypackage.sub}, os]}, posix_spawn]}, args: [/bin/touch, x]}", "mypackage")]
    public void NobodyCanVouchForWhatIsKnown(string fact, string module) =>
        Assert.Contains(FactBuilder.Judge(FactBuilder.Facts($"[{fact}]"), null, module), f => f.Severity >= Severity.Medium);

    [Fact]
    public void AnAttributeOfAnUnknownModuleThatIsAKnownModuleIsThatModule()
    {
        List<Finding> findings = FactBuilder.Judge(
            "{call: 'builtins.getattr()', target: {result: builtins.getattr, args: [{result: builtins.getattr, args: [{import: mypackage.sub}, os]}, posix_spawn]}, args: [/bin/touch, x]}");
        Assert.Contains(findings, f => f.Rule.Id == "callable-command-execution");
    }

    [Fact]
    public void AnAttributeThatFoldsToAListedCallableIsThatCallable()
    {
        List<Finding> findings = FactBuilder.Judge(
            "{call: 'builtins.getattr()', target: {result: builtins.getattr, args: [{result: importlib.import_module, args: [os]}, system]}, args: [id]}");
        Assert.Contains(findings, f => f.Rule.Id == "callable-command-execution");
    }

    [Fact]
    public void AHarmlessCallBesideAHarmfulOneDoesNotHideIt()
    {
        List<Finding> findings = FactBuilder.Judge(
            "[{call: builtins.getattr, args: [{import: a.C}, RED]}, {call: builtins.getattr, args: [{import: os}, system]}, {call: 'builtins.getattr()', target: {result: builtins.getattr, args: [{import: os}, system]}, args: [id]}]");
        Assert.True(findings.Max(f => f.Severity) >= Severity.High);
    }

    [Fact]
    public void ABreakBesideAHarmfulCallIsWorseThanATornFile()
    {
        Assert.Equal(Severity.Low, Worst("[{call: collections.OrderedDict}, {anomaly: pickle.malformed-after-call}]"));
        Assert.Contains(FactBuilder.Judge("[{call: os.system}, {anomaly: pickle.malformed-after-call}]"), f => f.Rule.Id == "pickle-breaks-after-call");
    }

    [Fact]
    public void MessagesAreBounded()
    {
        string longText = new('x', 5000);
        Finding finding = Assert.Single(FactBuilder.Judge($"{{call: os.system, args: [{longText}, {longText}]}}"));
        Assert.True(finding.Message.Length < 400);
        Assert.All(finding.Evidence, e => Assert.True(e.Text.Length < 400));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..a")]
    [InlineData(".system")]
    [InlineData("a.")]
    [InlineData("...()")]
    [InlineData("()")]
    [InlineData("()()")]
    public void OddNamesAreJudgedWithoutAFault(string callee) =>
        Assert.Equal(Severity.Medium, Worst($"{{call: '{callee}'}}"));

    private static Severity? Worst(string facts)
    {
        List<Finding> findings = FactBuilder.Judge(facts);
        return findings.Count == 0 ? null : findings.Max(f => f.Severity);
    }
}
