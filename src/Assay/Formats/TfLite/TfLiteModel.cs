// What a TensorFlow Lite model holds: operators, tensors, buffers, and what refers to what.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;
using Assay.Formats.FlatBuffers;
using Assay.Formats.Graphs;
using Assay.Formats.Native;
using Assay.Formats.TensorFlow;

namespace Assay.Formats.TfLite;

/// <summary>Reads the tables of a model that decide what runs, and checks the numbers that interpreters take for granted.</summary>
internal sealed class TfLiteModel(FlatBuffer buffer, ByteRange range, ReadContext context)
{
    private const byte Custom = 32;
    private const byte PlaceholderForGreater = 127;
    private const int EntrySize = 120;
    private const int MostTexts = 1_000;

    private static readonly Lazy<string[]> s_operators = new(() =>
    {
        using Stream stream = EmbeddedTable.Open("formats/tflite-operators.txt");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    });

    private readonly OddityLog _oddities = new();
    private readonly List<(string Name, TensorView View, ByteRange Range, Packing? Packing)> _tensors = [];
    private readonly List<ByteRange> _buffers = [];
    private readonly List<(string Domain, string Name, long At)> _codes = [];
    private readonly TfLiteGraphs _graphs = new();
    private long[] _uses = [];

    /// <summary>Reads the model below its root.</summary>
    public void Read(FlatTable model)
    {
        Buffers(model.Vector(4));
        Codes(model.Vector(1));
        FlatVector graphs = model.Vector(2);
        for (uint i = 0; i < graphs.Count; i++)
        {
            Graph(graphs.Table(i), i, graphs.Count);
        }

        if (_graphs.FindCycle() is { } cycle)
        {
            Odd("tflite.recursion", range.Offset, $"The subgraph {cycle} calls itself, directly or through others; an interpreter that follows does not end.");
        }

        FlatVector groups = model.Vector(8);
        for (uint i = 0; i < groups.Count; i++)
        {
            if (groups.Table(i).Text(0) is { } name)
            {
                context.Refer("external-data", name, buffer.Absolute(groups.At(i)));
            }
        }

        Texts(model);
        context.Meta("version", model.U32(0).ToString(CultureInfo.InvariantCulture));
        context.Meta("subgraphs", graphs.Count.ToString(CultureInfo.InvariantCulture));
        context.Meta("tensors", _tensors.Count.ToString(CultureInfo.InvariantCulture));
        FlowFindings.Tell(graph => new TfLiteFlow(buffer, context.Artifact.Bytes, [.. _codes.Select(c => c.Name)], _buffers).Fill(model, graph), "graph.trigger", context);
    }

