// NeMo's tar is told by its configuration.
using Assay.Artifacts;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Nemo;

public sealed class NemoKindTests
{
    [Theory]
    [InlineData("model_config.yaml")]
    [InlineData("./model_config.yaml")]
    public void ATarWithTheConfigurationIsNemoAndIsRead(string name)
    {
        TargetReport target = Scans.Of(new TarBuilder().Add(name, "a: 1"u8.ToArray()).Build());
        Assert.Equal(["tar", "nemo"], target.Formats);
        target.AssertComplete();
    }

    [Fact]
    public void AConfigurationInAFolderIsNone() =>
        Assert.Equal(["tar"], Scans.Of(new TarBuilder().Add("x/model_config.yaml", "a: 1"u8.ToArray()).Build()).Formats);
}
