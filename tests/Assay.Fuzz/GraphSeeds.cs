// Seeds for the readers of graphs: small models of each format, in bytes and in text.
using System.Text;

namespace Assay.Fuzz;

/// <summary>Small models of the formats that are protocol buffers, written field by field.</summary>
internal static class GraphSeeds
{
    public static IEnumerable<byte[]> All() =>
    [
        // ONNX: a node with an attribute, an initialiser, a tensor in another file, an operator set.
        [.. Number(1, 8), .. Field(7, [.. Field(1, [.. Text(1, "x"), .. Text(2, "y"), .. Text(4, "Add"), .. Field(5, [.. Text(1, "a"), .. Number(3, 1)])]), .. Field(5, [.. Field(1, [4]), .. Number(2, 1), .. Text(8, "w"), .. Field(9, new byte[16])]),
            .. Field(5, [.. Number(2, 1), .. Field(13, [.. Text(1, "location"), .. Text(2, "../w.bin")]), .. Number(14, 1)])]), .. Field(8, Number(2, 17)), .. Field(25, [.. Text(1, "F"), .. Text(10, "own")])],

        // TensorFlow: a saved model with a constant path, a function, a collection, an asset.
        [.. Number(1, 1), .. Field(2, [.. Field(1, Text(5, "2.15.0")), .. Field(2, [.. Field(1, [.. Text(1, "p"), .. Text(2, "Const"), .. Field(5, [.. Text(1, "value"), .. Field(2, Field(8, [.. Number(1, 7), .. Text(8, "/etc/x")]))])]),
            .. Field(1, [.. Text(1, "r"), .. Text(2, "ReadFile"), .. Text(3, "p")]), .. Field(2, Field(1, [.. Field(1, Text(1, "f")), .. Field(3, [.. Text(1, "n"), .. Text(2, "NoOp")])]))]),
            .. Field(4, [.. Text(1, "saved_model_main_op"), .. Field(2, Field(1, Text(1, "r")))]), .. Field(6, Text(2, "../x"))])],
        [.. Field(1, [.. Text(1, "p"), .. Text(2, "PyFunc")]), .. Field(4, Number(1, 27))],
        Encoding.ASCII.GetBytes("# x\nnode { name: \"p\" op: 'Const' attr: [{ key: \"value\" value < tensor { dtype: DT_STRING string_val: \"\\057x\" \"y\" } > }] } versions { producer: 0x1F }"),

        // The index of a checkpoint: an empty block, an index block with one handle, the end.
        [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, (byte)'z', 0, 8, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 13, 14, .. new byte[36], 0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB],

        // Core ML: a network with a custom layer; a manifest; a file of weights.
        [.. Number(1, 4), .. Field(2, Field(100, Text(1, "x"))), .. Field(500, Field(1, [.. Text(1, "c"), .. Field(500, Text(10, "Swish"))]))],
        Encoding.ASCII.GetBytes("{\"itemInfoEntries\":{\"A\":{\"path\":\"../x\"}},\"rootModelIdentifier\":\"A\"}"),
        [1, 0, 0, 0, 2, 0, 0, 0, .. new byte[56], 0xEF, 0xBE, 0xAD, 0xDE, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, .. new byte[104]],

        // PaddlePaddle: a program; a tensor of parameters.
        [.. Field(1, [.. Number(1, 0), .. Number(2, 0), .. Field(4, [.. Text(3, "load"), .. Field(4, [.. Text(1, "file_path"), .. Text(5, "/x")])])]), .. Field(4, Number(1, 0))],
        [.. new byte[16], 4, 0, 0, 0, 8, 5, 16, 2, .. new byte[8]],

        // Caffe in bytes and text, SentencePiece, MediaPipe, Triton.
        [.. Text(1, "n"), .. Field(100, [.. Text(1, "p"), .. Text(2, "Python"), .. Field(130, [.. Text(1, "os"), .. Text(2, "system")])])],
        Encoding.ASCII.GetBytes("layer { name: 'p' type: \"Python\" python_param < module: 'os' layer: 'system' > }"),
        [.. Field(1, [.. Text(1, "<unk>"), 0x15, 0, 0, 0, 0, 0x18, 2]), .. Field(2, Text(1, "x"))],
        [.. Field(1, Text(2, "FlowLimiterCalculator")), .. Text(10, "x")],
        Encoding.ASCII.GetBytes("name: \"m\" backend: \"python\" max_batch_size: 1 input [ { name: \"x\" dims: [ 1 ] } ] model_operations { op_library_filename: \"x.so\" }"),
    ];

    private static byte[] Number(int field, byte value) => [.. Key(field, 0), value];

    private static byte[] Text(int field, string text) => Field(field, Encoding.ASCII.GetBytes(text));

    private static byte[] Field(int field, byte[] bytes) => [.. Key(field, 2), .. Varint(bytes.Length), .. bytes];

    private static byte[] Key(int field, int wire) => Varint((field << 3) | wire);

    private static byte[] Varint(int value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];
}
