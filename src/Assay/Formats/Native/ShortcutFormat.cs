// Recognises shortcuts of Windows, which start programs with arguments.
using System.Text;
using Assay.Artifacts;

namespace Assay.Formats.Native;

/// <summary>A shortcut of Windows (<c>.lnk</c>): the header, and the texts in it, which name what it starts. Specification: MS-SHLLINK.</summary>
internal sealed class ShortcutFormat : IFormat
{
    public string Id => "windows-shortcut";

    public string Name => "Windows shortcut";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".lnk"];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && view.StartsWith([0x4C, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0]) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        byte[] bytes = context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, (int)Math.Min(claim.Range.Length, context.Limits.TextBytes));
        StringBuilder text = new();

        // Names and arguments stand there in UTF-16; what is no letter parts them.
        for (int at = 76; at + 1 < bytes.Length; at += 2)
        {
            char one = (char)(bytes[at] | (bytes[at + 1] << 8));
            text.Append(one is >= ' ' and <= '~' ? one : '\n');
        }

        context.Add(new TextFact { Path = context.Artifact.Path, Offset = claim.Range.Offset, Kind = "shell-command", Language = "shell", Text = string.Join('\n', text.ToString().Split('\n').Where(l => l.Length > 2)) });
        context.Add(new CodeFact { Path = context.Artifact.Path, Offset = claim.Range.Offset, Length = claim.Range.Length, Language = "windows-shortcut", Summary = "a shortcut of Windows", Phase = "use" });
        context.Cover(claim.Range, CoverageKind.Parsed);
    }
}
