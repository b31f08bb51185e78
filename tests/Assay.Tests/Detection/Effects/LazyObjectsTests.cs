// Objects that import, call or run code when an attribute of them is read, and iterators that call a function later.
using Assay.Bytes;
using Assay.Derivation;
using Assay.Detection;
using Assay.Effects.Packs;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Effects;

public sealed class LazyObjectsTests
{
    private const string Source = """
        import importlib, os
        class Lazy:
            def __init__(self, name): self.mod = name
            def __getattr__(self, attr): return getattr(importlib.import_module(self.mod), attr)
        class Descriptor:
            def __get__(self, obj, kind): return self._resolve()
        class Moved(Descriptor):
            def __init__(self, name, old, new): self.mod = new
            def _resolve(self): return importlib.import_module(self.mod)
        class Proxy:
            def __init__(self, factory): self._factory = factory
            def __getattr__(self, name): return getattr(self._factory(), name)
        class Shell:
            def __init__(self, line): self.line = line
            @property
            def data(self): return os.system(self.line)
            def close(self): return self.line
        """;

    private static readonly Lazy<RuleSet> s_rules = new(() =>
    {
        EffectPackBuild build = new(RuleSet.Default, true, _ => null);
        build.Add([PythonDistribution.OfFiles("pkg==1", "pkg", [("pkg/__init__.py", System.Text.Encoding.UTF8.GetBytes(Source))])], _ => { }, TestContext.Current.CancellationToken);
        return RuleSet.With([], [EffectPack.Open("test", new MemorySource(build.Pack("test", "1", true)))]);
    });

    [Theory]
    [InlineData("{call: builtins.str.format, args: ['{0.x}', {result: pkg.Lazy, args: [canarylocal]}]}")]
    [InlineData("{call: builtins.getattr, args: [{result: pkg.Lazy, args: [canarylocal]}, x]}")]
    [InlineData("{call: numpy.asarray, args: [{result: pkg.Lazy, args: [canary.local]}]}")]
    [InlineData("{call: builtins.map, args: [{result: operator.attrgetter, args: [x]}, [{result: pkg.Lazy, args: [canarylocal]}]]}")]
    [InlineData("{call: builtins.type, args: [X, [], {a: {result: pkg.Moved, args: [aa, bb, canarylocal]}}]}")]
    [InlineData("{call: builtins.str.format, args: ['{0.x}', {result: pkg.Lazy, args: [idlelib.__main__]}]}")]
    [InlineData("{call: builtins.str.format, args: ['{0.x}', {result: pkg.Proxy, args: [{import: other.run}]}]}")]
    [InlineData("{call: builtins.getattr, args: [{result: pkg.Shell, args: [touch /tmp/x]}, data]}")]
    [InlineData("{call: builtins.str.format, args: ['{1:>3}{0.data!r:3}', {result: pkg.Shell, args: [touch /tmp/x]}, 1]}")]
    public void WhatAnAttributeRunsIsJudged(string fact) => Assert.NotNull(Flagged(fact));

    [Theory]
    [InlineData("{call: builtins.str.format, args: ['{0} {1:>3}', word, 3]}")]
    [InlineData("{call: builtins.getattr, args: [{result: pkg.Lazy, args: [json]}, x]}")]
    [InlineData("{call: builtins.getattr, args: [{result: pkg.Shell, args: [word]}, close]}")]
    [InlineData("{call: builtins.type, args: [X, [], {a: {result: pkg.Moved, args: [a, b, json]}}]}")]
    public void WhatAnAttributeDoesForEverybodyIsOrdinary(string fact) => Assert.Null(Flagged(fact));

    /// <summary>A function of the program that loads is called when somebody goes through the iterator, and not before.</summary>
    [Theory]
    [InlineData("{call: builtins.map, args: [{import: __main__.f}, [word]]}", false)]
    [InlineData("{call: itertools.accumulate, args: [[1, 2], {import: __main__.f}]}", false)]
    [InlineData("{call: builtins.map, args: [{import: __main__.f}, [word]]}, {state: __main__.C(), args: [{it: {result: builtins.map, args: [{import: __main__.f}, [word]]}}]}", false)]
    [InlineData("{call: builtins.map, args: [{import: __main__.f}, [word]]}, {call: builtins.list, args: [{result: builtins.map, args: [{import: __main__.f}, [word]]}]}", true)]
    [InlineData("{call: builtins.map, args: [{import: other.f}, [word]]}", true)]
    [InlineData("{call: builtins.map, args: [{import: os.system}, [word]]}", true)]
    public void AnIteratorCallsLater(string facts, bool isFlagged) => Assert.Equal(isFlagged, Flagged(facts) is not null);

