// Looks through PDF documents for what happens when somebody opens them.
using System.Buffers;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Media;

/// <summary>
/// A document in PDF. No loader of models opens it; a reader of documents may run its scripts and start what it names. The names of its actions are looked for as they stand in the file, also where letters are
/// written as numbers; objects that are packed into streams are not unpacked. Specification: ISO 32000-2, chapter 12.6.
/// </summary>
internal sealed class PdfFormat : IFormat
{
    private const int Window = 256 << 10;
    private const int Overlap = 64;
    private const long MostRead = 64 << 20;

    /// <summary>Fewer bytes behind the end hold nothing that somebody runs.</summary>
    private const int MostBehind = 32;
    private static readonly SearchValues<string> s_names = SearchValues.Create(["/Launch", "/JavaScript", "/JS", "/OpenAction", "/AA", "/ImportData", "/#4", "/#6", "/J#", "/Ja#", "/La#", "/L#"], StringComparison.Ordinal);

    private static ReadOnlySpan<byte> EndMark => "%%EOF"u8;

    public string Id => "pdf";

    public string Name => "PDF document";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.IsWhole && (view.StartsWith("%PDF-1."u8) || view.StartsWith("%PDF-2."u8)) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        context.Cover(claim.Range, CoverageKind.Data);
        long ended = -1;
        Dictionary<string, long> seen = new(StringComparer.Ordinal);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Window);
        try
        {
            ByteRange range = claim.Range with { Length = Math.Min(claim.Range.Length, MostRead) };
            for (long at = range.Offset; at < range.End; at += Window - Overlap)
            {
                int got = context.Artifact.Bytes.ReadAt(at, bytes.AsSpan(0, (int)Math.Min(Window, range.End - at)));
                context.Budget.SpendWork(got, at);
                Names(Encoding.Latin1.GetString(bytes, 0, got), at, seen);
                int end = bytes.AsSpan(0, got).LastIndexOf(EndMark);
                ended = end >= 0 ? at + end + EndMark.Length : ended;
                if (got < Window)
                {
                    break;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        // Readers of documents ignore what stands behind the end, and other programs begin there.
        long behind = ended < 0 ? claim.Range.End : Padding.End(context.Artifact.Bytes, new ByteRange(ended, claim.Range.End - ended));
        behind = context.Artifact.Bytes.ReadUpTo(behind, 2) switch { [(byte)'\r', (byte)'\n'] => behind + 2, [(byte)'\r' or (byte)'\n', ..] => behind + 1, _ => behind };
        if (claim.Range.End - behind > MostBehind)
        {
            using ByteSource rest = context.Artifact.Bytes.Slice(new ByteRange(behind, claim.Range.End - behind));
            context.Submit(new Artifact("behind the document", rest, context.Artifact) { MayBeOpaque = true });
        }

        bool startsItself = seen.ContainsKey("OpenAction") || seen.ContainsKey("AA");
        if (seen.TryGetValue("Launch", out long launch))
        {
            context.Anomaly("pdf.launch", launch, 0, "The document starts a program or opens a file of its reader's machine.");
        }

        if (startsItself && (seen.TryGetValue("JavaScript", out long script) || seen.TryGetValue("JS", out script)))
        {
            context.Anomaly("pdf.script", script, 0, "The document runs a script when it is opened, or when something of it is shown.");
        }
    }

    /// <summary>Notes the names of a stretch of text, with their letters in plain.</summary>
    private static void Names(string text, long start, Dictionary<string, long> seen)
    {
        for (int at = text.AsSpan().IndexOfAny(s_names); at >= 0;)
        {
            StringBuilder name = new();
            int i = at + 1;
            for (; i < text.Length && name.Length < 16; i++)
            {
                if (text[i] is '#' && i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out byte letter))
                {
                    name.Append((char)letter);
                    i += 2;
                }
                else if (char.IsAsciiLetterOrDigit(text[i]))
                {
                    name.Append(text[i]);
                }
                else
                {
                    break;
                }
            }

            // Packed bytes look like anything now and then: a name that short needs what stands behind it.
            bool isWhole = i < text.Length && text[i] is ' ' or '\r' or '\n' or '/' or '<' or '(' or '[' or '>' or '\t';
            if (isWhole && (name.Length > 2 || text[i] is '(' or '<' or ' ' or '['))
            {
                seen.TryAdd(name.ToString(), start + at);
            }

            at = text.AsSpan(at + 1).IndexOfAny(s_names) is >= 0 and int more ? at + 1 + more : -1;
        }
    }
}
