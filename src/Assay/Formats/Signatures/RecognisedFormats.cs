// The formats that are recognised and not read yet: one line each.
using Assay.Artifacts;

namespace Assay.Formats.Signatures;

/// <summary>The formats that are recognised and not read yet. A format leaves this table when it gets a reader.</summary>
internal static class RecognisedFormats
{
    /// <summary>All of them, binary signatures first.</summary>
    public static IReadOnlyList<IFormat> All { get; } =
    [
        new RecognisedFormat("tflite", "TensorFlow Lite", BinarySignatures.FlatBuffer("TFL3"u8), [".tflite", ".lite"], anywhere: true),
        new RecognisedFormat("ort", "ONNX Runtime", BinarySignatures.FlatBuffer("ORTM"u8), [".ort"]),
        new RecognisedFormat("executorch", "ExecuTorch", BinarySignatures.FlatBuffer("ET"u8, 2), [".pte"]),
        new RecognisedFormat("torch-mobile", "PyTorch Mobile (flatbuffer)", BinarySignatures.FlatBuffer("PTMF"u8), [".ptl"]),
        new RecognisedFormat("tensorrt", "TensorRT engine", BinarySignatures.TensorRt, [".trt", ".engine", ".plan"]),
        new RecognisedFormat("mxnet-params", "MXNet parameters", BinarySignatures.MxNetParams, [".params"]),
        new RecognisedFormat("rknn", "RKNN", BinarySignatures.Rknn, [".rknn"]),

        // Executables: a program in a model's place. They are believed in gaps too, since that is where they are hidden.
        new RecognisedFormat("llamafile", "llamafile or another portable executable of Cosmopolitan", ProgramSignatures.Llamafile, [".llamafile"]),
        new RecognisedFormat("elf", "ELF program or library", ProgramSignatures.Elf, [], anywhere: true),
        new RecognisedFormat("pe", "Windows program or library", ProgramSignatures.Pe, [], anywhere: true),
        new RecognisedFormat("mach-o", "Mach-O program or library", ProgramSignatures.MachO, [], anywhere: true),
        new RecognisedFormat("java-class", "Java class", ProgramSignatures.JavaClass, []),

        // Texts. A JSON document is recognised by its keys; a document without such keys is of no known format.
        new RecognisedFormat("ncnn", "ncnn", TextSignatures.Ncnn, []),
        new RecognisedFormat("mxnet-symbol", "MXNet symbol", JsonSignatures.MxNetSymbol, []),
    ];
}
