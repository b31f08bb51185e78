// Files of weights written byte by byte, and what reading them gives.
using System.Buffers.Binary;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Pickle;
using Assay.Scanning;
using Assay.Tensors;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Conversion;

/// <summary>Files of weights written byte by byte.</summary>
internal static class WeightFiles
{
    /// <summary>A whole number of eight bytes.</summary>
    public static Action<PickleBuilder> Long(long number) => b =>
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        b.Op(Op.LONG1).Raw(8).Raw(bytes);
    };

    /// <summary>What <c>torch._utils._rebuild_tensor_v2</c> is called with, every number free to lie.</summary>
    public static Action<PickleBuilder> Tensor(string key, long count, long offset, long[] size, long[] stride, string type = "FloatStorage") => Call(
        "torch._utils", "_rebuild_tensor_v2", StorageOf(key, count, type), Long(offset), Numbers(size), Numbers(stride), false, Call("collections", "OrderedDict"));

    /// <summary>What newer PyTorch writes for types that have no storage class.</summary>
    public static Action<PickleBuilder> TensorV3(string key, long bytes, long[] size, long[] stride, string dtype) => Call(
        "torch._utils", "_rebuild_tensor_v3",
        Persistent("torch.storage", "UntypedStorage", key, bytes),
        0, Numbers(size), Numbers(stride), false, Call("collections", "OrderedDict"), Import("torch", dtype));

    public static Action<PickleBuilder> StorageOf(string key, long count, string type = "FloatStorage") => Persistent("torch", type, key, count);

    private static Action<PickleBuilder> Persistent(string module, string type, string key, long count) =>
        b => b.Push(Tuple("storage", Import(module, type), key, "cpu", Long(count))).Op(Op.BINPERSID);

    public static Action<PickleBuilder> Numbers(params long[] numbers) => Tuple([.. numbers.Select(n => (object?)Long(n))]);

    /// <summary>A zip of PyTorch with the storages "0", "1", ...</summary>
    public static byte[] Zip(object? value, params byte[][] storages) => Zip(value, "little", storages);

    public static byte[] Zip(object? value, string order, byte[][] storages)
    {
        ZipBuilder zip = new ZipBuilder().Add("archive/data.pkl", PickleOf(value)).Add("archive/byteorder", order);
        for (int i = 0; i < storages.Length; i++)
        {
            zip.Add($"archive/data/{i}", storages[i]);
        }

        return zip.Add("archive/version", "3\n").Build();
    }

    public static TensorMap Read(byte[] file) => WeightsReader.Read(new MemorySource(file), new ReadingOptions());

    /// <summary>The bytes of the tensor of that name, as a conversion writes them.</summary>
    public static byte[] Elements(TensorMap map, string name)
    {
        StoredTensor tensor = map.Tensors.Single(t => t.Name == name);
        using TensorBytes bytes = new(tensor.Storage, tensor.View);
        List<byte> all = [];
        for (ReadOnlySpan<byte> next = bytes.Next(); !next.IsEmpty; next = bytes.Next())
        {
            all.AddRange(next);
        }

        return [.. all];
    }

    public static byte[] Floats(params float[] values)
    {
        byte[] bytes = new byte[4 * values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), values[i]);
        }

        return bytes;
    }

    /// <summary>A safetensors file with the header as it is given.</summary>
    public static byte[] Safetensors(string header, int body, long? length = null)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + json.Length + body];
        BinaryPrimitives.WriteInt64LittleEndian(file, length ?? json.Length);
        json.CopyTo(file, 8);
        return file;
    }
}

/// <summary>An output that keeps files in memory and can fail on its way.</summary>
internal sealed class MemoryOutput(long failAfter = long.MaxValue) : ConversionOutput
{
    private readonly Dictionary<string, MemoryFile> _pending = [];

    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>What happens to the bytes of a file before they are read again.</summary>
    public Action<byte[]>? Damage { get; init; }

    public override ConversionFile Create(string name, long length) => _pending[name] = new MemoryFile(failAfter, Damage);

    public override void Commit()
    {
        foreach ((string name, MemoryFile file) in _pending)
        {
            Files[name] = file.ToArray();
        }
    }

    private sealed class MemoryFile(long failAfter, Action<byte[]>? damage) : ConversionFile
    {
        private readonly List<byte> _bytes = [];

        public byte[] ToArray() => [.. _bytes];

        public override void Append(ReadOnlySpan<byte> bytes)
        {
            if (_bytes.Count + bytes.Length > failAfter)
            {
                throw new ScanStopException(StopReason.InputOutput, "There is no space left.");
            }

            _bytes.AddRange(bytes);
        }

        public override void Flush()
        {
        }

        public override ByteSource OpenRead()
        {
            byte[] bytes = ToArray();
            damage?.Invoke(bytes);
            return new MemorySource(bytes);
        }
    }
}
