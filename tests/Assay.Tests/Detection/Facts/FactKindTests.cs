// Every kind of fact can be asked, and what can be given is what there is.
using Assay.Artifacts;
using Assay.Detection.Facts;
using Assay.Formats;
using Assay.Tests.Architecture;

namespace Assay.Tests.Detection.Facts;

public sealed class FactKindTests
{
    [Fact]
    public void EveryFactOfAReaderHasAKindUnderItsOwnName()
    {
        var written = typeof(Fact).GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonDerivedTypeAttribute), false)
            .Cast<System.Text.Json.Serialization.JsonDerivedTypeAttribute>();
        Assert.All(written, w => Assert.NotNull(FactKinds.Find((string)w.TypeDiscriminator!)));
    }

    [Fact]
    public void FieldsHaveOneMeaning() => Assert.All(FactKinds.All, k => Assert.Distinct(k.Fields.Select(f => f.Name)));

    [Fact]
    public void TheGivenFormatsAreThoseOfTheCatalogue() =>
        Assert.Equal(FormatCatalog.Kinds.Select(f => f.Id).Distinct().Order(StringComparer.Ordinal), GivenValues.Of("format").Order(StringComparer.Ordinal));

    [Fact]
    public void TheGivenBehavioursAreTheDocumentedOnes()
    {
        string page = Repository.Read("docs/sandbox.md");
        string table = page[page.IndexOf("### Kinds of events", StringComparison.Ordinal)..page.IndexOf("### Confirmation", StringComparison.Ordinal)];
        IEnumerable<string> documented = table.Split('\n')
            .Where(l => l.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(l => l.Split('|')[1].Split('`').Where((_, i) => i % 2 == 1));
        Assert.Equal(documented.Order(StringComparer.Ordinal), GivenValues.Of("behaviour").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a.pt!/b/c.pkl", "b/c.pkl")]
    [InlineData("a.pt", "")]
    public void AFactSaysWhereInsideTheInputItStands(string path, string inside) =>
        Assert.Equal(inside, FactKinds.Anomaly.Find("inside")!.Read(new AnomalyFact { Path = path, Code = "x" }).Text);

    [Fact]
    public void WhatIsNotKnownDoesNotExist()
    {
        MemberFact member = new() { Path = "m", Name = "a", Method = "stored" };
        Assert.False(FactKinds.Member.Find("size")!.Read(member).Exists);
        Assert.False(FactKinds.Member.Find("crc")!.Read(member).Exists);
        Assert.True(FactKinds.Member.Find("size")!.Read(member with { Size = 0 }).Exists);
    }
}
