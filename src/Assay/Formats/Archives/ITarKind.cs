// A kind of model file that is a tar, told by its members.
using Assay.Artifacts;

namespace Assay.Formats.Archives;

/// <summary>A kind of model file that is a tar. Several may match the same archive; then all of them count.</summary>
internal interface ITarKind : IFormatKind
{
    /// <summary>Whether the members are those of this kind.</summary>
    bool Matches(IReadOnlySet<string> names);

    /// <summary>The format as which a loader of this kind reads a member, whatever its bytes are; null where their bytes tell. It is asked of source only.</summary>
    string? ReadAs(string name) => null;

    /// <summary>Reads the tensors, where the kind has some, before the members are read one by one.</summary>
    void ReadTensors(ReadContext context)
    {
    }
}
