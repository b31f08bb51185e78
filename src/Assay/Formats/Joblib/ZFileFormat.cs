// Reads the compressed files of joblib up to 0.9.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Formats.Joblib;

/// <summary>
/// joblib's own compressed file (up to 0.9): <c>ZF</c>, the length of the content in hex, padded with blanks to 19 characters (20
/// when Python 2 wrote it), and a zlib stream. The content is a pickle, or, in the <c>.npy.z</c> files beside one, the bare bytes of
/// an array. Specification: <c>joblib/numpy_pickle_compat.py</c>, <c>read_zfile</c>.
/// </summary>
/// <remarks>Anomalies: <c>joblib.zfile-length</c>: the declared length is wrong, which makes joblib refuse the file.</remarks>
internal sealed class ZFileFormat : IFormat
{
    private const int LengthSize = 19;
    private const int HeaderSize = 2 + LengthSize;
    private readonly Func<CodecKind, ByteSource, ByteRange, ScanBudget, Scratch, Inflated> _inflate;

    /// <summary>Creates the format with the decompressor that it is to use.</summary>
    internal ZFileFormat(Func<CodecKind, ByteSource, ByteRange, ScanBudget, Scratch, Inflated> inflate) => _inflate = inflate;

    /// <inheritdoc/>
    public string Id => "joblib-zfile";

    /// <inheritdoc/>
    public string Name => "joblib compressed file (0.9 and older)";

    /// <inheritdoc/>
    public FormatSupport Support => FormatSupport.Full;

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".joblib", ".pkl"];

    /// <inheritdoc/>
    public Claim? Probe(ProbeView view) =>
        view.Range.Length > HeaderSize && view.StartsWith("ZF"u8) && TryLength(view.Head.Span[2..HeaderSize], out _)
            ? new Claim(view.Range, ClaimStrength.Certain)
            : null;

    /// <inheritdoc/>
    public void Read(Claim claim, ReadContext context)
    {
        Artifact artifact = context.Artifact;
        if (!TryHeader(artifact.Bytes, claim.Range.Offset, out long start, out long declared))
        {
            throw new MalformedException(claim.Range.Offset, "The header of the compressed file is broken.");
        }

        context.Cover(new ByteRange(claim.Range.Offset, start - claim.Range.Offset), CoverageKind.Parsed);
        ByteRange packed = new(start, claim.Range.End - start);
        Inflated inflated = _inflate(CodecKind.Zlib, artifact.Bytes, packed, context.Budget, context.Scratch);
        ByteSource content = inflated.Bytes;
        using IDisposable owned = context.Own(content);
        context.Cover(new ByteRange(start, Math.Min(inflated.Consumed, packed.Length)), CoverageKind.Data);
        if (inflated.Error is not null)
        {
            context.Unread(inflated.Truncated ? UnreadCause.Truncated : UnreadCause.Malformed, start + inflated.Consumed, 0, inflated.Error);
        }
        else if (content.Length != declared)
        {
            context.Anomaly("joblib.zfile-length", claim.Range.Offset, HeaderSize,
                string.Create(CultureInfo.InvariantCulture, $"The header declares {declared} bytes and the content has {content.Length}."));
        }

        if (CouldBePickle(content))
        {
            context.Member("content", start, Math.Min(inflated.Consumed, packed.Length), declared, "zlib");
            context.Submit(new Artifact("content", content, artifact) { IsContent = true, Damage = inflated.Error });
        }
    }

    /// <summary>Reads the header at <paramref name="offset"/>: where the stream starts, and how long its content is said to be.</summary>
    internal static bool TryHeader(ByteSource source, long offset, out long start, out long declared)
    {
        byte[] header = source.ReadUpTo(offset, HeaderSize + 1);
        (start, declared) = (0, 0);
        if (header.Length <= HeaderSize || !header.AsSpan().StartsWith("ZF"u8) || !TryLength(header.AsSpan(2, LengthSize), out declared))
        {
            return false;
        }

        // Python 2 wrote one character more; a zlib stream never begins with a blank.
        start = offset + (header[HeaderSize] == ' ' ? HeaderSize + 1 : HeaderSize);
        return true;
    }

    private static bool TryLength(ReadOnlySpan<byte> field, out long length)
    {
        length = 0;
        ReadOnlySpan<byte> text = field.TrimEnd((byte)' ');
        if (!text.StartsWith("0x"u8) && !text.StartsWith("0X"u8))
        {
            return false;
        }

        text = text[2..];
        if (text is [.., (byte)'L'])
        {
            text = text[..^1];
        }

        return text.Length is > 0 and <= 16
            && long.TryParse(Encoding.Latin1.GetString(text), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out length)
            && length >= 0;
    }

    // The content that joblib.load itself reads is a pickle. A file of bare array bytes is only ever read by its length; as a pickle
    // it would stop at a first byte that is no opcode, with nothing run.
    private static bool CouldBePickle(ByteSource content)
    {
        byte[] head = content.ReadUpTo(0, 2);
        if (head.Length == 0)
        {
            return false;
        }

        return head[0] == 0x80
            ? head.Length > 1 && head[1] <= 5
            : head[0] is > 0x80 and <= 0x98 || "()0.12BCFGIJKLMNPQRSTUVX]abcdeghijlopqrstu}"u8.Contains(head[0]);
    }
}
