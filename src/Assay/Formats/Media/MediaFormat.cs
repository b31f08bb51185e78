// Recognises pictures, sounds and fonts: what people look at beside a model, and no loader runs.
using System.Buffers.Binary;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Media;

/// <summary>
/// Pictures, sounds, films, fonts and what the Finder keeps of a folder (<c>.DS_Store</c>), by their signatures. They are stepped over; of a PNG, JPEG and GIF the end is found, so that what stands behind it is read as what it is.
/// Specifications: PNG (ISO 15948), JPEG (T.81), GIF89a, RIFF.
/// </summary>
internal sealed class MediaFormat : IFormat
{
    private const int MostParts = 1_000_000;
    private const int MostTexts = 256;
    private const int LongestText = 16 << 20;

    /// <summary>What it is called among the formats of a file.</summary>
    public const string FormatId = "media";

    public string Id => FormatId;

    public string Name => "Picture, sound or font";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.IsWhole && End(view.Artifact.Bytes, view.Range, view.Head.Span, view.Budget) is { } end
        ? new Claim(new ByteRange(view.Range.Offset, Math.Min(end, view.Range.End) - view.Range.Offset), ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        context.Cover(claim.Range, CoverageKind.Data);
        Behind(claim.Range, context);
        if (claim.Range.Length > 8 && context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, 8).AsSpan().SequenceEqual(PngSignature))
        {
            Texts(claim.Range, context);
        }
    }

    /// <summary>What stands behind the end of a picture is examined as what it may be; what is nothing is no part of any model.</summary>
    private static void Behind(ByteRange picture, ReadContext context)
    {
        ByteRange rest = new(picture.End, context.Artifact.Bytes.Length - picture.End);
        if (rest.IsEmpty)
        {
            return;
        }

        context.Cover(rest, CoverageKind.Data);
        context.Anomaly("media.trailing-data", rest.Offset, rest.Length, $"{rest.Length} bytes stand behind the end of the picture.");
        context.Submit(new Artifact($"behind@0x{rest.Offset:x}", context.Artifact.Bytes.Slice(rest), context.Artifact) { MayBeOpaque = true });
    }

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>
    /// Texts that a PNG carries (tEXt, zTXt, iTXt): programs that make pictures keep the graph there by which they were made, and take it from there when the picture is dropped on them.
    /// </summary>
    private static void Texts(ByteRange range, ReadContext context)
    {
        int told = 0;
        foreach ((string kind, long at, long length) in Chunks(context.Artifact.Bytes, range, context.Budget))
        {
            if (kind is not ("tEXt" or "zTXt" or "iTXt") || at + 8 + length > range.End)
            {
                continue;
            }

            if (length > LongestText || ++told > MostTexts)
            {
                context.Unread(UnreadCause.Limit, at, length, "A text in the picture is longer than is read, or there are too many.");
                return;
            }

            context.Budget.SpendWork(length, at);
            context.Budget.Hold(length, at);
            Text(kind, context.Artifact.Bytes.ReadUpTo(at + 8, (int)length), at, context);
            context.Budget.Release(length);
        }
    }

    /// <summary>The chunks of a PNG up to its last one: what they are called, where they begin, how many bytes each holds.</summary>
    private static IEnumerable<(string Kind, long At, long Length)> Chunks(ByteSource bytes, ByteRange range, ScanBudget budget)
    {
        long at = range.Offset + 8;
        for (int part = 0; part < MostParts && at + 12 <= range.End; part++)
        {
            budget.SpendWork(WorkCosts.NearRead, at);
            byte[] head = bytes.ReadUpTo(at, 8);
            long length = BinaryPrimitives.ReadUInt32BigEndian(head);
            string kind = System.Text.Encoding.Latin1.GetString(head, 4, 4);
            yield return (kind, at, length);
            if (kind is "IEND")
            {
                break;
            }

            at += 12 + length;
        }
    }

    /// <summary>One text: what looks like a document is read as one; what is packed, as what it unpacks to.</summary>
    private static void Text(string kind, byte[] chunk, long at, ReadContext context)
    {
        int keyword = chunk.AsSpan().IndexOf((byte)0);
        if (keyword < 0 || keyword + 2 >= chunk.Length)
        {
            return;
        }

        bool isPacked = kind is "zTXt" || (kind is "iTXt" && chunk[keyword + 1] == 1);
        int start = keyword + (kind is "tEXt" ? 1 : 2);
        if (kind is "iTXt")
        {
            // Behind the flags stand a language and the keyword in it.
            for (int part = 0, from = keyword + 3; part < 2; part++)
            {
                int end = from < chunk.Length ? chunk.AsSpan(from).IndexOf((byte)0) : -1;
                start = end < 0 ? chunk.Length : from + end + 1;
                from = start;
            }
        }

        ReadOnlySpan<byte> text = chunk.AsSpan(Math.Min(start, chunk.Length));
        if (text.Length > 2 && (isPacked || text.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..]))
        {
            string name = System.Text.Encoding.Latin1.GetString(chunk, 0, Math.Min(keyword, 79));
            context.Submit(new Artifact($"{(name.All(char.IsAsciiLetterOrDigit) ? name : "text")}@0x{at:x}{(isPacked ? "" : ".json")}", new MemorySource(text.ToArray()), context.Artifact) { MayBeOpaque = isPacked });
        }
    }

    /// <summary>Where a medium ends that begins the range; null where none does.</summary>
    private static long? End(ByteSource bytes, ByteRange range, ReadOnlySpan<byte> head, ScanBudget budget)
    {
        if (head.StartsWith(PngSignature))
        {
            return Png(bytes, range, budget);
        }

        if (head is [0xFF, 0xD8, 0xFF, ..])
        {
            return Jpeg(bytes, range, budget);
        }

        if (head.StartsWith("RIFF"u8) && head.Length >= 12 && (head[8..].StartsWith("WAVE"u8) || head[8..].StartsWith("WEBP"u8) || head[8..].StartsWith("AVI "u8)))
        {
            return range.Offset + 8 + BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        }

        bool isWhole = head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) || head.StartsWith("OggS"u8) || head.StartsWith("fLaC"u8) || head.StartsWith("ID3"u8)
            || head.StartsWith("wOFF"u8) || head.StartsWith("wOF2"u8) || head.StartsWith("\0\0\0\u0001Bud1"u8)
            || (head.Length > 12 && head[4..].StartsWith("ftyp"u8)) || (head.StartsWith("BM"u8) && head.Length > 30 && BinaryPrimitives.ReadUInt32LittleEndian(head[2..]) == range.Length)
            || head.StartsWith("OTTO"u8) || head.StartsWith("ttcf"u8) || head.StartsWith("8BPS\0\u0001"u8) || head.StartsWith("MThd\0\0\0\u0006"u8)
            || (head is [0xFF, 0xFB or 0xF3 or 0xF2, var rate, _, ..] && rate >> 4 is > 0 and < 15 && (rate & 0x0C) != 0x0C) || head is [0x1A, 0x45, 0xDF, 0xA3, ..] || head is [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..]
            || (head is [0, 0, 1, 0, > 0 and < 64, 0, ..] && head.Length > 22 && head[9] == 0)
            || (head is [0, 1, 0, 0, 0, ..] && head.Length > 16 && head[12..16].IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E) < 0);
        return isWhole ? range.End : null;
    }

    private static long Png(ByteSource bytes, ByteRange range, ScanBudget budget)
    {
        long end = range.Offset + 8;
        foreach ((_, long at, long length) in Chunks(bytes, range, budget))
        {
            end = at + 12 + length;
        }

        return Math.Min(end, range.End);
    }

    /// <summary>The end of a JPEG: the last mark of an end, behind which there is another file or nothing.</summary>
    private static long Jpeg(ByteSource bytes, ByteRange range, ScanBudget budget)
    {
        long at = range.Offset + 2;
        for (int part = 0; part < MostParts && at + 4 <= range.End; part++)
        {
            budget.SpendWork(WorkCosts.NearRead, at);
            byte[] mark = bytes.ReadUpTo(at, 4);
            if (mark[0] != 0xFF)
            {
                return range.End;
            }

            if (mark[1] == 0xFF)
            {
                at++;
                continue;
            }

            if (mark[1] == 0xD9)
            {
                return at + 2;
            }

            if (mark[1] == 0xDA)
            {
                return Scan(bytes, range, at + 2, budget);
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(mark.AsSpan(2));
        }

        return range.End;
    }

    private static long Scan(ByteSource bytes, ByteRange range, long at, ScanBudget budget)
    {
        byte[] window = new byte[64 << 10];
        while (at < range.End)
        {
            int got = bytes.ReadAt(at, window.AsSpan(0, (int)Math.Min(window.Length, range.End - at)));
            budget.SpendWork(Math.Max(1, got / WorkCosts.BytesRead), at);
            int end = window.AsSpan(0, got).IndexOf((ReadOnlySpan<byte>)[0xFF, 0xD9]);
            if (end >= 0)
            {
                return at + end + 2;
            }

            if (got < 2)
            {
                break;
            }

            at += got - 1;
        }

        return range.End;
    }
}
