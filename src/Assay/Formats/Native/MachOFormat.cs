// Reads Mach-O: programs and libraries of macOS and iOS, of one machine or several.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Native;

/// <summary>Mach-O of 32 and 64 bits in either byte order, and the files that hold several of them: load commands, segments, libraries. Specification: <c>mach-o/loader.h</c>, <c>mach-o/fat.h</c>.</summary>
internal sealed class MachOFormat : IFormat
{
    private const int MostCommands = 4096;
    private const uint Segment = 1;
    private const uint SymbolTable = 2;
    private const uint Segment64 = 0x19;
    private const uint Library = 0xC;
    private const uint WeakLibrary = 0x80000018;
    private const uint ReexportedLibrary = 0x8000001F;

    public string Id => "mach-o";

    public string Name => "Mach-O program or library";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (head.Length < 28)
        {
            return null;
        }

        ClaimStrength? strength = BinaryPrimitives.ReadUInt32BigEndian(head) switch
        {
            0xFEEDFACE or 0xFEEDFACF => BinaryPrimitives.ReadUInt32BigEndian(head[12..]) is > 0 and < 16 ? ClaimStrength.Certain : null,
            0xCEFAEDFE or 0xCFFAEDFE => BinaryPrimitives.ReadUInt32LittleEndian(head[12..]) is > 0 and < 16 ? ClaimStrength.Certain : null,

            // A Java class shares this magic; its version, 45 at least, stands where the number of architectures is.
            0xCAFEBABE or 0xCAFEBABF => BinaryPrimitives.ReadUInt32BigEndian(head[4..]) is > 0 and < 40 ? ClaimStrength.Likely : null,
            _ => null,
        };
        return strength is { } sure ? new Claim(view.Range, sure) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        NativeCode code = new("mach-o", claim.Range, context);
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget) { IsBigEndian = true };
        try
        {
            uint magic = cursor.U32();
            if (magic is 0xCAFEBABE or 0xCAFEBABF)
            {
                Fat(cursor, magic == 0xCAFEBABF, claim.Range, code);
            }
            else
            {
                One(cursor, 0, claim.Range, code);
            }
        }
        catch (MalformedException)
        {
            // A program whose headers break is one all the same. All of it is its own.
            code.Reach(0, (ulong)claim.Range.Length);
        }

        code.Tell();
    }

    private static void Fat(ByteCursor cursor, bool wide, ByteRange range, NativeCode code)
    {
        uint count = cursor.U32();
        List<ulong> starts = [];
        for (uint i = 0; i < Math.Min(count, 40); i++)
        {
            cursor.Skip(8);
            ulong offset = wide ? cursor.U64() : cursor.U32();
            ulong size = wide ? cursor.U64() : cursor.U32();
            cursor.Skip(wide ? 8 : 4);
            code.Reach(offset, size);
            starts.Add(offset);
        }

        foreach (ulong start in starts.Where(s => s < (ulong)range.Length))
        {
            One(cursor, start, range, code);
        }

        code.Summary = string.Create(CultureInfo.InvariantCulture, $"{code.Summary}, and {count} machines in all");
    }

    private static void One(ByteCursor cursor, ulong start, ByteRange range, NativeCode code)
    {
        cursor.Seek(range.Offset + (long)start);
        cursor.IsBigEndian = true;
        uint magic = cursor.U32();
        cursor.IsBigEndian = magic is 0xFEEDFACE or 0xFEEDFACF;
        bool wide = magic is 0xFEEDFACF or 0xCFFAEDFE;
        uint machine = cursor.U32();
        cursor.U32();
        uint type = cursor.U32();
        uint commands = cursor.U32();
        uint bytes = cursor.U32();
        cursor.Skip(wide ? 8 : 4);
        code.Reach(start, (wide ? 32u : 28u) + (ulong)bytes);
        code.Summary = $"{Type(type)} for macOS or iOS on {Machine(machine)}";
        long at = cursor.Offset;
        for (uint i = 0; i < Math.Min(commands, MostCommands); i++)
        {
            cursor.Seek(at);
            uint command = cursor.U32();
            uint size = cursor.U32();
            if (size < 8)
            {
                throw new MalformedException(at, "A load command has no size.");
            }

            switch (command)
            {
                case Segment or Segment64:
                    cursor.Skip(16 + (command == Segment64 ? 16 : 8));
                    ulong offset = command == Segment64 ? cursor.U64() : cursor.U32();
                    code.Reach(start + offset, command == Segment64 ? cursor.U64() : cursor.U32());
                    break;
                case SymbolTable:
                    uint symbols = cursor.U32();
                    uint count = cursor.U32();
                    code.Reach(start + symbols, (ulong)count * (wide ? 16u : 12u));
                    uint texts = cursor.U32();
                    code.Reach(start + texts, cursor.U32());
                    Symbols(cursor, start, symbols, Math.Min(count, 20_000), texts, wide, range, code);
                    break;
                case Library or WeakLibrary or ReexportedLibrary:
                    uint name = cursor.U32();
                    if (name < size && size < 4096)
                    {
                        cursor.Seek(at + name);
                        ReadOnlySpan<byte> text = cursor.Take((int)Math.Min(size - name, cursor.Left));
                        int end = text.IndexOf((byte)0);
                        code.Library(Encoding.UTF8.GetString(end < 0 ? text : text[..end]));
                    }

                    break;
            }

            at += size;
        }
    }

    private static void Symbols(ByteCursor cursor, ulong start, uint symbols, uint count, uint texts, bool wide, ByteRange range, NativeCode code)
    {
        List<uint> undefined = [];
        ulong from = start + symbols;
        if (from >= (ulong)range.Length)
        {
            return;
        }

        cursor.Seek(range.Offset + (long)from);
        for (uint i = 0; i < count && cursor.Left >= 16; i++)
        {
            uint name = cursor.U32();
            byte type = cursor.U8();
            cursor.Skip(wide ? 11 : 7);
            if ((type & 0x0E) == 0 && (type & 0xE0) == 0 && undefined.Count < 2_000)
            {
                undefined.Add(name);
            }
        }

        foreach (uint name in undefined)
        {
            ulong place = start + texts + name;
            if (place < (ulong)range.Length)
            {
                cursor.Seek(range.Offset + (long)place);
                ReadOnlySpan<byte> text = cursor.Take((int)Math.Min(256, cursor.Left));
                int end = text.IndexOf((byte)0);
                code.Name(Encoding.UTF8.GetString(end < 0 ? text : text[..end]).TrimStart('_'));
            }
        }
    }

    private static string Type(uint type) => type switch { 1 => "an object file", 2 => "a program", 6 => "a library", 8 => "a bundle", _ => "native code" };

    private static string Machine(uint machine) => machine switch { 7 => "x86", 0x01000007 => "x86-64", 12 => "ARM", 0x0100000C => "ARM64", _ => string.Create(CultureInfo.InvariantCulture, $"machine {machine:X}") };
}
