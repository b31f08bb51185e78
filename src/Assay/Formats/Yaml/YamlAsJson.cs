// Writes the values of a YAML document as JSON, for formats that have their configuration in either.
using System.Globalization;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Configuration;

namespace Assay.Formats.Yaml;

/// <summary>Takes the first document of a YAML file and writes the same values as JSON; tags are left out, and of numbers what JSON has no form for becomes a text.</summary>
internal sealed class YamlAsJson : IValueSink, IDisposable
{
    private const int LongestWritten = 32 << 20;
    private readonly MemoryStream _bytes = new();
    private readonly Utf8JsonWriter _json;
    private readonly Stack<bool> _open = new();
    private bool _isDone;

    public YamlAsJson() => _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { SkipValidation = true, MaxDepth = 0 });

    /// <summary>The bytes of the document, or null where it is longer than is kept.</summary>
    public byte[]? Written()
    {
        _json.Flush();
        return _bytes.Length > LongestWritten ? null : _bytes.ToArray();
    }

    public void StartMap(long offset, string tag = "") => Open(isMap: true);

    public void StartList(long offset, string tag = "") => Open(isMap: false);

    public void End(long offset)
    {
        bool isMap = _open.Pop();
        if (!Writes)
        {
            return;
        }

        if (isMap)
        {
            _json.WriteEndObject();
        }
        else
        {
            _json.WriteEndArray();
        }

        _isDone = _open.Count == 0;
    }

    public void Key(string key, long offset)
    {
        if (Writes)
        {
            _json.WritePropertyName(key);
        }
    }

    public void Scalar(ScalarValue value)
    {
        if (!Writes || _open.Count == 0)
        {
            return;
        }

        switch (value.Kind)
        {
            case EntryKind.Null:
                _json.WriteNullValue();
                break;
            case EntryKind.Boolean:
                _json.WriteBooleanValue(value.Text is ['t' or 'T' or 'y' or 'Y', ..] || value.Text.Equals("on", StringComparison.OrdinalIgnoreCase));
                break;
            case EntryKind.Integer when long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number):
                _json.WriteNumberValue(number);
                break;
            case EntryKind.Number when double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number):
                _json.WriteNumberValue(number);
                break;
            default:
                _json.WriteStringValue(value.Text);
                break;
        }
    }

    public void Dispose()
    {
        _json.Dispose();
        _bytes.Dispose();
    }

    private bool Writes => !_isDone && _bytes.Length + _json.BytesPending <= LongestWritten;

    private void Open(bool isMap)
    {
        if (Writes)
        {
            if (isMap)
            {
                _json.WriteStartObject();
            }
            else
            {
                _json.WriteStartArray();
            }
        }

        _open.Push(isMap);
    }
}
