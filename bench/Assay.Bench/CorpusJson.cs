// The corpus run for machines.
using System.Text.Json;

namespace Assay.Bench;

/// <summary>Writes a corpus run as one JSON document.</summary>
internal static class CorpusJson
{
    /// <summary>Writes goals and every case.</summary>
    public static void Write(Stream stream, IEnumerable<CorpusCase> cases, double megabytes, IEnumerable<CorpusGoal> goals)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("peakMegabytes", Math.Round(megabytes, 1));
        json.WriteStartArray("goals");
        foreach (CorpusGoal goal in goals.Where(g => !double.IsNaN(g.Value)))
        {
            json.WriteStartObject();
            json.WriteString("name", goal.Name);
            json.WriteNumber("value", Math.Round(goal.Value, 5));
            json.WriteBoolean("reached", goal.Reached);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("files");
        foreach (CorpusCase one in cases)
        {
            json.WriteStartObject();
            json.WriteString("path", one.Label.Path);
            json.WriteString("label", one.Label.Label);
            json.WriteString("family", one.Label.Family);
            json.WriteString("technique", one.Label.Technique);
            json.WriteString("verdict", one.Said);
            json.WriteNumber("milliseconds", Math.Round(one.Wall.TotalMilliseconds, 3));
            json.WriteStartArray("reasons");
            foreach (string reason in one.Reasons)
            {
                json.WriteStringValue(reason);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
