// Reads HDF5: its structure in full, its data stepped over.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>
/// HDF5, as Keras 1 to 3, pandas, PyTables, MATLAB 7.3 and many others write it. Nothing of it is run by the library itself; what Keras takes from attributes and what
/// PyTables unpickles are artifacts of their own, and links, storage and datasets that lie in other files are told. Specification: HDF5 File Format Specification,
/// version 3.0. Where a part breaks, the rest is read: the library opens objects one by one.
/// </summary>
internal sealed class Hdf5Format : IFormat
{
    /// <summary>The id.</summary>
    public const string FormatId = "hdf5";

    public string Id => FormatId;

    public string Name => "HDF5 (Keras .h5 and others)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".h5", ".hdf5", ".hdf", ".he5"];

    public Claim? Probe(ProbeView view) =>
        (view.IsWhole || view.StartsWith(Hdf5Superblock.Signature)) && Hdf5Superblock.Find(view.Artifact.Bytes, view.Range) is >= 0 and var at
            ? new Claim(view.Range, ClaimStrength.Certain) { Parsed = at } : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteSource bytes = context.Artifact.Bytes;
        long at = claim.Parsed is long found ? found : Hdf5Superblock.Find(bytes, claim.Range);
        if (at < 0)
            throw new MalformedException(claim.Range.Offset, "There is no signature of HDF5 where the library looks.");

        Hdf5File file = new(bytes, at, context);
        Hdf5Superblock superblock = Hdf5Superblock.Read(file);
        context.Meta("superblock", superblock.Version.ToString(CultureInfo.InvariantCulture));
        if (at > claim.Range.Offset)
            UserBlock(new ByteRange(claim.Range.Offset, at - claim.Range.Offset), context);

        if (superblock.Eof > file.Length)
            context.Unread(UnreadCause.Truncated, claim.Range.End, 0, string.Create(CultureInfo.InvariantCulture, $"The file should be {superblock.Eof - file.Length} bytes longer."));

        Hdf5Walk walk = new(file);
        walk.Run(superblock);
        walk.Tell();
        Hdf5Unused.Settle(file, claim.Range, superblock.Eof);
        context.ReadTensors(Id, walk.Fill);
    }

    /// <summary>What lies in front of the signature is for others to read, and often a text of MATLAB's.</summary>
    private static void UserBlock(ByteRange range, ReadContext context)
    {
        context.Cover(range, CoverageKind.Data);
        if (Padding.End(context.Artifact.Bytes, range) < range.End)
            context.Submit(new Artifact("user-block", context.Artifact.Bytes.Slice(range), context.Artifact) { MayBeOpaque = true });
    }
}
