// The tensors that a real library loaded in the box, and those that are read here as data, in one form.
using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Conversion;
using Assay.Tensors;

namespace Assay.Tests.Conversion.Loaded;

/// <summary>A tensor as safetensors would have it: element type and shape in one text, and a digest of its elements in row-major order, little-endian.</summary>
internal sealed record LoadedTensor(string Kind, string Digest);

/// <summary>What the box answered about a load.</summary>
/// <param name="Real">What the loader's object holds; null when it did not load or could not be walked.</param>
/// <param name="Stood">What the same loader makes of the file when objects are stood in for; null when that did not load.</param>
/// <param name="Specified">What a file of safetensors holds by its specification; null for any other file.</param>
/// <param name="Errors">Why something of these is null.</param>
internal sealed record LoadedAnswer(
    IReadOnlyDictionary<string, LoadedTensor>? Real, IReadOnlyDictionary<string, LoadedTensor>? Stood, IReadOnlyDictionary<string, LoadedTensor>? Specified,
    IReadOnlyList<string> Errors)
{
    /// <summary>An answer, or null where the text is none.</summary>
    public static LoadedAnswer? Parse(string text)
    {
        if (text.Length == 0 || !Base64.IsValid(text))
        {
            return null;
        }

        using ZLibStream unpacked = new(new MemoryStream(Convert.FromBase64String(text)), CompressionMode.Decompress);
        using JsonDocument document = JsonDocument.Parse(unpacked);
        List<string> errors = [];
        return new LoadedAnswer(Tensors("real"), Tensors("stood"), Tensors("specified"), errors);

        Dictionary<string, LoadedTensor>? Tensors(string key)
        {
            if (!document.RootElement.TryGetProperty(key, out JsonElement part) || part.ValueKind == JsonValueKind.Null)
            {
                return null;
            }

            if (part.TryGetProperty("error", out JsonElement error))
            {
                errors.Add($"{key}: {error.GetString()}");
                return null;
            }

            return part.GetProperty("tensors").EnumerateArray().ToDictionary(
                t => t[0].GetString()!,
                t => new LoadedTensor(Kind(t[1].GetString()!, t[2].EnumerateArray().Select(n => n.GetInt64())), t[3].GetString()!));
        }
    }

    /// <summary>The tensors that a conversion writes, under all their names: ties are what they are tied to.</summary>
    public static Dictionary<string, LoadedTensor> Of(ConversionPlan plan)
    {
        Dictionary<string, LoadedTensor> all = new(StringComparer.Ordinal);
        foreach (PlannedTensor tensor in plan.Tensors)
        {
            using TensorBytes bytes = new(tensor.From.Storage, tensor.From.View);
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (ReadOnlySpan<byte> chunk = bytes.Next(); !chunk.IsEmpty; chunk = bytes.Next())
            {
                hash.AppendData(chunk);
            }

            all.Add(tensor.Name, new LoadedTensor(Kind(tensor.Type.SafetensorsName()!, tensor.Shape), Convert.ToHexStringLower(hash.GetHashAndReset())));
        }

        foreach ((string name, string target) in plan.Ties)
        {
            all.Add(name, all[target]);
        }

        return all;
    }

    private static string Kind(string type, IEnumerable<long> shape) => $"{type}[{string.Join(',', shape)}]";
}
