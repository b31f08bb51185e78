// Recognises Flax checkpoints: nested MessagePack maps that lead to an array extension.
using Assay.Artifacts;

namespace Assay.Formats.Signatures;

/// <summary>Recognises Flax checkpoints: maps with text keys that lead, first values first, to an array (extension type 1).</summary>
internal static class MessagePackSignature
{
    private const int MaxLevels = 32;

    /// <summary>The probe.</summary>
    public static ClaimStrength? Flax(ProbeView view)
    {
        ReadOnlySpan<byte> rest = view.Head.Span;
        for (int level = 0; level < MaxLevels; level++)
        {
            // A map: 80-8F with its count, DE and DF with a count of 16 or 32 bits.
            int head = rest.IsEmpty ? 0 : rest[0] switch { > 0x80 and <= 0x8F => 1, 0xDE => 3, 0xDF => 5, _ => 0 };
            if (head == 0)
            {
                return level > 0 && IsArray(rest) ? ClaimStrength.Likely : null;
            }

            if (rest.Length <= head)
            {
                return null;
            }

            rest = rest[head..];
            int key = rest[0] switch { > 0xA0 and <= 0xBF => rest[0] & 0x1F, 0xD9 when rest.Length > 1 => rest[1], _ => 0 };
            int start = rest[0] == 0xD9 ? 2 : 1;
            if (key == 0 || rest.Length < start + key || rest.Slice(start, key).IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0)
            {
                return null;
            }

            rest = rest[(start + key)..];
        }

        return null;
    }

    // An extension C7-C9 of type 1 whose payload is an array of three: shape, type name, bytes.
    private static bool IsArray(ReadOnlySpan<byte> rest)
    {
        int type = rest.IsEmpty ? 0 : rest[0] switch { 0xC7 => 2, 0xC8 => 3, 0xC9 => 5, >= 0xD4 and <= 0xD8 => 1, _ => 0 };
        return type > 0 && rest.Length > type + 1 && rest[type] == 1 && rest[type + 1] == 0x93;
    }
}
