// Seeds for the readers of binary models and programs: a small file of each format.
using System.Text;
using Assay.Tests.Builders;

namespace Assay.Fuzz;

/// <summary>Small binary models and programs, written by hand or by the builders of the tests.</summary>
internal static class ModelSeeds
{
    /// <summary>HDF5 and Keras: files that h5py wrote, of the oldest and the newest form.</summary>
    public static IEnumerable<byte[]> Hdf5() => Resources("hdf5/");

    /// <summary>FlatBuffers: TensorFlow Lite, ONNX Runtime, ExecuTorch, MNN.</summary>
    public static IEnumerable<byte[]> FlatBuffers() =>
    [
        Lite().Build("TFL3"),
        Lite(new FlatBuilder((byte)32, "EvilOp", 1, 32)).Build("TFL3"),
        new FlatBuilder("1", new FlatBuilder(9L, null, null, "producer", "1", null, null, new FlatBuilder(null, null, null, null))).Build("ORTM"),
        new FlatBuilder(0u, new object[] { new FlatBuilder("forward", null, null, Array.Empty<object>(), Array.Empty<int>()) }, Array.Empty<object>(), Array.Empty<object>()).Build("ET12"),
        new FlatBuilder("bizCode", Array.Empty<object>(), null, null, null, new object[] { new FlatBuilder(null, null, "op") }).Build(""),
    ];

    /// <summary>GGUF of each version and byte order, and safetensors.</summary>
    public static IEnumerable<byte[]> Gguf() =>
    [
        new GgufBuilder().Text("general.architecture", "llama").Number("a", 1).Texts("tokenizer.ggml.tokens", "a", "b").Tensor("w", 0, 0, 2, 2).Build(16),
        new GgufBuilder(1).Text("tokenizer.chat_template", "{{ a.__class__ }}").Tensor("w", 2, 0, 32).Build(64),
        new GgufBuilder(2, big: true).Number("general.alignment", 64).List("x", 9, 1, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0).Build(),
        [.. "lmgg"u8, 1, 0, 0, 0, 1, 0, 0, 0, .. new byte[24], 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, (byte)'w', .. new byte[4]],
    ];

    public static IEnumerable<byte[]> Safetensors() =>
    [
        Headed("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
        Headed("{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F16\",\"shape\":[2,1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[4,12]}}", 12),
        Encoding.ASCII.GetBytes("{\"metadata\":{\"total_size\":4},\"weight_map\":{\"w\":\"a.safetensors\"}}"),
    ];

    /// <summary>Programs in a model's place.</summary>
    public static IEnumerable<byte[]> Programs() =>
    [
        Elf(),
        Pe(),
        [0xCF, 0xFA, 0xED, 0xFE, 7, 0, 0, 1, 3, 0, 0, 0, 6, 0, 0, 0, 1, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0C, 0, 0, 0, 32, 0, 0, 0, 24, 0, 0, 0, .. new byte[12], .. "libx\0\0\0\0"u8],
        [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 1, 1, 0, 0, 7, 0, 0, 0, 3, 0, 0, 0, 28, 0, 0, 0, 32, 0, 0, 0, 0, 0xCF, 0xFA, 0xED, 0xFE, .. new byte[28]],
        [.. "\0asm"u8, 1, 0, 0, 0, 2, 7, 1, 1, (byte)'a', 1, (byte)'b', 0, 0, 0, 3, 1, (byte)'n', 0],
        [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 52, 0, 5, 1, 0, 4, .. "Evil"u8, 1, 0, 17, .. "java/lang/Runtime"u8, 7, 0, 1, 7, 0, 2, 0, 0x21, 0, 3, .. new byte[12]],
        [0x4C, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46, 0x20, .. new byte[55], 4, 0, .. Encoding.Unicode.GetBytes("a.ex"), 0, 0, 0, 0],
        Encoding.ASCII.GetBytes("[Desktop Entry]\nExec=sh -c x\n[autorun]\nopen=x.exe\n"),
    ];

    /// <summary>MATLAB, MessagePack and UBJSON.</summary>
    public static IEnumerable<byte[]> Values() =>
    [
        Matlab([6, 0, 0, 0, 8, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, (byte)'x', 0, 0, 0, 9, 0, 0, 0, 8, 0, 0, 0, .. new byte[8]]),
        Matlab([6, 0, 0, 0, 8, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, (byte)'x', 0, 0, 0, 1, 0, 4, 0, .. "java"u8, 1, 0, 4, 0, .. "Evil"u8]),
        Matlab([6, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, (byte)'c', 0, 0, 0]),
        [0x82, 0xA6, .. "params"u8, 0x81, 0xA1, (byte)'w', 0xC7, 12, 1, 0x93, 0x91, 1, 0xA7, .. "float32"u8, 0xC4, 0, 0xA1, (byte)'b', 0xDD, 0, 0, 0, 1, 0xC0],
        Encoding.Latin1.GetBytes("{L\0\0\0\0\0\0\0\u0007learner{L\0\0\0\0\0\0\0\u0001a[$l#L\0\0\0\0\0\0\0\u0001\0\0\0\u0001}}"),
        Encoding.Latin1.GetBytes("{i\u0001aSi\u0001b}"),
    ];

    private static FlatBuilder Lite(FlatBuilder? code = null)
    {
        FlatBuilder graph = new(
            new object[] { new FlatBuilder(new int[] { 2, 2 }, (byte)0, 1u, "w") }, new int[] { 0 }, new int[] { 0 }, new object[] { new FlatBuilder(0u, new int[] { 0, -1 }, new int[] { 0 }) }, "main");
        return new FlatBuilder(
            3u, new object[] { code ?? new FlatBuilder((byte)3, null, 1, 3) }, new object[] { graph }, "a model", new object[] { new FlatBuilder(), new FlatBuilder(new byte[16]) }, null, new object[] { new FlatBuilder("min", 0u) });
    }

    private static byte[] Headed(string header, int data) => [.. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header), .. new byte[data]];

