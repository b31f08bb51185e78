// What uses of code mean that an analysis of source has read.
using Assay.Bytes;
using Assay.Derivation;
using Assay.Detection;
using Assay.Effects.Packs;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Effects;

public sealed class DerivedEffectsTests
{
    private const string Source = """
        import os, shutil, native
        def quiet(a, b): return a
        def half(a, b): return native.act(b)
        def remove(folder): shutil.rmtree(folder)
        def own(a): return open('/etc/hostname').read()
        def apply(f, x): return f(x)
        def _rebuild_quiet(a, b): return quiet(a, b)
        def _rebuild_half(a, b): return half(a, b)
        def _rebuild_folder(folder): remove(folder)
        def _rebuild_with(f, x): return f(x)
        class Plain:
            def __init__(self, a): self.a = a
        class Parts:
            def __init__(self, parts): self.parts = list(parts.items()); self.ravelled = parts.ravel()
        class Filled:
            def __setstate__(self, state): native.fill(state)
        class Runs:
            def __setstate__(self, state): os.system(state['command'])
        """;

    private static readonly Lazy<RuleSet> s_rules = new(() =>
    {
        EffectPackBuild build = new(RuleSet.Default, true, _ => null);
        build.Add([PythonDistribution.OfFiles("pkg==1", "pkg", [("pkg/__init__.py", System.Text.Encoding.UTF8.GetBytes(Source))])], _ => { }, TestContext.Current.CancellationToken);
        return RuleSet.With([], [EffectPack.Open("test", new MemorySource(build.Pack("test", "1", true)))]);
    });

    [Theory]
    [InlineData("{call: pkg._rebuild_quiet, args: [/tmp/x, id]}")]
    [InlineData("{call: pkg._rebuild_half, args: [/tmp/x, 1]}")]
    [InlineData("{call: pkg._rebuild_half, args: [/tmp/x, word]}")]
    [InlineData("{call: pkg._rebuild_folder, args: [1]}")]
    [InlineData("{call: pkg._rebuild_with, args: [{import: builtins.len}, [a, b]]}")]
    [InlineData("{call: pkg.Plain, args: [/tmp/x]}")]
    [InlineData("{call: pkg.Parts, args: [{path: word}]}")]
    [InlineData("{call: pkg.Parts, args: [[1, 2]]}")]
    [InlineData("{construct: pkg.Plain}")]
    [InlineData("{state: pkg.Plain(), args: [{text: \"import os; os.system('id')\"}]}")]
    [InlineData("{state: pkg.Filled(), args: [{path: /tmp/x, name: word}]}")]
    [InlineData("{state: pkg.Runs(), args: [{other: /tmp/x}]}")]
    public void WhatGetsNowhereIsHarmless(string fact) => Assert.DoesNotContain(Judge(fact), f => f.Severity >= Severity.Medium);

    [Theory]
    [InlineData("{call: pkg._rebuild_half, args: [1, /tmp/x]}")]
    [InlineData("{call: pkg.remove, args: [word]}")]
    [InlineData("{call: pkg.remove, args: [/tmp/x]}")]
    [InlineData("{call: pkg.apply, args: [{import: os.system}, id]}")]
    [InlineData("{call: builtins.map, args: [{import: pkg.half}, [[1, word]]]}")]
    [InlineData("{state: pkg.Filled(), args: [{text: \"import os; os.system('id')\"}]}")]
    [InlineData("{state: pkg.Runs(), args: [{command: touch /tmp/x}]}")]
    [InlineData("{call: pkg.missing, args: [/tmp/x]}")]
    public void WhatMeetsAnEffectIsSaid(string fact) => Assert.Contains(Judge(fact), f => f.Severity >= Severity.Medium);

    /// <summary>No honest file calls functions that rebuild nothing: what an analysis did not find in them does not clear them, because it asks what becomes of what is given.</summary>
    [Theory]
    [InlineData("{call: pkg.quiet, args: [/tmp/x, id]}")]
    [InlineData("{call: pkg.quiet, args: [1, 2]}")]
    [InlineData("{call: pkg.half, args: [/tmp/x, 1]}")]
    [InlineData("{call: pkg.own, args: [1]}")]
    [InlineData("{call: pkg.own}")]
    [InlineData("{call: pkg.remove, args: [1]}")]
    [InlineData("{call: builtins.map, args: [{import: pkg.quiet}, [[1, word]]]}")]
    public void AnAnalysisClearsNoFunctionThatRebuildsNothing(string fact) => Assert.Contains(Judge(fact), f => f.Severity == Severity.Medium);

    /// <summary>What harm a function does with what it gets is told also where the function cannot be cleared.</summary>
    [Fact]
    public void AFunctionThatIsNotClearedTellsWhatHarmItDoes() =>
        Assert.Contains(Judge("{call: pkg.remove, args: [/home/someone/.ssh]}"), f => f.Severity >= Severity.High);

    [Fact]
    public void MoreValuesThanAreLookedAtHideNoText()
    {
        string many = string.Join(", ", Enumerable.Range(0, 3000));
        Assert.Contains(Judge($"{{call: pkg.remove, args: [[/tmp/x, {many}]]}}"), f => f.Severity >= Severity.Medium);
    }

    [Fact]
    public void WhatIsWrittenByHandGoesFirst()
    {
        EffectPackBuild build = new(RuleSet.Default, true, _ => null);
        build.Add([PythonDistribution.OfFiles("x==1", "x", [("torch/hub.py", "def load(a): return a\n"u8.ToArray()), ("torch/__init__.py", [])])], _ => { }, TestContext.Current.CancellationToken);
        RuleSet rules = RuleSet.With([], [EffectPack.Open("test", new MemorySource(build.Pack("test", "1", false)))]);
        Assert.Contains(FactBuilder.Judge(FactBuilder.Facts("[{call: torch.hub.load, args: [a]}]"), rules), f => f.Severity >= Severity.High);
    }

    /// <summary>What is not listed of the standard library is not cleared by an analysis; what harm it does is told.</summary>
    [Theory]
    [InlineData("{call: json.extra.quiet, args: [1]}", Severity.Medium)]
    [InlineData("{call: json.extra.quiet, args: [/tmp/x]}", Severity.Medium)]
    [InlineData("{call: json.extra.run, args: [1]}", Severity.Medium)]
    [InlineData("{call: json.extra.run, args: [touch /tmp/x]}", Severity.Critical)]
    public void AnAnalysisClearsNothingOfTheStandardLibrary(string fact, Severity least)
    {
        EffectPackBuild build = new(RuleSet.Default, true, _ => null);
        const string Extra = "import os\ndef quiet(a): return a\ndef run(a): os.system(a)\n";
        build.Add([PythonDistribution.OfFiles("x==1", "x", [("json/extra.py", System.Text.Encoding.UTF8.GetBytes(Extra)), ("json/__init__.py", [])])], _ => { }, TestContext.Current.CancellationToken);
        RuleSet rules = RuleSet.With([], [EffectPack.Open("test", new MemorySource(build.Pack("test", "1", false)))]);
        Assert.Equal(least, FactBuilder.Judge(FactBuilder.Facts($"[{fact}]"), rules).Max(f => f.Severity));
    }

    private static List<Finding> Judge(string fact) => FactBuilder.Judge(FactBuilder.Facts($"[{fact}]"), s_rules.Value);
}
