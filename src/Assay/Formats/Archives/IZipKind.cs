// A kind of model file that is a zip, told by its members.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Zip;

namespace Assay.Formats.Archives;

/// <summary>A kind of model file that is a zip. Several may match the same archive; then all of them count.</summary>
internal interface IZipKind : IFormatKind
{
    /// <summary>Whether the members are those of this kind, in any view.</summary>
    bool Matches(ZipDirectory directory);

    /// <summary>The member that loaders of this kind look for, where its name differs from file to file; empty where there is none.</summary>
    string Main(ZipDirectory directory) => "";

    /// <summary>Reads what the members say together, before they are read one by one: what is odd for this kind, what the archive says of itself.</summary>
    void Read(ZipDirectory directory, ReadContext context);

    /// <summary>Whether archives of this kind have tensors. The members on their own then have none.</summary>
    bool HasTensors => false;

    /// <summary>Whether a member has the tensors of the model, so that whoever wants those alone needs the members.</summary>
    bool MembersHaveTensors => false;

    /// <summary>Reads the tensors, when the members have been read.</summary>
    void ReadTensors(ZipDirectory directory, ReadContext context)
    {
    }

    /// <summary>Where in a member the pickle lies out of whose value tensors are made; null where there is none.</summary>
    long? PickleIn(string name, ByteSource member, ReadContext context) => null;

    /// <summary>Whether bytes that no format claims belong into the member of that name: it holds the elements of tensors.</summary>
    bool HoldsData(string name) => false;

    /// <summary>The format that must read the member of that name, because its loader reads it so, whatever it looks like; null where any may.</summary>
    string? ReadAs(string name) => null;
}
