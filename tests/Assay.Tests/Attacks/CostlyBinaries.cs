// Hierarchies, tables, dictionaries and compiled code that grow with a number: whoever reads them must not cost more for each byte as they grow.
using System.Buffers.Binary;
using System.Text;
using Assay.Tests.Builders;

namespace Assay.Tests.Attacks;

/// <summary>Makes inputs of about a given size for the readers of binary formats that hold others' structures, each to be costly in a way of its own.</summary>
internal static class CostlyBinaries
{
    /// <summary>A whole number of one byte, as version 1 of the message says it, padded to eight.</summary>
    private static readonly byte[] s_byte = [0x10, 8, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0];

    private static readonly byte[] s_scalar = [1, 0, 0, 0, 0, 0, 0, 0];

    private static readonly byte[] s_mark = [.. Enumerable.Repeat((byte)0x5A, 16)];

    /// <summary>The kinds, by name; each gives a name, the format that claims it, and an input of about so many bytes.</summary>
    public static IReadOnlyDictionary<string, (string Name, string Format, Func<int, byte[]> Make)> All { get; } = new Dictionary<string, (string, string, Func<int, byte[]>)>
    {
        ["hdf5: soft links"] = ("a.h5", "hdf5", n => Hdf5(n / 24, i => (6, [1, 8, 1, 6, .. Ascii($"s{i:x5}"), 2, 0, .. "/a"u8, 0, 0, 0, 0]))),
        ["hdf5: links elsewhere"] = ("a.h5", "hdf5", n => Hdf5(n / 32, i => (6, [1, 8, 64, 6, .. Ascii($"e{i:x5}"), 7, 0, 0, .. "a.h5\0x\0"u8, 0, 0, 0, 0, 0]))),
        ["hdf5: links to one group"] = ("a.h5", "hdf5", n => Hdf5(n / 32, i => (6, [1, 0, 6, .. Ascii($"h{i:x5}"), .. Long(96), 0, 0, 0, 0, 0, 0, 0]))),
        ["hdf5: attributes"] = ("a.h5", "hdf5", n => Hdf5(n / 56, i => (12, [1, 0, 7, 0, 12, 0, 8, 0, .. Ascii($"a{i:x5}"), 0, 0, .. s_byte, .. s_scalar, 1, 0, 0, 0, 0, 0, 0, 0]))),
        ["hdf5: blocks that go on in another"] = ("a.h5", "hdf5", n => Hdf5(n / 24, i => (16, [.. Long(112), .. Long(24)]))),
        ["hdf5: groups in groups"] = ("a.h5", "hdf5", n => Groups(n / 40, inner: true)),
        ["hdf5: groups"] = ("a.h5", "hdf5", n => Groups(n / 72, inner: false)),
        ["bytecode: calls"] = ("a.pyc", "python-bytecode", n => Compiled(Code(Repeat(n / 22, [2, 0, 101, 0, 100, 0, 166, 1, 0, 0, 171, 1, .. new byte[8], 1, 0]), [], 1))),
        ["bytecode: branches"] = ("a.pyc", "python-bytecode", n => Compiled(Code(Repeat(n / 8, [101, 0, 114, 2, 101, 0, 1, 0]), [], 1))),
        ["bytecode: a deep stack at each branch"] = ("a.pyc", "python-bytecode", n => Compiled(Code([.. Repeat(1000, [100, 0]), .. Repeat(n / 4, [114, 0, 100, 0])], [], 1))),
        ["bytecode: steps back"] = ("a.pyc", "python-bytecode", n => Compiled(Code(Repeat(n / 4, [101, 0, 175, 1]), [], 1))),
        ["bytecode: constants"] = ("a.pyc", "python-bytecode", n => Compiled(Code([], Each(n / 8, i => [0xDA, 6, .. Ascii($"c{i:x5}")]), n / 8))),
        ["bytecode: functions"] = ("a.pyc", "python-bytecode", n => Compiled(Code([], Each(n / 100, _ => Code([2, 0, 101, 0, 166, 0, 0, 0, 171, 0, .. new byte[8]], [(byte)'N'], 1)), n / 100))),
        ["bytecode: functions in functions"] = ("a.pyc", "python-bytecode", n => Compiled(Nested(Math.Min(n / 90, 1500), n))),
        ["bytecode: tuples in tuples"] = ("a.pyc", "python-bytecode", n => Compiled(Code([], [.. Repeat(n / 2, [(byte)')', 1]), (byte)'N'], 1))),
        ["bytecode: references"] = ("a.pyc", "python-bytecode", n => Compiled(Code([], [0xDA, 1, (byte)'a', .. Repeat((n / 5) - 1, [(byte)'r', 0, 0, 0, 0])], n / 5))),
        ["torch7: numbers in a table"] = ("a.t7", "torch7", n => [.. Int(3), .. Int(1), .. Int(n / 24), .. Repeat(n / 24, [.. Int(1), .. Double(1), .. Int(1), .. Double(2)])]),
        ["torch7: tables in tables"] = ("a.t7", "torch7", n => Each(n / 24, i => [.. Int(3), .. Int(i + 1), .. Int(1), .. Int(1), .. Double(1)])),
        ["torch7: texts"] = ("a.t7", "torch7", n => [.. Int(3), .. Int(1), .. Int(n / 26), .. Each(n / 26, i => [.. Int(1), .. Double(i), .. Int(2), .. Int(6), .. Ascii($"t{i:x5}")])]),
        ["torch7: objects"] = ("a.t7", "torch7", n => [.. Int(3), .. Int(1), .. Int(n / 47), .. Each(n / 47, i => [.. Int(1), .. Double(i), .. Int(4), .. Int(i + 2), .. Int(3), .. "V 1"u8, .. Int(6), .. Ascii($"o{i:x5}"), .. Int(0)])]),
        ["torch7: one object again and again"] = ("a.t7", "torch7", n => [.. Int(3), .. Int(1), .. Int(n / 20), .. Each(n / 20, i => [.. Int(1), .. Double(i), .. Int(3), .. Int(1)])]),
        ["cntk: entries"] = ("a.model", "cntk", n => Entries(n / 22, i => ($"k{i:x5}", $"v{i:x5}"))),
        ["cntk: functions of somebody's"] = ("a.model", "cntk", n => Entries(n / 26, i => (i % 2 == 0 ? "module" : "class", $"m{i:x5}"))),
        ["cntk: dictionaries in dictionaries"] = ("a.model", "cntk", n => Dictionaries(n)),
        ["arrow: fields"] = ("a.arrow", "arrow", n => Arrow([.. Enumerable.Range(0, n / 80).Select(i => Field($"f{i:x5}"))], [])),
        ["arrow: entries"] = ("a.arrow", "arrow", n => Arrow([Field("a")], [.. Enumerable.Range(0, n / 50).Select(i => new FlatBuilder($"k{i:x5}", "v"))])),
        ["arrow: messages"] = ("a.arrow", "arrow", n => Repeat(n / 200, Arrow([Field("a")], []))),
        ["parquet: entries"] = ("a.parquet", "parquet", n => Parquet(n / 16, i => [0x18, 6, .. Ascii($"k{i:x5}"), 0x18, 1, (byte)'v', 0], fields: 3)),
        ["parquet: columns"] = ("a.parquet", "parquet", n => Parquet(n / 10, i => [0x48, 6, .. Ascii($"c{i:x5}"), 0], fields: 0)),
        ["avro: fields"] = ("a.avro", "avro", n => Avro("{\"type\":\"record\",\"name\":\"r\",\"fields\":[" + string.Join(',', Enumerable.Range(0, n / 32).Select(i => $"{{\"name\":\"f{i:x5}\",\"type\":\"int\"}}")) + "]}", [])),
        ["avro: records in records"] = ("a.avro", "avro", n => Avro(string.Concat(Enumerable.Repeat("{\"type\":\"array\",\"items\":", n / 24)) + "\"int\"" + new string('}', n / 24), [])),
        ["avro: blocks"] = ("a.avro", "avro", n => Avro("\"int\"", Repeat(n / 19, [2, 2, 2, .. s_mark]))),
        ["netcdf: dimensions"] = ("a.nc", "netcdf", n => [.. "CDF\u0001"u8, .. Big(0), .. Big(10), .. Big(n / 16), .. Each(n / 16, i => [.. Big(6), .. Ascii($"d{i:x5}"), 0, 0, .. Big(1)]), .. new byte[16]]),
        ["netcdf: attributes"] = ("a.nc", "netcdf", n => [.. "CDF\u0001"u8, .. Big(0), .. Big(0), .. Big(0), .. Big(12), .. Big(n / 24), .. Each(n / 24, i => [.. Big(6), .. Ascii($"a{i:x5}"), 0, 0, .. Big(2), .. Big(4), .. "abcd"u8]), .. Big(0), .. Big(0)]),
        ["netcdf: variables"] = ("a.nc", "netcdf", n => [.. "CDF\u0001"u8, .. Big(0), .. new byte[16], .. Big(11), .. Big(n / 36), .. Each(n / 36, i => [.. Big(6), .. Ascii($"v{i:x5}"), 0, 0, .. Big(0), .. Big(0), .. Big(0), .. Big(1), .. Big(4), .. Big(8)])]),
        ["fasttext: words"] = ("a.bin", "fasttext", n => [.. Int(793712314), .. Int(12), .. Repeat(12, Int(1)), .. Double(0.1), .. Int(n / 16), .. Int(n / 16), .. Int(0), .. Long(9), .. Long(-1), .. Each(n / 16, i => [.. Ascii($"w{i:x5}"), 0, .. Long(7), 0]), .. new byte[34]]),
        ["hnsw: elements"] = ("a.bin", "hnsw", n => [.. Long(0), .. Long(n / 28), .. Long(n / 28), .. Long(24), .. Long(16), .. Long(12), .. Int(0), .. Int(0), .. Long(2), .. Long(2), .. Long(2), .. Double(1), .. Long(9), .. Repeat(n / 28, [2, 0, 0, 0, .. Int(1), .. Int(0), .. Int(9), .. Long(1)]), .. Repeat(n / 28, Int(0))]),
        ["llama2.c: tokens"] = ("a.bin", "llama2c-tokenizer", n => [.. Int(6), .. Each(n / 14, i => [.. Int(0), .. Int(6), .. Ascii($"t{i:x5}")])]),
        ["media: entries"] = ("a.m3u8", "media-script", n => [.. "#EXTM3U\n"u8, .. Repeat(n / 10, "a/seg0.ts\n"u8.ToArray())]),
        ["states: indices"] = ("a.pkl", "pickle", n => Sparse(n / 8, 1)),
        ["states: objects"] = ("a.pkl", "pickle", n => Sparse(1, n / 400)),
        ["kenlm: tables"] = ("a.bin", "kenlm", n => [.. "mmap lm http://kheafield.com/code format version 5\n\0"u8, .. Repeat(n / 4, [0xA7, 0x13, 0, 0x80])]),
    };

