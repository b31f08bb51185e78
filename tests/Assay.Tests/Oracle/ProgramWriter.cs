// Writes opcodes and their arguments for the generator.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Pickle;

namespace Assay.Tests.Oracle;

/// <summary>Writes opcodes and their arguments; remembers where opcodes begin and puts lengths into frames at the end.</summary>
internal sealed class ProgramWriter(OracleRandom random, bool restricted = false)
{
    private readonly List<byte> _bytes = [];
    private readonly List<int> _boundaries = [];
    private readonly List<int> _frames = [];

    public int Length => _bytes.Count;

    /// <summary>The program; frames get their lengths now, most of them right.</summary>
    public byte[] ToArray()
    {
        byte[] program = [.. _bytes];
        foreach (int frame in _frames)
        {
            int start = frame + 9;
            long length = random.Below(12) switch
            {
                0 => random.Below(40),
                1 => long.MaxValue >> random.Below(60),
                2 => program.Length - start + 1,
                3 => -1,
                _ => EndOfFrame(start, program.Length) - start + (random.Chance(15) ? random.Below(9) - 4 : 0),
            };
            BinaryPrimitives.WriteInt64LittleEndian(program.AsSpan(frame + 1), length);
        }

        return program;
    }

    /// <summary>Writes an opcode with an argument that suits it.</summary>
    public void Write(Op op)
    {
        switch (op)
        {
            case Op.GLOBAL or Op.INST when restricted && random.Chance(97):
                (string module, string name) = random.Pick(ArgumentPool.Allowed);
                Global(op, module, name);
                break;
            case Op.GLOBAL or Op.INST:
                Global(op, random.Pick(ArgumentPool.Modules), random.Pick(ArgumentPool.Names));
                break;
            case Op.INT: Text(op, ArgumentPool.From(ArgumentPool.Ints, random)); break;
            case Op.LONG: Text(op, ArgumentPool.From(ArgumentPool.Longs, random)); break;
            case Op.FLOAT: Text(op, ArgumentPool.From(ArgumentPool.Floats, random)); break;
            case Op.STRING: Text(op, ArgumentPool.From(ArgumentPool.Strings, random)); break;
            case Op.UNICODE: Text(op, ArgumentPool.From(ArgumentPool.Unicodes, random)); break;
            case Op.PERSID: Text(op, random.Pick(ArgumentPool.Ids)); break;
            case Op.GET or Op.PUT or Op.BINGET or Op.BINPUT or Op.LONG_BINGET or Op.LONG_BINPUT: Memo(op, random.Below(8)); break;
            case Op.SHORT_BINUNICODE or Op.BINUNICODE or Op.BINUNICODE8 or Op.SHORT_BINSTRING or Op.BINSTRING:
                byte[] text = Encoding.UTF8.GetBytes(random.Chance(50) ? random.Pick(ArgumentPool.Modules) : random.Pick(ArgumentPool.Names));
                Counted(op, op is Op.SHORT_BINSTRING or Op.BINSTRING ? Encoded(text) : text);
                break;
            case Op.SHORT_BINBYTES or Op.BINBYTES or Op.BINBYTES8 or Op.BYTEARRAY8 or Op.LONG1 or Op.LONG4:
                Counted(op, Blob());
                break;
            case Op.PROTO: Fixed(op, 1, (ulong)random.Below(random.Chance(97) ? 6 : 256)); break;
            case Op.EXT1: Fixed(op, 1, (ulong)random.Below(random.Chance(95) ? 5 : 256)); break;
            case Op.EXT2: Fixed(op, 2, (ulong)random.Below(0x10000)); break;
            case Op.EXT4: Fixed(op, 4, random.Pick<ulong>([1, 2, 0x10000, 0x12345678, 0x7FFFFFFF, 0, 0xFFFFFFFF, 0x80000000, 77])); break;
            case Op.FRAME:
                _frames.Add(Length);
                Fixed(op, 8, 0);
                break;
            default:
                Fixed(op, OpcodeTable.Layout[(byte)op] & 15, random.Next());
                break;
        }
    }

