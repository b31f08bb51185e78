// Reads ELF: the machine, the segments and sections, and what is linked.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Native;

/// <summary>
/// ELF programs, libraries and object files of 32 and 64 bits in either byte order: headers, segments, sections, needed libraries and the names that are linked. Specification: System V ABI, chapter 4
/// and 5. Code is not interpreted. No model format has one for its weights.
/// </summary>
internal sealed class ElfFormat : IFormat
{
    private const uint Dynamic = 2;
    private const uint DynamicSymbols = 11;
    private const uint NoBits = 8;
    private const int MostHeaders = 4096;
    private const int MostText = 1 << 18;

    public string Id => "elf";

    public string Name => "ELF program or library";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        return head.Length >= 16 && head.StartsWith((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F'])
            && head[4] is 1 or 2 && head[5] is 1 or 2 && head[6] == 1 ? new Claim(view.Range, ClaimStrength.Certain) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        NativeCode code = new("elf", claim.Range, context);
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget);
        try
        {
            Headers(cursor, claim.Range, code, context);
        }
        catch (MalformedException)
        {
            // A program whose headers break is one all the same: a loader may still map it. All of it is its own.
            code.Reach(0, (ulong)claim.Range.Length);
        }

        code.Tell();
    }

    private static void Headers(ByteCursor cursor, ByteRange range, NativeCode code, ReadContext context)
    {
        cursor.Skip(4);
        bool wide = cursor.U8() == 2;
        cursor.IsBigEndian = cursor.U8() == 2;
        cursor.Skip(10);
        ushort type = cursor.U16();
        ushort machine = cursor.U16();
        code.Summary = string.Create(CultureInfo.InvariantCulture, $"{Type(type)} for {Machine(machine)}, {(wide ? 64 : 32)} bits");
        cursor.U32();
        Word();
        ulong segments = Word();
        ulong sections = Word();
        cursor.Skip(6);
        ushort segmentSize = cursor.U16();
        ushort segmentCount = cursor.U16();
        ushort sectionSize = cursor.U16();
        ushort sectionCount = cursor.U16();
        code.Reach(0, (ulong)(cursor.Offset - range.Offset));
        code.Reach(segments, (ulong)segmentSize * segmentCount);
        code.Reach(sections, (ulong)sectionSize * sectionCount);
        List<(ulong Virtual, ulong Offset, ulong Size)> loads = [];
        (ulong Offset, ulong Size) dynamic = default;
        for (int i = 0; i < Math.Min((int)segmentCount, MostHeaders) && segments != 0; i++)
        {
            if (!Go(segments + ((ulong)i * segmentSize)))
            {
                break;
            }

            uint kind = cursor.U32();
            if (wide)
            {
                cursor.U32();
            }

            ulong offset = Word();
            ulong address = Word();
            Word();
            ulong size = Word();
            code.Reach(offset, size);
            if (kind == 1)
            {
                loads.Add((address, offset, size));
            }
            else if (kind == Dynamic)
            {
                dynamic = (offset, size);
            }
        }

        List<(uint Kind, ulong Offset, ulong Size, uint Link, ulong Entry)> found = [];
        for (int i = 0; i < Math.Min((int)sectionCount, MostHeaders) && sections != 0; i++)
        {
            if (!Go(sections + ((ulong)i * sectionSize)))
            {
                break;
            }

            cursor.U32();
            uint kind = cursor.U32();
            Word();
            Word();
            ulong offset = Word();
            ulong size = Word();
            uint link = cursor.U32();
            cursor.U32();
            Word();
            found.Add((kind, offset, size, link, Word()));
            if (kind != NoBits)
            {
                code.Reach(offset, size);
            }
        }

        Linked();

        ulong Word() => wide ? cursor.U64() : cursor.U32();

        bool Go(ulong offset)
        {
            if (offset >= (ulong)range.Length)
            {
                return false;
            }

            cursor.Seek(range.Offset + (long)offset);
            return true;
        }

        void Linked()
        {
            List<ulong> needed = [];
            ulong texts = 0;
            ulong textSize = 0;
            for (ulong at = 0; at + (wide ? 16UL : 8UL) <= Math.Min(dynamic.Size, 1 << 16) && Go(dynamic.Offset + at); at += wide ? 16UL : 8UL)
            {
                ulong tag = Word();
                ulong value = Word();
                if (tag == 0)
                {
                    break;
                }

                if (tag == 1 && needed.Count < MostHeaders)
                {
                    needed.Add(value);
                }

                texts = tag == 5 ? value : texts;
                textSize = tag == 10 ? value : textSize;
            }

            foreach ((ulong address, ulong offset, ulong size) in loads)
            {
                if (texts >= address && texts - address < size)
                {
                    byte[] bytes = Bytes(offset + (texts - address), textSize);
                    needed.ForEach(n => code.Library(Text(bytes, n)));
                }
            }

            foreach ((uint kind, ulong offset, ulong size, uint link, ulong entry) in found)
            {
                if (kind != DynamicSymbols || link >= found.Count || entry < 16)
                {
                    continue;
                }

                byte[] names = Bytes(found[(int)link].Offset, found[(int)link].Size);
                for (ulong at = entry; at + entry <= Math.Min(size, MostText) && Go(offset + at); at += entry)
                {
                    // A symbol of no section is one that others define.
                    uint name = cursor.U32();
                    cursor.Skip(wide ? 2 : 10);
                    if (cursor.U16() == 0)
                    {
                        code.Name(Text(names, name));
                    }
                }
            }
        }

        byte[] Bytes(ulong offset, ulong size) => offset < (ulong)range.Length ? context.Artifact.Bytes.ReadUpTo(range.Offset + (long)offset, (int)Math.Min(size, MostText)) : [];
    }

    private static string Text(byte[] bytes, ulong at)
    {
        if (at >= (ulong)bytes.Length)
        {
            return "";
        }

        ReadOnlySpan<byte> rest = bytes.AsSpan((int)at);
        int end = rest.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? rest : rest[..end]);
    }

    private static string Type(ushort type) => type switch { 1 => "an object file", 2 => "a program", 3 => "a shared library or program", 4 => "a core dump", _ => "native code" };

    private static string Machine(ushort machine) => machine switch
    {
        3 => "x86", 40 => "ARM", 62 => "x86-64", 183 => "AArch64", 243 => "RISC-V", 8 => "MIPS", 20 => "PowerPC", 21 => "PowerPC 64", 22 => "S390", 190 => "CUDA", 224 => "AMD GPU", 164 => "Hexagon",
        _ => string.Create(CultureInfo.InvariantCulture, $"machine {machine}"),
    };
}
