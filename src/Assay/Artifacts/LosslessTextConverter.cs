// Writes any text that Python can hold into JSON, and reads the same text back.
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Assay.Artifacts;

/// <summary>
/// JSON is UTF-8 and cannot hold half of a surrogate pair, which texts of pickles do. Such a half is written as the noncharacter U+FDD0
/// and its number in four lower-case hex digits, and so is U+FDD0 itself; everything else stands as it is. Every text has one written form, and every
/// written form stands for one text.
/// </summary>
internal sealed class LosslessTextConverter : JsonConverter<string>
{
    private const char Mark = '\uFDD0';
    private const int Digits = 4;

    /// <inheritdoc/>
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Unescape(reader.GetString()!);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(Escape(value));

    /// <inheritdoc/>
    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Unescape(reader.GetString()!);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(Escape(value));

    /// <summary>The written form of a text.</summary>
    internal static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains(Mark, StringComparison.Ordinal))
        {
            return text;
        }

        StringBuilder written = new(text.Length + 16);
        for (int at = 0; at < text.Length; at++)
        {
            char c = text[at];
            if (char.IsHighSurrogate(c) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
            {
                written.Append(c).Append(text[++at]);
            }
            else if (char.IsSurrogate(c) || c == Mark)
            {
                written.Append(Mark).Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                written.Append(c);
            }
        }

        return written.ToString();
    }

    /// <summary>The text that a written form stands for.</summary>
    /// <exception cref="JsonException">It is no written form of any text.</exception>
    internal static string Unescape(string written)
    {
        if (!written.Contains(Mark, StringComparison.Ordinal))
        {
            return written;
        }

        StringBuilder text = new(written.Length);
        for (int at = 0; at < written.Length; at++)
        {
            if (written[at] != Mark)
            {
                text.Append(written[at]);
                continue;
            }

            if (at + Digits >= written.Length || !ushort.TryParse(written.AsSpan(at + 1, Digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort number))
            {
                throw new JsonException("A text holds an escape that is none.");
            }

            text.Append((char)number);
            at += Digits;
        }

        // What was not written by the other direction (a pair in halves, an escaped letter) is another form of some text, and refused.
        string read = text.ToString();
        return Escape(read) == written ? read : throw new JsonException("A text holds an escape that does not need to be one.");
    }
}
