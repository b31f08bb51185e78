// Reads the JSON in which Stable-Baselines3 keeps pickled objects.
using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Evaluation.Functions;

namespace Assay.Formats.StableBaselines;

/// <summary>
/// The member <c>data</c> of a Stable-Baselines3 model: a JSON object, UTF-8, whose values are plain or hold a cloudpickle in base64
/// under <c>:serialized:</c>, which <c>load</c> unpickles. Specification: <c>stable_baselines3/common/save_util.py</c>,
/// <c>json_to_data</c>. Each pickle is a child named <c>serialized@0x</c> and the offset of its text.
/// </summary>
internal sealed class SerializedJsonFormat : IFormat
{
    private const int MostBytes = 16 << 20;
    private const int MostDepth = 1000;

    public string Id => "sb3-json";

    public string Name => "Stable-Baselines3 attributes (JSON with pickles)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span.TrimStart(" \t\r\n\uFEFF"u8);
        return head.StartsWith("{"u8) && (head.IndexOf("serialized:"u8) >= 0 || IsAttributes(view))
            ? new Claim(view.Range, ClaimStrength.Likely)
            : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        Artifact artifact = context.Artifact;
        if (claim.Range.Length > MostBytes)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, claim.Range.Length, $"JSON of more than {MostBytes} bytes was not read.");
            return;
        }

        byte[] text = artifact.Bytes.ReadUpTo(claim.Range.Offset, (int)claim.Range.Length);
        int skip = text.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
        long start = claim.Range.Offset + skip;
        Utf8JsonReader json = new(text.AsSpan(skip), new JsonReaderOptions { MaxDepth = MostDepth });
        try
        {
            while (json.Read())
            {
                context.Budget.Poll(start + json.BytesConsumed);
                if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals(":serialized:"u8) && json.Read()
                    && json.TokenType == JsonTokenType.String)
                {
                    Serialized(artifact, json.GetString()!, start + json.TokenStartIndex, context);
                }
            }

            context.Cover(claim.Range, CoverageKind.Parsed);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            context.Cover(new ByteRange(start, json.BytesConsumed), CoverageKind.Parsed);
            context.Unread(UnreadCause.Malformed, start + json.BytesConsumed, claim.Range.Length - json.BytesConsumed - skip, "The JSON breaks here.");
        }
    }

    private static void Serialized(Artifact artifact, string text, long offset, ReadContext context)
    {
        if (BinaryText.Base64(text) is { } bytes)
        {
            context.Submit(new Artifact(string.Create(CultureInfo.InvariantCulture, $"serialized@0x{offset:x}"), new MemorySource(bytes), artifact, "pickle"));
        }
        else
        {
            context.Unread(UnreadCause.Malformed, offset, Encoding.UTF8.GetByteCount(text), "A pickled value is no base64.");
        }
    }

    /// <summary>The member of the archive as the loader knows it; what it holds may come late or be spelt with escapes.</summary>
    private static bool IsAttributes(ProbeView view) => view.Artifact is { Name: "data", Parent: not null } && view.IsWhole;
}
