// Reads zips under every view and submits every member under every reading.
using System.Runtime.ExceptionServices;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Tar;
using Assay.Containers.Zip;

namespace Assay.Formats.Archives;

/// <summary>Zip archives, whatever they hold; kinds of model files (PyTorch, npz, Keras, ...) are recognised by their members.</summary>
internal sealed class ZipFormat(IReadOnlyList<IZipKind> kinds) : IFormat
{
    private const int PaddingLength = 64 << 10;
    private const int TarBlock = 512;

    /// <summary>What is odd about any zip that lies at the end of something else.</summary>
    private static readonly string[] s_ofEmbedding = ["zip.shifted-offsets", "zip.trailing-data"];

    /// <summary>What follows from archives that lie one after the other, each with names and offsets of its own.</summary>
    private static readonly string[] s_ofSeries = ["zip.shifted-offsets", "zip.several-ends", "zip.ambiguous-directory", "zip.zip64-locator", "zip.duplicate-name"];

    public string Id => "zip";

    public string Name => "Zip archive";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".zip"];

    public IReadOnlyList<IFormatKind> Kinds => kinds;

    public Claim? Probe(ProbeView view)
    {
        // The second is an empty archive, the third a member of a split or once split one.
        if (view.StartsWith("PK\u0003\u0004"u8) || view.StartsWith("PK\u0005\u0006"u8) || view.StartsWith("PK\u0007\u0008PK\u0003\u0004"u8)
            || view.StartsWith("PK00PK\u0003\u0004"u8))
        {
            return new Claim(view.Range, ClaimStrength.Certain);
        }

        return view.Range.Length >= 22 && ZipDirectory.HasDirectory(view.Artifact.Bytes, view.Range)
            ? new Claim(view.Range, ClaimStrength.Certain)
            : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        Artifact artifact = context.Artifact;
        ZipDirectory directory = ZipDirectory.Read(artifact.Bytes, claim.Range, context.Budget, context.Held);
        foreach (ByteRange structure in directory.Structures)
        {
            context.Cover(structure, CoverageKind.Parsed);
        }

        bool embedded = IsEmbedded(artifact.Bytes.ReadUpTo(claim.Range.Offset, TarBlock));
        context.Tell(directory.Oddities, directory.IsSeries ? s_ofSeries : embedded ? s_ofEmbedding : []);
        if (directory.IsSeries)
        {
            context.Anomaly("zip.series", claim.Range.Offset, 0, "Several archives of PyTorch lie one after the other, each whole, as in the shards of distributed checkpoints.");
        }

        if (embedded)
        {
            context.Anomaly("zip.embedded", claim.Range.Offset, 0, "The bytes are a tar or a pickle that ends with a stored zip; loaders of zips accept them, too.");
        }

        if (directory.Stop is { } stop)
        {
            context.Unread(UnreadCause.Limit, stop.Offset, 0, stop.Message);
        }

        if (directory.Views.Count == 0 && directory.Entries.Count > 0)
        {
            context.Unread(UnreadCause.Truncated, claim.Range.End, 0, "The zip has no directory; what local headers show was read.");
        }

        IReadOnlyList<IZipKind> matching = [.. kinds.Where(k => k.Matches(directory))];
        if (matching.Any(k => k.HasTensors))
        {
            context.TakeTensorsOfMembers();
        }

        foreach (IZipKind kind in matching)
        {
            context.Recognise(kind, kind.Main(directory));
            kind.Read(directory, context);
            if (kind.Support == FormatSupport.Recognised)
            {
                context.Unread(UnreadCause.NotSupported, claim.Range.Offset, 0, $"{kind.Name} is recognised and not yet supported; its members were examined one by one.");
            }
        }

        ScanStopException? spent = null;
        using MemberPickles pickles = new(matching, context);
        try
        {
            if (context.Wants(ReadingParts.Facts) || (matching.Any(k => k.MembersHaveTensors) && context.Wants(ReadingParts.Tensors)))
            {
                new ZipMembers(artifact, directory, matching, pickles, context).Submit();
                CoverPadding(artifact, claim.Range, context, embedded);
            }
        }
        catch (ScanStopException e) when (e.Reason == StopReason.Limit)
        {
            spent = e;
        }

        foreach (IZipKind kind in matching)
        {
            kind.ReadTensors(directory, context);
        }

        if (spent is not null)
        {
            ExceptionDispatchInfo.Throw(spent);
        }
    }

    /// <summary>
    /// Whether another format starts here, of which a zip at the end is an ordinary part: a tar with a stored member, a pickle that
    /// carries a Keras model. That format tells what is odd about it.
    /// </summary>
    private static bool IsEmbedded(ReadOnlySpan<byte> head)
    {
        const byte Proto = 0x80;
        return TarReader.IsHeader(head, out _) || (head.Length > 2 && head[0] == Proto && head[1] is >= 2 and <= 5);
    }

    /// <summary>Accounts for zeros between members; says so where other bytes lie there.</summary>
    private static void CoverPadding(Artifact artifact, ByteRange window, ReadContext context, bool embedded)
    {
        byte[] buffer = new byte[4096];
        foreach (ByteRange gap in context.Coverage.Gaps())
        {
            if (gap.Offset < window.Offset || gap.End > window.End)
            {
                continue;
            }

            bool zeros = gap.Length <= PaddingLength;
            for (long at = gap.Offset; zeros && at < gap.End; at += buffer.Length)
            {
                int count = artifact.Bytes.ReadAt(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, gap.End - at)));
                zeros = !buffer.AsSpan(0, count).ContainsAnyExcept((byte)0);
            }

            if (zeros)
            {
                context.Cover(gap, CoverageKind.Data);
            }
            else if (!embedded)
            {
                string where = gap.Offset == window.Offset ? "zip.leading-data" : "zip.gap-data";
                context.Anomaly(where, gap.Offset, gap.Length, "Bytes that are neither zero nor part of a member lie in the archive.");
            }
        }
    }
}
