// Small model files to start from.
using Assay.Codecs;

namespace Assay.Fuzz;

/// <summary>Small files of the formats that are more than a container or a pickle.</summary>
internal static class ScanSeeds
{
    private const string Magic = "\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.";

    private const string Wrapper =
        "\x80\x03cjoblib.numpy_pickle\nNumpyArrayWrapper\nq\x00)\x81q\x01}q\x02(X\x08\x00\x00\x00subclassq\x03cnumpy\nndarray\nq\x04X\x05\x00\x00\x00shapeq\x05K\x02\x85q\x06"
        + "X\x05\x00\x00\x00orderq\x07X\x01\x00\x00\x00CX\x05\x00\x00\x00dtypeq\x08cnumpy\ndtype\nq\x09X\x02\x00\x00\x00";

    public static IEnumerable<byte[]> TorchLegacy() =>
    [
        PickleSeeds.Latin(Magic + "\x80\x02}q\x00X\x10\x00\x00\x00protocol_versionM\xe9\x03s.\x80\x02}q\x00(X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n("
            + "(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x02NtQK\x00K\x02\x85K\x01\x85\x89}tRu.\x80\x02]q\x00X\x01\x00\x00\x000a."
            + "\x02\x00\x00\x00\x00\x00\x00\x00abcdefgh"),
        PickleSeeds.Latin(Magic + "\x80\x02}.\x80\x02cmod\nf\n)R.\x80\x02]."),
        PickleSeeds.Latin(Magic),
    ];

    public static IEnumerable<byte[]> Joblib() =>
    [
        PickleSeeds.Latin(Wrapper + "i2K\x00K\x01\x87Rsu" + "bABCD."),
        PickleSeeds.Latin(Wrapper + "O8K\x00K\x01\x87Ru" + "b\x80\x02cnumpy.core.multiarray\n_reconstruct\n)R.."),
        PickleSeeds.Latin(Wrapper + "f8K\x00K\x01\x87Rq\x0a(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbX\x1b\x00\x00\x00numpy_array_alignment_bytesK\x10u"
            + "b\x04____0123456789abcdef."),
    ];

    public static IEnumerable<byte[]> ZFile()
    {
        foreach (byte[] stream in CodecSeeds.Of(CodecKind.Zlib))
        {
            yield return [.. "ZF0xe8               "u8, .. stream];
            yield return [.. "ZF0x7fffffffffffffff "u8, .. stream];
        }
    }

    public static IEnumerable<byte[]> NpyHeaders() =>
    [
        Header(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }"),
        Header(2, "{'descr': '|O', 'fortran_order': False, 'shape': (), }"),
        Header(3, "{'descr': [('a', '<i4', (2,)), (('t', 'n'), '|S5')], 'fortran_order': True, 'shape': (1L,)}"),
    ];

    public static IEnumerable<byte[]> Npy() =>
    [
        .. NpyHeaders().Select(h => (byte[])[.. h, .. new byte[48]]),
        [.. Header(1, "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"), .. PickleSeeds.Latin("\x80\x02cmod\nf\n)R.")],
        ContainerSeeds.Zip(("a.npy", [.. NpyHeaders().First(), .. new byte[48]], false)),
    ];

    /// <summary>The first bytes of formats that are only recognised.</summary>
    public static IEnumerable<byte[]> Signatures() =>
    [
        [0x89, .. "HDF\r\n\x1a\n"u8, .. new byte[40]], [.. "GGUF"u8, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
        [16, 0, 0, 0, 0, 0, 0, 0, .. "{\"__metadata__\":{}}"u8], [8, 7, 18, 4, .. "onnx"u8, 58, 4, 10, 2, 18, 0], [.. "{\"class_name\":\"Sequential\",\"config\":{}}"u8],
        [0x7F, .. "ELF"u8, 2, 1, 1, 0, .. new byte[24]], [.. "#!/bin/sh\necho\n"u8], [.. "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"u8],
        [0x84, 0xA5, .. "model"u8, 0x80, 0xA1, (byte)'x', 0xC0, 0xA1, (byte)'y', 0x90, 0xA1, (byte)'z', 1], [.. "TFL3"u8, 0x1C, 0, 0, 0, .. "TFL3"u8],
        [.. "<?xml version=\"1.0\"?><PMML/>"u8], [.. "import os\nprint('x')\n"u8],
    ];

    private static byte[] Header(int version, string literal)
    {
        int padding = 16 - ((literal.Length + 11) % 16);
        byte[] text = PickleSeeds.Latin(literal + new string(' ', padding) + "\n");
        byte[] length = version == 1 ? [(byte)text.Length, (byte)(text.Length >> 8)] : [(byte)text.Length, (byte)(text.Length >> 8), 0, 0];
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text];
    }
}
