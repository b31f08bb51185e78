// Recovered Python source, whose expressions are folded.
using System.Text;
using Assay.Bytes;
using Assay.Evaluation;
using Assay.Evaluation.Sources;

namespace Assay.Fuzz;

/// <summary>Recovered source: what it hands on, whatever its text.</summary>
internal static class SourceTargets
{
    private static readonly ScanLimits s_limits = new() { InflatedBytes = 32L << 20, Milliseconds = 60_000 };

    public static int Source(byte[] input)
    {
        string text = Encoding.Latin1.GetString(input);
        Signature signature = new();
        Folder folder = new(FuzzMeter.Budget(s_limits, input.Length));
        folder.OnReached = (name, arguments) =>
        {
            signature.Add(name.Path);
            signature.AddSize(arguments.Count);
        };
        SourceFolder.Run(text, folder);
        signature.Add(SourceFolder.Evaluate(text, folder).GetType().Name);
        signature.Add(SourceFolder.Literal(text, folder).GetType().Name);
        return signature.Value;
    }

    public static IEnumerable<byte[]> Sources() => ((string[])
    [
        "import base64, zlib as z\nexec(base64.b64decode('cHJpbnQoMSk='))",
        "from codecs import decode as d\nx = d('cevag(1)', 'rot13'); exec(x)",
        "k = 3\nf = lambda s, n=1: ''.join(map(lambda c: chr(ord(c) ^ k), s))\nexec(f('sqjmw+2*'))",
        "def d(s, k=3):\n    return ''.join(chr(ord(c) ^ k) for c in s if c)\nexec(d('sqjmw+2*'))",
        "a, b = 'pri', 'nt(1)'\nif a not in b and (a or b): a += b[::-1][1:]\nexec(f'{a}{b!r}' \"x\" rb'y'.decode())",
        "getattr(__import__('so'[::-1]), 'metsys'[::-1])('%s -%02x' % ('ls', -2 ** 3 + ~1 // 2))",
        "{k: [v, {1, 2}, (3,)] for k, v in zip('ab', [1.5, 0x6f])}['a'][0] if None else [*range(3), 0b1, 1e3]",
        "import struct, json\nexec((s := struct.pack('<4B', 1, 2, 3, 4)), **{'x': json.loads('{\"a\": [1]}')})",
        "('a', b'x', 1, -2, 3.5, None, True, {'a': [1]}, '\\x41\\u0042')",
    ]).Select(Encoding.Latin1.GetBytes);
}
