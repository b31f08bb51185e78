// Shapes of values as a store keeps them: lists in a fixed order, because most of what facts hold is shapes.
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Artifacts;
using Assay.Detection.Facts;

namespace Assay.Store.Readings;

/// <summary>
/// Shapes of values as lists: kind, text, count, then items, state, keywords and callee as far as there are any (0 stands for nothing), and <c>true</c> at the end where something was left out. It takes half the time and half
/// the room of objects with names. What an earlier version wrote, as objects, is read too.
/// </summary>
internal sealed class ShapeConverter : JsonConverter<ValueShape>
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ValueShape value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(EnumNames<ShapeKind>.Of(value.Kind));
        writer.WriteStringValue(LosslessTextConverter.Escape(value.Text));
        writer.WriteNumberValue(value.Count);
        ValueShape?[] further = [value.State, value.Keywords, value.Callee];
        int last = Array.FindLastIndex(further, f => f is not null);
        if (value.Items.Count > 0)
        {
            writer.WriteStartArray();
            foreach (ValueShape item in value.Items)
            {
                Write(writer, item, options);
            }

            writer.WriteEndArray();
        }
        else if (last >= 0)
        {
            writer.WriteNumberValue(0);
        }

        for (int i = 0; i <= last; i++)
        {
            if (further[i] is { } shape)
            {
                Write(writer, shape, options);
            }
            else
            {
                writer.WriteNumberValue(0);
            }
        }

        if (value.Elided)
        {
            writer.WriteBooleanValue(true);
        }

        writer.WriteEndArray();
    }

    /// <inheritdoc/>
    public override ValueShape Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.StartObject ? JsonSerializer.Deserialize(ref reader, FactJsonContext.Default.ValueShape)! : List(ref reader);

    private static ValueShape List(ref Utf8JsonReader reader)
    {
        Expect(reader.TokenType is JsonTokenType.StartArray);
        reader.Read();
        ShapeKind kind = EnumNames<ShapeKind>.Find(reader.GetString() ?? "") ?? throw new JsonException("A shape of a value is of no known kind.");
        reader.Read();
        string text = LosslessTextConverter.Unescape(reader.GetString() ?? "");
        reader.Read();
        long count = reader.GetInt64();
        ValueShape shape = new(kind, text) { Count = count };
        for (int part = 0; reader.Read() && reader.TokenType is not JsonTokenType.EndArray; part++)
        {
            if (reader.TokenType is JsonTokenType.True)
            {
                shape = shape with { Elided = true };
                continue;
            }

            if (reader.TokenType is JsonTokenType.Number)
            {
                continue;
            }

            Expect(reader.TokenType is JsonTokenType.StartArray && part <= 3);
            if (part == 0)
            {
                List<ValueShape> items = [];
                while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                {
                    items.Add(List(ref reader));
                }

                shape = shape with { Items = items };
                continue;
            }

            ValueShape further = List(ref reader);
            shape = part switch
            {
                1 => shape with { State = further },
                2 => shape with { Keywords = further },
                _ => shape with { Callee = further },
            };
        }

        return shape;
    }

    private static void Expect(bool holds)
    {
        if (!holds)
        {
            throw new JsonException("A shape of a value is written in no way that is known.");
        }
    }
}
