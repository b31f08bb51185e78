// Makes the streams that joblib's unpickler is asked about: arrays in the middle, and frames that end elsewhere.
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Oracle;

/// <summary>
/// Makes streams of calls and arrays: bytes of arrays that are opcodes, arrays of objects, padding, wrappers that are built twice, frames
/// that go on behind a wrapper while the array lies behind the frame, and cuts and flips of it all.
/// </summary>
internal sealed class JoblibStreams(ulong seed)
{
    private static readonly byte[][] s_soup =
        [.. new[] { "cos\nsystem\n)R0", "....", "cposix\nx\n)R.", "N0N0N0", "\0\0\0\0\0\0\0\0", "]a(e", "(lp1\n." }.Select(System.Text.Encoding.Latin1.GetBytes)];

    /// <summary>The stream of an index.</summary>
    public byte[] Make(long index)
    {
        OracleRandom random = new(seed + ((ulong)index * 0xD1342543DE82EF95));
        PickleBuilder stream = PickleBuilder.Protocol(2 + random.Below(4)).Op(Op.EMPTY_LIST);
        for (int i = 1 + random.Below(5); i > 0; i--)
        {
            _ = random.Chance(55) ? Array(stream, random) : Call(stream, random);
        }

        byte[] bytes = stream.Stop().ToArray();
        if (random.Chance(25))
        {
            int at = random.Below(bytes.Length);
            bytes = random.Chance(50) ? bytes[..at] : [.. bytes[..at], (byte)(bytes[at] ^ (1 << random.Below(8))), .. bytes[(at + 1)..]];
        }

        return bytes;
    }

    private static PickleBuilder Call(PickleBuilder stream, OracleRandom random) =>
        stream.Raw(new ProgramGenerator(random).Snippet()).Op(random.Chance(70) ? Op.APPEND : Op.POP);

    private static PickleBuilder Array(PickleBuilder stream, OracleRandom random)
    {
        bool objects = random.Chance(25);
        byte[] data = objects ? Nested(random) : [.. Enumerable.Range(0, random.Below(4)).SelectMany(_ => random.Pick(s_soup))];
        data = objects ? data : data[..(data.Length & ~3)];
        bool padded = !objects && random.Chance(40);
        int padding = random.Below(5);
        PickleBuilder wrapper = PickleBuilder.Start();
        wrapper.Push(Wrapper(random));
        if (random.Chance(10))
        {
            wrapper.Op(Op.MEMOIZE);
        }

        wrapper.Push(State(objects, data, padded, random)).Build();
        byte[] after = random.Chance(60) ? PickleBuilder.Start().Op(random.Chance(70) ? Op.APPEND : Op.POP).Raw(new ProgramGenerator(random).Snippet()).Pop().ToArray() : [];
        bool framed = random.Chance(50);
        byte[] inside = wrapper.ToArray();
        byte[] raw = padded ? [(byte)padding, .. new byte[padding], .. data] : data;
        if (!framed)
        {
            return stream.Raw(inside).Raw(raw).Raw(after.Length > 0 ? after : [(byte)Op.APPEND]);
        }

        // What follows the wrapper in its frame runs behind the array, which follows the frame.
        stream.Op(Op.FRAME).UInt64((ulong)(inside.Length + after.Length)).Raw(inside).Raw(after).Raw(raw);
        return after.Length > 0 ? stream : stream.Op(Op.APPEND);
    }

    private static Action<PickleBuilder> Wrapper(OracleRandom random) => random.Below(4) switch
    {
        0 => PickleParts.Call("joblib.numpy_pickle", "NumpyArrayWrapper"),
        _ => New("joblib.numpy_pickle", "NumpyArrayWrapper"),
    };

    private static Action<PickleBuilder> State(bool objects, byte[] data, bool padded, OracleRandom random)
    {
        List<object?> state =
        [
            "subclass", Import("numpy", "ndarray"), "shape", Tuple(objects ? 1 : data.Length / 4), "order", random.Chance(80) ? "C" : "F",
            "dtype", NumpyFiles.DataType(objects ? "O8" : "f4"), "allow_mmap", false,
        ];
        if (padded)
        {
            state.AddRange(["numpy_array_alignment_bytes", 16]);
        }

        return Dict([.. state]);
    }

    private static byte[] Nested(OracleRandom random) =>
        PickleBuilder.Protocol(2).Raw(new ProgramGenerator(random).Snippet()).Stop().ToArray();
}
