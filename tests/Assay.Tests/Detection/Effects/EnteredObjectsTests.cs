// Objects that loading goes through, with what lies in them, and objects that only keep it.
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Effects;

public sealed class EnteredObjectsTests
{
    /// <summary>What lies in an object is called however deep it lies.</summary>
    [Theory]
    [InlineData("{call: builtins.list, args: [{instance: _weakrefset.WeakSet, state: {data: [{import: pkg.run}]}}]}")]
    [InlineData("{call: builtins.len, args: [{instance: configparser.SectionProxy, state: {_parser: {instance: types.SimpleNamespace, state: {options: {import: pkg.open}}}}}]}")]
    [InlineData("{call: builtins.str, args: [{instance: logging.Filter, state: {a: [{instance: logging.Filter, state: {b: {result: functools.partial, args: [{import: pkg.run}, word]}}}]}}]}")]
    [InlineData("{call: builtins.dict, args: [{instance: pkg.Table, state: {rows: {instance: pkg.Lazy, state: {source: {import: numpy.load}, path: /tmp/x}}}}]}")]
    [InlineData("{call: copy.copy, args: [{instance: pkg.Table, state: {rows: {import: numpy.save}}}]}")]
    public void WhatLiesInAnObjectThatIsGoneThroughIsCalled(string fact) => Assert.NotNull(Flagged(fact));

    /// <summary>Functions that read and write files are settings of an object that nobody enters.</summary>
    [Theory]
    [InlineData("{state: pkg.Config(), args: [{reader: {import: numpy.load}}]}")]
    [InlineData("{state: pkg.Config(), args: [{io: {reader: {import: pandas.read_csv}, sep: ','}}]}")]
    [InlineData("{state: pkg.Config(), args: [{open: {import: builtins.open}, path: /data/x}]}")]
    [InlineData("{state: argparse.Namespace(), args: [{writer: {import: joblib.dump}}]}")]
    public void WhatAnObjectKeepsIsANote(string fact)
    {
        Assert.Null(Flagged(fact));
        Assert.Contains(FactBuilder.Judge($"[{fact}]"), f => f.Rule.Id == "callable-kept");
    }

    /// <summary>What starts programs or runs code is no setting, nor is what lies in the state of something that takes states into its own hands.</summary>
    [Theory]
    [InlineData("{state: pkg.Config(), args: [{reader: {import: os.system}}]}")]
    [InlineData("{state: pkg.Config(), args: [{reader: {import: builtins.eval}}]}")]
    [InlineData("{state: torch.nn.modules.linear.Linear(), args: [{instance: types.SimpleNamespace, state: {keys: {import: numpy.load}}}]}")]
    public void OtherFunctionsAreNoSettings(string fact) => Assert.NotNull(Flagged(fact));

    /// <summary>Methods of the standard library's classes do what they do for data and for their own objects.</summary>
    [Theory]
    [InlineData("{call: string.Formatter.get_field, args: [{instance: string.Formatter}, '0.x', [{result: cloudpickle.cloudpickle.subimport, args: [logging]}], {}]}")]
    [InlineData("{call: http.cookies.BaseCookie.output, args: [{k: {instance: types.SimpleNamespace, state: {output: {import: pkg.run}}}}, /tmp/x]}")]
    [InlineData("{call: signal.Signals._convert_, args: [X, os, {import: pkg.Writer}, {instance: types.SimpleNamespace, state: {a: 1}}]}")]
    public void AMethodOfAStandardClassThatGetsSomethingElseIsOdd(string fact) => Assert.NotNull(Flagged(fact));

    [Theory]
    [InlineData("{construct: requests.sessions.Session}")]
    [InlineData("{construct: pandas.io.formats.printing.PrettyDict}")]
    [InlineData("{call: builtins.str, args: [{instance: pkg.Table, state: {index: {result: pkg.IntIndex, args: [3, [1, 2], true]}}}]}")]
    public void ObjectsThatAreMadeWithoutTheirConstructorsAreOrdinary(string fact) => Assert.Null(Flagged(fact));

    private static string? Flagged(string fact) =>
        FactBuilder.Judge($"[{fact}]").Where(f => f.Severity >= Severity.Medium).MaxBy(f => f.Severity)?.Rule.Id;
}
