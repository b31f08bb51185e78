// One JSON object as one line of text.
using System.Text;
using System.Text.Json;

namespace Assay.Cli.Commands;

/// <summary>One JSON object as one line of text.</summary>
internal static class JsonText
{
    /// <summary>The line.</summary>
    public static string Line(Action<Utf8JsonWriter> write)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
