// Rewrites pickles opcode by opcode into others that mean the same.
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Bytes;
using Assay.Pickle;
using Assay.Tests.Builders;

namespace Assay.Tests.Metamorphic;

/// <summary>One opcode with its argument, as bytes.</summary>
internal readonly record struct Instruction(Op Op, byte[] Bytes)
{
    /// <summary>The payload of a counted argument, or the argument itself.</summary>
    public ReadOnlySpan<byte> Payload(int countWidth) => Bytes.AsSpan(1 + countWidth);
}

/// <summary>Rewrites that leave the meaning of a pickle alone. Each takes and gives a whole pickle.</summary>
internal static class PickleRewriter
{
    public static IReadOnlyList<(string Name, Func<Random, byte[], byte[]> Rewrite)> All { get; } =
    [
        ("noise", Noise),
        ("renumbered memo", Renumber),
        ("texts", (random, pickle) => Each(pickle, i => Text(random, i))),
        ("numbers", (random, pickle) => Each(pickle, i => Number(random, i))),
        ("globals on the stack", (_, pickle) => Each(pickle, GlobalOnTheStack)),
        ("empty containers", (_, pickle) => Each(pickle, Container)),
        ("other protocol", Protocol),
        ("a benign pickle before", (_, pickle) => [.. PickleParts.PickleOf(1), .. pickle]),
        ("a benign pickle after", (_, pickle) => [.. pickle, .. PickleParts.PickleOf(1)]),
        ("declared twice", (_, pickle) => [.. pickle[..2], .. pickle]),
    ];

    public static List<Instruction> Read(byte[] pickle)
    {
        List<Instruction> read = [];
        PickleReader reader = new(new MemorySource(pickle), 0, pickle.Length, new byte[pickle.Length + 256], 1 << 20);
        while (reader.Read())
        {
            read.Add(new Instruction(reader.Opcode, pickle[(int)reader.Offset..(int)reader.Position]));
            if (reader.Opcode == Op.STOP)
            {
                break;
            }
        }

        return read;
    }

    private static byte[] Each(byte[] pickle, Func<Instruction, byte[]> rewrite) => [.. Read(pickle).SelectMany(rewrite)];

    /// <summary>Pushes and pops between any two opcodes; memo entries far away from those in use.</summary>
    private static byte[] Noise(Random random, byte[] pickle)
    {
        // MEMOIZE counts entries, so the memo must be numbered before entries are added.
        List<byte> written = [];
        foreach (Instruction instruction in Read(Renumber(random, pickle)))
        {
            written.AddRange(instruction.Bytes);
            if (instruction.Op == Op.STOP)
            {
                break;
            }

            PickleBuilder noise = PickleBuilder.Start();
            _ = random.Next(8) switch
            {
                0 => noise.None().Pop(),
                1 => noise.Mark().Op(Op.POP_MARK),
                2 => noise.Mark().Push(1).Push("os.path").Op(Op.POP_MARK),
                3 => noise.Push("math").LongPut(0x10000 + (uint)random.Next(1000)).Pop(),
                4 => noise.Op(Op.EMPTY_LIST).Op(Op.DUP).Pop().Pop(),
                5 => noise.Mark().Pop(),
                _ => noise,
            };
            written.AddRange(noise.ToArray());
        }

        return [.. written];
    }

    /// <summary>Numbers every memo entry anew and explicitly.</summary>
    private static byte[] Renumber(Random random, byte[] pickle)
    {
        uint factor = (uint)random.Next(2, 9);
        uint count = 0;
        HashSet<long> used = [];
        return Each(pickle, instruction =>
        {
            switch (instruction.Op)
            {
                case Op.MEMOIZE:
                    uint index = count;
                    count += used.Add(index) ? 1u : 0;
                    return PickleBuilder.Start().LongPut((index * factor) + 3).ToArray();
                case Op.BINPUT or Op.LONG_BINPUT or Op.PUT:
                    count += used.Add(Index(instruction)) ? 1u : 0;
                    return PickleBuilder.Start().LongPut((Index(instruction) * factor) + 3).ToArray();
                case Op.BINGET or Op.LONG_BINGET or Op.GET:
                    return PickleBuilder.Start().LongGet((Index(instruction) * factor) + 3).ToArray();
                default:
                    return instruction.Bytes;
            }
        });
    }