    /// <summary>A superblock of version 0, whose root has these messages.</summary>
    private static byte[] Hdf5(int count, Func<int, (int Type, byte[] Body)> message)
    {
        byte[] messages = Each(count, i =>
        {
            (int type, byte[] body) = message(i);
            return Message(type, body);
        });
        return [.. Superblock(112 + messages.Length), .. Header(count, messages.Length), .. messages];
    }

    /// <summary>Groups that each hold one link: to the group behind them, or all from the root.</summary>
    private static byte[] Groups(int count, bool inner)
    {
        const int Size = 40, Head = 16;
        if (inner)
        {
            return [.. Superblock(96 + (count * Size)), .. Each(count, i => [.. Header(1, 24), .. Message(6, [1, 0, 1, (byte)'a', .. Long(96 + ((i + 1) % count * Size)), 0, 0, 0, 0])])];
        }

        const int Link = 32;
        int first = 96 + Head + (count * Link);
        byte[] links = Each(count, i => Message(6, [1, 0, 6, .. Ascii($"g{i:x5}"), .. Long(first + (i * Size)), 0, 0, 0, 0, 0, 0, 0]));
        return [.. Superblock(first + (count * Size)), .. Header(count, links.Length), .. links, .. Repeat(count, [.. Header(1, 24), .. Message(0, new byte[16])])];
    }

