// The tensors of an ONNX model as somebody wants to convert them, and what is odd about them.
using System.Buffers.Binary;
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Onnx;

/// <summary>Checks the tensors of a model, and gives their places.</summary>
internal sealed class OnnxTensors(ReadContext context, ProtobufWire wire, OnnxExternalData external)
{
    /// <summary>A tensor whose numbers are not stored as they are in memory is decoded; larger ones are left behind.</summary>
    private const int MostDecoded = 1 << 20;

    private readonly OddityLog _oddities = new();
    private readonly List<(string Name, OnnxTensor Tensor, ByteSource Bytes, ByteRange Range)> _found = [];
    private readonly List<(string Name, OnnxTensor Tensor)> _typed = [];
    private readonly List<(string Name, string Why)> _problems = [];
    private long _others;

    /// <summary>Checks one tensor. Those without a name are constants of nodes, and no weights.</summary>
    public void Add(OnnxTensor tensor, bool isWeight)
    {
        long at = tensor.Message.Range.Offset;
        if (tensor.Bytes == -2)
        {
            Odd("onnx.shape", at, $"The tensor {Shown(tensor.Name)} has a negative size or more elements than can be counted.");
        }

        bool isExternal = tensor.IsExternal || tensor.External.Count > 0;
        if (tensor.Places.Count > 1 || (isExternal && tensor.Places.Count > 0))
        {
            Odd("onnx.dual-data", at,
                $"The tensor {Shown(tensor.Name)} has its elements in several places: {string.Join(", ", tensor.Places.Select(p => p.Field).Concat(isExternal ? ["external_data"] : []))}.");
        }

        foreach ((string field, ProtobufField first) in tensor.Places)
        {
            Examine(tensor, field, first);
        }

        (ByteSource Bytes, ByteRange Range)? elsewhere = isExternal ? external.Read(tensor) : null;
        if (tensor.Places.Find(p => p.Field == "raw_data") is { Field: not null, First: var raw } && tensor.Bytes >= 0 && raw.Payload.Length != tensor.Bytes)
        {
            Odd("onnx.shape-mismatch", at, $"The tensor {Shown(tensor.Name)} asks for {tensor.Bytes} bytes and has {raw.Payload.Length}.");
        }

        if (isWeight && context.Wants(ReadingParts.Tensors))
        {
            Keep(tensor, elsewhere);
        }
    }

    /// <summary>Says what is odd.</summary>
    public void Tell()
    {
        foreach (Oddity odd in _oddities.All)
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Detail = odd.Detail, Count = odd.Count });
        }
    }

    /// <summary>Adds the tensors.</summary>
    public void Fill(TensorGroup group)
    {
        foreach ((string name, OnnxTensor tensor, ByteSource bytes, ByteRange range) in _found)
        {
            if (tensor.Packing is { } packing)
            {
                group.Add(name, TensorView.RowMajor(ElementType.U8, [tensor.Bytes]), new TensorStorage("", bytes, range), packing);
            }
            else
            {
                group.Add(name, TensorView.RowMajor(tensor.Type!.Value, tensor.Shape), new TensorStorage("", bytes, range));
            }
        }

        foreach ((string name, OnnxTensor tensor) in _typed)
        {
            if (Decode(tensor) is { } decoded)
            {
                group.Add(name, tensor.Type!.Value, tensor.Shape, decoded);
            }
            else
            {
                group.Problem(name, "Its numbers are not as many as its shape asks for, or too many to be decoded.");
            }
        }

        foreach ((string name, string why) in _problems)
        {
            group.Problem(name, why);
        }

        if (_others > 0)
        {
            group.Leave("", "tensors of texts or of types that are not known", "They are no numbers.", _others);
        }
    }

    private void Examine(OnnxTensor tensor, string field, ProtobufField first)
    {
        if (field is "string_data")
        {
            return;
        }

        if (field == "raw_data" && tensor.DataType is 2 or 3 or 9 or 8 or 0)
        {
            ProtobufPayloads.Examine(context, wire, first.Payload, tensor.Name.Length > 0 ? tensor.Name : "tensor");
        }
        else if (field == "raw_data")
        {
            ProtobufPayloads.ExamineNumbers(context, wire, first.Payload, tensor.Name.Length > 0 ? tensor.Name : "tensor");
        }
    }

    private void Keep(OnnxTensor tensor, (ByteSource Bytes, ByteRange Range)? elsewhere)
    {
        if (tensor.Type is null && tensor.Packing is null)
        {
            _others++;
        }
        else if (tensor.IsExternal || tensor.External.Count > 0)
        {
            if (elsewhere is { } place)
            {
                _found.Add((tensor.Name, tensor, place.Bytes, place.Range));
            }
            else
            {
                _problems.Add((tensor.Name, "The file with its elements is not there, or does not hold them."));
            }
        }
        else if (tensor.Bytes < 0 || (tensor.Places.Count == 0 && tensor.Bytes > 0))
        {
            _problems.Add((tensor.Name, "It has no elements, or a shape that no tensor has."));
        }
        else if (tensor.Places.Count == 0)
        {
            _found.Add((tensor.Name, tensor, wire.Bytes, new ByteRange(tensor.Message.Range.Offset, 0)));
        }
        else if (IsPlain(tensor))
        {
            _found.Add((tensor.Name, tensor, wire.Bytes, tensor.Places[0].First.Payload));
        }
        else
        {
            _typed.Add((tensor.Name, tensor));
        }
    }

    /// <summary>Whether the elements lie in one field as they would in memory.</summary>
    private static bool IsPlain(OnnxTensor tensor) =>
        tensor.Pieces == 1 && tensor.Places[0].First.Wire == ProtobufWire.Payload
        && (tensor.Places[0].Field == "raw_data"
            || (tensor.Places[0].Field == "float_data" && tensor.DataType is 1 or 14)
            || (tensor.Places[0].Field == "double_data" && tensor.DataType is 11 or 15));

    /// <summary>Numbers of variable length, or numbers that stand one by one, as bytes in memory; null where they are not as many as the shape asks for.</summary>
    private byte[]? Decode(OnnxTensor tensor)
    {
        long size = tensor.Type!.Value.Size();
        if (tensor.Bytes > MostDecoded)
        {
            return null;
        }

        byte[] decoded = new byte[tensor.Bytes];
        Span<byte> eight = stackalloc byte[8];
        int at = 0;
        foreach (ProtobufField field in tensor.Message)
        {
            if (field.Name != tensor.Places[0].Field)
            {
                continue;
            }

            if (field.Wire is ProtobufWire.Four or ProtobufWire.Eight || (field.Wire == ProtobufWire.Payload && field.Name is "float_data" or "double_data"))
            {
                byte[] raw = wire.Copy(field.Payload, decoded.Length - at + 1);
                if (raw.Length > decoded.Length - at)
                {
                    return null;
                }

                raw.CopyTo(decoded, at);
                at += raw.Length;
                continue;
            }

            foreach (long number in field.Numbers(MostDecoded))
            {
                if (at + size > decoded.Length)
                {
                    return null;
                }

                BinaryPrimitives.WriteInt64LittleEndian(eight, number);
                eight[..(int)Math.Min(8, size)].CopyTo(decoded.AsSpan(at));
                at += (int)size;
            }
        }

        return at == decoded.Length ? decoded : null;
    }

    private void Odd(string code, long offset, FormattableString detail) =>
        _oddities.Add(code, offset, 0, () => detail.ToString(CultureInfo.InvariantCulture));

    private static string Shown(string name) => name.Length > 200 ? $"\"{name[..200]}...\"" : $"\"{name}\"";
}
