// Recognises word vectors in the binary form of word2vec: words with their numbers.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.FastText;

/// <summary>
/// The binary form of word2vec (<c>.bin</c>): a line with the number of words and of dimensions, then for each a word, a blank and the numbers as 32-bit floats. Nothing of it is run. Specification:
/// <c>word2vec.c</c>, as gensim reads it. Words have no length in front, so the first is looked at, and the rest is stepped over.
/// </summary>
internal sealed class WordVectorsFormat : IFormat
{
    private const int LongestLine = 32;
    private const int MostDimensions = 65_536;
    private const int LeastWord = 2;

    public string Id => "word2vec";

    public string Name => "word2vec (binary)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.IsWhole && Line(view.Head.Span) is var (words, dimensions, start) && Fits(view.Head.Span[start..], words, dimensions, view.Range.Length - start) ? new Claim(view.Range, ClaimStrength.Likely) : null;

    public void Read(Claim claim, ReadContext context)
    {
        if (Line(context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, LongestLine)) is not var (words, dimensions, start))
        {
            throw new MalformedException(claim.Range.Offset, "The file does not begin with the numbers of its words.");
        }

        context.Meta("words", words.ToString(CultureInfo.InvariantCulture));
        context.Meta("dimensions", dimensions.ToString(CultureInfo.InvariantCulture));
        context.Cover(new ByteRange(claim.Range.Offset, start), CoverageKind.Parsed);
        context.Cover(new ByteRange(claim.Range.Offset + start, claim.Range.Length - start), CoverageKind.Data);
    }

    /// <summary>The numbers of the first line, and where the words begin.</summary>
    private static (long Words, int Dimensions, int Start)? Line(ReadOnlySpan<byte> head)
    {
        int end = head[..Math.Min(head.Length, LongestLine)].IndexOf((byte)'\n');
        string[] numbers = end < 3 ? [] : Encoding.ASCII.GetString(head[..end]).Split(' ');
        return numbers.Length == 2 && long.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out long words) && words > 0
            && int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out int dimensions) && dimensions is > 0 and <= MostDimensions ? (words, dimensions, end + 1) : null;
    }

    /// <summary>Whether a word without control characters comes first, and the file is as long as all of them need.</summary>
    private static bool Fits(ReadOnlySpan<byte> rest, long words, int dimensions, long length)
    {
        int blank = rest.IndexOf((byte)' ');
        return blank > 0 && blank < 256 && rest[..blank].IndexOfAnyInRange((byte)0, (byte)0x1F) is < 0 or 0 && length / words >= (4L * dimensions) + LeastWord && length / words <= (4L * dimensions) + 1024
            && !Texts.TextLook.IsText(rest);
    }
}
