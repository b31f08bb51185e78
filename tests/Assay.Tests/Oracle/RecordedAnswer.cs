// Reads the recorder's answers.
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Pickle;

namespace Assay.Tests.Oracle;

/// <summary>Reads the recorder's answers: one line of JSON for each stream.</summary>
internal static class RecordedAnswer
{
    /// <summary>Reads one line.</summary>
    public static OracleAnswer Parse(ReadOnlySpan<byte> line)
    {
        OracleAnswer traces = new();
        Utf8JsonReader reader = new(line);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string[] key = Text(ref reader).Split('/');
            OracleDialect dialect = key[0] switch
            {
                "c" => OracleDialect.C,
                "c-stream" => OracleDialect.CStream,
                "weights-only" => OracleDialect.WeightsOnly,
                "joblib" => OracleDialect.Joblib,
                _ => OracleDialect.Python,
            };
            PickleEncodings encoding = key is [_, string name]
                ? name switch { "ascii" => PickleEncodings.Ascii, "utf-8" => PickleEncodings.Utf8, _ => PickleEncodings.Bytes }
                : PickleEncodings.Latin1;
            reader.Read();
            traces[dialect, encoding] = reader.TokenType == JsonTokenType.String ? traces[OracleDialect.C, encoding] : Trace(ref reader);
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
    public static string Text(ref Utf8JsonReader reader)
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
