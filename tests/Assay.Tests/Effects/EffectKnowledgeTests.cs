// How names find what is known of them.
using Assay.Effects;

namespace Assay.Tests.Effects;

public sealed class EffectKnowledgeTests
{
    private static readonly EffectKnowledge s_knowledge = new([Table()]);

    [Theory]
    [InlineData("std.safe", "safe")]
    [InlineData("std.run", "run")]
    [InlineData("std.run.__call__", "run")]
    [InlineData("std.sub.anything.at.all", "sub")]
    [InlineData("std.int64", "ints")]
    [InlineData("any.where.__pyx_unpickle_Thing", "pyx")]
    [InlineData("std.Enum.RED", "enum")]
    public void ANameIsFound(string path, string origin) => Assert.Equal(origin, s_knowledge.Find(path).Entry?.Origin.Id);

    [Theory]
    [InlineData("other.safe", false)]
    [InlineData("std.other", true)]
    [InlineData("std.int64.tofile", true)]
    [InlineData("std.safe.attribute", true)]
    [InlineData("std.Enum.__subclasses__", true)]
    [InlineData("stdx.safe", false)]
    public void WhatIsNotListedIsUnknown(string path, bool strict) => Assert.Equal(new KnownName(null, strict), s_knowledge.Find(path));

    [Fact]
    public void AClassInAPatternIsAClass()
    {
        Assert.Equal(NameKind.Class, s_knowledge.Find("std.sub.Thing").Entry!.Kind);
        Assert.Equal(NameKind.Function, s_knowledge.Find("std.sub.thing").Entry!.Kind);
    }

    [Fact]
    public void TheFirstStoreGoesFirst()
    {
        EffectTable own = new();
        own.Add("std", "run", Entry("mine"));
        Assert.Equal("mine", new EffectKnowledge([own, Table()]).Find("std.run").Entry?.Origin.Id);
    }

    [Fact]
    public void APatternOfAWholeModuleCoversNeitherItsExceptionsNorWhatIsInsideAKnownClass()
    {
        EffectTable table = Table();
        table.Add("std.sub", "Record", Entry("record") with { Kind = NameKind.Class, MembersHarmless = true });
        EffectKnowledge knowledge = new([table]);
        Assert.Equal("sub", knowledge.Find("std.sub.start").Entry?.Origin.Id);
        Assert.Equal("sub", knowledge.Find("std.sub.Other.start").Entry?.Origin.Id);
        Assert.Null(knowledge.Find("std.sub.StartError").Entry);
        Assert.Null(knowledge.Find("std.sub.Record.__setstate__").Entry);
    }

    /// <summary><c>partial(C.__new__, C, text)</c>, as protocol 2 writes keyword arguments of <c>__new__</c>: the class comes first.</summary>
    [Fact]
    public void AMakerCalledByItsNameDoesWhatTheClassDoesWithWhatFollows()
    {
        EffectTable table = new();
        table.Add("lib", "Thing", Entry("thing") with { Kind = NameKind.Class, IsDerived = true, New = [EffectText.Parse("exec 0/text")!, EffectText.Parse("keep 1..")!] });
        table.Add("lib", "ByHand", Entry("hand") with { Kind = NameKind.Class });
        EffectKnowledge knowledge = new([table]);
        EffectEntry maker = knowledge.Find("lib.Thing.__new__").Entry!;
        Assert.Equal((NameKind.Function, "exec 1/text; keep 2..", "instance-of 0"), (maker.Kind, string.Join("; ", maker.Call), maker.Returns.ToString()));
        Assert.Null(knowledge.Find("lib.ByHand.__new__").Entry);
        Assert.Null(knowledge.Find("lib.Other.__new__").Entry);
    }

    [Fact]
    public void ANameOfAMegabyteIsNoTrouble() => Assert.Null(s_knowledge.Find(string.Join('.', Enumerable.Repeat("x", 1 << 19))).Entry);

    private static EffectTable Table()
    {
        EffectTable table = new();
        table.Add("std", "safe", Entry("safe"));
        table.Add("std", "run", Entry("run", "process 0"));
        table.Add("std.sub", "*", Entry("sub", "exec always"));
        table.Add("std", "int*", Entry("ints"));
        table.Add("std", "Enum", Entry("enum") with { Kind = NameKind.Class, MembersHarmless = true });
        table.Add("", "__pyx_unpickle_*", Entry("pyx", "new 0"));
        table.AddListed("std");
        return table;
    }

    private static EffectEntry Entry(string origin, params string[] effects) =>
        new() { Kind = NameKind.Function, Origin = new EffectOrigin(origin, "for a test", []), Call = [.. effects.Select(e => EffectText.Parse(e)!)] };
}
