// Texts meet objects by operators in many ways: in containers and arrays, by what folds, compares or sorts, through partial functions and getters. What an operator of the class would run is told in each.
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Effects;

public sealed class OperandsTests
{
    private const string Code = "\"__import__('os').mkdir('/tmp/canary')\"";
    private const string Acting = "{result: sympy.algebras.quaternion.Quaternion, args: [1, 0, 0, 0]}";
    private const string Reading = "{instance: torch.jit.annotations.EvalEnv, state: {rcb: {import: sympy.functions.elementary.complexes.Abs}}}";

    [Theory]
    [InlineData("{call: operator.add, args: [" + Acting + ", " + Code + "]}")]
    [InlineData("{call: operator.add, args: [" + Acting + ", [" + Code + "]]}")]
    [InlineData("{call: operator.eq, args: [[" + Acting + "], [" + Code + "]]}")]
    [InlineData("{call: functools.reduce, args: [{import: operator.add}, [" + Acting + ", " + Code + "]]}")]
    [InlineData("{call: builtins.map, args: [{import: operator.mul}, [" + Acting + "], [" + Code + "]]}")]
    [InlineData("{call: builtins.sum, args: [[" + Code + "], " + Acting + "]}")]
    [InlineData("{call: builtins.max, args: [[" + Acting + ", " + Code + "]]}")]
    [InlineData("{call: numpy.add, args: [[" + Acting + "], [" + Code + "]]}")]
    [InlineData("{call: operator.add, args: [{result: pandas.core.series.Series, args: [[" + Acting + "]]}, " + Code + "]}")]
    [InlineData("{call: 'functools.partial()', target: {result: functools.partial, args: [{import: operator.mul}, " + Acting + "]}, args: [" + Code + "]}")]
    [InlineData("{call: 'operator.itemgetter()', target: {result: operator.itemgetter, args: [" + Code + "]}, args: [" + Reading + "]}")]
    [InlineData("{call: builtins.map, args: [{import: operator.getitem}, [" + Reading + "], [" + Code + "]]}")]
    public void WhatAnOperatorWouldRunIsTold(string fact) => Assert.Contains(Judge(fact), f => f.Severity >= Severity.Medium);

    [Theory]
    [InlineData("{call: operator.mul, args: [" + Acting + ", 2]}")]
    [InlineData("{call: functools.reduce, args: [{import: operator.add}, [" + Acting + ", " + Acting + "]]}")]
    [InlineData("{call: builtins.sum, args: [[1, 2], " + Acting + "]}")]
    [InlineData("{call: builtins.set, args: [[" + Acting + ", name]]}")]
    [InlineData("{call: collections.OrderedDict, args: [[[key, " + Acting + "]]]}")]
    public void OperandsThatAreNumbersOrWordsAreNot(string fact) => Assert.DoesNotContain(Judge(fact), f => f.Severity >= Severity.Medium);

    private static List<Finding> Judge(string fact) => FactBuilder.Judge(FactBuilder.Facts($"[{fact}]"), RuleSet.Default);
}
