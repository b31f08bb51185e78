// A kind of model file that is a zip, told by its members.
using Assay.Artifacts;
using Assay.Containers.Zip;

namespace Assay.Formats.Archives;

/// <summary>A kind of model file that is a zip. Several may match the same archive; then all of them count.</summary>
internal interface IZipFlavour
{
    /// <summary>The stable id of the format.</summary>
    string Id { get; }

    /// <summary>The name that the field uses.</summary>
    string Name { get; }

    /// <summary>How far it is supported.</summary>
    FormatSupport Support { get; }

    /// <summary>The loaders that accept it.</summary>
    IReadOnlyList<LoaderUse> Loaders { get; }

    /// <summary>Whether the members are those of this kind, in any view.</summary>
    bool Matches(ZipDirectory directory);

    /// <summary>Says what is odd for this kind.</summary>
    void Inspect(ZipDirectory directory, ScanContext context);
}
