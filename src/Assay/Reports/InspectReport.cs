// The tensors of a file, for people and for programs.
using System.Globalization;
using System.Text.Json;
using Assay.Conversion;
using Assay.Tensors;

namespace Assay.Reports;

/// <summary>Writes the tensors of a file as a tree or as JSON (schema <c>assay.inspect/1</c>).</summary>
public static class InspectReport
{
    private const int LongestText = 200;

    /// <summary>Writes a tree: names that begin alike stand below what they have in common.</summary>
    public static void Text(string path, TensorMap map, bool statistics, TextWriter writer, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(writer);
        Dictionary<StoredTensor, StoredTensor> ties = map.Ties(new HashSet<string>());
        long bytes = map.Tensors.Where(t => !ties.ContainsKey(t)).Sum(t => t.View.Bytes);
        writer.Write($"{Escape.Visible(path)}: {map.Format}, {Words.Count(map.Tensors.Count, "tensor")}, {Words.Size(bytes)}\n");
        foreach ((string key, string value) in map.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            writer.Write($"  metadata {Escape.Visible(key)}: {Escape.Visible(Escape.Cut(value, LongestText))}\n");
        }

        string[] open = [];
        foreach (StoredTensor tensor in map.Tensors)
        {
            string[] parts = tensor.Name.Split('.');
            int same = 0;
            while (same < Math.Min(open.Length, parts.Length - 1) && open[same] == parts[same])
            {
                same++;
            }

            for (int i = same; i < parts.Length - 1; i++)
            {
                writer.Write($"{Indent(i)}{Escape.Visible(parts[i])}\n");
            }

            open = parts[..^1];
            writer.Write($"{Indent(parts.Length - 1)}{Escape.Visible(parts[^1])}  {Describe(tensor, ties.GetValueOrDefault(tensor)?.Name)}\n");
            if (statistics && TensorStatistics.Of(tensor.Storage, tensor.View, cancellation) is { } known)
            {
                writer.Write($"{Indent(parts.Length)}{Describe(known)}\n");
            }
        }

        foreach (TensorProblem problem in map.Problems)
        {
            writer.Write($"  cannot be read: {Escape.Visible(problem.Name)}: {Escape.Visible(problem.What)}\n");
        }

        ConversionText.Left(map, writer);
    }

    /// <summary>Writes JSON.</summary>
    public static void Json(string path, TensorMap map, bool statistics, Stream output, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(output);
        using (Utf8JsonWriter json = new(output, JsonReport.Layout))
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay.inspect/1");
            json.WriteString("path", Escape.WellFormed(path));
            json.WriteString("format", map.Format);
            json.WriteStartObject("metadata");
            foreach ((string key, string value) in map.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                json.WriteString(Escape.WellFormed(key), Escape.WellFormed(value));
            }

            json.WriteEndObject();
            Dictionary<StoredTensor, StoredTensor> ties = map.Ties(new HashSet<string>());
            json.WriteStartArray("tensors");
            foreach (StoredTensor tensor in map.Tensors)
            {
                Write(json, tensor, ties.GetValueOrDefault(tensor)?.Name, statistics ? TensorStatistics.Of(tensor.Storage, tensor.View, cancellation) : null);
            }

            json.WriteEndArray();
            json.WriteStartArray("problems");
            foreach (TensorProblem problem in map.Problems)
            {
                json.WriteStartObject();
                json.WriteString("name", Escape.WellFormed(problem.Name));
                json.WriteString("what", Escape.WellFormed(problem.What));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("notCarried");
            foreach (NotCarried left in map.NotCarried)
            {
                json.WriteStartObject();
                json.WriteString("path", Escape.WellFormed(left.Path));
                json.WriteString("what", Escape.WellFormed(left.What));
                json.WriteString("why", Escape.WellFormed(left.Why));
                json.WriteNumber("count", left.Count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter json, StoredTensor tensor, string? tie, TensorStatistics? statistics)
    {
        json.WriteStartObject();
        json.WriteString("name", Escape.WellFormed(tensor.Name));
        json.WriteString("dtype", Name(tensor.View.Type));
        Numbers(json, "shape", tensor.View.Shape);
        Numbers(json, "strides", tensor.View.Strides);
        json.WriteNumber("offset", tensor.View.Offset);
        json.WriteStartObject("storage");
        json.WriteString("key", Escape.WellFormed(tensor.Storage.Key));
        json.WriteNumber("offset", tensor.Storage.Range.Offset);
        json.WriteNumber("bytes", tensor.Storage.Range.Length);
        json.WriteBoolean("bigEndian", tensor.Storage.BigEndian);
        json.WriteEndObject();
        if (tie is not null)
        {
            json.WriteString("tiedTo", Escape.WellFormed(tie));
        }

        if (statistics is { } known)
        {
            json.WriteStartObject("statistics");
            foreach ((string name, double value) in ((string, double)[])[("min", known.Min), ("max", known.Max), ("mean", known.Mean)])
            {
                if (double.IsFinite(value))
                {
                    json.WriteNumber(name, value);
                }
            }

            json.WriteNumber("nan", known.NaN);
            json.WriteNumber("infinite", known.Infinite);
            json.WriteNumber("zero", known.Zero);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static string Describe(StoredTensor tensor, string? tie)
    {
        string strides = tensor.View.IsContiguous ? "" : $" strides [{string.Join(", ", tensor.View.Strides)}]";
        string storage = tensor.Storage.Key.Length == 0 ? "" : $" storage {Escape.Visible(tensor.Storage.Key)}{(tensor.View.Offset > 0 ? $"+{tensor.View.Offset}" : "")}";
        return $"{Name(tensor.View.Type)} [{string.Join(", ", tensor.View.Shape)}]{strides}{storage}{(tie is null ? "" : $" = {Escape.Visible(tie)}")}";
    }

    private static string Describe(TensorStatistics known) => string.Create(CultureInfo.InvariantCulture,
        $"min {known.Min:G6} max {known.Max:G6} mean {known.Mean:G6} NaN {known.NaN} infinite {known.Infinite} zero {known.Zero}");

    private static string Name(ElementType type) => type.SafetensorsName() ?? type.ToString();

    private static string Indent(int depth) => new(' ', Math.Min(40, 2 + (2 * depth)));
}
