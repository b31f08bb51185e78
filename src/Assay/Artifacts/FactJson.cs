// Facts as JSON.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Assay.Artifacts;

/// <summary>Sets of facts as JSON, without loss.</summary>
public static class FactJson
{
    /// <summary>Writes a set of facts as one line of UTF-8 without its end.</summary>
    public static byte[] Write(FactSet facts) => JsonSerializer.SerializeToUtf8Bytes(facts, FactJsonContext.Default.FactSet);

    /// <summary>Reads a set of facts.</summary>
    /// <exception cref="JsonException">The text is no set of facts, or one of another schema.</exception>
    public static FactSet Read(ReadOnlySpan<byte> json) => Checked(Parse(json, FactJsonContext.Default.FactSet));

    internal static FactSet Checked(FactSet facts) => facts.Schema == FactSet.CurrentSchema
        ? facts
        : throw new JsonException($"The facts have the schema '{facts.Schema}', and this version reads '{FactSet.CurrentSchema}'.");

    internal static T Parse<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            RefuseNulls(json);
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("There is nothing where an object is expected.");
        }
        catch (JsonException e) when (e.BytePositionInLine is not null)
        {
            throw new JsonException($"{Place(e.Path)} is nothing that a scan writes (at byte {e.BytePositionInLine}).", e.Path, e.LineNumber, e.BytePositionInLine, e);
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException)
        {
            throw new JsonException("A text holds half of a surrogate pair, or a fact is of an unknown kind.", e);
        }
    }

    private static string Place(string? path) => path is null or "$" ? "this" : $"what stands at {path.TrimStart('$', '.')}";

    /// <summary>Nothing is ever written as null; where it stands all the same, in a list for example, no reader expects it.</summary>
    private static void RefuseNulls(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("null"u8) < 0)
        {
            return;
        }

        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = FactJsonContext.Default.Options.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.Null)
            {
                throw new JsonException("A null stands where there can be none.");
            }
        }
    }
}

/// <summary>What stands in the first line of a file of facts.</summary>
internal sealed record FactRun
{
    public required string Schema { get; init; }

    /// <summary>The version of Assay that wrote it.</summary>
    public required string Version { get; init; }

    public required Bytes.ScanLimits Limits { get; init; }
}

/// <summary>What stands in the last line of a file of facts.</summary>
internal sealed record FactEnd
{
    public required long Inputs { get; init; }

    /// <summary>Files that were left aside because they are no models.</summary>
    public required long Ignored { get; init; }
}

/// <summary>One line of a file of facts: one of the three.</summary>
internal sealed record FactLine
{
    public FactRun? Run { get; init; }

    public FactSet? Input { get; init; }

    public FactEnd? End { get; init; }
}

/// <summary>How facts are written and read; made when Assay is built, so that it works without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    MaxDepth = 256,
    Converters = [typeof(LosslessTextConverter)])]
[JsonSerializable(typeof(FactLine))]
[JsonSerializable(typeof(FactSet))]
[JsonSerializable(typeof(Fact))]
internal sealed partial class FactJsonContext : JsonSerializerContext;
