// The readers of NumPy headers and of the Python literals in them.
using System.Text;
using Assay.Bytes;
using Assay.Formats.Numpy;
using Assay.Tensors;

namespace Assay.Fuzz;

/// <summary>NumPy headers and Python literals.</summary>
internal static class LiteralTargets
{
    public static int NpyHeader(byte[] input)
    {
        NpyHeader? header = Assay.Formats.Numpy.NpyHeader.TryRead(new MemorySource(input), 0, 64 << 10);
        Signature signature = new();
        signature.Add(header is null ? 0 : 1);
        signature.Add(header?.Refused?.Why ?? "");
        signature.Add(header?.NamesObject == true ? 1 : 0);
        signature.Add(header?.Element?.ItemSize ?? -1);
        return signature.Value;
    }

    public static int PyLiteral(byte[] input)
    {
        PyLiteralResult result = Assay.Tensors.PyLiteral.Parse(Encoding.Latin1.GetString(input));
        Signature signature = new();
        signature.Add(result.Error ?? "");
        signature.Add((long)(result.Value?.Kind ?? 0));
        signature.AddSize(result.Value?.Count ?? 0);
        return result.Value is null == result.Error is null
            ? throw new FuzzFailure("A literal has neither value nor error, or both.") { Kind = "literal" }
            : signature.Value;
    }

    public static IEnumerable<byte[]> Literals() =>
    [
        .. new[]
        {
            "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }", "{'descr': [('a', '<i4', (2,)), ('b', '|O')], 'fortran_order': True, 'shape': ()}",
            "[1, -2, +3, 1_000, 0x1F, 0o7, 0b1, 1.5e-3, 2j, None, True, (), [], {}, {1}, {1: 2}]", "'a' \"b\" b'c\\x00' r'\\d' u'e' '''f\n''' \"\"\"g\"\"\"",
            "'\\u00e9\\N{BULLET}\\U0001F600\\101\\\n'", "((((((1,),),),),),)", "1L", "# comment\n(1, # more\n 2)",
        }.Select(PickleSeeds.Latin),
    ];
}
