// Reads the vocabularies of llama2.c and its descendants.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.SentencePiece;

/// <summary>
/// The vocabulary of llama2.c (<c>tokenizer.bin</c>): the length of the longest token, and for each a score, a length and its bytes, from the first byte of the file to the last. Programs make room by the first number, so a
/// longer token is written behind it. Specification: <c>tokenizer.py</c> and <c>run.c</c> of llama2.c.
/// </summary>
internal sealed class TokenTableFormat : IFormat
{
    private const int HeadSize = 4;
    private const int RowSize = 8;
    private const int Longest = 1 << 16;
    private const int Looked = 16;
    private const float Highest = 1e6f;

    public string Id => "llama2c-tokenizer";

    public string Name => "Vocabulary of llama2.c";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole || view.Artifact.Extension is not ".bin")
        {
            return null;
        }

        ReadOnlySpan<byte> head = view.Head.Span;
        if (head.Length < HeadSize + (RowSize * 2) || BitConverter.ToInt32(head) is <= 0 or > Longest)
        {
            return null;
        }

        int at = HeadSize;
        for (int row = 0; row < Looked; row++)
        {
            if (at + RowSize > head.Length)
            {
                // A file that ends here ends with a token.
                return row >= Looked / 2 && (at == view.Range.Length || head.Length < view.Range.Length) ? new Claim(view.Range, ClaimStrength.Certain) : null;
            }

            float score = BitConverter.ToSingle(head[at..]);
            int length = BitConverter.ToInt32(head[(at + sizeof(float))..]);
            if (!(Math.Abs(score) <= Highest) || length is <= 0 or > Longest || (score != 0 && Math.Abs(score) < 1e-6f))
            {
                return null;
            }

            at += RowSize + length;
        }

        return new Claim(view.Range, ClaimStrength.Certain);
    }

    public void Read(Claim claim, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget);
        long longest = cursor.U32();
        long tokens = 0;
        long beyond = 0;
        while (cursor.Left > 0)
        {
            if (cursor.Left < RowSize)
            {
                context.Unread(UnreadCause.Truncated, cursor.Offset, cursor.Left, "The vocabulary ends in a token.");
                break;
            }

            cursor.Skip(sizeof(float));
            long length = cursor.U32();
            if (length > cursor.Left)
            {
                context.Unread(UnreadCause.Truncated, cursor.Offset, cursor.Left, "The vocabulary ends in a token.");
                break;
            }

            beyond = Math.Max(beyond, length > longest ? length : 0);
            cursor.Skip(length);
            tokens++;
        }

        context.Cover(claim.Range, CoverageKind.Parsed);
        context.Meta("tokens", tokens.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (beyond > 0)
        {
            context.Anomaly("tokenizer.longer-than-said", claim.Range.Offset, HeadSize, $"A token has {beyond} bytes, and the longest is said to have {longest}.");
        }
    }
}
