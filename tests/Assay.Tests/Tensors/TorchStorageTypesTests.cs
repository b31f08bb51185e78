// Storage classes and the sizes of their elements.
using Assay.Tensors;

namespace Assay.Tests.Tensors;

public sealed class TorchStorageTypesTests
{
    [Theory]
    [InlineData("torch.FloatStorage", 4)]
    [InlineData("torch.cuda.HalfStorage", 2)]
    [InlineData("torch.storage.UntypedStorage", 1)]
    [InlineData("torch.storage._UntypedStorage", 1)]
    [InlineData("torch.ComplexDoubleStorage", 16)]
    [InlineData("torch.LongTensor", 8)]
    [InlineData("torch.BFloat16Storage", 2)]
    public void AStorageClassHasAnElementSize(string name, int size) => Assert.Equal(size, TorchStorageTypes.ElementSize(name));

    [Theory]
    [InlineData("torch.Tensor")]
    [InlineData("torch.Float")]
    [InlineData("os.FloatStorage")]
    [InlineData("FloatStorage")]
    [InlineData("torch.EvilStorage")]
    [InlineData("")]
    public void AnyOtherClassHasNone(string name) => Assert.Null(TorchStorageTypes.ElementSize(name));
}
