// Writes npy and npz files around a header or a pickle, lies included.
using System.Text;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Builders;

/// <summary>Writes npy files around a header or a pickle.</summary>
internal static class NumpyFiles
{
    public static byte[] Npy(string header, byte[] data)
    {
        byte[] text = Encoding.Latin1.GetBytes(header.PadRight(((header.Length + 10 + 64) / 64 * 64) - 11) + "\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. data];
    }

    public static byte[] Floats(int count) => Npy($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count},), }}", new byte[4 * count]);

    /// <summary>An array of one object.</summary>
    public static byte[] Objects(object? value) => Npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", PickleOf(value));

    /// <summary>A pickle as joblib writes an array: a wrapper, its state, and then the bytes in the middle of the stream.</summary>
    public static Action<PickleBuilder> JoblibArray(byte[] data, string type = "f4", object? shape = null, bool allowMmap = false) => b => b
        .Push(Built(
            New("joblib.numpy_pickle", "NumpyArrayWrapper"),
            Dict("subclass", Import("numpy", "ndarray"), "shape", shape ?? Tuple(data.Length / 4), "order", "C", "dtype", DataType(type), "allow_mmap", allowMmap)))
        .Raw(data);

    public static Action<PickleBuilder> DataType(string type) => Built(
        Call("numpy", "dtype", type, false, true),
        type.StartsWith('O') ? Tuple(3, "|", null, null, null, -1, -1, 63) : Tuple(3, "<", null, null, null, -1, -1, 0));
}
