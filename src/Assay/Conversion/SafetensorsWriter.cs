// Writes the header of a safetensors file and the index of several.
using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Bytes;
using Assay.Formats.Safetensors;

namespace Assay.Conversion;

/// <summary>Writes the header of a safetensors file, and the index that transformers reads where there are several.</summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;

    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions s_indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// The length and the header, padded with blanks so that the tensors begin at a multiple of eight bytes.
    /// </summary>
    /// <exception cref="MalformedException">It would be longer than readers take.</exception>
    public static byte[] Of(PlannedFile file)
    {
        ArrayBufferWriter<byte> buffer = new(1 << 16);
        buffer.Advance(Take(buffer, sizeof(long)));
        using (Utf8JsonWriter json = new(buffer, s_compact))
        {
            json.WriteStartObject();
            json.WriteStartObject(SafetensorsHeader.MetadataName);
            foreach ((string key, string value) in file.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            long offset = 0;
            foreach (PlannedTensor tensor in file.Tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Dtype);
                json.WriteStartArray("shape");
                foreach (long size in tensor.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.WrittenCount % Alignment != 0)
        {
            buffer.Write(" "u8);
        }

        byte[] header = buffer.WrittenSpan.ToArray();
        if (header.Length - sizeof(long) > SafetensorsFormat.LongestHeader)
        {
            throw new MalformedException(0, $"The header would have {header.Length} bytes, and readers take no more than {SafetensorsFormat.LongestHeader}; --max-shard-size makes several files.");
        }

        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - sizeof(long));
        return header;
    }

    /// <summary>The index: the bytes of all tensors, and for each name the file that holds it.</summary>
    public static byte[] Index(IEnumerable<PlannedFile> files, long bytes)
    {
        ArrayBufferWriter<byte> buffer = new(1 << 16);
        using (Utf8JsonWriter json = new(buffer, s_indented))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteNumber("total_size", bytes);
            json.WriteEndObject();
            json.WriteStartObject("weight_map");
            foreach ((string name, string file) in files.SelectMany(f => f.Tensors.Select(t => (t.Name, f.FileName))).OrderBy(p => p.Name, StringComparer.Ordinal))
            {
                json.WriteString(name, file);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static int Take(ArrayBufferWriter<byte> buffer, int count)
    {
        buffer.GetSpan(count)[..count].Clear();
        return count;
    }
}