    /// <summary>A setting stays one where a partial function binds it, until somebody enters what keeps it.</summary>
    [Theory]
    [InlineData("{call: functools.partial, args: [{import: numpy.load}]}, {state: pkg.Config(), args: [{reader: {result: functools.partial, args: [{import: numpy.load}]}}]}", false)]
    [InlineData("{call: functools.partial, args: [{import: json.dumps}]}, {state: pkg.Config(), args: [{writer: {result: functools.partial, args: [{import: json.dumps}]}}]}", false)]
    [InlineData("{state: pkg.Config(), args: [{writer: {import: json.dumps}}]}", false)]
    [InlineData("{call: functools.partial, args: [{import: os.system}]}, {state: pkg.Config(), args: [{reader: {result: functools.partial, args: [{import: os.system}]}}]}", true)]
    [InlineData("{call: builtins.str, args: [{instance: pkg.Table, state: {r: {result: functools.partial, args: [{import: numpy.load}, /tmp/x]}}}]}", true)]
    [InlineData("{call: builtins.map, args: [{result: functools.partial, args: [{import: numpy.load}]}, [/tmp/x]]}", true)]
    public void ABoundSettingIsASetting(string facts, bool isFlagged) => Assert.Equal(isFlagged, Flagged(facts) is not null);

    /// <summary>What puts members into a class, or code into a function, gets one that the file made; a metaclass evaluates annotations; arrays over bytes of a file are pointers.</summary>
    [Theory]
    [InlineData("{call: cloudpickle.cloudpickle._class_setstate, args: [{result: cloudpickle.cloudpickle.subimport, args: [sys]}, [{path: [/tmp]}, {}]]}", true)]
    [InlineData("{call: joblib.externals.cloudpickle.cloudpickle_fast._class_setstate, args: [{instance: types.SimpleNamespace, state: {register: {import: pkg.Writer}}}, [{_abc_impl: [/tmp/x]}, {}]]}", true)]
    [InlineData("{call: cloudpickle.cloudpickle._function_setstate, args: [{import: logging.getLogger}, [{}, {__globals__: {Logger: 1}}]]}", true)]
    [InlineData("{call: cloudpickle.cloudpickle._class_setstate, args: [{result: cloudpickle.cloudpickle._make_skeleton_class, args: [{import: builtins.type}, X, [], {}, abc, null]}, [{a: 1}, {}]]}", false)]
    [InlineData("{call: builtins.type, args: [X, [], {__annotations__: {a: \"__import__('os').system('id')\"}}]}", true)]
    [InlineData("{call: builtins.type, args: [X, [], {__annotations__: {a: 'List[int]', b: float}}]}", false)]
    [InlineData("{call: numpy.recarray, args: [[1], null, {bytes: AAAAAAAA}]}", true)]
    [InlineData("{call: numpy.chararray, args: [[1], 16, false, {bytes: AAAAAAAA}, -1024]}", true)]
    [InlineData("{construct: numpy.recarray}", false)]
    public void WhatTheFileDidNotMakeIsNotFilled(string facts, bool isFlagged) => Assert.Equal(isFlagged, Flagged(facts) is not null);

    /// <summary>What is made of one sentence keeps it to say it.</summary>
    [Theory]
    [InlineData("{call: pkg.errors.Broken, args: ['failed to open /tmp/x']}", false)]
    [InlineData("{call: __main__.MyErr, args: [2, 'No such file or directory', /tmp/x]}", false)]
    [InlineData("{call: pkg.Runner, args: ['touch /tmp/x now']}", true)]
    [InlineData("{call: pkg.errors.Broken, args: ['/tmp/x']}", true)]
    [InlineData("{call: pkg.errors.broken, args: ['failed to open /tmp/x']}", true)]
    public void ASentenceIsSaid(string facts, bool isFlagged) => Assert.Equal(isFlagged, Flagged(facts) is not null);

    private static string? Flagged(string facts) =>
        FactBuilder.Judge(FactBuilder.Facts($"[{facts}]"), s_rules.Value).Where(f => f.Severity >= Severity.Medium).MaxBy(f => f.Severity)?.Rule.Id;
}
