// What stands earlier goes first, and harm that an earlier store sees is not taken away by a later one.
using Assay.Effects;

namespace Assay.Tests.Effects;

public sealed class EffectKnowledgeOrderTests
{
    [Fact]
    public void TheFirstStoreGoesFirst() =>
        Assert.True(Find("a.run", Store(("a", "run", "process 0")), Store(("a", "run", ""))).Entry!.IsHarmful);

    [Fact]
    public void ALaterStoreAddsNames() =>
        Assert.False(Find("a.run", Store(("b", "run", "process 0")), Store(("a", "run", ""))).Entry!.IsHarmful);

    [Fact]
    public void ANameOfALaterStoreIsNotTakenOutOfAHarmfulPatternOfAnEarlierOne() =>
        Assert.True(Find("a.run", Store(("a", "*", "process 0")), Store(("a", "run", ""))).Entry!.IsHarmful);

    [Fact]
    public void AHarmfulNameOfALaterStoreStandsAgainstAHarmlessPatternOfAnEarlierOne() =>
        Assert.True(Find("a.run", Store(("a", "*", "")), Store(("a", "run", "process 0"))).Entry!.IsHarmful);

    [Theory]
    [InlineData("a.run", "a.run", "")]
    [InlineData("a.b.walk", "a.b", "w*")]
    public void ItSaysWhereANameWasFound(string path, string owner, string pattern) =>
        Assert.Equal(new KnownPlace(1, owner, pattern), Find(path, Store(), Store(("a", "run", ""), ("a.b", "w*", ""))).Place);

    private static KnownName Find(string path, params IEffectNames[] stores) => new EffectKnowledge(stores).Find(path);

    private static EffectTable Store(params (string Owner, string Name, string Effect)[] names)
    {
        EffectTable table = new();
        foreach ((string owner, string name, string effect) in names)
            table.Add(owner, name, new EffectEntry { Kind = NameKind.Function, Origin = new EffectOrigin("set", "reason", []), Call = effect.Length > 0 ? [EffectText.Parse(effect)!] : [] });

        return table;
    }
}
