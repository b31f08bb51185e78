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

    /// <summary>A plan's magic, bare or behind the JSON that Ultralytics puts first (a 32-bit length and an object).</summary>
    public static ClaimStrength? TensorRt(ProbeView view)
    {
        if (IsPlan(view.Head.Span))
        {
            return ClaimStrength.Certain;
        }

        if (view.Head.Length < 8 || view.Head.Span[4] != '{' || UInt32(view, 0) is not (> 2 and < 1 << 20 and uint length))
        {
            return null;
        }

        return IsPlan(view.Artifact.Bytes.ReadUpTo(view.Range.Offset + 4 + length, 4)) ? ClaimStrength.Certain : null;

        static bool IsPlan(ReadOnlySpan<byte> bytes) => bytes.StartsWith("ptrt"u8) || bytes.StartsWith("ftrt"u8);
    }

    /// <summary>The magic of a list of arrays, and its reserved word.</summary>
    public static ClaimStrength? MxNetParams(ProbeView view) =>
        view.StartsWith([0x12, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) ? ClaimStrength.Certain : null;

    /// <summary>RKNN and a small version.</summary>
    public static ClaimStrength? Rknn(ProbeView view) => view.StartsWith("RKNN\0\0\0\0"u8) ? ClaimStrength.Certain : null;

    private static uint UInt32(ProbeView view, int at) => BinaryPrimitives.ReadUInt32LittleEndian(view.Head.Span[at..]);
}
