// Reads the header of a safetensors file as strictly as its specification asks.
using System.Buffers.Binary;
using System.Text.Json;
using Assay.Bytes;
using Assay.Tensors;

namespace Assay.Conversion;

/// <summary>
/// Reads a safetensors file: 64 bits little-endian with the length of the header, the header (JSON, at most 100 MB), and the tensors'
/// bytes, which must cover the rest without hole or overlap. Specification: the format section of the safetensors README.
/// </summary>
internal static class SafetensorsFile
{
    public const string MetadataName = "__metadata__";
    private const int LengthSize = 8;
    private const int LongestHeader = 100_000_000;

    /// <summary>Whether a file begins as safetensors does: a plausible length and an opening brace.</summary>
    public static bool LooksLike(ByteSource bytes)
    {
        byte[] head = bytes.ReadUpTo(0, LengthSize + 1);
        return head.Length > LengthSize && head[LengthSize] == '{'
            && BinaryPrimitives.ReadUInt64LittleEndian(head) is var length && length >= 2 && length <= (ulong)(bytes.Length - LengthSize);
    }

    /// <summary>Reads the header into the ledger.</summary>
    /// <exception cref="MalformedException">The header is broken.</exception>
    public static void Read(WeightSource source)
    {
        ByteSource bytes = source.Bytes;
        byte[] head = bytes.ReadUpTo(0, LengthSize);
        long length = head.Length < LengthSize ? -1 : BinaryPrimitives.ReadInt64LittleEndian(head);
        if (length is < 2 or > LongestHeader || length > bytes.Length - LengthSize)
        {
            throw new MalformedException(0, "The length of the header is impossible.");
        }

        byte[] json = bytes.ReadUpTo(LengthSize, Clamp.Count(length, 1, bytes.Length - LengthSize));
        if (json[0] != '{')
        {
            throw new MalformedException(LengthSize, "The header does not begin with a brace.");
        }

        List<(string Name, TensorView View, ByteRange Range, Packing? Packing)> tensors = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            long body = LengthSize + length;
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataName)
                {
                    foreach (JsonProperty text in property.Value.EnumerateObject())
                    {
                        source.Ledger.Metadata[text.Name] = text.Value.GetString() ?? throw new FormatException("A text of the metadata is null.");
                    }
                }
                else
                {
                    tensors.Add(Tensor(property, body));
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or OverflowException)
        {
            throw new MalformedException(LengthSize, $"The header is broken: {e.Message}");
        }

        Check(bytes, LengthSize + length, tensors);
        foreach ((string name, TensorView view, ByteRange range, Packing? packing) in tensors)
        {
            source.Ledger.Add(name, view, new TensorStorage("", bytes, range), packing);
        }
    }

    private static (string Name, TensorView View, ByteRange Range, Packing? Packing) Tensor(JsonProperty property, long body)
    {
        string dtype = property.Value.GetProperty("dtype").GetString() ?? "";
        long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
        Packing? packing = Packing.FromSafetensors(dtype, shape);
        ElementType type = packing is not null ? ElementType.U8
            : ElementTypes.FromSafetensors(dtype) ?? throw new FormatException($"The element type {dtype} of {property.Name} is not known.");
        long[] offsets = [.. property.Value.GetProperty("data_offsets").EnumerateArray().Select(d => d.GetInt64())];
        TensorView view = TensorView.RowMajor(type, packing is null ? shape : [packing.WholeBytes ?? -1]);
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || view.Count < 0 || view.Bytes != offsets[1] - offsets[0])
        {
            throw new FormatException($"The offsets of {property.Name} do not fit its shape and type.");
        }

        return (property.Name, view, new ByteRange(checked(body + offsets[0]), offsets[1] - offsets[0]), packing);
    }

    /// <summary>The tensors must follow each other without hole or overlap, and end where the file does.</summary>
    private static void Check(ByteSource bytes, long body, List<(string Name, TensorView View, ByteRange Range, Packing? Packing)> tensors)
    {
        long next = body;
        foreach ((string name, _, ByteRange range, _) in tensors.OrderBy(t => t.Range.Offset).ThenBy(t => t.Range.Length))
        {
            if (range.Offset != next)
            {
                throw new MalformedException(range.Offset, $"The tensor {name} leaves a hole or overlaps another.");
            }

            next = range.End;
        }

        if (next != bytes.Length)
        {
            throw new MalformedException(next, $"The tensors end at {next} and the file at {bytes.Length}.");
        }
    }
}
