// Texts that are data: Python literals and JSON.
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Assay.Evaluation.Sources;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary><c>ast.literal_eval</c> and <c>json.loads</c>.</summary>
internal static class LiteralFunctions
{
    private const int MaxDepth = 64;
    private const int ParseWork = 8;

    public static void Add(Dictionary<string, PureFunction> all)
    {
        all["ast.literal_eval"] = (f, a) => a.Text(0) is { } text && f.Budget.Room(text.Length) ? SourceFolder.Literal(text.TrimStart(' ', '\t'), f) : FoldedValue.Unknown;
        all["json.load"] = (f, a) => a.Count == 1 && a[0] is FoldedFile file ? f.Call("json.loads", [file.Content]) : FoldedValue.Unknown;
        all["json.loads"] = (f, a) => a.Count == 1 && a[0] is FoldedText or FoldedBytes && (a.Text(0) is { } text ? Encoding.UTF8.GetBytes(text) : a.Bytes(0)) is { } bytes && f.Budget.Room(bytes.Length) && f.Budget.Work(ParseWork * (long)bytes.Length)
            ? Json(f, bytes, a[0].Layers)
            : FoldedValue.Unknown;
    }

    private static FoldedValue Json(Folder f, byte[] bytes, IReadOnlyList<string> layers)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Value(f, document.RootElement, layers);
        }
        catch (JsonException)
        {
            return FoldedValue.Unknown;
        }
        catch (InvalidOperationException)
        {
            // An escape that is no character.
            return FoldedValue.Unknown;
        }
    }

    // The parser bounds the depth.
    private static FoldedValue Value(Folder f, JsonElement element, IReadOnlyList<string> layers)
    {
        if (!f.Budget.Step() || (element.ValueKind == JsonValueKind.Array && !f.Budget.Items(element.GetArrayLength()))
            || (element.ValueKind == JsonValueKind.Object && !f.Budget.Items(element.GetPropertyCount())))
        {
            return FoldedValue.Unknown;
        }

        return element.ValueKind switch
        {
            JsonValueKind.String => new FoldedText(element.GetString()!) { Layers = [.. layers] },
            JsonValueKind.True => new FoldedBool(true),
            JsonValueKind.False => new FoldedBool(false),
            JsonValueKind.Null => FoldedValue.None,
            JsonValueKind.Number when element.GetRawText().Length > 4096 => FoldedValue.Unknown,
            JsonValueKind.Number when BigInteger.TryParse(element.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger whole) => new FoldedInt(whole),
            JsonValueKind.Number => new FoldedFloat(element.GetDouble()),
            JsonValueKind.Array => new FoldedSequence(SequenceKind.List, [.. element.EnumerateArray().Select(e => Value(f, e, layers))]),
            JsonValueKind.Object => new FoldedDict([.. element.EnumerateObject().Select(p => ((FoldedValue)new FoldedText(p.Name), Value(f, p.Value, layers)))]),
            _ => FoldedValue.Unknown,
        };
    }
}
