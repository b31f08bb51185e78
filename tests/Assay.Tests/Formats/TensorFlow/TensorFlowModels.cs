// Builds graphs and saved models of TensorFlow message by message.
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.TensorFlow;

/// <summary>Builds graphs and saved models.</summary>
internal static class TensorFlowModels
{
    public static ProtobufBuilder Node(string name, string op, string[] inputs, params (string Key, string Value)[] texts)
    {
        ProtobufBuilder node = new ProtobufBuilder().Text(1, name).Text(2, op);
        foreach (string input in inputs)
        {
            node.Text(3, input);
        }

        foreach ((string key, string value) in texts)
        {
            node.Message(5, e => e.Text(1, key).Message(2, v => v.Text(2, value)));
        }

        return node;
    }

    /// <summary>A constant text.</summary>
    public static ProtobufBuilder Const(string name, string text) => Node(name, "Const", [])
        .Message(5, e => e.Text(1, "dtype").Message(2, v => v.Number(6, 7)))
        .Message(5, e => e.Text(1, "value").Message(2, v => v.Message(8, t => t.Number(1, 7).Message(2, s => { }).Text(8, text))));

    /// <summary>A node that calls a function.</summary>
    public static ProtobufBuilder Call(string name, string function, params string[] inputs) => Node(name, "StatefulPartitionedCall", inputs)
        .Message(5, e => e.Text(1, "f").Message(2, v => v.Message(10, f => f.Text(1, function))));

    public static ProtobufBuilder Graph(params ProtobufBuilder[] nodes)
    {
        ProtobufBuilder graph = new();
        foreach (ProtobufBuilder node in nodes)
        {
            graph.Message(1, node);
        }

        return graph.Message(4, v => v.Number(1, 1645));
    }

    public static ProtobufBuilder Function(string name, params ProtobufBuilder[] nodes)
    {
        ProtobufBuilder function = new ProtobufBuilder().Message(1, s => s.Text(1, name));
        foreach (ProtobufBuilder node in nodes)
        {
            function.Message(3, node);
        }

        return function;
    }

    public static byte[] SavedModel(ProtobufBuilder graph, Action<ProtobufBuilder>? more = null) => new ProtobufBuilder().Number(1, 1).Message(2, m =>
    {
        m.Message(1, i => i.Text(4, "serve").Text(5, "2.15.0")).Message(2, graph);
        more?.Invoke(m);
    }).Build();

    /// <summary>A saved model as exporters write it: a placeholder, a function, and the usual saver.</summary>
    public static byte[] Good { get; } = SavedModel(
        Graph(
            Node("x", "Placeholder", []), Node("w", "VarHandleOp", [], ("shared_name", "w")), Call("call", "__inference_serve_1", "x", "w"), Node("saver_filename", "Placeholder", []),
            Node("Const", "NoOp", []), Call("save", "__inference__traced_save_2", "saver_filename", "w"), Node("NoOp", "NoOp", []))
        .Message(2, l => l.Message(1, Function("__inference_serve_1", Node("m", "MatMul", ["x", "w"])))
            .Message(1, Function("__inference__traced_save_2", Const("Const", "_temp/part"), Node("StringJoin", "StringJoin", ["file_prefix", "Const:output:0"]),
                Node("ShardedFilename", "ShardedFilename", ["StringJoin:output:0"]), Node("SaveV2", "SaveV2", ["ShardedFilename:filename:0", "names"]),
                Node("MergeV2Checkpoints", "MergeV2Checkpoints", ["a", "file_prefix"]), Node("RestoreV2", "RestoreV2", ["file_prefix"])))),
        m => m.Message(4, c => c.Text(1, "saved_model_main_op").Message(2, v => v.Message(1, n => n.Text(1, "NoOp")))));
}
