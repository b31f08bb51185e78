// The weights of a frozen graph: its constants.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.TensorFlow;

/// <summary>The constants of a graph that hold numbers as they lie in memory; smaller ones are written number by number, and left behind.</summary>
internal sealed class TensorFlowTensors(ReadContext context, ProtobufWire wire)
{
    private readonly List<(string Name, ElementType Type, List<long> Shape, ByteRange Range)> _found = [];
    private long _others;

    /// <summary>The element type of a number of <c>DataType</c>; null where it is no number of whole bytes.</summary>
    public static ElementType? TypeOf(long type) => type switch
    {
        1 => ElementType.F32,
        2 => ElementType.F64,
        3 or 13 => ElementType.I32,
        4 or 12 => ElementType.U8,
        5 or 15 => ElementType.I16,
        6 or 11 => ElementType.I8,
        8 => ElementType.C64,
        9 => ElementType.I64,
        10 => ElementType.Bool,
        14 => ElementType.BF16,
        16 or 17 => ElementType.U16,
        18 => ElementType.C128,
        19 => ElementType.F16,
        22 => ElementType.U32,
        23 => ElementType.U64,
        24 => ElementType.F8E5M2,
        25 => ElementType.F8E4M3,
        _ => null,
    };

    /// <summary>The sizes of a shape.</summary>
    public static List<long> ShapeOf(ProtobufMessage? shape)
    {
        List<long> sizes = [];
        foreach (ProtobufMessage dimension in shape?.Messages("dim") ?? [])
        {
            if (sizes.Count <= TensorView.MaxDimensions)
            {
                sizes.Add(dimension.Number("size") ?? 0);
            }
        }

        return sizes;
    }

    /// <summary>Adds the constant that a node is.</summary>
    public void Constant(ProtobufMessage message, TensorFlowNode node)
    {
        if (!context.Wants(ReadingParts.Tensors))
        {
            return;
        }

        foreach (ProtobufMessage entry in message.Messages("attr"))
        {
            if (entry.Text("key", 16) == "value" && entry.Message("value")?.Message("tensor") is { } tensor)
            {
                if (tensor.Field("tensor_content") is { Payload.Length: > 0 } content && TypeOf(tensor.Number("dtype") ?? 0) is { } type)
                {
                    _found.Add((node.Scope.Length > 0 ? $"{node.Scope}/{node.Name}" : node.Name, type, ShapeOf(tensor.Message("tensor_shape")), content.Payload));
                }
                else
                {
                    _others++;
                }
            }
        }
    }

    /// <summary>Adds the tensors.</summary>
    public void Fill(TensorGroup group)
    {
        foreach ((string name, ElementType type, List<long> shape, ByteRange range) in _found)
        {
            group.Add(name, TensorView.RowMajor(type, shape), new TensorStorage("", wire.Bytes, range));
        }

        if (_others > 0)
        {
            group.Leave("", "constants that are written number by number, or are texts", "They are settings of the graph and no weights.", _others);
        }
    }
}
