// Changes pickles opcode by opcode.
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Fuzz;

/// <summary>Changes pickles opcode by opcode: what comes out mostly still is one, and gets further than noise does.</summary>
internal sealed class PickleMutator(Random random)
{
    private static readonly string[] s_names =
        ["os", "system", "builtins", "__builtin__", "getattr", "eval", "collections", "OrderedDict", "torch._utils", "_rebuild_tensor_v2", "a.b", "joblib.numpy_pickle",
            "NumpyArrayWrapper", "numpy", "dtype", "ndarray", "", "é", "copyreg", "_reconstructor", "functools", "partial", "_codecs", "encode", "x y", "i8", "O"];

    private readonly byte[] _window = new byte[(64 << 10) + PickleReader.Slack];

    public byte[] Mutate(byte[] input, byte[] other, int longest)
    {
        List<byte[]> opcodes = Split(input);
        List<byte[]> others = Split(other);
        int changes = 1 << random.Next(5);
        for (int i = 0; i < changes; i++)
        {
            Change(opcodes, others);
        }

        List<byte> bytes = [];
        foreach (byte[] opcode in opcodes)
        {
            if (bytes.Count + opcode.Length > longest)
            {
                break;
            }

            bytes.AddRange(opcode);
        }

        return [.. bytes];
    }

    private List<byte[]> Split(byte[] input)
    {
        List<byte[]> opcodes = [];
        PickleReader reader = new(new MemorySource(input), 0, input.Length, _window, 1 << 16);
        int at = 0;
        while (reader.Read())
        {
            opcodes.Add(input[at..(int)reader.Position]);
            at = (int)reader.Position;
        }

        if (at < input.Length)
        {
            opcodes.Add(input[at..]);
        }

        return opcodes;
    }

    private void Change(List<byte[]> opcodes, List<byte[]> others)
    {
        int at = opcodes.Count == 0 ? 0 : random.Next(opcodes.Count);
        switch (random.Next(opcodes.Count == 0 ? 2 : 10))
        {
            case 0: opcodes.Insert(at, Make()); break;
            case 1:
                int from = others.Count == 0 ? 0 : random.Next(others.Count);
                opcodes.InsertRange(at, others.GetRange(from, Math.Min(others.Count - from, 1 + random.Next(12))));
                break;
            case 2: opcodes.RemoveAt(at); break;
            case 3: opcodes[at] = Make(); break;
            case 4: opcodes.Insert(random.Next(opcodes.Count), opcodes[at]); break;
            case 5:
                int second = random.Next(opcodes.Count);
                (opcodes[at], opcodes[second]) = (opcodes[second], opcodes[at]);
                break;
            case 6:
                List<byte[]> run = opcodes.GetRange(at, Math.Min(opcodes.Count - at, 1 + random.Next(6)));
                for (int times = 1 << random.Next(7); times > 0 && opcodes.Count < 20_000; times--)
                {
                    opcodes.InsertRange(at, run);
                }

                break;
            case 7:
                byte[] changed = [.. opcodes[at]];
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
                opcodes[at] = changed;
                break;
            case 8: opcodes.InsertRange(at, Idiom()); break;
            default: opcodes[at] = [OpcodeTable.IsOpcode(opcodes[at][0]) ? (byte)Any() : (byte)Op.STOP, .. opcodes[at][1..]]; break;
        }
    }

    private Op Any() => OpcodeTable.All[random.Next(OpcodeTable.All.Count)].Code;

    /// <summary>An opcode with an argument that fits it, mostly.</summary>
    private byte[] Make() => Make(Any());

    private byte[] Make(Op opcode)
    {
        PickleArgument argument = OpcodeTable.All.First(o => o.Code == opcode).Argument;
        byte code = (byte)opcode;
        byte small = (byte)random.Next(random.Next(3) == 0 ? 256 : 6);
        byte[] text = System.Text.Encoding.UTF8.GetBytes(Name());
        return argument switch
        {
            PickleArgument.None => [code],
            PickleArgument.UInt1 => [code, small],
            PickleArgument.UInt2 => [code, small, 0],
            PickleArgument.Int4 or PickleArgument.UInt4 => [code, small, 0, 0, (byte)(random.Next(20) == 0 ? 0x80 : 0)],
            PickleArgument.UInt8 => [code, small, 0, 0, 0, 0, 0, 0, 0],
            PickleArgument.Float8 => [code, 0x3F, small, 0, 0, 0, 0, 0, 0],
            PickleArgument.Counted1 => [code, (byte)text.Length, .. text],
            PickleArgument.Counted4 or PickleArgument.CountedSigned4 => [code, (byte)text.Length, 0, 0, 0, .. text],
            PickleArgument.Counted8 => [code, (byte)text.Length, 0, 0, 0, 0, 0, 0, 0, .. text],
            PickleArgument.LinePair => [code, .. text, (byte)'\n', .. System.Text.Encoding.UTF8.GetBytes(Name()), (byte)'\n'],
            _ => [code, .. Line(opcode), (byte)'\n'],
        };
    }

    private byte[] Line(Op opcode) => System.Text.Encoding.UTF8.GetBytes(opcode switch
    {
        Op.STRING => $"'{Name()}\\x41'",
        Op.UNICODE => Name() + "\\u00e9",
        Op.FLOAT => new[] { "1.5", "nan", "1_0", "-inf", "x" }[random.Next(5)],
        Op.PERSID => Name(),
        _ => new[] { "0", "1", "01", "00", "-1", "0x10", "123456789012345678901234567890L", " 7", "2147483648" }[random.Next(9)],
    });

    private string Name() => s_names[random.Next(s_names.Length)];

    /// <summary>Opcodes that belong together.</summary>
    private List<byte[]> Idiom() => random.Next(7) switch
    {
        0 => [Make(Op.GLOBAL), Make(Op.SHORT_BINUNICODE), [(byte)Op.TUPLE1], [(byte)Op.REDUCE]],
        1 => [Make(Op.SHORT_BINUNICODE), Make(Op.SHORT_BINUNICODE), [(byte)Op.STACK_GLOBAL], [(byte)Op.EMPTY_TUPLE], [(byte)Op.NEWOBJ]],
        2 => [[(byte)Op.EMPTY_DICT], [(byte)Op.MARK], Make(Op.SHORT_BINUNICODE), Make(Any()), [(byte)Op.SETITEMS], [(byte)Op.BUILD]],
        3 => [[(byte)Op.EMPTY_LIST], [(byte)Op.MEMOIZE], [(byte)Op.MARK], Make(Any()), [(byte)Op.APPENDS]],
        4 => [[(byte)Op.MARK], Make(Op.GLOBAL), Make(Any()), [(byte)Op.OBJ]],
        5 => [Make(Op.BINPUT), [(byte)Op.POP], Make(Op.BINGET)],
        _ => [[(byte)Op.STOP], [(byte)Op.PROTO, (byte)random.Next(6)]],
    };
}
