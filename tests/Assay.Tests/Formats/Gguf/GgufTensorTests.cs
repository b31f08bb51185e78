// The tensors of GGUF files: floats and integers as they lie there, and what no other format has is named.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Scanning;
using Assay.Tensors;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Gguf;

public sealed class GgufTensorTests
{
    private const int Room = 64;

    private static readonly (uint Type, string Dtype, int Size)[] s_plain =
        [(0, "F32", 4), (1, "F16", 2), (30, "BF16", 2), (28, "F64", 8), (24, "I8", 1), (25, "I16", 2), (26, "I32", 4), (27, "I64", 8)];

    [Fact]
    public void FloatsAndIntegersAreTensorsAndQuantisedOnesAreNamed()
    {
        GgufBuilder builder = new();
        for (int i = 0; i < s_plain.Length; i++)
        {
            // The first number is the length of a row.
            builder.Tensor("t" + s_plain[i].Dtype, s_plain[i].Type, (ulong)(i * Room), 3, 2);
        }

        int data = s_plain.Length * Room;
        builder.Tensor("quantised", 2, (ulong)data, 32);
        byte[] file = builder.Build(data + 18);
        for (int i = 0; i < data; i++)
        {
            file[file.Length - data - 18 + i] = (byte)(i * 7);
        }

        using MemorySource bytes = new(file);
        using TensorMap map = WeightsReader.Read(bytes, new ReadingOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(s_plain.Select(p => ("t" + p.Dtype, p.Dtype)), map.Tensors.Select(t => (t.Name, t.Written.Dtype)));
        for (int i = 0; i < s_plain.Length; i++)
        {
            StoredTensor tensor = map.Tensors[i];
            Assert.Equal([2L, 3L], tensor.Written.Shape);
            Assert.Equal(Enumerable.Range(i * Room, 6 * s_plain[i].Size).Select(n => (byte)(n * 7)), Elements(tensor));
        }

        Assert.Empty(map.Problems);
        Assert.Contains(map.NotCarried, n => n.Path == "quantised");
    }

    private static byte[] Elements(StoredTensor tensor)
    {
        using TensorBytes bytes = new(tensor.Storage, tensor.View);
        List<byte> all = [];
        for (ReadOnlySpan<byte> chunk = bytes.Next(); !chunk.IsEmpty; chunk = bytes.Next())
        {
            all.AddRange(chunk);
        }

        return [.. all];
    }
}
