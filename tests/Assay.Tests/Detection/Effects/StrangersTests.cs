// Classes and functions of a package that nobody has heard of, judged by what their source does on each road by which a loader gets there.
using Assay.Bytes;
using Assay.Derivation;
using Assay.Detection;
using Assay.Effects.Packs;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Effects;

public sealed class StrangersTests
{
    private const string Source = """
        import os, socket, tempfile, subprocess
        from concurrent.futures import ProcessPoolExecutor
        class Label(str): pass
        class Plain: pass
        class Crew:
            def __init__(self, size): self.pool = ProcessPoolExecutor(size)
        class Probe:
            def __init__(self, level): self.name = subprocess.check_output(['uname', '-a'])
        class Beacon:
            def __init__(self, level): self.socket = socket.create_connection(('example.org', 80))
        class Scratch:
            def __init__(self, size): self.place = tempfile.mkdtemp()
        class Report:
            def __init__(self, path): open(path, 'w').close()
        class Loader:
            def __init__(self, items, merge): self.items, self.merge = items, merge
            def __iter__(self): return iter([self.merge(i) for i in self.items])
            def __len__(self): return len(self.items)
        class Shown:
            def __init__(self, how): self.how = how
            def __repr__(self): return self.how()
        class Template:
            def __setstate__(self, state): exec(state['source'], {}); self.__dict__.update(state)
        class Settings:
            def __setattr__(self, name, value): __import__(value)
        class Shape:
            def __new__(cls, f, x): return super().__new__(Dressed)
        class Dressed(Shape):
            def __init__(self, f, x): f(x)
        def _rebuild(f, args, state):
            made = f(*args)
            made.__setstate__(state)
            return made
        """;

    private const string Arguments = "\\ndef _parse(self, a, b=1, *, c=-2.5):\\n    return (a, b, c), self._scale(a)\\n";

    private static readonly Lazy<RuleSet> s_rules = new(() =>
    {
        EffectPackBuild build = new(RuleSet.Default, true, _ => null);
        build.Add([PythonDistribution.OfFiles("lab==1", "lab", [("lab/__init__.py", System.Text.Encoding.UTF8.GetBytes(Source))])], _ => { }, TestContext.Current.CancellationToken);
        return RuleSet.With([], [EffectPack.Open("test", new MemorySource(build.Pack("test", "1", true)))]);
    });

    /// <summary>What a constructor does to everybody who calls it.</summary>
    [Theory]
    [InlineData("{call: lab.Crew, args: [2]}")]
    [InlineData("{call: lab.Probe, args: [1]}")]
    [InlineData("{call: lab.Beacon, args: [1]}")]
    [InlineData("{call: lab.Scratch, args: [1]}")]
    [InlineData("{call: collections.defaultdict, args: [{import: lab.Scratch}]}")]
    public void WhatAConstructorAlwaysDoesIsSaid(string fact) => Assert.Contains(Judge(fact), f => f.Severity >= Severity.Medium);

    /// <summary>Picklers make objects without their constructors, and fill them.</summary>
    [Theory]
    [InlineData("{construct: lab.Crew}")]
    [InlineData("{construct: lab.Loader}")]
    [InlineData("{state: lab.Crew(), args: [{size: 2}]}")]
    [InlineData("{state: lab.Loader(), args: [{items: [1, 2], merge: {import: lab.Plain}}]}")]
    [InlineData("{call: builtins.list, args: [{result: lab.Loader, args: [[1, 2], {import: builtins.len}]}]}")]
    [InlineData("{call: lab.Label, args: [word]}")]
    [InlineData("{state: lab.Template(), args: [{source: \"" + Arguments + "\"}]}")]
    public void WhatEveryFileDoesIsQuiet(string fact) => Assert.DoesNotContain(Judge(fact), f => f.Severity >= Severity.Medium);

    /// <summary>Whoever goes through an object, shows it or counts it enters its class, which calls what the file gave it.</summary>
    [Theory]
    [InlineData("{call: builtins.list, args: [{result: lab.Loader, args: [[1, 2], {import: mypackage.run}]}]}")]
    [InlineData("{call: builtins.sum, args: [{result: lab.Loader, args: [[1, 2], {import: mypackage.run}]}]}")]
    [InlineData("{call: collections.deque, args: [{result: lab.Loader, args: [[1, 2], {import: os.system}]}]}")]
    [InlineData("{call: builtins.repr, args: [{result: lab.Shown, args: [{import: mypackage.run}]}]}")]
    [InlineData("{call: builtins.str, args: [[{result: lab.Shown, args: [{import: mypackage.run}]}]]}")]
    public void AnObjectThatIsGoneThroughCallsWhatItWasMadeOf(string fact) => Assert.Contains(Judge(fact), f => f.Severity >= Severity.Medium);