    private static byte[] Superblock(long end) =>
    [
        0x89, .. "HDF\r\n\u001a\n"u8, 0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, .. Int(0), .. Long(0), .. Long(-1), .. Long(end), .. Long(-1),
        .. Long(0), .. Long(96), .. Int(0), .. Int(0), .. new byte[16],
    ];

    private static byte[] Header(int messages, int length) => [1, 0, (byte)messages, (byte)(messages >> 8), .. Int(1), .. Int(length), .. Int(0)];

    private static byte[] Message(int type, byte[] body)
    {
        byte[] padded = [.. body, .. new byte[-body.Length & 7]];
        return [(byte)type, 0, (byte)padded.Length, (byte)(padded.Length >> 8), 0, 0, 0, 0, .. padded];
    }

    /// <summary>A file that CPython 3.11 compiled.</summary>
    private static byte[] Compiled(byte[] marshalled) => [0xA7, 0x0D, 0x0D, 0x0A, .. new byte[12], .. marshalled];

    /// <summary>A code object of CPython 3.11 with one name.</summary>
    private static byte[] Code(byte[] instructions, byte[] constants, int count)
    {
        byte[] none = [(byte)')', 0];
        byte[] text = [(byte)'z', 1, (byte)'f'];
        byte[] code = [151, 0, .. instructions, 100, 0, 83, 0];
        byte[] values = count == 1 && constants.Length == 0 ? [(byte)'N'] : constants;
        return
        [
            (byte)'c', .. new byte[12], .. Int(4), .. Int(0), (byte)'s', .. Int(code.Length), .. code, (byte)'(', .. Int(count), .. values,
            (byte)')', 1, .. text, .. none, (byte)'s', .. Int(0), .. text, .. text, .. text, .. Int(1), (byte)'s', .. Int(0), (byte)'s', .. Int(0),
        ];
    }

