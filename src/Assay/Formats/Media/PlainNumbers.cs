// Files that hold numbers of 32 bits from the first byte to the last, and nothing that says so.
using System.Buffers.Binary;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Texts;

namespace Assay.Formats.Media;

/// <summary>
/// Voices, embeddings and tables are written as they lie in memory, little-endian, and read by a program that knows their shape. That is told by the content: every single element is a number of an ordinary size.
/// Random, compressed or encrypted bytes, programs, texts and whole numbers are not: of four such bytes one in four at most makes such a number, and here all do.
/// </summary>
internal static class PlainNumbers
{
    private const int Least = 64;
    private const long Most = 64 << 20;
    private const int Chunk = 1 << 16;

    /// <summary>The exponents of 2^-64 and 2^32, with their offset.</summary>
    private const uint Smallest = 127 - 64;

    private const uint Largest = 127 + 32;

    private static readonly string[] s_extensions = [".bin", ".bytes", ".dat", ".data", ".raw", ".f32", ".float32", ".vec", ".emb"];

    /// <summary>Whether a whole file is such a table. Every element is looked at.</summary>
    public static bool Are(ProbeView view)
    {
        long length = view.Range.Length;
        if (length is < Least or > Most || length % 4 != 0 || (!s_extensions.Contains(view.Artifact.Extension) && (view.Artifact.Extension.Length > 0 || view.Artifact.Parent is not null)) || TextLook.IsText(view.Head.Span))
        {
            return false;
        }

        long nothing = 0;
        long negative = 0;
        for (long at = 0; at < length; at += Chunk)
        {
            view.Budget.SpendWork(Chunk / WorkCosts.BytesRead, view.Range.Offset + at);
            ReadOnlySpan<byte> chunk = view.Artifact.Bytes.ReadUpTo(view.Range.Offset + at, (int)Math.Min(Chunk, length - at));
            for (int i = 0; i + 4 <= chunk.Length; i += 4)
            {
                uint bits = BinaryPrimitives.ReadUInt32LittleEndian(chunk[i..]);
                if ((bits << 1) == 0)
                {
                    nothing++;
                }
                else if (((bits >> 23) & 0xFF) is < Smallest or > Largest)
                {
                    return false;
                }

                negative += bits >> 31;
            }
        }

        long count = length / 4;
        return nothing <= count / 2 && negative < count;
    }
}
