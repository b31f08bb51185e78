// Builds ONNX models message by message.
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Onnx;

/// <summary>Builds ONNX models.</summary>
internal static class OnnxModels
{
    /// <summary>A model whose graph is filled by <paramref name="graph"/>.</summary>
    public static byte[] Model(Action<ProtobufBuilder> graph, Action<ProtobufBuilder>? more = null)
    {
        ProtobufBuilder model = new ProtobufBuilder().Number(1, 8).Text(2, "test").Message(7, g =>
        {
            graph(g);
            g.Text(2, "g").Message(11, v => v.Text(1, "x")).Message(12, v => v.Text(1, "y"));
        });
        more?.Invoke(model);
        return model.Message(8, o => o.Text(1, "").Number(2, 17)).Build();
    }

    public static ProtobufBuilder Node(string op, string domain, string[] inputs, string[] outputs, params Action<ProtobufBuilder>[] attributes)
    {
        ProtobufBuilder node = new();
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        foreach (string output in outputs)
        {
            node.Text(2, output);
        }

        node.Text(4, op);
        foreach (Action<ProtobufBuilder> attribute in attributes)
        {
            node.Message(5, attribute);
        }

        return domain.Length > 0 ? node.Text(7, domain) : node;
    }

    public static Action<ProtobufBuilder> Said(string name, string value) => a => a.Text(1, name).Text(4, value).Number(20, 3);

    public static Action<ProtobufBuilder> Counted(string name, long value) => a => a.Text(1, name).Number(3, value).Number(20, 2);

    public static Action<ProtobufBuilder> Inner(string name, Action<ProtobufBuilder> graph) => a => a.Text(1, name).Message(6, graph).Number(20, 5);

    /// <summary>A tensor of four floats as raw bytes.</summary>
    public static ProtobufBuilder Weights(string name) => new ProtobufBuilder().Packed(1, 4).Number(2, 1).Text(8, name).Bytes(9, new byte[16]);

    /// <summary>A matrix of two rows and columns.</summary>
    public static ProtobufBuilder Square(string name) => new ProtobufBuilder().Packed(1, 2, 2).Number(2, 1).Text(8, name).Bytes(9, new byte[16]);

    /// <summary>A tensor of floats as raw bytes.</summary>
    public static ProtobufBuilder Floats(string name, params float[] values) =>
        new ProtobufBuilder().Packed(1, values.Length).Number(2, 1).Text(8, name).Bytes(9, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray());

    public static ProtobufBuilder Integers(string name, params long[] values) => new ProtobufBuilder().Packed(1, values.Length).Number(2, 7).Text(8, name).Packed(7, values);

    /// <summary>A tensor whose elements lie in another file.</summary>
    public static ProtobufBuilder External(params (string Key, string Value)[] entries)
    {
        ProtobufBuilder tensor = new ProtobufBuilder().Packed(1, 4).Number(2, 1).Text(8, "w");
        foreach ((string key, string value) in entries)
        {
            tensor.Message(13, e => e.Text(1, key).Text(2, value));
        }

        return tensor.Number(14, 1);
    }

    /// <summary>A model that adds its weights to its input.</summary>
    public static byte[] Good { get; } = Model(g => g.Message(1, Node("Add", "", ["x", "w"], ["y"])).Message(5, Weights("w")));

    public static byte[] WithExternal(params (string Key, string Value)[] entries) => Model(g => g.Message(5, External(entries)));
}
