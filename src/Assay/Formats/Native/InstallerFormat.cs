// Recognises packages that install programs: of Debian, RPM, macOS, Windows and Android, and compiled scripts.
using System.Buffers.Binary;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Native;

/// <summary>
/// What puts programs onto a system when somebody opens it: packages of Debian (<c>.deb</c>), RPM, macOS (<c>.pkg</c>, <c>.dmg</c>), cabinets of Windows, code of Android, compiled AppleScript, compiled help.
/// They are told and not unpacked: none belongs beside a model. Packages of the Windows Installer are compound files.
/// </summary>
internal sealed class InstallerFormat : IFormat
{
    private const int TrailerSize = 512;

    /// <summary>Where an image of a disc says that it is one (ISO 9660).</summary>
    private const int IsoPlace = 32_769;

    public string Id => "installer";

    public string Name => "Package that installs programs";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.IsWhole && What(view) is { } what ? new Claim(view.Range, ClaimStrength.Certain) { Parsed = what } : null;

    public void Read(Claim claim, ReadContext context)
    {
        string what = claim.Parsed as string ?? "a package";
        context.Cover(claim.Range, CoverageKind.Data);
        context.Add(new CodeFact { Path = context.Artifact.Path, Offset = claim.Range.Offset, Length = claim.Range.Length, Language = "installer", Summary = what, Phase = "use" });
    }

    private static string? What(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        return head.StartsWith("!<arch>\ndebian"u8) ? "a package of Debian"
            : head.StartsWith((ReadOnlySpan<byte>)[0xED, 0xAB, 0xEE, 0xDB]) ? "a package of RPM"
            : head.StartsWith("xar!"u8) ? "a package of macOS"
            : head.StartsWith("MSCF\0\0\0\0"u8) ? "a cabinet of Windows"
            : head.StartsWith("dex\n03"u8) || head.StartsWith("dey\n03"u8) ? "compiled code for Android"
            : head.StartsWith("FasdUAS "u8) ? "a compiled AppleScript"
            : head.StartsWith("ITSF"u8) && head.Length > 8 && BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) is 2 or 3 ? "compiled help of Windows"
            : head.StartsWith("conectix"u8) || head.StartsWith("vhdxfile"u8) || head.StartsWith((ReadOnlySpan<byte>)[(byte)'Q', (byte)'F', (byte)'I', 0xFB]) ? "a disk of a virtual machine"
            : head is [(byte)'F' or (byte)'C' or (byte)'Z', (byte)'W', (byte)'S', >= 1 and < 60, ..] && view.Artifact.Extension is ".swf" ? "a program for Flash"
            : view.Artifact.Extension is ".iso" or ".img" && view.Artifact.Bytes.ReadUpTo(IsoPlace, 5).AsSpan().SequenceEqual("CD001"u8) ? "an image of a disc"
            : IsDiskImage(view) ? "a disk image of macOS"
            : null;
    }

    /// <summary>A disk image says so at its end, whatever it begins with.</summary>
    private static bool IsDiskImage(ProbeView view) =>
        view.Artifact.Extension is ".dmg" && view.Range.Length >= TrailerSize && view.Artifact.Bytes.ReadUpTo(view.Range.End - TrailerSize, 4).AsSpan().SequenceEqual("koly"u8);
}