    private static byte[] Matlab(byte[] body) => [.. "MATLAB 5.0 MAT-file"u8, .. new byte[105], 0, 1, (byte)'I', (byte)'M', 14, 0, 0, 0, (byte)body.Length, 0, 0, 0, .. body];

    private static byte[] Elf()
    {
        byte[] file = [0x7F, .. "ELF"u8, 2, 1, 1, .. new byte[9], 3, 0, 62, 0, 1, 0, 0, 0, .. new byte[8], 64, .. new byte[15], 0, 0, 0, 0, 64, 0, 56, 0, 2, 0, 64, 0, 0, 0, 0, 0, .. new byte[112 + 64]];
        file[64] = 1;
        file[64 + 32] = 240;
        file[120] = 2;
        file[120 + 8] = 176;
        file[120 + 16] = 176;
        file[120 + 32] = 48;
        byte[] dynamic = [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 224, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, .. "libx.so\0"u8];
        dynamic.CopyTo(file, 176);
        return file;
    }

    private static byte[] Pe()
    {
        byte[] file = new byte[64 + 24 + 240 + 40 + 64];
        "MZ"u8.CopyTo(file);
        file[60] = 64;
        byte[] head = [.. "PE\0\0"u8, 0x64, 0x86, 1, 0, .. new byte[12], 240, 0, 2, 0, 0x0B, 2];
        head.CopyTo(file, 64);
        file[64 + 24 + 108] = 16;
        file[64 + 24 + 120] = 0x10;
        file[64 + 24 + 124] = 40;
        byte[] section = [.. ".data\0\0\0"u8, 64, 0, 0, 0, 0x10, 0, 0, 0, 64, 0, 0, 0, 0x70, 1, 0, 0];
        section.CopyTo(file, 64 + 24 + 240);
        return file;
    }

    private static IEnumerable<byte[]> Resources(string folder)
    {
        foreach (string name in typeof(ModelSeeds).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using Stream stream = typeof(ModelSeeds).Assembly.GetManifestResourceStream(name)!;
            using MemoryStream bytes = new();
            stream.CopyTo(bytes);
            yield return bytes.ToArray();
        }
    }
}