    public void Global(Op op, string module, string name)
    {
        Begin(op);
        _bytes.AddRange(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));
    }

    /// <summary>A string constant by an opcode that keeps any text; now and then one of Python 2.</summary>
    public void String(string text)
    {
        Op op = restricted ? Op.BINUNICODE : random.Chance(65) ? Op.SHORT_BINUNICODE : random.Chance(80) ? Op.BINUNICODE : Op.SHORT_BINSTRING;
        Counted(op, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Bytes of a string of Python 2: now and then such as do not decode.</summary>
    private byte[] Encoded(byte[] text)
    {
        if (text.Length > 0 && random.Chance(8))
        {
            text[random.Below(text.Length)] |= 0x80;
        }

        return text;
    }

    public void Memo(Op op, int index)
    {
        if (op is Op.GET or Op.PUT)
        {
            string form = ArgumentPool.From(ArgumentPool.Indexes, random);
            Text(op, string.Format(CultureInfo.InvariantCulture, form, index));
        }
        else
        {
            Fixed(op, op is Op.BINGET or Op.BINPUT ? 1 : 4, (ulong)index);
        }
    }

    /// <summary>A line. Latin-1, so that odd bytes stay odd; text beyond it is UTF-8.</summary>
    private void Text(Op op, string line)
    {
        Begin(op);
        if (op is Op.UNICODE && random.Below(200) == 0)
        {
            // It may come to be a name, and the machine cuts names at 64 KiB.
            _bytes.AddRange(Encoding.Latin1.GetBytes(new string('x', Math.Min(60_000, Long().Length))));
        }

        bool latin = random.Chance(50) && line.All(c => c < 256);
        _bytes.AddRange((latin ? Encoding.Latin1 : Encoding.UTF8).GetBytes(line));
        _bytes.Add((byte)'\n');
    }

    private void Counted(Op op, ReadOnlySpan<byte> payload)
    {
        Fixed(op, OpcodeTable.Layout[(byte)op] & 15, (ulong)payload.Length);
        _bytes.AddRange(payload);
    }

    private void Fixed(Op op, int width, ulong number)
    {
        Begin(op);
        for (int i = 0; i < width; i++)
        {
            _bytes.Add((byte)(number >> (8 * i)));
        }
    }

    private void Begin(Op op)
    {
        _boundaries.Add(Length);
        _bytes.Add((byte)op);
    }

    /// <summary>Bytes that sometimes hold opcodes of their own: whoever loses his place runs them.</summary>
    private byte[] Blob() => random.Below(8) switch
    {
        0 => [],
        1 => "cos\nsystem\n."u8.ToArray(),
        2 => "cposix\nx\n)R."u8.ToArray(),
        3 => [(byte)random.Next(), (byte)random.Next(), (byte)random.Next()],
        4 => Encoding.UTF8.GetBytes(new string('x', random.Below(200))),
        5 when random.Below(40) == 0 => Long(),
        _ => [1, 0xED, 0xA0, 0x80],
    };

    /// <summary>Bytes that end near where readers that read in blocks read their next one.</summary>
    private byte[] Long()
    {
        int block = random.Pick<int>([4096, 8192, 16384, 16384, 16384, 65536, 131072, 262144]);
        byte[] bytes = new byte[Math.Max(0, block - Length - random.Below(60))];
        Array.Fill(bytes, (byte)random.Next());
        return bytes;
    }

    /// <summary>Writes an opcode many times.</summary>
    public void Repeat(Op op, int times)
    {
        for (int i = 0; i < times; i++)
        {
            Begin(op);
        }
    }

    private int EndOfFrame(int start, int end)
    {
        int next = _frames.Find(f => f >= start);
        if (next > 0 && random.Chance(80))
        {
            return next;
        }

        List<int> later = _boundaries.FindAll(b => b >= start);
        return later.Count == 0 || random.Chance(40) ? end : random.Pick(later);
    }
}