    /// <summary>Tells the operators and what is odd, as far as the model was read.</summary>
    public void Tell()
    {
        for (int i = 0; i < _codes.Count; i++)
        {
            context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = _codes[i].At, Domain = _codes[i].Domain, Name = _codes[i].Name, Count = i < _uses.Length ? _uses[i] : 0 });
        }

        foreach (Oddity odd in _oddities.All)
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Length = odd.Length, Detail = odd.Detail, Count = odd.Count });
        }
    }

    /// <summary>Adds the tensors that have values.</summary>
    public void Fill(TensorGroup group)
    {
        foreach ((string name, TensorView view, ByteRange place, Packing? packing) in _tensors)
        {
            group.Add(name, view, new TensorStorage("", context.Artifact.Bytes, place), packing);
        }
    }

    private void Codes(FlatVector codes)
    {
        for (uint i = 0; i < codes.Count; i++)
        {
            FlatTable code = codes.Table(i);
            int number = Math.Max(code.U8(0), code.I32(3));
            string? name = number == Custom ? code.Text(1) ?? "" : number < s_operators.Value.Length ? s_operators.Value[number] : null;
            if (name is null || number == PlaceholderForGreater || number < 0)
            {
                Odd("tflite.operator-unknown", buffer.Absolute(code.At), $"The operator {number} is not known.");
            }

            context.Budget.Hold(EntrySize);
            _codes.Add((number != Custom ? "" : IsOfTensorFlow(name) ? "tensorflow" : "custom", name ?? number.ToString(CultureInfo.InvariantCulture), buffer.Absolute(code.At)));
        }

        _uses = new long[_codes.Count];
    }

    /// <summary>
    /// Whether a custom operator has the name of one of TensorFlow's own, as converters leave those over that Lite does not have: the interpreter refuses the model unless somebody has registered
    /// code for that name, and it is no secret what that has to do.
    /// </summary>
    private static bool IsOfTensorFlow(string? name) => name is { Length: > 0 } && name[0] != '_' && TensorFlowOperators.IsRegistered(name) && TensorFlowOperators.Watched(name) is null;

    private void Buffers(FlatVector buffers)
    {
        for (uint i = 0; i < buffers.Count; i++)
        {
            FlatTable one = buffers.Table(i);
            ByteRange place = one.Vector(0, 1).Range;
            ulong offset = one.U64(1);
            if (offset > 1)
            {
                place = Outside(offset, one.U64(2), one.At);
            }

            context.Budget.Hold(sizeof(long) * 2);
            _buffers.Add(place);
            NativeHead.Submit(context, place);
        }
    }

    /// <summary>Bytes that lie behind the FlatBuffer, by their place in the file.</summary>
    private ByteRange Outside(ulong offset, ulong size, long at)
    {
        if (offset > (ulong)range.Length || size > (ulong)range.Length - offset)
        {
            Odd("tflite.outside", buffer.Absolute(at), $"A buffer lies at {offset} with {size} bytes, and the file has {range.Length}.");
            return default;
        }

        ByteRange place = new(range.Offset + (long)offset, (long)size);
        context.Cover(place, CoverageKind.Data);
        return place;
    }

    private void Graph(FlatTable graph, uint number, uint graphs)
    {
        FlatVector tensors = graph.Vector(0);
        for (uint i = 0; i < tensors.Count; i++)
        {
            Tensor(tensors.Table(i), number);
        }

        Indices(graph.Vector(1), tensors.Count, graph.At);
        Indices(graph.Vector(2), tensors.Count, graph.At);
        FlatVector operators = graph.Vector(3);
        for (uint i = 0; i < operators.Count; i++)
        {
            FlatTable one = operators.Table(i);
            uint code = one.U32(0);
            if (code < _codes.Count)
            {
                _uses[(int)code]++;
            }
            else
            {
                Odd("tflite.index", buffer.Absolute(one.At), $"An operator is the {code}th of {_codes.Count}.");
            }

            Indices(one.Vector(1), tensors.Count, one.At);
            Indices(one.Vector(2), tensors.Count, one.At);
            if (one.U64(9) is > 1 and ulong options)
            {
                Outside(options, one.U64(10), one.At);
            }

            Calls(one, code, number, graphs);
        }
    }

    private void Calls(FlatTable one, uint code, uint from, uint graphs)
    {
        string name = code < _codes.Count && _codes[(int)code].Domain.Length == 0 ? _codes[(int)code].Name : "";
        int fields = name switch { "IF" or "WHILE" => 2, "CALL_ONCE" or "CALL" => 1, _ => 0 };
        if (fields == 0 || one.Field(4, 4) == 0 || one.Table(4) is not { } options)
        {
            return;
        }

        for (int i = 0; i < fields; i++)
        {
            int to = options.I32(i);
            if (to < 0 || to >= graphs)
            {
                Odd("tflite.index", buffer.Absolute(one.At), $"An operator calls the subgraph {to} of {graphs}.");
            }
            else
            {
                context.Budget.Hold(EntrySize);
                _graphs.Add(from, (uint)to);
            }
        }
    }

    private void Indices(FlatVector indices, uint count, long at)
    {
        for (uint i = 0; i < indices.Count; i++)
        {
            int index = indices.I32(i);

            // -1 is an input that is left out.
            if (index < -1 || index >= count)
            {
                Odd("tflite.index", buffer.Absolute(at), $"Something refers to the tensor {index} of {count}.");
            }
        }
    }

    private void Tensor(FlatTable tensor, uint graph)
    {
        FlatVector extents = tensor.Vector(0);
        long[] shape = new long[Clamp.Count(extents.Count, 4, buffer.Length)];
        UInt128 count = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = extents.I32((uint)i);
            if (shape[i] < -1)
            {
                Odd("tflite.shape", buffer.Absolute(tensor.At), $"A tensor has the extent {shape[i]}.");
            }

            count = count > long.MaxValue ? count : count * (UInt128)Math.Max(0, shape[i]);
        }

        uint index = tensor.U32(2);
        byte type = tensor.U8(1);
        if (index >= _buffers.Count && !(index == 0 && _buffers.Count == 0))
        {
            Odd("tflite.index", buffer.Absolute(tensor.At), $"A tensor has the buffer {index} of {_buffers.Count}.");
            return;
        }

        if (!TfLiteTypes.IsKnown(type))
        {
            Odd("tflite.type-unknown", buffer.Absolute(tensor.At), $"A tensor has elements of type {type}.");
        }

        int bits = TfLiteTypes.BitsOf(type);
        UInt128 bytes = ((count * (uint)bits) + 7) / 8;
        if (count > long.MaxValue || bytes > int.MaxValue * 64UL)
        {
            Odd("tflite.shape", buffer.Absolute(tensor.At), $"The shape of a tensor asks for {bytes} bytes.");
            return;
        }

        ByteRange place = _buffers.Count > 0 ? _buffers[(int)index] : default;
        if (place.Length == 0 || bits == 0 || tensor.Field(6) > 0)
        {
            // No values; texts and resources; sparse tensors, which hold less than their shape says.
            return;
        }

        string name = tensor.Text(3) ?? "";
        if ((UInt128)place.Length < bytes)
        {
            Odd("tflite.size-mismatch", buffer.Absolute(tensor.At), $"The tensor {name} needs {bytes} bytes and its buffer has {place.Length}.");
            return;
        }

        if (context.Wants(ReadingParts.Tensors) && shape.Length <= TensorView.MaxDimensions)
        {
            name = graph == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{graph}.{name}");
            ByteRange own = place with { Length = (long)bytes };
            _tensors.Add(TfLiteTypes.ElementOf(type) is { } element
                ? (name, TensorView.RowMajor(element, shape), own, null)
                : (name, TensorView.RowMajor(ElementType.U8, [own.Length]), own, new Packing(type == 19 ? "int2" : "int4", bits, shape, null)));
        }
    }

    private void Texts(FlatTable model)
    {
        if (model.Text(3, context.Limits.TextBytes) is { Length: > 0 } description)
        {
            Entry("description", description, model.At);
        }

        FlatVector metadata = model.Vector(6);
        for (uint i = 0; i < Math.Min(metadata.Count, MostTexts); i++)
        {
            FlatTable one = metadata.Table(i);
            string name = one.Text(0) ?? "";
            uint index = one.U32(1);
            if (index >= _buffers.Count)
            {
                Odd("tflite.index", buffer.Absolute(one.At), $"The metadata {name} has the buffer {index} of {_buffers.Count}.");
                continue;
            }

            ByteRange place = _buffers[(int)index];
            byte[] bytes = context.Artifact.Bytes.ReadUpTo(place.Offset, (int)Math.Min(place.Length, context.Limits.TextBytes));
            bool isText = !bytes.AsSpan().TrimEnd((byte)0).ContainsAnyInRange((byte)0, (byte)8);
            Entry(KeyPath.Append("metadata", name), isText ? System.Text.Encoding.UTF8.GetString(bytes.AsSpan().TrimEnd((byte)0)) : "", one.At);
            if (!isText && place.Length > 0)
            {
                // The description of a model is a FlatBuffer of its own; anything else that some format claims is examined as what it is.
                using ByteSource child = context.Artifact.Bytes.Slice(place);
                context.Submit(new Artifact(name.Length > 0 ? name : "metadata", child, context.Artifact) { MayBeOpaque = true });
            }
        }
    }

    private void Entry(string key, string value, long at)
    {
        context.Meta(key, value);
        context.Add(new EntryFact { Path = context.Artifact.Path, Offset = buffer.Absolute(at), Source = "metadata", Key = key, Value = value });
    }

    private void Odd(string code, long offset, FormattableString detail) => _oddities.Add(code, offset, 0, () => detail.ToString(CultureInfo.InvariantCulture));
}
