// Which files of a model are not needed.
using Assay.Hub.Pulling;

namespace Assay.Hub.Tests.Pulling;

public sealed class PullChoiceTests
{
    [Theory]
    [InlineData("model.safetensors pytorch_model.bin", "pytorch_model.bin")]
    [InlineData("model-00001-of-00002.safetensors model-00002-of-00002.safetensors model.safetensors.index.json pytorch_model-00001-of-00003.bin pytorch_model.bin.index.json", "pytorch_model-00001-of-00003.bin pytorch_model.bin.index.json")]
    [InlineData("adapter_model.safetensors adapter_model.bin", "adapter_model.bin")]
    [InlineData("unet/diffusion_pytorch_model.safetensors unet/diffusion_pytorch_model.bin vae/diffusion_pytorch_model.bin", "unet/diffusion_pytorch_model.bin")]
    [InlineData("v1.safetensors v1.ckpt v2.ckpt", "v1.ckpt")]
    [InlineData("sub/model.safetensors pytorch_model.bin", "")]
    [InlineData("pytorch_model.bin training_args.bin", "")]
    [InlineData("model.safetensors training_args.bin optimizer.pt", "")]
    public void PicklesBesideSafetensorsOfOneModelAreNotNeeded(string names, string superfluous) =>
        Assert.Equal(superfluous.Split(' ', StringSplitOptions.RemoveEmptyEntries), PullChoice.Superfluous(names.Split(' '), _ => true).Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void AShardThatIsNotTakenMakesNothingSuperfluous() =>
        Assert.Empty(PullChoice.Superfluous(["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "pytorch_model.bin"], n => !n.Contains("00002-of", StringComparison.Ordinal)));
}
