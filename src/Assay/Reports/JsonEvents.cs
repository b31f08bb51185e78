// What test loads did, in the report for programs.
using System.Text.Json;
using Assay.Artifacts;

namespace Assay.Reports;

/// <summary>Writes the events of test loads, in a report of a scan that was asked for some.</summary>
internal static class JsonEvents
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<BehaviourFact> events)
    {
        json.WriteStartArray("events");
        foreach (BehaviourFact seen in events)
        {
            json.WriteStartObject();
            json.WriteString("kind", seen.Kind);
            json.WriteString("source", Words.Of(seen.Source));
            Text(json, "action", seen.Action);
            Text(json, "subject", seen.Subject);
            json.WriteStartArray("arguments");
            foreach (string argument in seen.Arguments)
            {
                json.WriteStringValue(Escape.WellFormed(argument));
            }

            json.WriteEndArray();
            json.WriteString("phase", seen.Phase);
            Text(json, "loader", seen.Loader);
            json.WriteNumber("process", seen.Process);
            json.WriteNumber("parent", seen.Parent);
            json.WriteBoolean("refused", seen.Refused);
            json.WriteNumber("count", seen.Count);
            if (seen.Runs > 1)
            {
                json.WriteNumber("runs", seen.Runs);
                json.WriteNumber("seenIn", seen.SeenIn);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter json, string name, string value) => json.WriteString(name, Escape.WellFormed(value));
}
