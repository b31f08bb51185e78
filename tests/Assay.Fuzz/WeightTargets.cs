// Reading tensors as data, and writing them.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Scanning;

namespace Assay.Fuzz;

/// <summary>The reader of weights, the plan of their conversion, and the writer, into nothing.</summary>
internal static class WeightTargets
{
    private const string Tensor =
        "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x00" + "0X\x03\x00\x00\x00" + "cpuK\x04tQK\x00K\x02K\x02\x86K\x01K\x02\x86\x89}tR";

    private static readonly ReadingOptions s_options = new() { Limits = new ScanLimits { InflatedBytes = 32L << 20, Milliseconds = 60_000 } };

    public static int Convert(byte[] input)
    {
        using TensorMap map = WeightsReader.Read(new MemorySource(input), s_options);
        Signature signature = new();
        signature.Add(map.Format);
        signature.AddSize(map.Tensors.Count);
        signature.AddSize(map.Problems.Count);
        signature.AddSize(map.NotCarried.Count);
        foreach (StoredTensor tensor in map.Tensors)
        {
            signature.Add((int)tensor.View.Type);
            if (tensor.View.Refusal(tensor.Storage.Range.Length) is not null || tensor.Storage.Range.End > tensor.Storage.Source.Length)
            {
                throw new FuzzFailure($"The tensor {tensor.Name} lies outside its storage.") { Kind = "outside" };
            }
        }

        using Nothing output = new();
        Converter.Write(ConversionPlan.Of(map, new ConversionOptions()), output, verify: false);
        signature.AddSize(output.Written);
        return signature.Value;
    }

    public static IEnumerable<byte[]> Seeds() =>
    [
        ContainerSeeds.Zip(
            ("a/data.pkl", PickleSeeds.Latin("\x80\x02}(X\x01\x00\x00\x00w" + Tensor + "X\x01\x00\x00\x00n]K\x01" + "aX\x01\x00\x00\x00v" + Tensor + "u."), false),
            ("a/data/0", new byte[16], false)),
        .. ScanSeeds.TorchLegacy().Take(1),
        .. ScanSeeds.Joblib(),
        .. ScanSeeds.Npy(),
        [80, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"__metadata__\":{}}".PadRight(80)), .. new byte[8]],
    ];

    private sealed class Nothing : ConversionOutput
    {
        public long Written { get; private set; }

        public override ConversionFile Create(string name, long length) => new Counted(this);

        public override void Commit()
        {
        }

        private sealed class Counted(Nothing whole) : ConversionFile
        {
            public override void Append(ReadOnlySpan<byte> bytes) => whole.Written += bytes.Length;

            public override void Flush()
            {
            }

            public override ByteSource OpenRead() => new MemorySource(default);
        }
    }
}
