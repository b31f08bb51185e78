// What is more than is looked at is said.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Callables;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Effects;

/// <summary>Every bound of the judgement on how much is looked at: behind it nothing passes in silence.</summary>
public sealed class BoundedJudgementTests
{
    private static ValueShape Text(string text) => new(ShapeKind.Str, text);

    private static ValueShape Import(string path) => new(ShapeKind.Import, path);

    private static ValueShape Many(ShapeKind kind, int count, Func<int, ValueShape> item) => new(kind) { Items = [.. Enumerable.Range(0, count).Select(item)], Count = count };

    private static ValueShape Made(string type, ValueShape? state = null, params ValueShape[] arguments) => new(ShapeKind.Instance, type) { Items = arguments, State = state };

    private static CallableFact Use(CallableUse use, string callee, ValueShape? target, params ValueShape[] arguments)
    {
        int dot = callee.LastIndexOf('.');
        bool isName = target is null;
        return new CallableFact
        {
            Path = "x", Callee = callee, Resolved = callee, Use = use, Module = isName ? callee[..dot] : "", Name = isName ? callee[(dot + 1)..] : "", Target = target, Arguments = arguments,
            Pickle = new PickleUse { Opcode = use is CallableUse.State ? "BUILD" : "REDUCE" },
        };
    }

    private static List<string> Judged(params CallableFact[] facts) =>
        [.. CallableDetector.Judge(facts, RuleSet.Default.Callables, []).Select(j => j.Is)];

    private static bool IsSaid(params CallableFact[] facts) =>
        Judged(facts).Exists(u => u is Judgements.Elided or Judgements.UnknownState or Judgements.UnknownCalled or Judgements.OddArguments or Judgements.ModuleState or Judgements.ComputedCalled or Judgements.HookState);

    [Fact]
    public void AStateOfMoreValuesThanAreLookedAt() =>
        Assert.True(IsSaid(Use(CallableUse.State, "pkg.Thing()", Made("pkg.Thing"), Many(ShapeKind.List, 5000, _ => Text("a")))));

    [Fact]
    public void SettingsInMoreObjectsThanAreLookedAt() =>
        Assert.True(IsSaid(Use(CallableUse.Called, "builtins.list", null, Many(ShapeKind.List, 70_000, _ => Made("collections.OrderedDict")))));

    [Fact]
    public void AnObjectThatHoldsMoreThanIsLookedAt() =>
        Assert.True(IsSaid(Use(CallableUse.Called, "builtins.list", null, Made("torch.utils.data.datapipes.iter.callable.MapperIterDataPipe", Many(ShapeKind.List, 5000, _ => Text("a"))))));

    [Fact]
    public void MoreAttributesThanAreRead() =>
        Assert.True(IsSaid(Use(CallableUse.Called, "operator.attrgetter()", new ValueShape(ShapeKind.Result, "operator.attrgetter") { Items = [Text("a")] }, Many(ShapeKind.Tuple, 5000, _ => Made("collections.OrderedDict"))))
            || IsSaid(Use(CallableUse.Called, "builtins.list", null, [.. Enumerable.Range(0, 2000).Select(i => Made("torch.utils.data.datapipes.iter.callable.MapperIterDataPipe", Text($"{i}")))])));

    [Fact]
    public void AClassOfMoreBasesThanAreLookedAt()
    {
        ValueShape made = new(ShapeKind.Result, "builtins.type") { Items = [Text("K"), Many(ShapeKind.Tuple, 300, i => Import($"pkg.Base{i}")), new ValueShape(ShapeKind.Dict)] };
        ValueShape instance = new(ShapeKind.Instance, "builtins.type()") { Callee = made };
        Assert.Contains(Judgements.Elided, Judged(Use(CallableUse.State, "builtins.type()()", instance, new ValueShape(ShapeKind.Dict) { Items = [Text("a"), Text("b")] })));
    }

