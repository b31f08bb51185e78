// Reads WebAssembly modules: their sections and what they import from outside.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Native;

/// <summary>
/// WebAssembly, version 1 and components: sections one after the other, the imports that a host gives. A module can touch only what it imports; <c>wasi_*</c> are files, the environment and the network.
/// Specification: WebAssembly Core, chapter 5.
/// </summary>
internal sealed class WasmFormat : IFormat
{
    private const byte Imports = 2;

    public string Id => "wasm";

    public string Name => "WebAssembly module";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.Head.Length >= 8 && view.StartsWith("\0asm"u8) && view.Head.Span[4] is > 0 and < 32 && view.Head.Span[5] == 0 && view.Head.Span[7] == 0 ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        // Under its own name it is what pages are made of; under any other it lies where something else is expected.
        NativeCode code = new(context.Artifact.Extension is ".wasm" ? "webassembly" : "wasm", claim.Range, context) { Summary = "a WebAssembly module" };
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget);
        int sections = 0;
        try
        {
            cursor.Skip(8);
            code.Reach(0, 8);
            while (cursor.Left > 0)
            {
                byte id = cursor.U8();
                uint size = Number(cursor);
                if (id > 16 || size > cursor.Left)
                {
                    break;
                }

                long end = cursor.Offset + size;
                if (id == Imports)
                {
                    Import(cursor, code);
                }

                cursor.Seek(end);
                sections++;
                code.Reach(0, (ulong)(end - claim.Range.Offset));
            }
        }
        catch (MalformedException)
        {
            // A module that breaks is no more than what came before.
            code.Reach(0, (ulong)claim.Range.Length);
        }

        code.Summary = string.Create(CultureInfo.InvariantCulture, $"a WebAssembly module of {sections} sections");
        code.Tell();
    }

    private static void Import(ByteCursor cursor, NativeCode code)
    {
        uint count = Number(cursor);
        for (uint i = 0; i < Math.Min(count, 10_000); i++)
        {
            string module = Text(cursor);
            string name = Text(cursor);
            code.Library(module);
            code.Name(module + "." + name);
            switch (cursor.U8())
            {
                case 0:
                    Number(cursor);
                    break;
                case 1:
                    cursor.U8();
                    Limits(cursor);
                    break;
                case 2:
                    Limits(cursor);
                    break;
                case 3:
                    cursor.Skip(2);
                    break;
                default:
                    return;
            }
        }
    }

    private static void Limits(ByteCursor cursor)
    {
        byte flags = cursor.U8();
        Number(cursor);
        if ((flags & 1) != 0)
        {
            Number(cursor);
        }
    }

    private static string Text(ByteCursor cursor)
    {
        uint length = Number(cursor);
        return length < 4096 ? Encoding.UTF8.GetString(cursor.Take((int)length)) : throw new MalformedException(cursor.Offset, "A name is too long.");
    }

    /// <summary>A number in groups of seven bits, the lowest first.</summary>
    private static uint Number(ByteCursor cursor)
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte one = cursor.U8();
            value |= (uint)(one & 0x7F) << shift;
            if (one < 0x80)
            {
                return value;
            }
        }

        throw new MalformedException(cursor.Offset, "A number is too long.");
    }
}
