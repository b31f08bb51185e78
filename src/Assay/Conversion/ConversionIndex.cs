// The index of a model whose files were sharded before they were converted.
namespace Assay.Conversion;

/// <summary>The index (<c>model.safetensors.index.json</c>) of a model in several files.</summary>
public static class ConversionIndex
{
    /// <summary>The index of <paramref name="files"/>.</summary>
    public static byte[] Of(IReadOnlyList<PlannedFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return SafetensorsWriter.Index(files, files.Sum(f => f.Tensors.Sum(t => t.Bytes)));
    }
}