    private static uint Index(Instruction instruction) => instruction.Op switch
    {
        Op.BINPUT or Op.BINGET => instruction.Bytes[1],
        Op.LONG_BINPUT or Op.LONG_BINGET => BinaryPrimitives.ReadUInt32LittleEndian(instruction.Payload(0)),
        _ => uint.Parse(Encoding.ASCII.GetString(instruction.Payload(0)), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture),
    };

    private static byte[] Text(Random random, Instruction instruction)
    {
        int width = instruction.Op switch { Op.SHORT_BINUNICODE => 1, Op.BINUNICODE => 4, Op.BINUNICODE8 => 8, _ => 0 };
        if (width == 0)
        {
            return instruction.Bytes;
        }

        byte[] text = instruction.Payload(width).ToArray();
        bool plain = text.All(b => b is >= 0x20 and < 0x7F and not (byte)'\\');
        return random.Next(4) switch
        {
            0 when text.Length < 256 => [(byte)Op.SHORT_BINUNICODE, (byte)text.Length, .. text],
            1 => PickleBuilder.Start().Op(Op.BINUNICODE8).UInt64((ulong)text.Length).Raw(text).ToArray(),
            2 when plain => PickleBuilder.Start().Op(Op.UNICODE).Line(Encoding.ASCII.GetString(text)).ToArray(),
            _ => PickleBuilder.Start().Op(Op.BINUNICODE).UInt32((uint)text.Length).Raw(text).ToArray(),
        };
    }

    private static byte[] Number(Random random, Instruction instruction)
    {
        int? value = instruction.Op switch
        {
            Op.BININT => BinaryPrimitives.ReadInt32LittleEndian(instruction.Payload(0)),
            Op.BININT1 => instruction.Bytes[1],
            Op.BININT2 => BinaryPrimitives.ReadUInt16LittleEndian(instruction.Payload(0)),
            _ => null,
        };
        if (value is not int number)
        {
            return instruction.Bytes;
        }

        byte[] bytes = new BigInteger(number).ToByteArray();
        string text = number.ToString(CultureInfo.InvariantCulture);
        return random.Next(4) switch
        {
            0 => PickleBuilder.Start().Op(Op.INT).Line(text).ToArray(),
            1 => PickleBuilder.Start().Op(Op.LONG).Line(text + "L").ToArray(),
            2 => [(byte)Op.LONG1, (byte)bytes.Length, .. bytes],
            _ => PickleBuilder.Start().Op(Op.LONG4).UInt32((uint)bytes.Length).Raw(bytes).ToArray(),
        };
    }

    private static byte[] GlobalOnTheStack(Instruction instruction)
    {
        if (instruction.Op != Op.GLOBAL)
        {
            return instruction.Bytes;
        }

        string[] lines = Encoding.UTF8.GetString(instruction.Payload(0)).Split('\n');
        return PickleBuilder.Start().StackGlobal(lines[0], lines[1]).ToArray();
    }

    private static byte[] Container(Instruction instruction) => instruction.Op switch
    {
        Op.EMPTY_TUPLE => [(byte)Op.MARK, (byte)Op.TUPLE],
        Op.EMPTY_LIST => [(byte)Op.MARK, (byte)Op.LIST],
        Op.EMPTY_DICT => [(byte)Op.MARK, (byte)Op.DICT],
        _ => instruction.Bytes,
    };

    /// <summary>Names are rewritten below 3 and walked from 4 on; the names of these pickles mean the same on one side.</summary>
    private static byte[] Protocol(Random random, byte[] pickle) =>
        pickle[0] == (byte)Op.PROTO ? [pickle[0], (byte)(pickle[1] >= 4 ? random.Next(4, 6) : random.Next(2, 4)), .. pickle[2..]] : pickle;
}
