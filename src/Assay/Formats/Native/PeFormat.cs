// Reads Windows programs and libraries: the machine, the sections, and what is imported.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Native;

/// <summary>
/// PE programs, libraries and drivers of 32 and 64 bits: headers, sections, imported libraries and functions, the signature at the end. Specification: Microsoft's <i>PE Format</i>. Code is not interpreted.
/// </summary>
internal sealed class PeFormat : IFormat
{
    private const int MostLibraries = 512;
    private const int MostFunctions = 2_000;
    private const int MostSections = 256;

    public string Id => "pe";

    public string Name => "Windows program or library";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (head.Length < 64 || !head.StartsWith("MZ"u8))
        {
            return null;
        }

        uint at = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(head[0x3C..]);
        return at + 4L <= view.Range.Length && view.Artifact.Bytes.ReadUpTo(view.Range.Offset + at, 4).AsSpan().SequenceEqual("PE\0\0"u8)
            ? new Claim(view.Range, ClaimStrength.Certain)
            : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        NativeCode code = new("pe", claim.Range, context);
        try
        {
            Headers(new ByteCursor(context.Artifact.Bytes, claim.Range, context.Budget), claim.Range, code, context);
        }
        catch (MalformedException)
        {
            // A program whose headers break is one all the same. All of it is its own.
            code.Reach(0, (ulong)claim.Range.Length);
        }

        code.Tell();
    }

    private static void Headers(ByteCursor cursor, ByteRange range, NativeCode code, ReadContext context)
    {
        cursor.Skip(0x3C);
        uint header = cursor.U32();
        cursor.Seek(range.Offset + header + 4);
        ushort machine = cursor.U16();
        ushort sections = cursor.U16();
        cursor.Skip(12);
        ushort optional = cursor.U16();
        ushort traits = cursor.U16();
        long start = cursor.Offset;
        bool wide = cursor.U16() == 0x20B;
        cursor.Seek(start + 60);
        uint headers = cursor.U32();
        code.Reach(0, headers);
        cursor.Seek(start + (wide ? 108 : 92));
        uint count = Math.Min(cursor.U32(), 16);
        (uint Address, uint Size)[] directories = new (uint, uint)[16];
        for (int i = 0; i < count; i++)
        {
            directories[i] = (cursor.U32(), cursor.U32());
        }

        // The signature lies where its directory says, in the file and not in memory.
        code.Reach(directories[4].Address, directories[4].Size);
        string kind = (traits & 0x2000) != 0 ? "a library" : "a program";
        string managed = directories[14].Address != 0 ? ", .NET" : "";
        code.Summary = string.Create(CultureInfo.InvariantCulture, $"{kind} for Windows on {Machine(machine)}{managed}");
        cursor.Seek(start + optional);
        List<(uint Address, uint Size, uint Offset)> places = [];
        for (int i = 0; i < Math.Min((int)sections, MostSections); i++)
        {
            cursor.Skip(8);
            uint size = cursor.U32();
            uint address = cursor.U32();
            uint raw = cursor.U32();
            uint offset = cursor.U32();
            cursor.Skip(16);
            places.Add((address, Math.Max(size, raw), offset));
            code.Reach(offset, raw);
        }

        if (directories[1].Address == 0)
        {
            return;
        }

        int functions = 0;
        for (int i = 0; i < MostLibraries && Go(directories[1].Address + (20u * (uint)i)); i++)
        {
            uint lookup = cursor.U32();
            cursor.Skip(8);
            uint name = cursor.U32();
            uint thunks = cursor.U32();
            if (name == 0)
            {
                break;
            }

            code.Library(TextAt(name));
            for (uint j = 0; functions < MostFunctions && Go((lookup != 0 ? lookup : thunks) + (j * (wide ? 8u : 4u))); j++)
            {
                ulong entry = wide ? cursor.U64() : cursor.U32();
                if (entry == 0)
                {
                    break;
                }

                functions++;
                if ((entry >> (wide ? 63 : 31)) == 0)
                {
                    code.Name(TextAt((uint)entry + 2));
                }
            }
        }

        bool Go(uint address)
        {
            foreach ((uint begin, uint size, uint offset) in places)
            {
                if (address >= begin && address - begin < size && offset + (long)(address - begin) < range.Length)
                {
                    cursor.Seek(range.Offset + offset + (address - begin));
                    return true;
                }
            }

            return false;
        }

        string TextAt(uint address)
        {
            if (!Go(address))
            {
                return "";
            }

            ReadOnlySpan<byte> bytes = context.Artifact.Bytes.ReadUpTo(cursor.Offset, 256);
            int end = bytes.IndexOf((byte)0);
            return Encoding.Latin1.GetString(end < 0 ? bytes : bytes[..end]);
        }
    }

    private static string Machine(ushort machine) => machine switch { 0x14C => "x86", 0x8664 => "x86-64", 0xAA64 => "ARM64", 0x1C4 => "ARM", _ => string.Create(CultureInfo.InvariantCulture, $"machine {machine:X}") };
}