    /// <summary>Functions in functions, and behind them a text: what is written from the inside is written again at each level.</summary>
    private static byte[] Nested(int levels, int length)
    {
        byte[] inside = [(byte)'N'];
        for (int i = 0; i < Math.Min(levels, 150); i++)
        {
            inside = Code([], inside, 1);
        }

        return Code([], [.. inside, (byte)'s', .. Int(Math.Max(0, length - inside.Length)), .. new byte[Math.Max(0, length - inside.Length)]], 2);
    }

    private static byte[] Entries(int count, Func<int, (string Key, string Value)> entry)
    {
        ProtobufBuilder dictionary = new ProtobufBuilder().Number(1, 1);
        for (int i = 0; i < count; i++)
        {
            (string key, string value) = entry(i);
            dictionary.Message(2, e => e.Text(1, key).Message(2, v => v.Number(1, 1).Number(2, 6).Text(8, value)));
        }

        return dictionary.Build();
    }

    private static byte[] Dictionaries(int length)
    {
        byte[] inside = new ProtobufBuilder().Number(1, 1).Build();
        for (int i = 0; i < 100; i++)
        {
            byte[] value = inside;
            inside = new ProtobufBuilder().Number(1, 1).Message(2, e => e.Text(1, "value").Message(2, v => v.Number(1, 1).Number(2, 10).Bytes(12, value))).Build();
        }

        byte[] one = inside;
        ProtobufBuilder all = new ProtobufBuilder().Number(1, 1);
        for (int i = 0; i < length / (one.Length + 24); i++)
        {
            all.Message(2, e => e.Text(1, $"k{i:x5}").Message(2, v => v.Number(1, 1).Number(2, 10).Bytes(12, one)));
        }

        return all.Build();
    }

