// A kind of model file that is a zip, told by its members.
using Assay.Artifacts;
using Assay.Containers.Zip;

namespace Assay.Formats.Archives;

/// <summary>A kind of model file that is a zip. Several may match the same archive; then all of them count.</summary>
internal interface IZipFlavour : IFormatKind
{
    /// <summary>Whether the members are those of this kind, in any view.</summary>
    bool Matches(ZipDirectory directory);

    /// <summary>The member that loaders of this kind look for, where its name differs from file to file; empty where there is none.</summary>
    string Main(ZipDirectory directory) => "";

    /// <summary>Says what is odd for this kind.</summary>
    void Inspect(ZipDirectory directory, ReadContext context);
}
