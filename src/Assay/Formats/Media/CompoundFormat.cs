// Reads compound files of Windows: which streams they have, and whether macros are among them.
using System.Buffers.Binary;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Media;

/// <summary>
/// Compound files (OLE2): documents of Office before 2007, projects of macros in documents since, thumbnails of Windows, installers. Of the directory the names are read; what they hold is data of other programs.
/// Specification: MS-CFB.
/// </summary>
internal sealed class CompoundFormat : IFormat
{
    private const int HeaderSize = 512;
    private const int EntrySize = 128;
    private const int MostSectors = 4096;
    private const int MostEntries = 65_536;
    private const uint EndOfChain = 0xFFFFFFFE;

    /// <summary>The class of packages of the Windows Installer.</summary>
    private static readonly byte[] s_installer = Convert.FromHexString("84100c0000000000c000000000000046");

    /// <summary>The class of patches of the Windows Installer.</summary>
    private static readonly byte[] s_patch = Convert.FromHexString("86100c0000000000c000000000000046");

    public string Id => "compound-file";

    public string Name => "Compound file of Windows";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && view.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        context.Cover(claim.Range, CoverageKind.Data);
        bool isInstaller = context.Artifact.Extension is ".msi" or ".msp" or ".mst";
        List<string> names = [];
        foreach (byte[] entry in Directory(claim.Range, context))
        {
            int length = Math.Clamp((BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(64)) / 2) - 1, 0, 31);
            if (entry[66] != 0)
            {
                names.Add(Encoding.Unicode.GetString(entry, 0, length * 2));
            }

            isInstaller |= entry[66] == 5 && (entry.AsSpan(80, 16).SequenceEqual(s_installer) || entry.AsSpan(80, 16).SequenceEqual(s_patch));
        }

        if (isInstaller)
        {
            context.Add(new CodeFact { Path = context.Artifact.Path, Offset = claim.Range.Offset, Length = claim.Range.Length, Language = "installer", Summary = "a package of the Windows Installer", Phase = "use" });
        }

        if (names.Exists(n => n is "VBA" or "_VBA_PROJECT" or "_VBA_PROJECT_CUR" or "Macros") || context.Artifact.Name.EndsWith("vbaProject.bin", StringComparison.OrdinalIgnoreCase))
        {
            context.Anomaly("document.macros", claim.Range.Offset, 0, "The document holds a project of macros (VBA).");
        }

        context.Meta("streams", string.Join(", ", names.Where(n => n.Length > 0 && !char.IsControl(n[0])).Take(32)));
    }

    /// <summary>The entries of the directory, as far as the chain of its sectors leads.</summary>
    private static IEnumerable<byte[]> Directory(ByteRange range, ReadContext context)
    {
        ByteSource bytes = context.Artifact.Bytes;
        byte[] header = bytes.ReadUpTo(range.Offset, HeaderSize);
        int shift = header.Length < HeaderSize ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(30));
        if (shift is not (9 or 12))
        {
            yield break;
        }

        int size = 1 << shift;
        uint sector = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(48));
        int entries = 0;
        for (int step = 0; step < MostSectors && sector < EndOfChain - 4; step++)
        {
            context.Budget.SpendWork(WorkCosts.NearRead + size, range.Offset);
            byte[] part = bytes.ReadUpTo(range.Offset + ((sector + 1L) << shift), size);
            for (int at = 0; at + EntrySize <= part.Length && entries++ < MostEntries; at += EntrySize)
            {
                yield return part[at..(at + EntrySize)];
            }

            // The table of the next sectors lies in sectors that the header names; of larger files it goes on elsewhere.
            int table = (int)(sector / (uint)(size / 4));
            if (part.Length < size || table >= 109)
            {
                yield break;
            }

            uint place = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(76 + (4 * table)));
            byte[] next = place >= EndOfChain - 4 ? [] : bytes.ReadUpTo(range.Offset + ((place + 1L) << shift) + (4L * (sector % (uint)(size / 4))), 4);
            if (next.Length < 4)
            {
                yield break;
            }

            sector = BinaryPrimitives.ReadUInt32LittleEndian(next);
        }
    }
}
