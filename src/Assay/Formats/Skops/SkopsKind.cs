// skops: a zip of a tree of objects in JSON and the arrays that it names.
using Assay.Artifacts;
using Assay.Containers.Zip;
using Assay.Formats.Archives;

namespace Assay.Formats.Skops;

/// <summary>A model of skops: <c>schema.json</c> is read by <see cref="SkopsSchemaFormat"/>, arrays lie beside it under their numbers.</summary>
internal sealed class SkopsKind : IZipKind
{
    public string Id => "skops";

    public string Name => "skops model";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".skops"];

    public bool Matches(ZipDirectory directory)
    {
        IReadOnlyCollection<string> names = [.. ZipNames.Of(directory)];
        return names.Contains("schema.json") && names.All(n => n == "schema.json" || n is [>= '0' and <= '9', ..] || n == "README.md" || n.EndsWith(".npy", StringComparison.Ordinal));
    }

    public void Read(ZipDirectory directory, ReadContext context)
    {
    }

    /// <summary>Bytes that an object holds.</summary>
    public bool HoldsData(string name) => name is [>= '0' and <= '9', ..] && name.EndsWith(".bin", StringComparison.Ordinal);
}
