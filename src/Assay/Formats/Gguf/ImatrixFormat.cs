// Reads importance matrices of llama.cpp as they were before GGUF: a name and a row of numbers for each tensor.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Gguf;

/// <summary>
/// <c>imatrix.dat</c>: how much each column of a tensor matters, as quantisation takes it: a count; for each entry a name, a count of calls and numbers; at the end how many chunks of which text were read.
/// Nothing of it runs. Specification: <c>tools/imatrix/imatrix.cpp</c> of llama.cpp up to 2025; later ones are GGUF.
/// </summary>
internal sealed class ImatrixFormat : IFormat
{
    private const int MostEntries = 1 << 16;
    private const int LongestName = 256;

    public string Id => "imatrix";

    public string Name => "Importance matrix of llama.cpp";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (!view.IsWhole || head.Length < 20)
        {
            return null;
        }

        int entries = BitConverter.ToInt32(head);
        int name = BitConverter.ToInt32(head[4..]);
        return entries is > 0 and < MostEntries && name is > 2 and < LongestName && head.Length > 8 + name && head.Slice(8, name).IndexOfAnyExceptInRange((byte)'-', (byte)'z') < 0
            && head.Slice(8, name).IndexOf((byte)'.') > 0 ? new Claim(view.Range, ClaimStrength.Likely) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget);
        try
        {
            uint entries = cursor.U32();
            for (uint i = 0; i < entries; i++)
            {
                uint length = cursor.U32();
                if (length >= LongestName)
                {
                    throw new MalformedException(cursor.Offset, "The name of an entry is too long.");
                }

                context.Meta($"entry {i.ToString(CultureInfo.InvariantCulture)}", Encoding.UTF8.GetString(cursor.Keep((int)length, LongestName)));
                cursor.Skip(4);
                uint values = cursor.U32();
                if (values > cursor.Left / 4)
                {
                    context.Anomaly("gguf.count", cursor.Offset, 0, $"An entry declares {values} numbers, and {cursor.Left} bytes are left.");
                    throw new MalformedException(cursor.Offset, "An entry is longer than the file.");
                }

                cursor.Skip(4L * values);
            }

            if (cursor.Left >= 8)
            {
                cursor.Skip(4);
                uint name = cursor.U32();
                cursor.Skip(Math.Min(name, cursor.Left));
            }
        }
        catch (MalformedException e)
        {
            context.Unread(cursor.RanOut ? UnreadCause.Truncated : UnreadCause.Malformed, e.Offset, claim.Range.End - Math.Min(e.Offset, claim.Range.End), e.Message);
        }
        finally
        {
            context.Cover(new ByteRange(claim.Range.Offset, cursor.Offset - claim.Range.Offset), CoverageKind.Data);
        }
    }
}
