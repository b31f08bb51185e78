// A loader of models inside a pickle reads another file, in which everything is possible again.
// https://github.com/promptfoo/modelaudit/issues/626
// https://huggingface.co/aisecre/pickle-bypass-dill-nested-deserialization
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class JoblibTrampolines
{
    [Theory]
    [InlineData("https://github.com/promptfoo/modelaudit/issues/626", "joblib", "load")]
    [InlineData("https://github.com/promptfoo/modelaudit/issues/626", "joblib.numpy_pickle", "load")]
    [InlineData("https://huggingface.co/aisecre", "dill", "loads")]
    [InlineData("https://huggingface.co/aisecre", "torch", "load")]
    [InlineData("https://huggingface.co/aisecre", "numpy", "load")]
    [InlineData("https://huggingface.co/aisecre", "pandas", "read_pickle")]
    [InlineData("https://huggingface.co/aisecre", "cloudpickle", "loads")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-nested-load", PickleOf(Call(module, name, "x"), 4));
    }
}
