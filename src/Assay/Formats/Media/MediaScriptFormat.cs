// Reads texts by which players and converters open other files: playlists, lists of parts, drawing programs.
using Assay.Artifacts;
using Assay.Formats.Texts;

namespace Assay.Formats.Media;

/// <summary>
/// Texts by which programs that show or convert media open other files: playlists (<c>#EXTM3U</c>), lists of parts (<c>ffconcat</c>), drawings of ImageMagick (MVG, MSL). FFmpeg and ImageMagick tell them by their content whatever they are called,
/// so one under the name of a picture, sound or film makes who converts that read other files and addresses (CVE-2016-1897, CVE-2016-3714, CVE-2017-9993).
/// </summary>
internal sealed class MediaScriptFormat : IFormat
{
    private const int Longest = 4 << 20;
    private const int MostTold = 16;
    private const int CostOfLetter = 20;

    private static readonly byte[][] s_heads = ["#EXTM3U"u8.ToArray(), "ffconcat version"u8.ToArray(), "push graphic-context"u8.ToArray(), "viewbox "u8.ToArray(), "<msl>"u8.ToArray(), "<msl "u8.ToArray(), "; SDP\n"u8.ToArray()];

    private static readonly HashSet<string> s_media = new(StringComparer.OrdinalIgnoreCase)
    {
        ".mp4", ".m4a", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".wmv", ".flv", ".mpg", ".mpeg", ".ts", ".3gp", ".wav", ".mp3", ".flac", ".ogg", ".opus", ".aac", ".aiff", ".wma", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ico", ".heic", ".avif", ".psd",
    };

    /// <summary>Ways in which FFmpeg splices files and addresses into one, so that what is read here is sent there.</summary>
    private static readonly string[] s_splices = ["concat:", "concatf:", "subfile,", "crypto:", "crypto+", "tee:", "cache:", "async:", "fd:", "pipe:", "ephemeral:", "label:@", "text:@", "msl:", "caption:@"];

    public string Id => "media-script";

    public string Name => "Playlist or drawing";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.IsWhole && Array.Exists(s_heads, h => Begins(view.Head.Span, h)) && TextLook.IsText(view.Head.Span) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        context.Cover(claim.Range, CoverageKind.Parsed);
        if (claim.Range.Length > Longest)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, claim.Range.Length, $"The list is longer than {Longest >> 20} MB.");
            return;
        }

        TextDocument document = TextDocument.Read(context.Artifact.Bytes, claim.Range, context.Budget);
        context.Budget.SpendWork((long)CostOfLetter * document.Text.Length, claim.Range.Offset);
        bool isDisguised = s_media.Contains(context.Artifact.Extension);
        int told = 0;
        int at = 0;
        foreach (string line in document.Text.Split('\n'))
        {
            string entry = line.Trim();
            if (told < MostTold && Array.Find(s_splices, s => entry.Contains(s, StringComparison.OrdinalIgnoreCase)) is { } splice)
            {
                context.Anomaly("media.splices", document.Offset(at), 0, $"A list of media reads by {splice}: {(entry.Length > 120 ? entry[..120] : entry)}");
                told++;
            }
            else if (isDisguised && told < MostTold && Leads(entry))
            {
                context.Anomaly("media.disguised-list", document.Offset(at), 0, $"Under the name of a medium ({context.Artifact.Extension}) a list opens {(entry.Length > 120 ? entry[..120] : entry)}");
                told++;
            }

            at += line.Length + 1;
        }
    }

    private static bool Begins(ReadOnlySpan<byte> text, byte[] head) => (text.StartsWith("\uFEFF"u8) ? text[3..] : text).StartsWith(head);

    /// <summary>Whether a line opens an address, or a file by a path from the root, a home or upwards.</summary>
    private static bool Leads(string line) => line.Contains("://", StringComparison.Ordinal) || line.Contains("file:", StringComparison.OrdinalIgnoreCase) || line.Contains("../", StringComparison.Ordinal)
        || (line is not ['#' or '<', ..] && line.Split(' ', '\'', '"', '@').Any(w => w is ['/' or '~', not '>', ..]));
}
