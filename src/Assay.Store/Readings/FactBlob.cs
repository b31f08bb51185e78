// Facts as a store keeps them: compressed, and under no path.
using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Artifacts;

namespace Assay.Store.Readings;

/// <summary>
/// Facts as a store keeps them: JSON, compressed. The path of the input is taken out of them and put in again, so that the same bytes under another folder are the same facts.
/// </summary>
internal static class FactBlob
{
    private const int Level = 3;
    private const int Largest = 1 << 30;

    /// <summary>A larger buffer is not kept for the next facts.</summary>
    private const int LargestKept = 16 << 20;

    private static readonly FactJsonContext s_json = new(new JsonSerializerOptions(FactJsonContext.Default.Options)
    {
        Converters = { new ShapeConverter() },
    });

    // Nobody puts this JSON into a page.
    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 256, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static ZstdSharp.Compressor? t_compressor;

    [ThreadStatic]
    private static ZstdSharp.Decompressor? t_decompressor;

    /// <summary>The facts as bytes.</summary>
    public static byte[] Pack(FactSet facts)
    {
        ArrayBufferWriter<byte> buffer = t_buffer ??= new ArrayBufferWriter<byte>(1 << 16);
        try
        {
            using (Utf8JsonWriter writer = new(buffer, s_writing))
            {
                JsonSerializer.Serialize(writer, Moved(facts, facts.Path, "") with { Bundle = null }, s_json.FactSet);
            }

            return Pack(buffer.WrittenSpan);
        }
        finally
        {
            buffer.ResetWrittenCount();
            t_buffer = buffer.Capacity > LargestKept ? null : buffer;
        }
    }

    /// <summary>The facts in bytes, as those of the input at <paramref name="path"/>.</summary>
    public static FactSet Unpack(ReadOnlySpan<byte> packed, string path, string? bundle)
    {
        try
        {
            return Moved(FactJson.Checked(FactJson.Parse(Inflate(packed), s_json.FactSet)), "", path) with { Bundle = bundle };
        }
        catch (Exception e) when (e is JsonException or ZstdSharp.ZstdException)
        {
            throw new StoreException("Facts in the store are damaged: assay store check says which.", e);
        }
    }

    /// <summary>Whether every path in the facts begins with that of the input, so that they can be those of an input elsewhere.</summary>
    public static bool CanMove(FactSet facts) => facts.Facts.All(f => Lies(f.Path, facts.Path) && (f is not FormatFact { Container: { } container } || Lies(container, facts.Path)));

    /// <summary>Bytes, compressed.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        byte[] room = ArrayPool<byte>.Shared.Rent(ZstdSharp.Compressor.GetCompressBound(bytes.Length));
        try
        {
            return room.AsSpan(0, (t_compressor ??= new ZstdSharp.Compressor(Level)).Wrap(bytes, room)).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    /// <summary>Bytes, unpacked.</summary>
    public static byte[] Inflate(ReadOnlySpan<byte> packed) => (t_decompressor ??= new ZstdSharp.Decompressor()).Unwrap(packed, Largest).ToArray();

    private static FactSet Moved(FactSet facts, string from, string to)
    {
        if (from == to)
        {
            return facts;
        }

        Fact[] moved = new Fact[facts.Facts.Count];
        for (int i = 0; i < moved.Length; i++)
        {
            Fact fact = facts.Facts[i];
            Fact there = fact with { Path = Moved(fact.Path, from, to) };
            moved[i] = there is FormatFact { Container: { } container } format ? format with { Container = Moved(container, from, to) } : there;
        }

        return facts with { Path = to, Facts = moved };
    }

    private static string Moved(string path, string from, string to) => path.Length == from.Length ? to : string.Concat(to, path.AsSpan(from.Length));

    private static bool Lies(string path, string input) =>
        path.StartsWith(input, StringComparison.Ordinal) && (path.Length == input.Length || path.AsSpan(input.Length).StartsWith("!/", StringComparison.Ordinal));
}
