// One tensor of an ONNX model: type, shape, and the place or places of its elements.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Onnx;

/// <summary>One TensorProto. Its elements lie in exactly one field, or in another file; a tensor with several places means different things to different readers.</summary>
internal sealed class OnnxTensor
{
    /// <summary>The value of <c>data_location</c> for elements in another file.</summary>
    private const long InOtherFile = 1;

    private readonly List<(string Key, string Value)> _external = [];

    private OnnxTensor(ProtobufMessage message) => Message = message;

    /// <summary>The message.</summary>
    public ProtobufMessage Message { get; }

    /// <summary>The name; constants of nodes often have none.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The number of the element type.</summary>
    public long DataType { get; private set; }

    /// <summary>The shape, with sizes as they stand there.</summary>
    public List<long> Shape { get; } = [];

    /// <summary>The fields that hold elements: the name of the field and its first payload that is not empty.</summary>
    public List<(string Field, ProtobufField First)> Places { get; } = [];

    /// <summary>How many fields of the name of the first place there are: numbers need not be packed.</summary>
    public long Pieces { get; private set; }

    /// <summary>Keys and values of the external data.</summary>
    public IReadOnlyList<(string Key, string Value)> External => _external;

    /// <summary>Whether the elements lie in another file.</summary>
    public bool IsExternal { get; private set; }

    /// <summary>The element type; null where it is smaller than a byte, a text, or not known.</summary>
    public ElementType? Type => DataType switch
    {
        1 => ElementType.F32,
        2 => ElementType.U8,
        3 => ElementType.I8,
        4 => ElementType.U16,
        5 => ElementType.I16,
        6 => ElementType.I32,
        7 => ElementType.I64,
        9 => ElementType.Bool,
        10 => ElementType.F16,
        11 => ElementType.F64,
        12 => ElementType.U32,
        13 => ElementType.U64,
        14 => ElementType.C64,
        15 => ElementType.C128,
        16 => ElementType.BF16,
        17 => ElementType.F8E4M3,
        18 => ElementType.F8E4M3Fnuz,
        19 => ElementType.F8E5M2,
        20 => ElementType.F8E5M2Fnuz,
        24 => ElementType.F8E8M0,
        _ => null,
    };

    /// <summary>How elements smaller than a byte are packed, or null.</summary>
    public Packing? Packing => DataType switch
    {
        21 => new Packing("uint4", 4, Shape, null),
        22 => new Packing("int4", 4, Shape, null),
        23 => new Packing("float4e2m1", 4, Shape, "F4"),
        25 => new Packing("uint2", 2, Shape, null),
        26 => new Packing("int2", 2, Shape, null),
        _ => null,
    };

    /// <summary>Whether elements are texts.</summary>
    public bool IsText => DataType == 8;

    /// <summary>The bytes that type and shape ask for; -1 where that is not known, -2 where no tensor can be so.</summary>
    public long Bytes
    {
        get
        {
            ArrayExtent extent = ArrayExtent.Of(Shape, Type?.Size() ?? 1);
            return extent.Error != ExtentError.None ? -2
                : Packing is { } packing ? (extent.Count / (8 / packing.Bits)) + (extent.Count % (8 / packing.Bits) == 0 ? 0 : 1)
                : Type is null ? -1 : extent.Bytes;
        }
    }

    /// <summary>Reads the message.</summary>
    public static OnnxTensor Read(ProtobufMessage message)
    {
        OnnxTensor tensor = new(message);
        foreach (ProtobufField field in message)
        {
            switch (field.Name)
            {
                case "dims":
                    tensor.Shape.AddRange(field.Numbers(TensorView.MaxDimensions + 1 - Math.Min(tensor.Shape.Count, TensorView.MaxDimensions + 1)));
                    break;
                case "data_type":
                    tensor.DataType = field.Number;
                    break;
                case "name":
                    tensor.Name = field.Text();
                    break;
                case "data_location":
                    tensor.IsExternal = field.Number == InOtherFile;
                    break;
                case "external_data" when field.Message is { } entry && tensor._external.Count < 64:
                    tensor._external.Add((entry.Text("key"), entry.Text("value")));
                    break;
                case "float_data" or "int32_data" or "string_data" or "int64_data" or "raw_data" or "double_data" or "uint64_data":
                    tensor.Place(field);
                    break;
            }
        }

        return tensor;
    }

    private void Place(ProtobufField field)
    {
        if (Places.Count > 0 && Places[0].Field == field.Name)
        {
            Pieces++;
        }
        else if ((field.Wire != ProtobufWire.Payload || field.Payload.Length > 0 || field.Name == "string_data") && !Places.Exists(p => p.Field == field.Name))
        {
            Places.Add((field.Name, field));
            Pieces = Places.Count == 1 ? 1 : Pieces;
        }
    }
}
