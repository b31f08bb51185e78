// The weights that a manifest of TensorFlow.js lists, and the files beside it that hold them.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Formats.Tfjs;

/// <summary>A group of weights: they lie in the files one after the other, as if these were one.</summary>
internal sealed class TfjsGroup
{
    public List<string> Paths { get; } = [];

    public List<TfjsWeight> Weights { get; } = [];
}

/// <summary>One weight of a manifest.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">The type of its elements.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Stored">The type as which it is stored, where it is quantised; empty where it is not.</param>
internal sealed record TfjsWeight(string Name, string Dtype, IReadOnlyList<long>? Shape, string Stored)
{
    /// <summary>The type as which its elements lie in the files.</summary>
    public ElementType? Element => (Stored.Length > 0 ? Stored : Dtype) switch
    {
        "float32" => ElementType.F32,
        "float16" => ElementType.F16,
        "int32" => ElementType.I32,
        "uint8" => ElementType.U8,
        "uint16" => ElementType.U16,
        "bool" => ElementType.Bool,
        "complex64" => ElementType.C64,
        _ => null,
    };

    /// <summary>The bytes that it takes; null where that cannot be told.</summary>
    public long? Bytes => Element is { } element && Shape is not null && ArrayExtent.Of(Shape, element.Size()) is { Error: ExtentError.None } extent ? extent.Bytes : null;

    /// <summary>Reads the object that the current token begins.</summary>
    public static TfjsWeight Read(JsonTokenReader json)
    {
        string name = "";
        string dtype = "";
        string stored = "";
        List<long>? shape = null;
        int depth = json.Depth;
        string inner = "";
        while (json.Read() && !(json.Type == JsonTokenType.EndObject && json.Depth == depth))
        {
            if (json.Type != JsonTokenType.PropertyName)
                continue;

            // A quantisation is an object in the object: its type is the one in the file.
            bool isOuter = json.Depth == depth + 1;
            string key = json.LooseText();
            inner = isOuter ? key : inner;
            json.Read();
            switch (key)
            {
                case "name" when isOuter && json.Type == JsonTokenType.String:
                    name = json.LooseText();
                    break;
                case "dtype" when json.Type == JsonTokenType.String:
                    (dtype, stored) = isOuter ? (json.LooseText(), stored) : (dtype, inner == "quantization" ? json.LooseText() : stored);
                    break;
                case "shape" when isOuter && json.Type == JsonTokenType.StartArray:
                    shape = Numbers(json);
                    break;
                default:
                    if (key != "quantization")
                        json.Skip();

                    break;
            }
        }

        return new TfjsWeight(name, dtype, shape, stored);
    }

    private static List<long>? Numbers(JsonTokenReader json)
    {
        List<long>? numbers = [];
        int depth = json.Depth;
        while (json.Read() && !(json.Type == JsonTokenType.EndArray && json.Depth == depth))
        {
            if (numbers is not null && numbers.Count < TensorView.MaxDimensions && json.TryNumber(out long number) && number >= 0)
                numbers.Add(number);
            else
                numbers = null;
        }

        return numbers;
    }
}

/// <summary>Takes the weights from the files beside a manifest.</summary>
internal static class TfjsWeights
{
    /// <summary>Adds the weights whose files are there.</summary>
    public static void Fill(IReadOnlyList<TfjsGroup> groups, ReadContext context, TensorGroup tensors)
    {
        foreach (TfjsGroup group in groups)
        {
            long at = 0;
            JoinedSource? joined = Open(group, context, tensors);
            foreach (TfjsWeight weight in group.Weights)
            {
                if (joined is null || weight is not { Element: { } element, Bytes: { } bytes, Shape: { } shape })
                {
                    tensors.Problem(weight.Name, joined is null ? "The files that hold it are not beside the manifest." : "Its type or shape is none that tensors have.");
                    if (joined is not null && weight.Bytes is null)
                        break;

                    continue;
                }

                tensors.Add(weight.Name, TensorView.RowMajor(element, shape), new TensorStorage("", joined, new ByteRange(at, bytes).ClampTo(joined.Length)));
                at += bytes;
            }
        }
    }

    private static JoinedSource? Open(TfjsGroup group, ReadContext context, TensorGroup tensors)
    {
        List<ByteSource> parts = [];
        foreach (string path in group.Paths)
        {
            if (context.Artifact.In?.TryOpen(path).Bytes is not { } opened)
                return null;

            context.Own(opened);
            tensors.Companion(path);
            parts.Add(opened);
        }

        return parts.Count == 0 ? null : new JoinedSource(parts);
    }

    /// <summary>Files one after the other.</summary>
    private sealed class JoinedSource : ByteSource
    {
        private readonly List<(long Start, ByteSource Bytes)> _parts = [];

        public JoinedSource(IEnumerable<ByteSource> parts)
        {
            foreach (ByteSource part in parts)
            {
                _parts.Add((Length, part));
                Length += part.Length;
            }
        }

        public override long Length { get; }

        public override int ReadAt(long offset, Span<byte> destination)
        {
            int read = 0;
            while (read < destination.Length && offset + read < Length)
            {
                int low = 0;
                for (int high = _parts.Count; low < high;)
                {
                    int middle = (low + high) / 2;
                    (low, high) = _parts[middle].Start <= offset + read ? (middle + 1, high) : (low, middle);
                }

                (long start, ByteSource bytes) = _parts[low - 1];
                int got = bytes.ReadAt(offset + read - start, destination[read..]);
                if (got == 0)
                    break;

                read += got;
            }

            return read;
        }
    }
}
