// Inputs by kind that grow with a number: whoever reads them must not cost more for each byte as they grow.
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Assay.Tests.Builders;
using Assay.Tests.Evaluation;

namespace Assay.Tests.Attacks;

/// <summary>Makes inputs of about a given size, each to be costly in a way of its own.</summary>
internal static class CostlyInputs
{
    private static readonly byte[] s_system = PickleBuilder.Protocol(4).Global("os", "system").Put(0).ToArray();

    /// <summary>The kinds, by name; each gives an input of about so many bytes.</summary>
    public static IReadOnlyDictionary<string, Func<int, byte[]>> All { get; } = new Dictionary<string, Func<int, byte[]>>
    {
        ["pickle: marks"] = n => Many(n, "("),
        ["pickle: nested lists"] = n => Many(n, "]", "a"),
        ["pickle: nested tuples"] = n => Many(n, "N", "\u0085"),
        ["pickle: a value in itself again and again"] = n => Join(Pickle(""), Latin("N"), Repeat(n / 2, "2\u0086"), Latin(".")),
        ["pickle: distinct imports"] = n => Join(Pickle(""), Rows(n / 11, i => $"cm{i:x5}\nf\n0"), Latin("N.")),
        ["pickle: one import"] = n => Many(n, "cos\nsystem\n0"),
        ["pickle: one call"] = n => Join(s_system, Repeat(n / 15, "h\0(X\u0002\0\0\0lstR0"), Latin("N.")),
        ["pickle: distinct calls"] = n => Join(s_system, Rows(n / 18, i => $"h\0(X\u0005\0\0\0{i:x5}tR0"), Latin("N.")),
        ["pickle: calls of what calls gave"] = n => Join(s_system, Repeat(n / 3, "(tR"), Latin(".")),
        ["pickle: calls in calls"] = n => Join(s_system, Repeat(n / 6, "h\0h\0\u0085R"), Latin(".")),
        ["pickle: results of calls with numbers called"] = n => Join(s_system, Rows(n / 7, i => "J" + Number((uint)i) + "\u0085R"), Latin(".")),
        ["pickle: extension codes called"] = n => Join(Pickle(""), Rows(n / 8, i => "\u0084" + Number((uint)i + 1) + ")R0"), Latin("N.")),
        ["pickle: distinct names of one module"] = n => Join(Pickle(""), Rows(n / 16, i => $"cos\na{i:x5}\n)R0"), Latin("N.")),
        ["pickle: imports appended to numbers"] = n => Join(Pickle(""), Rows(n / 14, i => $"cm{i:x5}\nf\nK\u0001a"), Latin(".")),
        ["pickle: one list of texts to many calls"] = n => Join(Pickle("cbuiltins\nsorted\nq\0("), Rows(2000, i => $"X\u0003\0\0\0{i:x3}"), Latin("tq\u0001"), Repeat(n / 7, "h\0h\u0001\u0085R0"), Latin("N.")),
        ["pickle: one source to many calls"] = n => Join(Pickle("cbuiltins\nexec\nq\0X\u0040\u009c\0\0" + Text(10_000, "a=1;") + "q\u0001"), Repeat(n / 7, "h\0h\u0001\u0085R0"), Latin("N.")),
        ["pickle: states"] = n => Join(Pickle("ca\nb\n)R"), Repeat(n / 2, "}b"), Latin(".")),
        ["pickle: a state of many"] = n => Join(Pickle("ca\nb\n)R("), Rows(n / 12, i => $"X\u0006\0\0\0k{i:x5}N"), Latin("db.")),
        ["pickle: one line of a number"] = n => Join(Pickle("L"), Repeat(n, "9"), Latin("L\n.")),
        ["pickle: lines of numbers"] = n => Join(Pickle(""), Repeat(n / 1003, "L" + new string('9', 1000) + "L\n0"), Latin("N.")),
        ["pickle: escapes"] = n => Join(Pickle("S'"), Repeat(n / 4, "\\x41"), Latin("'\n.")),
        ["pickle: dotted names"] = n => Join(Pickle("c"), Repeat(n / 4, "a."), Latin("\n"), Repeat(n / 4, "b."), Latin("\n.")),
        ["pickle: sparse memo"] = n => Join(Pickle("N"), Rows(n / 5, i => "r" + Number((uint)(i * 2654435761))), Latin(".")),
        ["pickle: frames"] = n => Many(n, "\u0095\u0002\0\0\0\0\0\0\0N0"),
        ["pickle: getattr of getattr"] = n => Join(Pickle("cbuiltins\ngetattr\nq\0cos\nsystem\n"), Repeat(n / 15, "q\u0001h\0(h\u0001X\u0001\0\0\0atR"), Latin(".")),
        ["pickle: many pickles"] = n => Repeat(n / 2, "N."),
        ["pickle: many pickles that call"] = n => Repeat(n / 22, "cos\nsystem\n(S'a'\ntR."),
        ["pickle: pickles and noise"] = n => Repeat(n / 24, "\u0080\u0004N.\u00ff\u00fe\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff"),
        ["bytes that may begin pickles"] = n => Repeat(n / 2, "\u0080\u0004"),
        ["bytes that may begin archives"] = n => Repeat(n / 17, "PK\u0003\u0004\u001f\u008b\u0008BZh9\u00fd7zXZ\0"),
        ["source: open brackets"] = n => Source(new string('(', n)),
        ["source: calls in calls"] = n => Source(Text(n / 3, "f(") + Text(n / 3, ")")),
        ["source: a sum"] = n => Source("exec(" + Text(n / 8, "chr(65)+") + "'')"),
        ["source: adjacent literals"] = n => Source(Text(n / 3, "'a'")),
        ["source: imports"] = n => Source(Text(n / 10, "import os\n")),
        ["source: names of names"] = n => Source(string.Concat(Enumerable.Range(0, n / 14).Select(i => $"a{i + 1:x4}=a{i:x4}\n"))),
        ["source: fields of an f-string"] = n => Source("f'" + Text(n / 3, "{a}") + "'"),
        ["source: nested f-strings"] = n => Source(Text(n / 3, "f'{")),
        ["source: decorators"] = n => Source(Text(n / 3, "@a\n")),
        ["source: deep blocks"] = n => Source(string.Concat(Enumerable.Range(0, (int)Math.Sqrt(2 * n)).Select(i => new string(' ', i) + "if 1:\n"))),
        ["source: a large number"] = n => Source("x=" + new string('9', n)),
        ["source: base64"] = n => Source($"exec(__import__('base64').b64decode('{Convert.ToBase64String(Encoding.ASCII.GetBytes(Text(n / 6, "a=1\n")))}'))"),
        ["source: hexadecimal"] = n => Source($"exec(bytes.fromhex('{Text(n / 2, "41")}'))"),
        ["source: web addresses"] = n => Source(Text(n / 16, "'http://a.b/c' ")),
        ["source: words like secrets"] = n => Source(Text(n / 4, "AKIA")),
        ["command: many commands"] = n => Call("os", "system", Text(n / 2, "a;")),
        ["command: many substitutions"] = n => Call("os", "system", Text(n / 2, "$(")),
        ["command: quotes"] = n => Call("os", "system", Text(n / 3, "'\"`")),
        ["marshal: nested tuples"] = n => Marshalled(Repeat(n / 2, ")\u0001")),
        ["marshal: references"] = n => Marshalled(Join(Latin("("), Latin(Number((uint)(n / 5))), Latin("\u00da\u0001a"), Repeat((n / 5) - 1, "r\0\0\0\0"))),
        ["marshal: a large number"] = n => Marshalled(Join(Latin("l"), Latin(Number((uint)(n / 2))), Repeat(n / 2, "\u0001\0"))),
        ["numpy: shape"] = n => Numpy("{'descr':'<f4','fortran_order':False,'shape':(" + Text(n / 2, "1,") + ")}"),
        ["numpy: fields"] = n => Numpy("{'descr':[" + Text(n / 11, "('a','<f4'),") + "],'fortran_order':False,'shape':(1,)}"),
        ["numpy: brackets"] = n => Numpy("{'descr':" + new string('[', n)),
        ["safetensors: tensors"] = n => Safetensors("{" + string.Join(',', Enumerable.Range(0, n / 60).Select(i => $"\"{i:x5}\":{{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}")) + "}"),
        ["safetensors: one name"] = n => Safetensors("{" + string.Join(',', Enumerable.Repeat("\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}", n / 56)) + "}"),
        ["safetensors: texts"] = n => Safetensors("{\"__metadata__\":{" + string.Join(',', Enumerable.Range(0, n / 12).Select(i => $"\"{i:x5}\":\"a\"")) + "}}"),
        ["safetensors: brackets"] = n => Safetensors("{\"a\":" + new string('[', n)),
        ["json: index of shards"] = n => Latin("{\"metadata\":{},\"weight_map\":{" + string.Join(',', Enumerable.Range(0, n / 30).Select(i => $"\"w{i:x5}\":\"m{i:x5}.safetensors\"")) + "}}"),
        ["zip: empty members"] = n => Zip(n / 85, i => $"{i:x5}"),
        ["zip: members of one name"] = n => Zip(n / 90, _ => "data.pkl"),
        ["zip: pickles"] = n => Zip(n / 100, i => $"{i:x5}.pkl", "N."u8.ToArray()),
        ["zip: names that differ in case"] = n => Zip(n / 110, i => string.Concat(Convert.ToString(i, 2).PadLeft(20, '0').Select(c => c == '0' ? 'a' : 'A'))),
        // Only what lies before the longest comment that an archive may end with is searched again.
        ["zip: end records"] = n => Repeat((n + 70_000) / 22, "PK\u0005\u0006\0\0\0\0\u0001\0\u0001\0\u002e\0\0\0\0\0\0\0\0\0"),
        ["zip: beginnings of members"] = n => Repeat(n / 4, "PK\u0003\u0004"),
        ["tar: members"] = n => Tar(n / 512),
        ["gzip: streams"] = n => Repeat(n / 20, "\u001f\u008b\u0008\0\0\0\0\0\0\u00ff\u0003\0\0\0\0\0\0\0\0\0"),
        ["gzip: blocks with the fixed codes"] = n => Join(Latin("\u001f\u008b\u0008\0\0\0\0\0\0\u00ff"), Repeat(n / 5, "\u0002\u0008\u0020\u0080\0"), Latin("\u0003\0\0\0\0\0\0\0\0\0")),
        ["gzip: zeros"] = n => Gzip(new byte[n * 10]),
        ["bzip2: streams"] = n => Repeat(n / 14, "BZh9\u0017\u0072\u0045\u0038\u0050\u0090\0\0\0\0"),
        ["zstd: frames"] = n => Repeat(n / 11, "\u0028\u00b5\u002f\u00fd\u0020\u0002\u0011\0\0N."),
        ["zstd: large windows"] = n => Repeat(n / 11, "\u0028\u00b5\u002f\u00fd\0\u0088\u0011\0\0N."),
    };

