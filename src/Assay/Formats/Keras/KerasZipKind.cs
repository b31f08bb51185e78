// What Keras 3 writes: a zip with a configuration, weights and assets.
using Assay.Artifacts;
using Assay.Containers.Zip;
using Assay.Formats.Archives;

namespace Assay.Formats.Keras;

/// <summary>
/// A <c>.keras</c> file: <c>config.json</c> says what to make, <c>metadata.json</c> which version wrote it, the weights lie in HDF5 (or in a zip of arrays), and files of
/// layers under <c>assets/</c>. Specification: <c>keras/src/saving/saving_lib.py</c>. The members on their own have the tensors.
/// </summary>
internal sealed class KerasZipKind : IZipKind
{
    /// <summary>The id.</summary>
    public const string KindId = "keras-zip";

    private const string Config = "config.json";

    public string Id => KindId;

    public string Name => "Keras model (.keras)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".keras"];

    public bool Matches(ZipDirectory directory)
    {
        bool hasConfig = false;
        bool hasMore = false;
        foreach (string name in ZipNames.Of(directory))
        {
            hasConfig |= name == Config;
            hasMore |= name is "metadata.json" || IsWeights(name);
        }

        return hasConfig && hasMore;
    }

    public void Read(ZipDirectory directory, ReadContext context)
    {
        ZipEntry? stranger = null;
        int strangers = 0;
        foreach (ZipEntry entry in directory.Entries.Where(e => !e.IsDirectory && !IsKnown(e.Name)))
        {
            stranger ??= entry;
            strangers++;
        }

        if (stranger is not null)
            context.Anomaly("keras.extra-member", stranger.Offset, 0, $"Keras writes no member \"{stranger.Name}\"{(strangers > 1 ? $", nor {strangers - 1} others that are there" : "")}.");
    }

    public bool MembersHaveTensors => true;

    public string? ReadAs(string name) => name is Config or "metadata.json" ? KerasConfigFormat.FormatId : null;

    // Vocabularies and whatever else a layer keeps.
    public bool HoldsData(string name) => name.StartsWith("assets/", StringComparison.Ordinal);

    private static bool IsKnown(string name) => name is Config or "metadata.json" || IsWeights(name) || name.StartsWith("assets/", StringComparison.Ordinal);

    private static bool IsWeights(string name) => !name.Contains('/', StringComparison.Ordinal)
        && (name.EndsWith(".weights.h5", StringComparison.Ordinal) || name.EndsWith(".weights.npz", StringComparison.Ordinal) || name is "variables.h5" or "optimizer.h5" or "model.weights.json");
}
