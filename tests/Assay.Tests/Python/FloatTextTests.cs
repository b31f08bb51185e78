// Texts of FLOAT, as both of CPython's unpicklers take them.
using System.Text;
using Assay.Python.Literals;
using Assay.Tests.Builders;

namespace Assay.Tests.Python;

public sealed class FloatTextTests
{
    private static readonly string[] s_texts =
    [
        "1", "-1.5", "1e5", "1E+05", "1.e1", ".5", ".", "", "-", "1e", "1e+", "+1", "--1", "1_0", "_1", "1_", "0x1p3", "inf", "-Infinity", "nan", "infinit", " 1", "1 ", "1\t",
        "1e99", "1e308", "1e309", "2e308", "-1e999", "+1e999", "1e-999", "1_0e400", "0e999", "0." + new string('0', 400) + "1e500", new string('9', 300), new string('9', 310), "1e0000000001", "1e99999999999999999999",
    ];

    [Fact]
    public void EveryTextIsANumberForWhomItIsOneInCPython()
    {
        string list = string.Join(',', s_texts.Select(t => $"bytes.fromhex('{Convert.ToHexString(Encoding.Latin1.GetBytes(t))}')"));
        string[] rows = Encoding.ASCII.GetString(CPython.Run($$"""
            import io, pickle
            def takes(load):
                try: load()
                except Exception: return False
                return True
            for t in [{{list}}]:
                stream = b'F' + t + b'\n.'
                print({(True, True): 'Plain', (True, False): 'COnly', (False, True): 'PythonOnly', (False, False): 'Invalid'}[
                    takes(lambda: pickle.loads(stream)), takes(lambda: pickle._Unpickler(io.BytesIO(stream)).load())])
            """)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(s_texts.Select((t, i) => (t, rows[i])), s_texts.Select(t => (t, NumberTexts.ClassifyFloat(Encoding.Latin1.GetBytes(t)).ToString())));
    }
}
