// The small members of PyTorch's archives that say something about the archive.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Zip;

namespace Assay.Formats.PyTorch;

/// <summary>The small members of PyTorch's archives that say something about the archive: versions, byte order, ids.</summary>
internal static class TorchArchiveTexts
{
    private const int LongestText = 4096;

    private static readonly string[] s_names =
    [
        "version", "byteorder", ".format_version", ".storage_alignment",
        ".data/serialization_id", ".data/version", ".data/python_version", ".data/extern_modules",
    ];

    /// <summary>Tells those that are stored, which is how PyTorch writes all members.</summary>
    public static void Tell(ZipDirectory directory, ReadContext context)
    {
        if (!context.Wants(ReadingParts.Metadata))
        {
            return;
        }

        foreach (ZipEntry entry in directory.Entries)
        {
            string name = entry.Name[(entry.Name.IndexOf('/', StringComparison.Ordinal) + 1)..];
            string known = Array.Find(s_names, n => n == name || n == entry.Name) ?? "";
            if (known.Length > 0 && entry.Central is { Method: 0, Packed: > 0 and <= LongestText } header)
            {
                ByteRange range = new(entry.DataOffset, header.Packed);
                context.Meta(known, Encoding.UTF8.GetString(context.Artifact.Bytes.ReadUpTo(range.Offset, (int)range.Length)).TrimEnd('\n', ' '));
            }
        }
    }
}