    [Fact]
    public void MoreMembersThanAreKeptOfClasses()
    {
        ValueShape made = new(ShapeKind.Result, "builtins.type") { Items = [Text("K"), new ValueShape(ShapeKind.Tuple), new ValueShape(ShapeKind.Dict)] };
        CallableFact[] fills = [.. Enumerable.Range(0, 4200).Select(i => Use(CallableUse.Called, "builtins.setattr", null, made, Text($"a{i}"), new ValueShape(ShapeKind.Int, "1")) with { Offset = i })];
        Assert.Contains(Judgements.Elided, Judged(fills));
    }

    [Fact]
    public void MoreThatComesOutOfACallThanIsLookedAt()
    {
        ValueShape given = new(ShapeKind.Result, "operator.getitem()") { Items = [Many(ShapeKind.List, 600, _ => Text("a"))] };
        Assert.True(IsSaid(Use(CallableUse.State, "operator.getitem()()", given, new ValueShape(ShapeKind.Dict) { Items = [Text("a"), Text("b")] })));
    }

    [Fact]
    public void MoreSinksInArgumentsThanAreLookedAt() =>
        Assert.Contains(Judgements.Elided, Judged(Use(CallableUse.Called, "builtins.len", null, Many(ShapeKind.List, 5000, _ => Text("a")))));

    [Fact]
    public void MoreClassesThanAreLookedUp()
    {
        CallableFact[] uses = [.. Enumerable.Range(0, 2100).Select(i => Use(CallableUse.Called, $"pkg.Kind{i}", null, Many(ShapeKind.List, 1, _ => new ValueShape(ShapeKind.Int, "1"))) with { Offset = i })];
        Assert.Contains(Judgements.UnknownCalled, Judged(uses));
    }

    private static CallableFact Code(params CodeStore[] stores) => Use(CallableUse.Called, "cloudpickle.cloudpickle._make_function", null, Text("code")) with
    {
        Code = new CarriedCode { Name = "f", IsWhole = true, Uses = [new CodeUse("len")], Stores = stores },
    };

    private static CallableFact Planted() => Use(
        CallableUse.Called, "builtins.type", null, Text("K"), new ValueShape(ShapeKind.Tuple),
        new ValueShape(ShapeKind.Dict) { Items = [Text("__setstate__"), new ValueShape(ShapeKind.Result, "cloudpickle.cloudpickle._make_function") { Items = [Text("code")] }] });

    [Fact]
    public void MoreUnderANameThanCodeIsFollowedThrough() =>
        Assert.Contains(Judgements.Elided, Judged(Code([.. Enumerable.Range(0, 300).Select(i => new CodeStore("h", $"shop.a{i}"))]), Planted()));

    [Fact]
    public void MoreClassesThanCodeMayHaveObjectsOf() =>
        Assert.Contains(Judgements.Elided, Judged([.. Enumerable.Range(0, 4200).Select(i => Use(CallableUse.Imported, $"shop.Kind{i}", null)), Code(), Planted()]));

    [Fact]
    public void MoreGlobalsThanCodeIsGiven() =>
        Assert.Contains(Judgements.Elided, Judged(Use(CallableUse.Called, "cloudpickle.cloudpickle._make_function", null, Many(ShapeKind.List, 20_000, _ => Text("a")))));

    [Fact]
    public void CodeThatHasNoSuchBoundsSaysNothing() => Assert.DoesNotContain(Judgements.Elided, Judged(Code(new CodeStore("h", "shop.a")), Planted()));

    [Fact]
    public void OrdinaryUsesSayNothingOfThat() =>
        Assert.DoesNotContain(Judgements.Elided, Judged(
            Use(CallableUse.Called, "collections.OrderedDict", null, Many(ShapeKind.List, 64, i => new ValueShape(ShapeKind.Tuple) { Items = [Text($"k{i}"), Text("v")] })),
            Use(CallableUse.State, "pkg.Net()", Made("pkg.Net"), Many(ShapeKind.Dict, 128, i => Text($"k{i}")))));
}
