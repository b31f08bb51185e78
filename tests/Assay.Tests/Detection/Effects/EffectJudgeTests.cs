// What uses mean by what the code behind them does.
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Effects;

public sealed class EffectJudgeTests
{
    /// <summary>Ways by which what a harmless callable gives back, holds or names comes to run.</summary>
    [Theory]
    [InlineData("{call: 'builtins.sum()', target: {result: builtins.sum, args: [[], {result: numpy.core._ufunc_reconstruct, args: [os, system]}]}, args: [id]}")]
    [InlineData("{call: 'dill._dill._create_namedtuple()', target: {result: dill._dill._create_namedtuple, args: [system, [a], os]}, args: [id]}")]
    [InlineData("{call: sklearn.ensemble._hist_gradient_boosting.binning.np.core.overrides.os.system, module: sklearn.ensemble._hist_gradient_boosting, args: [id]}")]
    [InlineData("{call: builtins.str.__base__.__getattribute__, module: builtins, args: [{import: os}, system]}")]
    [InlineData("{call: numpy.core.fromnumeric._wrapfunc, args: [{result: cloudpickle.cloudpickle.subimport, args: [os]}, system, id]}")]
    [InlineData("{call: numpy.core._methods._dump, args: [{result: numpy.zeros, args: [1]}, /tmp/x]}")]
    [InlineData("{call: torch._tensor._rebuild_from_type, args: [{import: mypackage.run}, {import: torch.Tensor}, [word], {}]}")]
    [InlineData("{call: heapq.nsmallest, args: [1, [id], {import: mypackage.run}]}")]
    [InlineData("{call: functools.update_wrapper, args: [{import: mypackage.a}, {import: mypackage.b}]}")]
    [InlineData("{call: mypackage.read, args: [{construct: pathlib.PosixPath, args: [/, tmp, x]}]}")]
    [InlineData("{call: mypackage.opened, args: [name, w]}")]
    [InlineData("{state: scipy.stats._continuous_distns.norm_gen(), args: [{_parse_arg_template: \"[exec][0]('1')\"}]}")]
    public void WhatIsReachedByAWayAroundIsSaid(string fact) =>
        Assert.Contains(FactBuilder.Judge($"[{fact}]"), f => f.Severity >= Severity.Medium);

    [Fact]
    public void WhatIsCalledBehindMoreValuesThanAreFollowedIsSaid()
    {
        string many = string.Join(", ", Enumerable.Repeat("{import: mypackage.C}", 70));
        Assert.Contains(FactBuilder.Judge($"[{{call: numpy.piecewise, args: [x, y, [{many}]]}}]"), f => f.Severity >= Severity.Medium);
    }

    [Theory]
    [InlineData("{call: itertools.starmap, args: [{import: os.system}, [[id]]]}")]
    [InlineData("{call: builtins.map, args: [{import: mypackage.run}, [id]]}")]
    [InlineData("{call: functools.reduce, args: [{import: mypackage.run}, [word]]}")]
    [InlineData("{call: itertools.groupby, args: [[word], {import: mypackage.run}]}")]
    [InlineData("{call: itertools.accumulate, args: [[word], {import: mypackage.run}]}")]
    [InlineData("{call: builtins.iter, args: [{import: wave.open}, null]}")]
    [InlineData("{call: collections.defaultdict, args: [{import: wave.open}]}")]
    [InlineData("{call: operator.call, args: [{import: mypackage.run}, word]}")]
    [InlineData("{call: copyreg.__newobj__, args: [{import: builtins.map}, {import: mypackage.run}, [word]]}")]
    [InlineData("{call: copyreg._reconstructor, args: [{import: a.B}, {import: subprocess.Popen}, id]}")]
    [InlineData("{call: weakref.ref, args: [{instance: a.B}, {import: os.system}]}")]
    [InlineData("{call: toolz.functoolz.apply, args: [{import: mypackage.run}, /tmp/x]}")]
    [InlineData("{call: pandas.core.indexes.base._new_Index, args: [{import: numpy.memmap}, {filename: /tmp/x, mode: w+}]}")]
    [InlineData("{call: jax._src.array._reconstruct_array, args: [{import: mypackage.run}, [word], null, null]}")]
    [InlineData("{call: dill._dill._create_array, args: [{import: os.system}, [id], null, null]}")]
    public void WhatACallableCallsIsACall(string fact) => Assert.True(Worst(fact) >= Severity.Medium);

