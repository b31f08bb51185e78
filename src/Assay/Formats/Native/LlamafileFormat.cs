// Reads llamafiles: programs of Cosmopolitan that are a script, a Windows program, an ELF and a zip at once.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Native;

/// <summary>
/// A portable executable of Cosmopolitan: its head is a DOS program and a shell script that makes an ELF of itself. A llamafile carries its weights (<c>*.gguf</c>) and arguments (<c>.args</c>) as a zip at its
/// end, which is read as one. It is a program by design: who opens it runs it.
/// </summary>
internal sealed class LlamafileFormat : IFormat
{
    private const int Window = 1 << 20;

    public string Id => "llamafile";

    public string Name => "llamafile or another portable executable of Cosmopolitan";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".llamafile"];

    public Claim? Probe(ProbeView view) =>
        view.StartsWith("MZqFpD='\n"u8) || view.StartsWith("MZqFpD=\"\n"u8) || view.StartsWith("jartsr='\n"u8) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        NativeCode code = new("ape", claim.Range, context) { Summary = "a portable executable of Cosmopolitan" };
        code.Reach(0, (ulong)(FirstMember(claim.Range, context) - claim.Range.Offset));
        code.Tell();
    }

    /// <summary>Where the zip begins: everything before it is the program.</summary>
    private static long FirstMember(ByteRange range, ReadContext context)
    {
        ReadOnlySpan<byte> signature = "PK\x03\x04"u8;
        byte[] buffer = new byte[(int)Math.Min(Window, range.Length)];
        for (long at = range.Offset; at < range.End; at += Math.Max(1, buffer.Length - signature.Length))
        {
            context.Budget.SpendWork(buffer.Length / WorkCosts.BytesRead, at);
            int got = context.Artifact.Bytes.ReadAt(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, range.End - at)));
            int found = buffer.AsSpan(0, got).IndexOf(signature);
            if (found >= 0)
            {
                return at + found;
            }

            if (got < buffer.Length)
            {
                break;
            }
        }

        return range.End;
    }
}
