// Reads the recorder's answers.
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Assay.Tests.Oracle;

/// <summary>Reads the recorder's answers: one line of JSON for each stream.</summary>
internal static class RecordedAnswer
{
    /// <summary>The traces of all dialects, in the order of <see cref="OracleDialect"/>.</summary>
    public static OracleTrace[] Parse(ReadOnlySpan<byte> line)
    {
        OracleTrace[] traces = new OracleTrace[3];
        Utf8JsonReader reader = new(line);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            OracleDialect dialect = Text(ref reader) switch
            {
                "c" => OracleDialect.C,
                "c-stream" => OracleDialect.CStream,
                _ => OracleDialect.Python,
            };
            reader.Read();
            traces[(int)dialect] = reader.TokenType == JsonTokenType.String ? traces[(int)OracleDialect.C] : Trace(ref reader);
        }

        return traces;
    }

    private static OracleTrace Trace(ref Utf8JsonReader reader)
    {
        List<string> events = [];
        List<string> end = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            List<string> into = reader.ValueTextEquals("events") ? events : end;
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.String)
            {
                into.Add(Text(ref reader));
            }
        }

        return new OracleTrace(events, end[0], end[1]);
    }

    /// <summary>The framework refuses lone surrogates, which Python's strings may well hold; so escapes are undone here.</summary>
    private static string Text(ref Utf8JsonReader reader)
    {
        string raw = Encoding.UTF8.GetString(reader.ValueSpan);
        if (!reader.ValueIsEscaped)
        {
            return raw;
        }

        StringBuilder text = new(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            char escape = raw[++i];
            if (escape == 'u')
            {
                text.Append((char)ushort.Parse(raw.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
            {
                text.Append(escape switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', _ => escape });
            }
        }

        return text.ToString();
    }
}