    /// <summary>A zip of many members that all lie on the same deflated pickle, which pushes and pops so many values.</summary>
    public static byte[] MembersOnOneStream(int members, int values)
    {
        byte[] packed = ZipBuilder.Deflate(Join(Pickle(""), Repeat(values, "N0"), Latin("N.")));
        byte[] name = Latin("00000.pkl");
        uint size = (uint)((2 * values) + 4);
        string sizes = Number((uint)packed.Length) + Number(size);
        byte[] local = Join(Latin("PK\u0003\u0004\u0014\0\0\0\u0008\0\0\0\u0021\0\0\0\0\0" + sizes + "\u0009\0\0\0"), name, packed);
        using MemoryStream file = new();
        file.Write(local);
        for (int i = 0; i < members; i++)
        {
            file.Write(Latin("PK\u0001\u0002\u0014\0\u0014\0\0\0\u0008\0\0\0\u0021\0\0\0\0\0" + sizes + "\u0009\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" + $"{i:d5}.pkl"));
        }

        string count = Number((uint)members)[..2];
        file.Write(Latin("PK\u0005\u0006\0\0\0\0" + count + count + Number((uint)(file.Length - local.Length)) + Number((uint)local.Length) + "\0\0"));
        return file.ToArray();
    }

    private static byte[] Pickle(string body) => Latin("\u0080\u0004" + body);

