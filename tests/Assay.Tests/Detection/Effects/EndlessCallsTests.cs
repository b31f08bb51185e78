// Calls that come to no end, or to a result that no machine has room for, are told; the same callables with what models give them are not.
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Effects;

public sealed class EndlessCallsTests
{
    [Theory]
    [InlineData("{call: builtins.sum, args: [{result: itertools.count}]}")]
    [InlineData("{call: builtins.list, args: [{result: itertools.cycle, args: [[1]]}]}")]
    [InlineData("{call: collections.deque, args: [{result: itertools.repeat, args: [1]}]}")]
    [InlineData("{call: builtins.max, args: [{result: builtins.map, args: [{import: builtins.abs}, {result: itertools.count}]}]}")]
    [InlineData("{call: builtins.tuple, args: [{result: builtins.zip, args: [{result: itertools.count}, {result: itertools.count}]}]}")]
    [InlineData("{call: builtins.pow, args: [10, 1000000000]}")]
    [InlineData("{call: operator.lshift, args: [1, 100000000000]}")]
    [InlineData("{call: math.factorial, args: [100000000]}")]
    [InlineData("{call: builtins.bytes, args: [17000000000]}")]
    [InlineData("{call: operator.mul, args: [[1], 17000000000]}")]
    [InlineData("{call: builtins.list, args: [{result: builtins.range, args: [17000000000]}]}")]
    public void WhatDoesNotEndIsTold(string fact) => Assert.Contains(Judge(fact), f => f.Rule.Id == "callable-denial-of-service");

    [Theory]
    [InlineData("{call: builtins.next, args: [{result: itertools.count}]}")]
    [InlineData("{call: itertools.count, args: [3]}")]
    [InlineData("{call: builtins.list, args: [{result: itertools.repeat, args: [1, 3]}]}")]
    [InlineData("{call: builtins.list, args: [{result: builtins.zip, args: [{result: itertools.count}, [1, 2]]}]}")]
    [InlineData("{call: builtins.pow, args: [10, 100]}")]
    [InlineData("{call: builtins.bytes, args: [1024]}")]
    [InlineData("{call: operator.mul, args: [[1], 1024]}")]
    [InlineData("{call: builtins.list, args: [{result: builtins.range, args: [1000]}]}")]
    public void WhatEndsIsNot(string fact) => Assert.DoesNotContain(Judge(fact), f => f.Severity >= Severity.Medium);

    private static List<Finding> Judge(string fact) => FactBuilder.Judge(FactBuilder.Facts($"[{fact}]"), RuleSet.Default);
}
