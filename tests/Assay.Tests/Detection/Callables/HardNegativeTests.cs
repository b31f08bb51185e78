// What ordinary models hold must stay a note at most.
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Callables;

public sealed class HardNegativeTests
{
    [Fact]
    public void T195_TorchStateDictIsSilent() => Silent(
        """
        - {import: torch.FloatStorage}
        - {import: torch.QInt8Storage}
        - {call: torch._utils._rebuild_tensor_v2, args: [1, 0, [3, 4], [4, 1], 0, {result: collections.OrderedDict}]}
        - {call: torch._utils._rebuild_parameter, args: [{result: torch._utils._rebuild_tensor_v2}, 1, {result: collections.OrderedDict}]}
        - {call: torch._utils._rebuild_qtensor, args: [1, 0, [4], [1], [{import: torch.per_tensor_affine}, 1, 0], 0, {result: collections.OrderedDict}]}
        - {call: torch.device, args: [cuda]}
        - {call: torch.Size, args: [[3, 3]]}
        - {call: collections.OrderedDict}
        - {method: collections.OrderedDict(), args: [w, {result: torch._utils._rebuild_tensor_v2}]}
        - {call: torch._tensor._rebuild_from_type_v2, args: [{import: torch._utils._rebuild_tensor_v2}, {import: torch.Tensor}, [1], {a: 1}]}
        """);

    [Fact]
    public void T196_ThirdPartyModelIsANoteThatListsPackages()
    {
        List<Finding> findings = FactBuilder.Judge(
            """
            - {construct: ultralytics.nn.tasks.DetectionModel}
            - {state: ultralytics.nn.tasks.DetectionModel(), args: [{training: 1}]}
            - {construct: timm_extra.models.Block}
            - {construct: torch.nn.modules.conv.Conv2d}
            - {call: builtins.getattr, args: [{import: timm_extra.enums.Mode}, TRAIN]}
            - {call: builtins.set, args: [[1]]}
            - {call: builtins.slice, args: [1, 2, null]}
            """);
        Finding note = Assert.Single(findings);
        Assert.Equal("third-party-code", note.Rule.Id);
        Assert.Equal(Severity.Info, note.Severity);
        Assert.Contains("timm_extra", note.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void T197_ArraysAndBytesAreSilent() => Silent(
        """
        - {call: _codecs.encode, args: [abc, latin1]}
        - {call: builtins.bytearray, args: [{result: _codecs.encode}]}
        - {call: numpy.dtype, args: [f8, 0, 1]}
        - {call: numpy.core.multiarray.scalar, args: [{result: numpy.dtype}, {bytes: x}]}
        - {call: numpy._core.multiarray._reconstruct, args: [{import: numpy.ndarray}, [0], {bytes: b}]}
        - {call: numpy.core.multiarray._reconstruct, args: [{import: numpy.memmap}, [0], {bytes: b}]}
        - {call: numpy._core.numeric._frombuffer, args: [{bytes: x}, {result: numpy.dtype}, [4], C]}
        - {call: numpy.random._pickle.__generator_ctor, args: [PCG64, {import: numpy.random._pickle.__bit_generator_ctor}]}
        - {call: numpy.core._ufunc_reconstruct, args: [numpy, cos]}
        """);

    [Fact]
    public void T198_OrdinaryValuesAreNotesAtMost() => Notes(
        """
        - {construct: argparse.Namespace}
        - {state: argparse.Namespace(), args: [{lr: 1, __doc__: x}]}
        - {construct: omegaconf.dictconfig.DictConfig}
        - {call: collections.defaultdict, args: [{import: builtins.list}]}
        - {call: datetime.datetime, args: [{bytes: x}]}
        - {call: pathlib.PosixPath, args: [/, a]}
        - {call: transformers.trainer_utils.IntervalStrategy, args: [steps]}
        - {call: decimal.Decimal, args: ["1.5"]}
        - {call: re._compile, args: [a+, 32]}
        - {call: copyreg._reconstructor, args: [{import: uuid.UUID}, {import: builtins.object}, null]}
        """);

    [Fact]
    public void T198_PartialOfALibraryFunctionIsANote() =>
        Assert.All(FactBuilder.Judge("[{call: functools.partial, args: [{import: torch.nn.functional.relu}]}, {argument: torch.nn.functional.relu, carrier: functools.partial}]"),
            f => Assert.Equal(Severity.Info, f.Severity));

    [Theory]
    [InlineData("{call: operator.attrgetter, args: [coef_]}")]
    [InlineData("{call: operator.itemgetter, args: [0]}")]
    [InlineData("{call: operator.methodcaller, args: [predict]}")]
    public void T199_GettersInPipelinesAreNotes(string fact) =>
        Assert.All(FactBuilder.Judge(fact), f => Assert.Equal(Severity.Info, f.Severity));

    [Fact]
    public void T200_StringsAreData() => Silent(
        """
        - {call: collections.OrderedDict, args: [[[eval(, 1], [os.system, 2], [import os, 3], [__class__, 4]]]}
        - {call: builtins.list, args: [[os.system, __import__('os').system('id'), /bin/sh]]}
        - {call: numpy.dtype, args: [os.system]}
        """);

    [Theory]
    [InlineData("[np, mean, print, len, apply]")]
    [InlineData("[model, eval, compile, fit]")]
    [InlineData("[re, compile, sub]")]
    [InlineData("[platform, system]")]
    [InlineData("[os, path, join, exists]")]
    [InlineData("[requests, get, json]")]
    [InlineData("[items, remove, append]")]
    public void OrdinaryCarriedFunctionsAreNotes(string names) =>
        Assert.Equal("carried-code", Assert.Single(FactBuilder.Judge($"{{call: dill._dill._create_code, args: [1, {{bytes: x}}, [null], {names}]}}")).Rule.Id);

    [Theory]
    [InlineData("[os, system]", "carried-code-suspicious")]
    [InlineData("[subprocess, Popen]", "carried-code-suspicious")]
    [InlineData("[exec, b64decode]", "carried-code-harmful")]
    public void CommandsInCarriedFunctionsAreNot(string names, string rule) =>
        Assert.Equal(rule, Assert.Single(FactBuilder.Judge($"{{call: dill._dill._create_code, args: [1, {{bytes: x}}, [null], {names}]}}")).Rule.Id);

    [Fact]
    public void ACarriedFunctionThatRunsCommandsAndIsCalledIsHarmful() =>
        Assert.Contains(
            FactBuilder.Judge("[{call: dill._dill._create_code, args: [1, {bytes: x}, [null], [os, system]]}, {call: 'dill._dill._create_function()'}]"),
            f => f.Rule.Id == "carried-code-harmful");

    private static void Notes(string facts) => Assert.All(FactBuilder.Judge(facts), f => Assert.Equal(Severity.Info, f.Severity));

    private static void Silent(string facts) => Assert.Empty(FactBuilder.Judge(facts));
}
