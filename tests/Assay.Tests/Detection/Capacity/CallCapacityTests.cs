// What an unknown callable may get.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Capacity;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Capacity;

public sealed class CallCapacityTests
{
    [Theory]
    [InlineData("pkg.make", "[1, 2.5, null]")]
    [InlineData("pkg.make", "[[1, [2, [3]]]]")]
    [InlineData("pkg.make", "[red]")]
    [InlineData("pkg.make", "[{alpha: 1, kind: linear}]")]
    [InlineData("pkg.make", "[{bytes: abc}]")]
    [InlineData("pkg.Colour", "[red]")]
    [InlineData("pkg.Colour", "[shutil]")]
    [InlineData("pkg.Colour", "[print]")]
    [InlineData("pkg.Point", "[first, second]")]
    [InlineData("pkg.Mode", "[eval]")]
    [InlineData("pkg.Task", "['binary classification']")]
    [InlineData("pkg.Unit", "[m/s]")]
    [InlineData("pkg.Crs", "['EPSG:4326']")]
    [InlineData("pkg.errors.ParseError", "['could not read /tmp/x: several words', other]")]
    [InlineData("pkg.make", "[{result: pkg.other, args: [1]}]")]
    [InlineData("pkg.make", "[{import: pkg.Other}]")]
    [InlineData("pkg.make", "[{import: builtins.list}]")]
    [InlineData("pkg.Vector", "[{bytes: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'}]")]
    [InlineData("pkg.Vector", "[\"\\0\\x01 HBondDonor several words \\0\"]")]
    public void WhatSelectsAndCountsIsNothing(string callee, string arguments) => Assert.Null(Danger(callee, arguments));

    [Theory]
    [InlineData("pkg.make", "[/tmp/x]")]
    [InlineData("pkg.Make", "[/tmp/x]")]
    [InlineData("pkg.make", "['several words']")]
    [InlineData("pkg.make", "[first, second]")]
    [InlineData("pkg.make", "[[first, second]]")]
    [InlineData("pkg.make", "[{command: 'rm -rf x'}]")]
    [InlineData("pkg.make", "[{args: [git, clone, x]}]")]
    [InlineData("pkg.make", "[subprocess]")]
    [InlineData("pkg.Colour", "[bash]")]
    [InlineData("pkg.Colour", "[system]")]
    [InlineData("pkg.Colour", "['rm x']")]
    [InlineData("pkg.make", "['binary classification']")]
    [InlineData("pkg.errors.ParseError", "['{{ x }}']")]
    [InlineData("pkg.make", "[{result: builtins.bytearray}]")]
    [InlineData("pkg.make", "[{import: other.thing}]")]
    [InlineData("pkg.make", "[{import: os.system}]")]
    [InlineData("pkg.make", "[{result: other.thing}]")]
    [InlineData("pkg.make", "[{result: functools.partial, args: [{import: pkg.f}]}]")]
    [InlineData("pkg.make", "[{result: 'pkg.f()'}]")]
    [InlineData("pkg.make", "[{result: operator.add, args: [rm, ' -rf']}]")]
    [InlineData("pkg.make", "[{result: pkg.other, args: [/tmp/x]}]")]
    [InlineData("pkg.make", "[[116, 111, 117, 99, 104, 32, 47, 116, 109, 112, 47, 120]]")]
    [InlineData("pkg.make", "[[t, o, u, c, h, ' ', /, t, m, p, /, x]]")]
    [InlineData("pkg.make", "[9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999]")]
    public void WhatCanActIsDanger(string callee, string arguments) => Assert.NotNull(Danger(callee, arguments));

    [Fact]
    public void OnlyStrongFormsCountWhereOnlyNewRuns()
    {
        Assert.Null(Danger("pkg.Net", "['several words', other]", onlyStrong: true));
        Assert.NotNull(Danger("pkg.Net", "['rm -rf x']", onlyStrong: true));
        Assert.Null(Danger("pkg.Entry", "[project.module, module-project.module]", onlyStrong: true));
        Assert.NotNull(Danger("pkg.Entry", "[os.system, title]", onlyStrong: true));
        Assert.NotNull(Danger("pkg.Image", "[/tmp/x, title]", onlyStrong: true));
        Assert.Null(Danger("__main__.Image", "[/tmp/x, title]", onlyStrong: true));
    }

    [Fact]
    public void ThroughAnotherCallableEveryTextCounts() => Assert.NotNull(Danger("pkg.Colour", "[red]", anyText: true));

    [Fact]
    public void BytesOfAPickleAreDanger()
    {
        ValueShape pickle = new(ShapeKind.Bytes, "\u0080\u0004cos\nsystem\n(S'id'\ntR.") { Count = 24 };
        Assert.NotNull(Capacity().Danger("pkg.make", [pickle]));
    }

    [Fact]
    public void LongBytesAreDangerToACallAndNotToNew()
    {
        ValueShape bytes = new(ShapeKind.Bytes, new string('\u0001', 100)) { Count = 100 };
        Assert.NotNull(Capacity().Danger("pkg.make", [bytes]));
        Assert.Null(Capacity().Danger("pkg.Net", [bytes], onlyStrong: true));
    }

    private static string? Danger(string callee, string arguments, bool onlyStrong = false, bool anyText = false)
    {
        CallableFact fact = (CallableFact)Assert.Single(FactBuilder.Facts($"{{call: {callee}, args: {arguments}}}"));
        return Capacity().Danger(callee, fact.Arguments, onlyStrong, anyText);
    }

    private static CallCapacity Capacity() => new(RuleSet.Default.Callables.Capacity, new Known());

    private sealed class Known : IStandings
    {
        public bool IsSetting(string path) => false;

        public Standing Of(string path) => path switch
        {
            "builtins.list" => Standing.Harmless,
            "os.system" => Standing.Harmful,
            "functools.partial" => Standing.KeepsCallable,
            "operator.add" => Standing.MakesText,
            _ => Standing.Unknown,
        };

        public bool DoesHarm(string path) => Of(path) is Standing.Harmful;
    }
}
