// What the bits of a file's weights look like, for people and for programs.
using System.Globalization;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Conversion;
using Assay.Tensors;

namespace Assay.Reports;

/// <summary>Writes what the bits of a file's weights look like, as text or as JSON (schema <c>assay.weights/1</c>). It judges nothing.</summary>
public static class WeightsReport
{
    /// <summary>Writes a few lines for each tensor.</summary>
    public static void Text(string path, TensorMap map, TextWriter writer, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write($"{Escape.Visible(path)}: {map.Format}, {Words.Count(map.Tensors.Count + map.Unsaved.Count, "tensor")}\n");
        foreach (StoredTensor tensor in map.Tensors.Concat(map.Unsaved))
        {
            writer.Write($"{Escape.Visible(tensor.Name)}  {tensor.View.Type} [{string.Join(", ", tensor.View.Shape)}]\n");
            if (WeightPlanes.Of(tensor.Storage, tensor.View, cancellation) is { Count: > 0 } planes)
            {
                writer.Write($"  entropy of bytes, lowest first: {Numbers(planes.ByteEntropy)}\n");
                writer.Write($"  share of ones in the 8 lowest bits: {Numbers(planes.BitShare.Take(8))}\n");
                foreach (PrecisionFit fit in planes.Fits.Where(f => f.Exact > planes.Count / 2))
                {
                    string other = fit.FirstOther < 0 ? "all of them" : $"the first other is element {fit.FirstOther}";
                    writer.Write($"  {fit.Exact} of {planes.Count} elements are exact in {fit.Type}; {other}\n");
                }
            }

            foreach (HiddenHeader header in LowBitStreams.Find(tensor.Storage, tensor.View, cancellation))
            {
                writer.Write($"  header of a file in the low bits: {header.Kind}, {header.Bits} {(header.Bits == 1 ? "bit" : "bits")} of each element, {(header.HighFirst ? "high" : "low")} bits first, at byte {header.Offset} of the stream\n");
            }
        }
    }

    /// <summary>Writes JSON.</summary>
    public static void Json(string path, TensorMap map, Stream output, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(output);
        using (Utf8JsonWriter json = new(output, JsonReport.Layout))
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay.weights/1");
            json.WriteString("path", Escape.WellFormed(path));
            json.WriteStartArray("tensors");
            foreach (StoredTensor tensor in map.Tensors.Concat(map.Unsaved))
            {
                json.WriteStartObject();
                json.WriteString("name", Escape.WellFormed(tensor.Name));
                json.WriteString("dtype", tensor.View.Type.SafetensorsName() ?? tensor.View.Type.ToString());
                json.WriteNumber("count", tensor.View.Count);
                if (WeightPlanes.Of(tensor.Storage, tensor.View, cancellation) is { } planes)
                {
                    Write(json, planes);
                }

                json.WriteStartArray("hiddenHeaders");
                foreach (HiddenHeader header in LowBitStreams.Find(tensor.Storage, tensor.View, cancellation))
                {
                    json.WriteStartObject();
                    json.WriteString("kind", header.Kind);
                    json.WriteNumber("bits", header.Bits);
                    json.WriteBoolean("highFirst", header.HighFirst);
                    json.WriteNumber("offset", header.Offset);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter json, WeightPlanes planes)
    {
        foreach ((string name, IReadOnlyList<double> values) in ((string, IReadOnlyList<double>)[])[("byteEntropy", planes.ByteEntropy), ("bitShare", planes.BitShare)])
        {
            json.WriteStartArray(name);
            foreach (double value in values)
            {
                json.WriteNumberValue(Math.Round(value, 6));
            }

            json.WriteEndArray();
        }

        json.WriteStartObject("exponents");
        foreach ((int exponent, long count) in planes.Exponents.OrderBy(e => e.Key))
        {
            json.WriteNumber(exponent.ToString(CultureInfo.InvariantCulture), count);
        }

        json.WriteEndObject();
        json.WriteStartArray("fits");
        foreach (PrecisionFit fit in planes.Fits)
        {
            json.WriteStartObject();
            json.WriteString("dtype", fit.Type.SafetensorsName());
            json.WriteNumber("exact", fit.Exact);
            json.WriteNumber("firstOther", fit.FirstOther);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Numbers(IEnumerable<double> values) => string.Join(' ', values.Select(v => v.ToString("F3", CultureInfo.InvariantCulture)));
}