    /// <summary>A state that a callable hands on is a state, and a class that the file makes takes it as the classes do that it is made from.</summary>
    [Theory]
    [InlineData("{state: lab.Template(), args: [{source: \"open('/tmp/x', 'w')\"}]}")]
    [InlineData("{state: lab.Template(), args: [{source: \"(1 for _ in ()).gi_frame.f_builtins['open']('/tmp/x', 'w')\"}]}")]
    [InlineData("{call: lab._rebuild, args: [{import: lab.Template}, [], {source: \"open('/tmp/x', 'w')\"}]}")]
    [InlineData("{call: dill._dill._create_array, args: [{import: lab.Template}, [], {source: \"open('/tmp/x', 'w')\"}]}")]
    [InlineData("{state: 'builtins.type()()', target: {result: builtins.type, args: [X, [{import: lab.Template}], {}], callee: {result: builtins.type, args: [X, [{import: lab.Template}], {}]}}, args: [{source: \"open('/tmp/x', 'w')\"}]}")]
    public void AStateIsJudgedOnEveryRoad(string fact) => Assert.Contains(Judge(fact), f => f.Severity >= Severity.Medium);

    /// <summary>Texts in objects that are texts.</summary>
    [Theory]
    [InlineData("{call: lab.Report, args: [{result: numpy.str_, args: [newfile]}]}")]
    [InlineData("{call: lab.Report, args: [{result: lab.Label, args: [newfile]}]}")]
    [InlineData("{call: lab.Report, args: [{result: builtins.str, args: [newfile]}]}")]
    [InlineData("{call: functools.reduce, args: [{import: lab.Report}, [{result: numpy.str_, args: [newfile]}]]}")]
    [InlineData("{call: builtins.map, args: [{import: lab.Report}, [{result: lab.Label, args: [newfile]}]]}")]
    public void ATextInAnObjectIsAText(string fact) => Assert.Contains(Judge(fact), f => f.Severity >= Severity.Medium);

    /// <summary>A constructor that reaches what it was given by way of another class.</summary>
    [Theory]
    [InlineData("{call: lab.Shape, args: [{import: mypackage.run}, 1]}")]
    public void AConstructorCallsWhatItGets(string fact) => Assert.Contains(Judge(fact), f => f.Severity >= Severity.Medium);

    /// <summary>What nobody knows is judged by what its name says it stands for, where a text comes with it.</summary>
    [Theory]
    [InlineData("{call: unheard.FrameFile, args: [victim, w]}", true)]
    [InlineData("{call: unheard.AtomicFileCache, args: [newcache]}", true)]
    [InlineData("{call: unheard.RestfulHttp, args: [null, newcache]}", true)]
    [InlineData("{call: unheard.FileFormat, args: [csv]}", false)]
    [InlineData("{call: unheard.CacheError, args: [word]}", false)]
    [InlineData("{call: unheard.FrameFile, args: [1]}", false)]
    public void AClassThatStandsForSomethingOutsideIsNamedByItsText(string fact, bool isSaid) => Assert.Equal(isSaid, Judge(fact).Any(f => f.Severity >= Severity.Medium));

    /// <summary>Dotted names are those of members of classes; what leads through something that a module has from elsewhere is written by no pickler.</summary>
    [Theory]
    [InlineData("{call: unheard.parallel.mp.Pool, module: unheard.parallel, args: [1]}", true)]
    [InlineData("{call: unheard.parallel.Pool.Worker, module: unheard.parallel, args: [1]}", false)]
    public void AMemberOfWhatAModuleHasFromElsewhereIsNotTakenForAClassOfIt(string fact, bool isSaid) => Assert.Equal(isSaid, Judge(fact).Any(f => f.Severity >= Severity.Medium));

    private static List<Finding> Judge(string fact) => FactBuilder.Judge(FactBuilder.Facts($"[{fact}]"), s_rules.Value);
}
