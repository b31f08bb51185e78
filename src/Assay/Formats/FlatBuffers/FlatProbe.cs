// What formats that are FlatBuffers have in common.
using System.Buffers.Binary;
using Assay.Artifacts;

namespace Assay.Formats.FlatBuffers;

/// <summary>What formats that are FlatBuffers have in common: the head, and what is said of newer fields.</summary>
internal static class FlatProbe
{
    /// <summary>The claim to bytes that begin with an offset to a table and an identifier, followed by so many digits.</summary>
    public static Claim? Claim(ProbeView view, ReadOnlySpan<byte> identifier, int digits = 0)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (head.Length < 12 || !head[4..].StartsWith(identifier))
        {
            return null;
        }

        uint root = BinaryPrimitives.ReadUInt32LittleEndian(head);
        bool fits = root >= 8 && root < view.Range.Length;
        if (head.Slice(4 + identifier.Length, digits).IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
        {
            return null;
        }

        // A root that lies outside is a file of this format that breaks, and no other one.
        return fits ? new Claim(view.Range, ClaimStrength.Certain) : view.IsWhole ? new Claim(view.Range, ClaimStrength.Likely) : null;
    }

    /// <summary>Says that something is newer than the schema. It decides nothing that is known here; its bytes stay uncovered.</summary>
    public static void TellNew(FlatWalk walk, ReadContext context)
    {
        if (walk.NewFields + walk.NewMembers > 0)
        {
            context.Anomaly("flatbuffer.new-fields", 0, 0, "Tables have fields that are newer than the schema that is known.");
        }
    }
}
