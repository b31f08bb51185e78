// Files on Hugging Face in which modelscan 0.8.8 found nothing.
// https://github.com/protectai/modelscan/issues/338
// https://github.com/protectai/modelscan/issues/263
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ModelscanFalseNegatives
{
    [Theory]
    [InlineData("torch.utils.collect_env", "run")]
    [InlineData("multiprocessing.util", "spawnv_passfds")]
    [InlineData("mlflow.projects.backend.local", "_run_entry_point")]
    [InlineData("pandas", "read_csv")]
    [InlineData("nntplib", "NNTP")]
    [InlineData("tensorizer.serialization", "TensorSerializer.write_tensor")]
    public void EachIsMalicious(string module, string name)
    {
        TargetReport report = Scanned.Bytes(PickleOf(Call(module, name, "https://example.invalid/"), 4));
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }
}
