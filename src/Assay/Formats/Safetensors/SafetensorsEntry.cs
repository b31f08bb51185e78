// One tensor of a safetensors header: element type, shape and place.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Formats.Json;

namespace Assay.Formats.Safetensors;

/// <summary>
/// One tensor of a safetensors header: <c>dtype</c>, <c>shape</c> and <c>data_offsets</c>, the first and the last byte behind the header.
/// </summary>
/// <param name="Range">The offsets, where they are two whole numbers in order.</param>
/// <param name="View">How the elements lie, where the type is known and the shape fits the offsets.</param>
/// <param name="Packing">How elements smaller than a byte share one.</param>
internal readonly record struct SafetensorsEntry((long Begin, long End)? Range, TensorView? View, Packing? Packing)
{
    private const int Dtype = 1;
    private const int Shape = 2;
    private const int Offsets = 4;

    /// <summary>Says what is odd about an entry: the code, where, and the rest of a sentence.</summary>
    public delegate void Oddly(string code, long offset, string what);

    /// <summary>Reads the object that the current token begins.</summary>
    public static SafetensorsEntry Read(JsonTokenReader json, long at, Oddly odd)
    {
        string? dtype = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        int seen = 0;
        while (json.Read() && json.Type == JsonTokenType.PropertyName)
        {
            long key = json.Offset;
            string name = json.Text();
            int field = name switch { "dtype" => Dtype, "shape" => Shape, "data_offsets" => Offsets, _ => 0 };
            if ((seen & field) != 0)
            {
                odd("safetensors.duplicate-key", key, $"has {name} twice.");
            }

            seen |= field;
            json.Read();
            switch (field)
            {
                case Dtype:
                    dtype = json.Type == JsonTokenType.String ? json.Text() : null;
                    json.Skip();
                    break;
                case Shape:
                    shape = Numbers(json, TensorView.MaxDimensions);
                    break;
                case Offsets:
                    offsets = Numbers(json, 2);
                    break;
                default:
                    odd("safetensors.unknown-field", key, "has a field that the format does not know.");
                    json.Skip();
                    break;
            }
        }

        if (dtype is null || shape is null || offsets is not [long begin, long end])
        {
            odd("safetensors.entry-broken", at, "lacks its type, shape or offsets, or they are none.");
            return default;
        }

        if (begin > end)
        {
            odd("safetensors.entry-broken", at, "ends before it begins.");
            return default;
        }

        return Check(dtype, shape, begin, end, at, odd);
    }

    private static SafetensorsEntry Check(string dtype, List<long> shape, long begin, long end, long at, Oddly odd)
    {
        Packing? packing = Packing.FromSafetensors(dtype, shape);
        if (packing is null && ElementTypes.FromSafetensors(dtype) is null)
        {
            odd("safetensors.dtype-unknown", at, "has an element type that is not known.");
            return new SafetensorsEntry((begin, end), null, null);
        }

        ElementType type = packing is null ? ElementTypes.FromSafetensors(dtype)!.Value : ElementType.U8;
        ArrayExtent extent = packing is null ? ArrayExtent.Of(shape, type.Size()) : ArrayExtent.Of([packing.WholeBytes ?? -1], 1);
        if (extent.Error != ExtentError.None || extent.Bytes != end - begin)
        {
            odd("safetensors.shape-mismatch", at, "has another size than its type and shape ask for.");
            return new SafetensorsEntry((begin, end), null, null);
        }

        return new SafetensorsEntry((begin, end), TensorView.RowMajor(type, packing is null ? shape : [extent.Bytes]), packing);
    }

    /// <summary>The whole numbers of a list; null where it is none, has others in it, or more than <paramref name="most"/>.</summary>
    private static List<long>? Numbers(JsonTokenReader json, int most)
    {
        if (json.Type != JsonTokenType.StartArray)
        {
            json.Skip();
            return null;
        }

        int depth = json.Depth;
        List<long>? numbers = [];
        while (json.Read() && !(json.Type == JsonTokenType.EndArray && json.Depth == depth))
        {
            if (numbers is not null && numbers.Count < most && json.TryNumber(out long number) && number >= 0)
            {
                numbers.Add(number);
            }
            else
            {
                numbers = null;
            }
        }

        return numbers;
    }
}
