// Reads what formats say of themselves: versions, byte order, headers, protocols.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Tar;
using Assay.Formats.Numpy;

namespace Assay.Inspection;

/// <summary>Reads what formats say of themselves.</summary>
internal static class ArtifactMetadata
{
    private const int LongestText = 4096;
    private const int LongestHeader = 1 << 20;
    private const int TarBlock = 512;

    /// <summary>The small members of PyTorch's archives that say something about the archive.</summary>
    private static readonly string[] s_torch =
        ["version", "byteorder", ".format_version", ".storage_alignment", ".data/serialization_id", ".data/version", ".data/python_version", ".data/extern_modules"];

    /// <summary>Whether an artifact begins as a zip or a tar does.</summary>
    public static bool MayBeArchive(ByteSource bytes)
    {
        return bytes.ReadUpTo(0, 2).AsSpan().SequenceEqual("PK"u8) || IsTar(bytes);
    }

    /// <summary>Whether an artifact begins as a tar does.</summary>
    public static bool IsTar(ByteSource bytes) => TarReader.IsHeader(bytes.ReadUpTo(0, TarBlock), out _);

    /// <summary>Notes what <paramref name="artifact"/> says of itself on <paramref name="node"/>, and what it says of the archive around it on <paramref name="above"/>.</summary>
    public static void Tell(Artifact artifact, IReadOnlyList<string> formats, InspectedArtifact node, InspectedArtifact? above)
    {
        if (formats.Contains("npy") && Header(artifact.Bytes) is { } header)
        {
            node.Tell("version", string.Create(CultureInfo.InvariantCulture, $"{header.Version.Major}.{header.Version.Minor}"));
            node.Tell("header", Text(artifact.Bytes, header.Literal));
        }

        if (formats.Contains("pickle") && artifact.Bytes.ReadUpTo(0, 2) is [var first, var second])
        {
            node.Tell("protocol", first == 0x80 ? second.ToString(CultureInfo.InvariantCulture) : "0 or 1");
        }

        if (node.Tensors is { StreamArrays: > 0 and var arrays })
        {
            node.Tell("joblib arrays in the stream", arrays.ToString(CultureInfo.InvariantCulture));
        }

        if (node.Tensors is { Companions: { Count: > 0 } companions })
        {
            node.Tell("joblib files beside", string.Join(", ", companions));
        }

        foreach ((string key, string value) in node.Tensors?.Texts ?? [])
        {
            node.Tell(key, value);
        }

        if (above is not null && artifact.Bytes.Length <= LongestText)
        {
            string name = artifact.Name[(artifact.Name.IndexOf('/', StringComparison.Ordinal) + 1)..];
            string known = Array.Find(s_torch, t => t == name || artifact.Name == t) ?? "";
            if (known.Length > 0)
            {
                above.Hint(known, Text(artifact.Bytes, new ByteRange(0, artifact.Bytes.Length)));
            }
        }
    }

    private static NpyHeader? Header(ByteSource bytes)
    {
        try
        {
            return NpyHeader.TryRead(bytes, 0, LongestHeader);
        }
        catch (ScanStopException)
        {
            // The walk has said so.
            return null;
        }
    }

    private static string Text(ByteSource bytes, ByteRange range) =>
        Encoding.UTF8.GetString(bytes.ReadUpTo(range.Offset, (int)Math.Min(LongestText, range.Length))).TrimEnd('\n', ' ');
}
