// What numpy.savez writes: a zip of arrays.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Zip;
using Assay.Formats.Archives;

namespace Assay.Formats.Numpy;

/// <summary>What <c>numpy.savez</c> writes: a zip in which each member is a <c>.npy</c> file; the name of an array is that of its member.</summary>
internal sealed class NpzKind : IZipKind
{
    public string Id => "npz";

    public string Name => "NumPy archive (npz)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".npz"];

    public bool Matches(ZipDirectory directory)
    {
        string[] names = [.. ZipNames.Of(directory)];
        return names.Length > 0 && Array.TrueForAll(names, n => n.EndsWith('/') || n.EndsWith(".npy", StringComparison.Ordinal));
    }

    public bool HasTensors => true;

    public long? PickleIn(string name, ByteSource member, ReadContext context) => NpyTensors.PickleIn(member, context);

    /// <summary>The members say all but how they belong together.</summary>
    public void Read(ZipDirectory directory, ReadContext context) => SparseMembers.Check(directory, context);

    public void ReadTensors(ZipDirectory directory, ReadContext context) =>
        ZipContent.ReadTensors(context, directory, Id, isTorch: false, NpyTensors.ReadZip);
}
