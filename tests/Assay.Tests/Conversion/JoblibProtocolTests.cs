// joblib's files of every protocol: what a scan walks to the end, a conversion reads.
using Assay.Conversion;
using Assay.Policies;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;
using static Assay.Tests.Conversion.WeightFiles;

namespace Assay.Tests.Conversion;

public sealed class JoblibProtocolTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void ArraysOfEveryProtocolAreWhatJoblibLoads(int protocol)
    {
        string[] lines = CPython.Lines(
            """
            import io, joblib, sys, numpy as np
            value = {'w': np.arange(6, dtype='<f4').reshape(2, 3), 'f': np.asfortranarray(np.arange(4, dtype='<i8').reshape(2, 2)),
                     'o': np.array([np.arange(3, dtype='<i2'), None], dtype=object), 'l': [np.ones(2, dtype='<f8')]}
            out = io.BytesIO(); joblib.dump(value, out, protocol=int(sys.argv[1])); file = out.getvalue()
            again = joblib.load(io.BytesIO(file))
            print(file.hex())
            for name, array in (('w', again['w']), ('f', again['f']), ('o.0', again['o'][0]), ('l.0', again['l'][0])):
                print(name, np.ascontiguousarray(array).tobytes().hex())
            """, protocol.ToString(System.Globalization.CultureInfo.InvariantCulture), "joblib", "numpy");
        byte[] file = Convert.FromHexString(lines[0]);
        using TensorMap map = Read(file);
        Assert.Empty(map.Problems);
        foreach (string[] tensor in lines.Skip(1).Select(l => l.Split(' ')))
        {
            Assert.Equal(tensor[1], Convert.ToHexStringLower(Elements(map, tensor[0])));
        }

        Assert.Equal(lines.Length - 1, map.Tensors.Count);
        Assert.Equal(Verdict.Passed, Scanned.Bytes(file).Verdict);
    }
}
