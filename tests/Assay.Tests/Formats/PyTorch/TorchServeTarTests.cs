// A TorchServe archive is judged alike as a zip and as a tar.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.PyTorch;

public sealed class TorchServeTarTests
{
    private const string Manifest = "{\"model\": {\"modelName\": \"m\", \"handler\": \"handler.py\", \"serializedFile\": \"m.pt\"}}";

    [Theory]
    [InlineData("import os\nos.system('id > /tmp/x')\n", Verdict.Suspicious)]
    [InlineData("def handle(data, context):\n    return data\n", Verdict.Passed)]
    public void T076_TheHandlerInATarRunsWhenTheModelIsLoaded(string handler, Verdict least)
    {
        TargetReport target = Scans.Of(new TarBuilder().Add("handler.py", Encoding.UTF8.GetBytes(handler)).Add("MAR-INF/MANIFEST.json", Encoding.UTF8.GetBytes(Manifest)).Build(), "m.tar");
        Assert.Contains(target.Facts.OfType<FormatFact>(), f => f.Format == "mar");
        Assert.Equal(least == Verdict.Passed, target.Verdict == Verdict.Passed);
    }
}