    private static byte[] Many(int n, string piece, string behind = "") =>
        Join(Pickle(""), Repeat(n / (piece.Length + behind.Length), piece), Repeat(n / (piece.Length + behind.Length), behind), Latin("N."));

    private static byte[] Source(string source) => Call("builtins", "exec", source);

    private static byte[] Call(string module, string name, string argument) => PickleBuilder.Protocol(4).Call(module, name, argument).Stop().ToArray();

    private static byte[] Marshalled(byte[] code) =>
        PickleBuilder.Protocol(4).Global("types", "FunctionType").Mark().Call("marshal", "loads", p => p.Bytes(code)).Tuple().Reduce().Stop().ToArray();

    private static byte[] Numpy(string header) => Join(Latin("\u0093NUMPY\u0002\0"), Latin(Number((uint)header.Length)), Latin(header));

    private static byte[] Safetensors(string header) => Join(Latin(Number((uint)header.Length) + "\0\0\0\0"), Latin(header), new byte[4]);

    private static byte[] Zip(int count, Func<int, string> name, byte[]? content = null)
    {
        ZipBuilder zip = new();
        for (int i = 0; i < count; i++)
        {
            zip.Add(name(i), content ?? []);
        }

        return zip.Build();
    }

    private static byte[] Tar(int count)
    {
        TarBuilder tar = new();
        for (int i = 0; i < count; i++)
        {
            tar.Add($"{i:x5}", []);
        }

        return tar.Build();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static string Number(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        return Encoding.Latin1.GetString(bytes);
    }

    private static string Text(int count, string piece) => new StringBuilder(count * piece.Length).Insert(0, piece, count).ToString();

    private static byte[] Rows(int count, Func<int, string> row) => Latin(string.Concat(Enumerable.Range(0, count).Select(row)));

    private static byte[] Repeat(int count, string piece) => Latin(Text(count, piece));

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);

    private static byte[] Join(params ReadOnlySpan<byte[]> parts)
    {
        List<byte> all = [];
        foreach (byte[] part in parts)
        {
            all.AddRange(part);
        }

        return [.. all];
    }
}