    private static FlatBuilder Field(string name) => new(name, true, (byte)2, new FlatBuilder(32), null, Array.Empty<object>(), Array.Empty<object>());

    private static byte[] Arrow(object[] fields, object[] entries)
    {
        byte[] message = new FlatBuilder(4, (byte)1, new FlatBuilder(0, fields, entries), 0L).Build("");
        message = [.. message, .. new byte[-message.Length & 7]];
        return [.. Int(-1), .. Int(message.Length), .. message, .. Int(-1), .. Int(0)];
    }

    /// <summary>A foot of Thrift with one long list: of the schema (no field before it) or of entries (three before it).</summary>
    private static byte[] Parquet(int count, Func<int, byte[]> item, int fields)
    {
        byte[] list = [0xFC, .. Varint(count), .. Each(count, item)];
        byte[] foot = fields == 0
            ? [0x15, 2, 0x19, .. list, 0x16, 0, 0x19, 0x0C, 0]
            : [0x15, 2, 0x19, 0x0C, 0x16, 0, 0x19, 0x0C, 0x19, .. list, 0];
        return [.. "PAR1"u8, .. foot, .. Int(foot.Length), .. "PAR1"u8];
    }

    private static byte[] Avro(string schema, byte[] blocks) =>
        [.. "Obj\u0001"u8, 2, 22, .. "avro.schema"u8, .. Varint(2 * schema.Length), .. Ascii(schema), 0, .. s_mark, .. blocks];

    /// <summary>A list of sparse matrices, each with so many indices.</summary>
    private static byte[] Sparse(int indices, int matrices)
    {
        byte[] array = [.. "cnumpy.core.numeric\n_frombuffer\n("u8, (byte)'B', .. Int(4 * indices), .. new byte[4 * indices], .. "cnumpy\ndtype\n"u8, .. Word("i4"), 0x85, (byte)'R', (byte)'J', .. Int(indices), 0x85, .. Word("C"), (byte)'t', (byte)'R'];
        byte[] matrix =
        [
            .. "cscipy.sparse._csr\ncsr_matrix\n)"u8, 0x81, .. "}("u8, .. Word("_shape"), (byte)'J', .. Int(0), (byte)'J', .. Int(9), 0x86, .. Word("indices"), .. array, .. Word("indptr"), .. array, .. Word("data"), .. array, .. "ub"u8,
        ];
        return [0x80, 4, .. "]("u8, .. Repeat(matrices, matrix), .. "e."u8];
    }

    private static byte[] Word(string text) => [(byte)'X', .. Int(text.Length), .. Ascii(text)];

    private static byte[] Varint(int number)
    {
        List<byte> bytes = [];
        for (; number > 127; number >>= 7)
        {
            bytes.Add((byte)(number | 128));
        }

        return [.. bytes, (byte)number];
    }

    private static byte[] Each(int count, Func<int, byte[]> item)
    {
        using MemoryStream all = new();
        for (int i = 0; i < count; i++)
        {
            all.Write(item(i));
        }

        return all.ToArray();
    }

    private static byte[] Repeat(int count, byte[] piece) => Each(count, _ => piece);

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private static byte[] Int(int value) => BitConverter.GetBytes(value);

    private static byte[] Long(long value) => BitConverter.GetBytes(value);

    private static byte[] Double(double value) => BitConverter.GetBytes(value);

    private static byte[] Big(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