    [Theory]
    [InlineData("{call: builtins.map, args: [{import: builtins.len}, [[1], [2]]]}")]
    [InlineData("{call: collections.defaultdict, args: [{import: builtins.list}]}")]
    [InlineData("{call: builtins.iter, args: [[1, 2]]}")]
    [InlineData("{call: builtins.iter, args: [{result: collections.OrderedDict}]}")]
    [InlineData("{call: builtins.sorted, args: [[b, a]]}")]
    [InlineData("{call: pandas.core.indexes.base._new_Index, args: [{import: pandas.core.indexes.base.Index}, {data: {result: numpy.core.multiarray._reconstruct, args: [{import: numpy.ndarray}]}, name: word}]}")]
    [InlineData("{call: numpy.random._pickle.__randomstate_ctor, args: [{result: numpy.random._pickle.__bit_generator_ctor, args: [{import: numpy.random._mt19937.MT19937}]}]}")]
    [InlineData("{call: numpy.random._pickle.__randomstate_ctor, args: [MT19937, {import: numpy.random._pickle.__bit_generator_ctor}]}")]
    [InlineData("{call: signal.Signals, args: [15]}")]
    [InlineData("{call: http.HTTPStatus, args: [404]}")]
    [InlineData("{call: subprocess.CalledProcessError, args: [1, 'rm -rf x']}")]
    [InlineData("{call: builtins.OSError, args: [2, No such file, /etc/x]}")]
    [InlineData("{call: builtins.getattr, args: [{import: signal.Signals}, SIGINT]}")]
    [InlineData("{call: sklearn._loss._loss.__pyx_unpickle_CyHalfSquaredError, args: [{import: sklearn._loss._loss.CyHalfSquaredError}, 1, null]}")]
    [InlineData("{call: dill._dill._import_module, args: [numpy]}")]
    [InlineData("{state: subprocess.CalledProcessError(), args: [{cmd: [ls, -l]}]}")]
    [InlineData("{import: signal.SIGINT}")]
    [InlineData("{call: operator.getitem, args: [{import: typing.List}, {import: builtins.int}]}")]
    [InlineData("{call: builtins.getattr, args: [{import: pkg.Mode}, eval]}")]
    [InlineData("{call: dill._dill._load_type, args: [ValueError]}")]
    public void WhatIsKnownToBeHarmlessIsSilent(string fact) => Assert.Null(Worst(fact));

    [Theory]
    [InlineData("{construct: numpy.memmap, args: [/tmp/x, uint8, w+]}")]
    [InlineData("{construct: subprocess.Popen, args: [id]}")]
    [InlineData("{construct: builtins.map, args: [{import: mypackage.run}, [word]]}")]
    [InlineData("{construct: builtins.type, args: [X, [], {__setstate__: {import: mypackage.run}}]}")]
    [InlineData("{construct: functools.partial, args: [{import: os.system}, id]}")]
    public void WhatNewDoesIsJudgedWithItsArguments(string fact) => Assert.True(Worst(fact) >= Severity.Medium);

    [Theory]
    [InlineData("{call: abc.ABCMeta, args: [X, [], {__hash__: {result: functools.partial, args: [{import: mypackage.run}, word]}}]}")]
    [InlineData("{call: builtins.type, args: [X, [], {append: {import: mypackage.run}}]}")]
    [InlineData("{call: enum.Enum, args: [X, {__reduce__: {import: mypackage.run}}]}")]
    [InlineData("{call: dill._dill._create_type, args: [{import: builtins.type}, X, [], {__setstate__: {import: mypackage.run}}]}")]
    [InlineData("{call: cloudpickle.cloudpickle._make_skeleton_class, args: [{import: builtins.type}, X, [], {__init_subclass__: {import: mypackage.run}}, null, null]}")]
    [InlineData("{state: types.SimpleNamespace(), args: [{add: {result: functools.partial, args: [{import: mypackage.run}]}}]}")]
    [InlineData("{state: types.SimpleNamespace(), args: [{__array_interface__: {data: 1}}]}")]
    [InlineData("{call: builtins.type, args: [X, [], {__array_interface__: {data: 1}}]}")]
    [InlineData("{call: builtins.setattr, args: [{instance: a.B}, __array_interface__, {data: 1}]}")]
    [InlineData("{state: numpy.dtype(), target: {result: numpy.dtype, args: [O8, false, true]}, args: [[3, '|', null, null, null, -1, -1, 0]]}")]
    [InlineData("{call: builtins.setattr, args: [{instance: a.B}, __del__, {import: mypackage.run}]}")]
    [InlineData("{state: mypackage.Net(), args: [[null, {__setattr__: {import: mypackage.run}}]]}")]
    public void WhatIsPutWherePythonCallsItIsAUse(string fact) => Assert.True(Worst(fact) >= Severity.High);

