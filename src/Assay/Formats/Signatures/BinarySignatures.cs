// Signatures of binary formats: magic numbers, and the few fields that make them certain.
using System.Buffers.Binary;
using System.Text;
using Assay.Artifacts;

namespace Assay.Formats.Signatures;

/// <summary>Signatures of binary model formats.</summary>
internal static class BinarySignatures
{
    /// <summary>A flatbuffer: the root table's offset, and an identifier, followed by <paramref name="digits"/> digits.</summary>
    public static SignatureProbe FlatBuffer(ReadOnlySpan<byte> identifier, int digits = 0)
    {
        byte[] wanted = identifier.ToArray();
        return view =>
        {
            ReadOnlySpan<byte> head = view.Head.Span;
            if (head.Length < 12 || !head[4..].StartsWith(wanted) || UInt32(view, 0) is var root && (root < 8 || root >= view.Range.Length))
            {
                return null;
            }

            return head.Slice(4 + wanted.Length, digits).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 ? ClaimStrength.Certain : null;
        };
    }

    private static uint UInt32(ProbeView view, int at) => BinaryPrimitives.ReadUInt32LittleEndian(view.Head.Span[at..]);
}
