// The names of a bundle's files, and where references to them lead.
using Assay.Artifacts;

namespace Assay.Tests.Artifacts;

public sealed class BundleNameTests
{
    [Theory]
    [InlineData("config.json")]
    [InlineData("a/b/c.bin")]
    [InlineData("..a/b..")]
    [InlineData("a b/ü\u202e.bin")]
    public void PlainNamesAreThoseOfFilesInside(string name) => Assert.True(BundleName.IsPlain(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("a/./b")]
    [InlineData("a\0b")]
    public void NamesOfAnotherFormAreNotPlain(string name) => Assert.False(BundleName.IsPlain(name));

    [Theory]
    [InlineData("model.index.json", "a.safetensors", "a.safetensors")]
    [InlineData("onnx/model.onnx", "weights.bin", "onnx/weights.bin")]
    [InlineData("onnx/model.onnx", "./sub/weights.bin", "onnx/sub/weights.bin")]
    [InlineData("onnx/model.onnx", "../weights.bin", "weights.bin")]
    [InlineData("model.onnx", "sub\\weights.bin", "sub/weights.bin")]
    [InlineData("model.onnx", "name:b", "name:b")]
    [InlineData("model.onnx", "a/.../b", "a/.../b")]
    public void ReferencesInsideGetTheNameOfTheFile(string holder, string reference, string name) =>
        Assert.Equal(new BundleReference(ReferencePlace.Inside, name), BundleName.Resolve(holder, reference));

    [Theory]
    [InlineData("model.onnx", "../weights.bin")]
    [InlineData("a/model.onnx", "../../weights.bin")]
    [InlineData("a/model.onnx", "..\\..\\weights.bin")]
    [InlineData("model.onnx", "a/../../bundle/weights.bin")]
    [InlineData("model.onnx", "..")]
    public void ReferencesThatLeaveAreOutsideEvenWhereTheyComeBack(string holder, string reference) =>
        Assert.Equal(ReferencePlace.Outside, BundleName.Resolve(holder, reference).Place);

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("\\\\server\\share\\x")]
    [InlineData("C:\\x")]
    [InlineData("c:x")]
    public void ReferencesToRootsDrivesAndSharesAreAbsolute(string reference) =>
        Assert.Equal(ReferencePlace.Absolute, BundleName.Resolve("model.onnx", reference).Place);

    [Theory]
    [InlineData("https://example.test/x.bin")]
    [InlineData("hf://org/model")]
    [InlineData("file:/etc/passwd")]
    [InlineData("FILE:///etc/passwd")]
    public void ReferencesWithASchemeAreUrls(string reference) =>
        Assert.Equal(ReferencePlace.Url, BundleName.Resolve("model.onnx", reference).Place);

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("sub/")]
    [InlineData("sub/..")]
    [InlineData("weights\0.bin")]
    public void ReferencesThatNameNoFileAreUnclear(string reference) =>
        Assert.Equal(ReferencePlace.Unclear, BundleName.Resolve("model.onnx", reference).Place);
}