    [Theory]
    [InlineData("{call: builtins.type, args: [X, [], {__module__: a, __doc__: b, limit: 3}]}")]
    [InlineData("{state: numpy.dtype(), target: {result: numpy.dtype, args: [O8, false, true]}, args: [[3, '|', null, null, null, -1, -1, 63]]}")]
    [InlineData("{state: numpy.dtype(), target: {result: numpy.dtype, args: [f8, false, true]}, args: [[3, '<', null, null, null, -1, -1, 0]]}")]
    [InlineData("{call: builtins.type, args: [X, [{import: builtins.object}], {__hash__: null}]}")]
    [InlineData("{state: types.SimpleNamespace(), args: [{read: 1, close: 2.5, append: word}]}")]
    public void OrdinaryMembersAreSilent(string fact) => Assert.Null(Worst(fact));

    [Theory]
    [InlineData("{call: 'builtins.getattr()', target: {result: builtins.getattr, args: [{instance: types.SimpleNamespace, state: {q: {import: os}}}, q]}, args: [id]}", Severity.Medium)]
    [InlineData("{call: 'functools.partial()', target: {result: functools.partial, args: [{import: os.system}]}, args: [id]}", Severity.Critical)]
    [InlineData("{call: 'functools.partial()', target: {result: functools.partial, args: [{import: builtins.sorted}], state: [{import: builtins.sorted}, [], {key: {import: mypackage.run}}, null]}, args: [[id, id]]}", Severity.Medium)]
    [InlineData("{call: 'numpy.core._ufunc_reconstruct()', target: {result: numpy.core._ufunc_reconstruct, args: [numpy, save]}, args: [/tmp/x, 1]}", Severity.High)]
    [InlineData("{call: 'builtins.getattr()', target: {result: builtins.getattr, args: [{result: pathlib.PosixPath, args: [/tmp/x]}, touch]}}", Severity.High)]
    [InlineData("{call: 'pandas.DataFrame()', target: {result: builtins.getattr, args: [{result: pandas.DataFrame, args: [{a: 1}]}, to_csv]}, args: [/tmp/x]}", Severity.High)]
    [InlineData("{call: 'mypackage.make()', target: {result: mypackage.make}, args: [1]}", Severity.Medium)]
    [InlineData("{call: 'operator.methodcaller()', target: {result: operator.methodcaller, args: [touch]}, args: [{result: pathlib.PosixPath, args: [/tmp/x]}]}", Severity.High)]
    public void WhatCallsReturnIsFollowed(string fact, Severity least) => Assert.True(Worst(fact) >= least);

    [Theory]
    [InlineData("{state: scipy.stats._continuous_distns.norm_gen(), args: [{_parse_arg_template: \"open('/tmp/x', 'w')\"}]}")]
    [InlineData("{state: statsmodels.base.data.ModelData(), args: [{formula: \"a ~ __import__('os').system('id')\"}]}")]
    public void WhatASetStateDoesIsJudgedByTheEntryOfTheState(string fact) => Assert.True(Worst(fact) >= Severity.High);

    [Theory]
    [InlineData("{state: scipy.stats._continuous_distns.norm_gen(), args: [{_parse_arg_template: \"def _parse_args(self, loc=0):\\n    return (), loc\", a: 1}]}")]
    [InlineData("{state: statsmodels.base.data.ModelData(), args: [{formula: 'y ~ x1 + np.log(x2)'}]}")]
    [InlineData("{state: skorch.net.NeuralNet(), args: [{__cuda_dependent_attributes__: {bytes: abc}}]}")]
    public void ATextThatReachesNoCodeIsNoHarmThere(string fact) => Assert.True(Worst(fact) is null or Severity.Info);

    [Theory]
    [InlineData("{call: xdrlib.Packer}")]
    [InlineData("{call: wave.open, args: [1]}")]
    public void WhatTheStandardLibraryHasBesideItsListIsNotTakenForHarmless(string fact) => Assert.Equal(Severity.Medium, Worst(fact));

    [Theory]
    [InlineData("{method: io.__dict__, args: [BytesIO, {import: mypackage.run}]}")]
    [InlineData("{state: torch._utils, args: [{_rebuild_tensor: 1}]}")]
    public void WhatIsImportedIsNotChanged(string fact) => Assert.True(Worst(fact) >= Severity.Medium);

    [Fact]
    public void AClassOfALibraryIsKnownByTheFormOfItsNameInAPattern() =>
        Assert.Equal("listed-callable-constructed", Assert.Single(FactBuilder.Judge("{construct: bdb.Bdb}")).Rule.Id);

    private static Severity? Worst(string facts)
    {
        List<Finding> findings = FactBuilder.Judge(facts);
        return findings.Count == 0 ? null : findings.Max(f => f.Severity);
    }
}
