// Undoes the layers in which source code carries its own payload.
using System.Text;
using Assay.Bytes;
using Assay.Codecs;
using Assay.Evaluation.Functions;
using Assay.Evaluation.Marshalled;

namespace Assay.Evaluation.Payloads;

/// <summary>What came out of a literal: text, or bytes, and the layers that were undone, outermost first.</summary>
internal sealed record Unwrapped(string Text, byte[] Bytes, IReadOnlyList<string> Layers);

/// <summary>
/// Undoes layers that the bytes themselves show: base64, hex, compression, reversal. A layer counts only when what comes out is text,
/// code, a pickle or compressed again; random letters that happen to be base64 do not.
/// </summary>
internal static class Unwrapper
{
    private const int MaxLayers = 12;
    private const int MinLiteral = 16;
    private const int MaxBytes = 4 << 20;

    /// <summary>Work for each byte that may be wrapped: several ways are tried.</summary>
    private const int LayerWork = 40;

    /// <summary>What a literal unwraps to, or null when it is not wrapped.</summary>
    public static Unwrapped? TryUnwrap(string literal, ScanBudget? budget)
    {
        if (literal.Length is < MinLiteral or > MaxBytes)
        {
            return null;
        }

        bool narrow = !literal.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff');
        byte[] bytes = narrow ? Encoding.Latin1.GetBytes(literal) : Encoding.UTF8.GetBytes(literal);
        List<string> layers = [];
        while (layers.Count < MaxLayers && budget?.TrySpendFolding(LayerWork * (long)bytes.Length) != false && Step(bytes, budget) is ({ } next, { } layer))
        {
            bytes = next;
            layers.Add(layer);
        }

        return layers.Count == 0 ? null : new Unwrapped(TextOf(bytes) ?? "", bytes, layers);
    }

    /// <summary>The text that bytes are, or null.</summary>
    public static string? TextOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0 || !System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return null;
        }

        int odd = 0;
        foreach (byte b in bytes)
        {
            odd += b < 0x20 && b is not ((byte)'\n' or (byte)'\r' or (byte)'\t' or 0x0C) ? 1 : 0;
        }

        return odd == 0 ? Encoding.UTF8.GetString(bytes) : null;
    }

    private static (byte[]? Bytes, string? Layer) Step(byte[] bytes, ScanBudget? budget)
    {
        if (Inflate(bytes, budget) is ({ } inflated, { } codec))
        {
            return (inflated, codec);
        }

        if (bytes.Length < MinLiteral || !Ascii.IsValid(bytes))
        {
            return default;
        }

        string text = Encoding.ASCII.GetString(bytes).Trim();
        if (TextCodecs.Hex(text) is { } hex && IsSomething(hex))
        {
            return (hex, "hex");
        }

        if (Base64(text) is { } plain && IsSomething(plain))
        {
            return (plain, "base64");
        }

        // Droppers turn their base64 around; the padding then comes first.
        if (text[0] == '=' && Base64(Reverse(text)) is { } turned && IsSomething(turned))
        {
            return (turned, "reversed base64");
        }

        if (text.Length >= 32 && !text.Contains(' ', StringComparison.Ordinal) && BinaryText.Base85(text) is { } wide && Sniffed(wide))
        {
            return (wide, "base85");
        }

        return default;
    }

    private static readonly System.Buffers.SearchValues<char> s_base64 =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_\n\r");

    private static byte[]? Base64(string text)
    {
        return !text.AsSpan().ContainsAnyExcept(s_base64) ? BinaryText.Base64(text, lenient: true, urlSafe: text.Contains('-', StringComparison.Ordinal) || text.Contains('_', StringComparison.Ordinal)) : null;
    }

    private static string Reverse(string text)
    {
        char[] characters = text.ToCharArray();
        Array.Reverse(characters);
        return new string(characters);
    }

    /// <summary>Whether bytes are something that somebody would wrap.</summary>
    private static bool IsSomething(byte[] bytes) => bytes.Length >= 8 && (TextOf(bytes) is not null || Sniffed(bytes));

    private static bool Sniffed(byte[] bytes) => bytes.Length >= 8
        && (Codec.Sniff(bytes) is not null || MarshalReader.MayBeCode(bytes) || bytes is [0x80, >= 2 and <= 5, ..]);

    private static (byte[]?, string?) Inflate(byte[] bytes, ScanBudget? budget)
    {
        if (budget is null || bytes.Length < 8 || Codec.Sniff(bytes) is not { } kind)
        {
            return default;
        }

        InflatedSoFar soFar = Codec.InflateSoFar(kind, new MemorySource(bytes), new ByteRange(0, bytes.Length), budget.ForkFolding(), new MemoryScratch(2 * MaxBytes), MaxBytes);
        using ByteSource made = soFar.Result.Bytes;
        if (soFar.Stop is { Reason: not StopReason.Limit })
        {
            throw soFar.Stop;
        }

        if (soFar.Stop is not null)
        {
            budget.Poll();
        }

        return soFar.Stop is null && soFar.Result.Error is null && made.Length > 0
            ? (made.ReadUpTo(0, (int)made.Length), kind.ToString().ToLowerInvariant())
            : default;
    }
}
