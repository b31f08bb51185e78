// Makes the streams that unpicklers and machine are compared on.
using System.Buffers.Binary;
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Tests.Oracle;

/// <summary>
/// Makes streams: opcode programs, some of them such as PyTorch's restricted unpickler reads, ordinary pickles with calls planted at every kind of place, and cuts, flips and splices of both. The
/// stream of an index depends on the seed and the ordinary pickles alone.
/// </summary>
internal sealed class StreamGenerator(ulong seed, IReadOnlyList<byte[]> ordinary)
{
    /// <summary>The stream of an index.</summary>
    public byte[] Make(long index)
    {
        OracleRandom random = new(seed + ((ulong)index * 0xD1342543DE82EF95));
        byte[] stream = Whole(random);
        return random.Chance(30) ? Mutate(stream, random) : stream;
    }

    private byte[] Whole(OracleRandom random) => random.Chance(65)
        ? new ProgramGenerator(random, restricted: random.Chance(15)).Make(4 + random.Below(random.Chance(90) ? 40 : 200))
        : Plant(random.Pick(ordinary), random);

    /// <summary>Puts calls before opcodes and in the place of constants; frames are mostly kept right.</summary>
    private static byte[] Plant(byte[] pickle, OracleRandom random)
    {
        List<(long Offset, Op Op)> opcodes = Opcodes(pickle);
        int[] places = [.. Enumerable.Range(0, 1 + random.Below(4)).Select(_ => random.Below(opcodes.Count))];
        bool repair = random.Chance(85);
        bool unframed = random.Chance(30);
        List<byte> planted = [];
        int frame = -1;
        long frameEnd = -1;
        for (int i = 0; i < opcodes.Count; i++)
        {
            (long offset, Op op) = opcodes[i];
            long next = i + 1 < opcodes.Count ? opcodes[i + 1].Offset : pickle.Length;
            ReadOnlySpan<byte> bytes = pickle.AsSpan((int)offset, (int)(next - offset));
            if (offset == frameEnd)
            {
                Repair(planted, frame);
                frame = -1;
            }

            if (places.Contains(i) && op is not (Op.PROTO or Op.FRAME))
            {
                planted.AddRange(new ProgramGenerator(random).Snippet());
                if (IsLeaf(op) && random.Chance(60))
                {
                    continue;
                }

                planted.Add((byte)Op.POP);
            }

            if (op == Op.FRAME)
            {
                if (unframed)
                {
                    continue;
                }

                frame = repair ? planted.Count : -1;
                frameEnd = repair ? next + BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]) : -1;
            }

            planted.AddRange(bytes);
        }

        Repair(planted, frame);
        return [.. planted];
    }

    private static void Repair(List<byte> planted, int frame)
    {
        for (int i = 0; frame >= 0 && i < 8; i++)
        {
            planted[frame + 1 + i] = (byte)((long)(planted.Count - frame - 9) >> (8 * i));
        }
    }

    private static bool IsLeaf(Op op) => op is Op.NONE or Op.NEWTRUE or Op.NEWFALSE or Op.BININT or Op.BININT1 or Op.BININT2 or Op.BINFLOAT
        or Op.INT or Op.FLOAT or Op.SHORT_BINUNICODE or Op.BINUNICODE or Op.UNICODE or Op.SHORT_BINBYTES or Op.EMPTY_LIST or Op.EMPTY_DICT;

    private byte[] Mutate(byte[] stream, OracleRandom random)
    {
        for (int i = random.Below(3); i >= 0; i--)
        {
            if (stream.Length == 0)
            {
                return stream;
            }

            int at = random.Below(stream.Length);
            stream = random.Below(6) switch
            {
                0 => stream[..at],
                1 => Flip(stream, at, random),
                2 => Set(stream, at, (byte)random.Pick(OpcodeTable.All).Code),
                3 => [.. stream[..at], .. Tail(Whole(random), random)],
                4 => [.. stream[..at], (byte)random.Pick(OpcodeTable.All).Code, .. stream[at..]],
                _ => [.. stream[..at], .. stream[Math.Min(stream.Length, at + 1 + random.Below(8))..]],
            };
        }

        return stream;
    }

    private static byte[] Flip(byte[] stream, int at, OracleRandom random) => Set(stream, at, (byte)(stream[at] ^ (1 << random.Below(8))));

    private static byte[] Set(byte[] stream, int at, byte value)
    {
        stream = [.. stream];
        stream[at] = value;
        return stream;
    }

    /// <summary>The end of a stream, most often from where an opcode begins.</summary>
    private static byte[] Tail(byte[] stream, OracleRandom random)
    {
        List<(long Offset, Op Op)> opcodes = Opcodes(stream);
        return opcodes.Count == 0 || random.Chance(20)
            ? stream[random.Below(stream.Length + 1)..]
            : stream[(int)random.Pick(opcodes).Offset..];
    }

    private static List<(long Offset, Op Op)> Opcodes(byte[] pickle)
    {
        using MemorySource source = new(pickle);
        PickleReader reader = new(source, 0, pickle.Length, new byte[16 << 10], 1 << 20);
        List<(long, Op)> opcodes = [];
        while (reader.Read())
        {
            opcodes.Add((reader.Offset, reader.Opcode));
        }

        return opcodes;
    }
}
