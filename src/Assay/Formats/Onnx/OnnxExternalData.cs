// Elements of tensors that lie in other files: where an ONNX model says they are, and what loaders make of that.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Onnx;

/// <summary>
/// The external data of a model's tensors. Specification: "External Data" in the documentation of ONNX. A loader joins <c>location</c> to the
/// folder of the model and opens what it leads to; <c>offset</c> and <c>length</c> say which bytes of it; Python's loader sets any other key as
/// an attribute of an object of its own.
/// </summary>
internal sealed class OnnxExternalData(ReadContext context) : IDisposable
{
    /// <summary>What ONNX Runtime takes for an address in its own memory.</summary>
    private const string MemoryAddress = "_ORT_MEM_ADDR_";

    private const string Model = ".onnx";
    private const int MostFiles = 10_000;
    private static readonly string[] s_keys = ["location", "offset", "length", "checksum", "basepath"];
    private readonly Dictionary<string, (ReferencePlace Place, ByteSource? Bytes)> _files = new(StringComparer.Ordinal);

    /// <summary>Says where the elements of a tensor lie; returns the bytes where they are there and belong to it.</summary>
    public (ByteSource Bytes, ByteRange Range)? Read(OnnxTensor tensor)
    {
        long at = tensor.Message.Range.Offset;
        string? location = null;
        long? offset = 0;
        long? length = null;
        foreach ((string key, string value) in tensor.External)
        {
            switch (key)
            {
                case "location":
                    location = value;
                    break;
                case "offset":
                    offset = Number(value);
                    break;
                case "length":
                    length = Number(value) ?? -1;
                    break;
                case "basepath" when value.Length > 0:
                    Odd("onnx.external-base", at, $"External data names the folder {Shown(value)} that it is to be found in.");
                    break;
                default:
                    if (!s_keys.Contains(key))
                    {
                        Odd("onnx.external-key", at, $"External data has the key {Shown(key)}, which the format does not know.");
                    }

                    break;
            }
        }

        if (location is null)
        {
            Odd("onnx.external-range", at, $"The elements of {Shown(tensor.Name)} lie in another file, and none is named.");
            return null;
        }

        if (location.Contains(MemoryAddress, StringComparison.Ordinal))
        {
            Odd("onnx.memory-address", at, $"The elements of {Shown(tensor.Name)} are to be read from an address in memory: {Shown(location)}.");
            return null;
        }

        (ReferencePlace place, ByteSource? bytes) = Open(location, at);
        if (location.EndsWith(Model, StringComparison.OrdinalIgnoreCase))
        {
            Odd("onnx.external-range", at, $"The elements of {Shown(tensor.Name)} are to be taken from the bytes of a model, {Shown(location)}: its graph would be its weights.");
        }

        if (offset is null or < 0 || length is < 0)
        {
            Odd("onnx.external-range", at, $"The place of the elements of {Shown(tensor.Name)} in {Shown(location)} is no number of bytes.");
            return null;
        }

        long wanted = length ?? Math.Max(0, tensor.Bytes);
        if (place != ReferencePlace.Inside || bytes is null)
        {
            return null;
        }

        if (offset.Value > bytes.Length || wanted > bytes.Length - offset.Value || (tensor.Bytes >= 0 && length is { } declared && declared < tensor.Bytes))
        {
            Odd("onnx.external-range", at, $"The elements of {Shown(tensor.Name)} lie outside of {Shown(location)}, or are more than it gives them.");
            return null;
        }

        return (bytes, new ByteRange(offset.Value, wanted));
    }

    /// <summary>Closes files that nobody keeps.</summary>
    public void Dispose()
    {
        foreach ((ReferencePlace _, ByteSource? bytes) in _files.Values)
        {
            if (!context.Wants(ReadingParts.Tensors))
            {
                bytes?.Dispose();
            }
        }
    }

    private (ReferencePlace Place, ByteSource? Bytes) Open(string location, long at)
    {
        if (_files.TryGetValue(location, out var known))
        {
            return known;
        }

        if (_files.Count >= MostFiles)
        {
            throw ScanBudget.Spent("entries", MostFiles, at);
        }

        ReferencePlace place = context.Refer("external-data", location, at);
        ByteSource? bytes = null;
        if (place == ReferencePlace.Inside && context.Artifact.In is { } bundle)
        {
            bytes = bundle.TryOpen(location).Bytes;
            if (bytes is not null && context.Wants(ReadingParts.Tensors))
            {
                context.Own(bytes);
            }
        }

        return _files[location] = (place, bytes);
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    private void Odd(string code, long at, FormattableString detail) => context.Anomaly(code, at, 0, detail.ToString(CultureInfo.InvariantCulture));

    private static string Shown(string text) => text.Length > 200 ? $"\"{text[..200]}...\"" : $"\"{text}\"";
}
