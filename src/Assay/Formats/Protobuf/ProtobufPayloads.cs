// Bytes in messages that may be something of their own: examined as what they may be, where they are no plain text.
using System.Buffers;
using System.Globalization;
using System.Text.Unicode;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Protobuf;

/// <summary>Hands payloads to the walk that may be something of their own: a pickle in an attribute, a program in a tensor of bytes.</summary>
internal static class ProtobufPayloads
{
    /// <summary>Shorter payloads hold nothing that runs.</summary>
    private const int Least = 24;

    private const int Looked = 512;

    private const int LeastBase64 = 32;

    private static readonly SearchValues<char> s_base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    /// <summary>Examines a payload unless it is short or plain text. What no format claims in it is data.</summary>
    public static void Examine(ReadContext context, ProtobufWire wire, ByteRange range, string name)
    {
        if (range.Length < Least || IsText(wire.Copy(range, Looked)))
        {
            return;
        }

        context.Submit(new Artifact(string.Create(CultureInfo.InvariantCulture, $"{name}@{range.Offset}"), wire.Bytes.Slice(range), context.Artifact) { MayBeOpaque = true });
    }

    /// <summary>Examines elements of a tensor of numbers where they begin as no numbers do: with the signature of a program, an archive or a pickle.</summary>
    public static void ExamineNumbers(ReadContext context, ProtobufWire wire, ByteRange range, string name)
    {
        if (range.Length >= Least && IsSigned(wire.Copy(range, 8)))
        {
            context.Submit(new Artifact(string.Create(CultureInfo.InvariantCulture, $"{name}@{range.Offset}"), wire.Bytes.Slice(range), context.Artifact) { MayBeOpaque = true });
        }
    }

    /// <summary>Examines a text that is base64 as what it holds.</summary>
    public static void ExamineText(ReadContext context, string text, string name, long offset)
    {
        string trimmed = text.Trim();
        if (trimmed.Length < LeastBase64 || trimmed.Length % 4 != 0 || trimmed.AsSpan().ContainsAnyExcept(s_base64))
        {
            return;
        }

        context.Held.Add(trimmed.Length);
        byte[] bytes = new byte[trimmed.Length / 4 * 3];
        if (Convert.TryFromBase64String(trimmed, bytes, out int length) && !IsText(bytes.AsSpan(0, Math.Min(length, Looked))))
        {
            MemorySource decoded = new(bytes.AsMemory(0, length));
            context.Own(decoded);
            context.Submit(new Artifact(string.Create(CultureInfo.InvariantCulture, $"{name}@{offset}"), decoded, context.Artifact) { MayBeOpaque = true });
        }
    }

    /// <summary>Whether bytes are UTF-8 without control characters but those of layout.</summary>
    public static bool IsText(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> whole = bytes.Length < Looked ? bytes : bytes[..^3];
        foreach (byte one in bytes)
        {
            if (one is < 0x20 and not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f') or 0x7F)
            {
                return false;
            }
        }

        // The last character may be cut.
        return Utf8.IsValid(bytes) || Utf8.IsValid(whole);
    }

    private static bool IsSigned(ReadOnlySpan<byte> head) =>
        head.StartsWith("\u007FELF"u8) || head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("MZ"u8) || head.StartsWith("#!/"u8)
        || head is [0x80, >= 2 and <= 5, 0x95 or (byte)'c' or (byte)'}' or (byte)'(' or (byte)']', ..];
}
