// Nothing that was written is left out of its catalogue.
using System.Reflection;
using Assay.Artifacts;
using Assay.Formats;

namespace Assay.Tests.Architecture;

public sealed class CatalogueTests
{
    private static readonly Assembly Library = typeof(IFormat).Assembly;

    [Fact]
    public void EveryFormatIsInTheCatalogue() =>
        Offenders.None(Implementations(typeof(IFormat)).Except(FormatCatalog.All.Select(f => f.GetType())).Select(t => t.FullName!));

    [Fact]
    public void FormatIdsAreUniqueAndStableInShape()
    {
        string[] ids = [.. FormatCatalog.Kinds.Select(f => f.Id)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", id));
    }

    [Fact]
    public void FormatExtensionsAreLowerCaseWithADot() =>
        Assert.All(FormatCatalog.Kinds.SelectMany(f => f.Extensions), e => Assert.Matches(@"^\.[^\sA-Z/\\]+$", e));

    private static IEnumerable<Type> Implementations(Type contract) =>
        Library.GetTypes().Where(t => t is { IsAbstract: false, IsInterface: false } && contract.IsAssignableFrom(t));
}
