// The configuration of a Keras model: JSON, wherever it lies.
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Formats.Keras;

/// <summary>
/// The configuration of a Keras model: <c>config.json</c> of a <c>.keras</c> file, the attribute <c>model_config</c> of HDF5, the topology of TensorFlow.js,
/// the metadata of a SavedModel, or a JSON file of its own. Loading makes an object of each node that has a class, by its name in Keras or in any module
/// that can be imported, whether or not the model uses it. Specification: <c>keras/src/saving/serialization_lib.py</c>,
/// <c>keras/src/legacy/saving/serialization.py</c>; Keras reads the document with Python's <c>json</c>.
/// </summary>
internal sealed class KerasConfigFormat : IFormat
{
    /// <summary>The id, by which formats that hold a configuration hand it over.</summary>
    public const string FormatId = "keras-json";

    private const int Longest = 256 << 20;
    private const int WorkPerByte = 4;

    public string Id => FormatId;

    public string Name => "Keras configuration";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        (view.IsWhole && IsText(view.Head.Span)) ? new Claim(view.Range, ClaimStrength.Likely) :
        view.IsWhole && JsonKeys.Of(view) is { IsList: false } keys && keys.Outer("config")
        && (keys.Outer("class_name") || keys.Outer("keras_version") || keys.Inner("layers")) ? new Claim(view.Range, ClaimStrength.Likely) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteRange range = claim.Range;
        if (range.Length > Longest)
        {
            context.Unread(UnreadCause.Limit, range.Offset, range.Length, $"A configuration of more than {Longest >> 20} MB was not read.");
            return;
        }

        context.Budget.SpendWork(WorkPerByte * range.Length, range.Offset);
        context.Held.Add(2 * range.Length);
        byte[] text = Unquoted(PythonJson.Plain(context.Artifact.Bytes.ReadUpTo(range.Offset, (int)range.Length), out int start));
        KerasConfigWalk walk = new(new MemorySource(text), range.Offset + start, context);
        try
        {
            walk.Run();
            context.Cover(range, CoverageKind.Parsed);
        }
        catch (MalformedException e)
        {
            context.Cover(new ByteRange(range.Offset, Math.Min(range.Length, start + e.Offset)), CoverageKind.Parsed);
            context.Unread(UnreadCause.Malformed, range.Offset + start + e.Offset, Math.Max(0, range.Length - start - e.Offset), e.Message);
        }
        finally
        {
            walk.Tell();
        }
    }

    /// <summary>Whether the document is a text that holds a configuration: what <c>to_json</c> gives is a text already, and some write it as JSON again.</summary>
    private static bool IsText(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> text = head.TrimStart(" \t\r\n"u8);
        return text.StartsWith("\"{"u8) && text.IndexOf("class_name"u8) >= 0 && text.IndexOf("config"u8) >= 0;
    }

    private static byte[] Unquoted(byte[] document)
    {
        if (!IsText(document))
        {
            return document;
        }

        try
        {
            Utf8JsonReader reader = new(document);
            return reader.Read() && reader.TokenType == JsonTokenType.String ? Encoding.UTF8.GetBytes(reader.GetString()!) : document;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // It breaks as it stands, and is read as that.
            return document;
        }
    }
}
