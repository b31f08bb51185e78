// Holds the catalogue of detectors complete.
using Assay.Detection;

namespace Assay.Tests.Detection;

public sealed class DetectorCatalogTests
{
    [Fact]
    public void EveryDetectorIsInTheCatalogue()
    {
        IEnumerable<Type> written = typeof(IDetector).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IDetector)));
        Assert.Equal(written.OrderBy(t => t.Name), DetectorCatalog.All.Select(d => d.GetType()).OrderBy(t => t.Name));
    }

    [Fact]
    public void IdsAreUnique() => Assert.Equal(DetectorCatalog.All.Count, DetectorCatalog.All.Select(d => d.Id).Distinct().Count());
}
