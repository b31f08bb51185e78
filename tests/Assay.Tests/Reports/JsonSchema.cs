// As much of JSON Schema as the published schemas use, so that they are checked without a network.
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Assay.Tests.Reports;

/// <summary>
/// Checks a document against a schema of draft 2020-12. Knows the keywords that docs/ uses; an unknown keyword is an error,
/// so that a schema cannot promise what nobody checks.
/// </summary>
internal sealed class JsonSchema(JsonElement root)
{
    private static readonly HashSet<string> Remarks = ["$schema", "$id", "title", "description", "$defs"];

    public static JsonSchema FromDocs(string name) =>
        new(JsonDocument.Parse(File.ReadAllText(Path.Join(GoldenFile.Root, "docs", name))).RootElement);

    /// <summary>What is wrong with <paramref name="value"/>; empty when it conforms.</summary>
    public IReadOnlyList<string> Errors(JsonElement value)
    {
        List<string> errors = [];
        Check(root, value, "$", errors);
        return errors;
    }

    private void Check(JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            bool good = keyword.Name switch
            {
                "$ref" => Reference(keyword.Value.GetString()!, value, at, errors),
                "type" => keyword.Value.ValueKind == JsonValueKind.Array
                    ? keyword.Value.EnumerateArray().Any(t => IsType(t.GetString()!, value))
                    : IsType(keyword.Value.GetString()!, value),
                "const" => JsonElement.DeepEquals(keyword.Value, value),
                "enum" => keyword.Value.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value)),
                "minimum" => value.ValueKind != JsonValueKind.Number || value.GetInt64() >= keyword.Value.GetInt64(),
                "pattern" => value.ValueKind != JsonValueKind.String
                    || Regex.IsMatch(value.GetString()!, keyword.Value.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)),
                "required" => keyword.Value.EnumerateArray().All(n => value.TryGetProperty(n.GetString()!, out _)),
                "properties" => Properties(keyword.Value, value, at, errors),
                "additionalProperties" => Additional(schema, keyword.Value, value, at, errors),
                "items" => Items(keyword.Value, value, at, errors),
                _ => Remarks.Contains(keyword.Name),
            };
            if (!good)
            {
                errors.Add($"{at}: {keyword.Name}");
            }
        }
    }

    private bool Reference(string reference, JsonElement value, string at, List<string> errors)
    {
        JsonElement target = root;
        foreach (string name in reference.TrimStart('#', '/').Split('/'))
        {
            target = target.GetProperty(name);
        }

        Check(target, value, at, errors);
        return true;
    }

    private bool Properties(JsonElement schemas, JsonElement value, string at, List<string> errors)
    {
        foreach (JsonProperty property in schemas.EnumerateObject())
        {
            if (value.TryGetProperty(property.Name, out JsonElement inner))
            {
                Check(property.Value, inner, $"{at}.{property.Name}", errors);
            }
        }

        return true;
    }

    private bool Additional(JsonElement schema, JsonElement rest, JsonElement value, string at, List<string> errors)
    {
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out JsonElement known) && known.TryGetProperty(property.Name, out _))
            {
                continue;
            }

            if (rest.ValueKind == JsonValueKind.False)
            {
                return false;
            }

            Check(rest, property.Value, $"{at}.{property.Name}", errors);
        }

        return true;
    }

    private bool Items(JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        int index = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            Check(schema, item, $"{at}[{index++}]", errors);
        }

        return true;
    }

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => false,
    };
}
