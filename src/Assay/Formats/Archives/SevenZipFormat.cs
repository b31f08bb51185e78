// Reads 7z archives: every folder once, in order, and every file of it.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Codecs;
using Assay.Containers;
using Assay.Containers.SevenZip;

namespace Assay.Formats.Archives;

/// <summary>7z archives. A solid folder is unpacked once; what comes before a break is submitted.</summary>
internal sealed class SevenZipFormat : IFormat
{
    public string Id => "7z";

    public string Name => "7z archive";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".7z"];

    public Claim? Probe(ProbeView view) =>
        view.StartsWith(SevenZipArchive.Signature) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        if (!context.Wants(ReadingParts.Facts))
        {
            // It is no model itself, and unpacking costs.
            return;
        }

        Artifact artifact = context.Artifact;
        SevenZipArchive archive;
        try
        {
            archive = SevenZipArchive.Read(artifact.Bytes, claim.Range, context.Budget, context.Scratch, context.Held);
        }
        catch (ArgumentException e)
        {
            throw new MalformedException(claim.Range.Offset, $"The 7z header contradicts itself ({e.GetType().Name}).");
        }

        foreach (ByteRange structure in archive.Structures)
        {
            context.Cover(structure, CoverageKind.Parsed);
        }

        if (archive.IsHeaderEncrypted)
        {
            MemberNotes.TellEncrypted(context, claim.Range, "The names and contents of the 7z archive are encrypted.");
            context.Cover(claim.Range, CoverageKind.Data);
        }

        OddityLog crcs = new();
        SevenZipBundle bundle = new(archive, context);
        HashSet<string> names = new(StringComparer.Ordinal);
        try
        {
            foreach (SevenZipFile file in archive.Files.Where(f => f.Folder < 0))
            {
                if (file.IsDirectory)
                {
                    context.Member(file.Name, claim.Range.Offset, 0, 0, "directory");
                    continue;
                }

                string name = Unique(names, file.Name);
                context.Member(name, claim.Range.Offset, 0, 0, "stored");
                context.Submit(new Artifact(name, new MemorySource(default), artifact) { In = new BundlePlace(bundle, file.Name) });
            }

            ILookup<int, SevenZipFile> files = archive.Files.ToLookup(f => f.Folder);
            for (int i = 0; i < archive.Folders.Count; i++)
            {
                Folder(artifact, i, archive.Folders[i], [.. files[i]], names, crcs, bundle, context);
            }
        }
        finally
        {
            context.Tell(archive.Oddities);
            context.Tell(crcs);
        }
    }

    private static void Folder(
        Artifact artifact, int number, SevenZipFolder folder, IReadOnlyList<SevenZipFile> files, HashSet<string> names, OddityLog crcs, SevenZipBundle bundle, ReadContext context)
    {
        context.Cover(folder.Packed, CoverageKind.Data);
        string first = files.Count > 0 ? files[0].Name : "folder";
        string[] own = [.. files.Select(f => Unique(names, f.Name))];
        string method = string.Join("+", folder.Chain.Select(c => CoderChain.NameOf(c.Method)));
        for (int i = 0; i < own.Length; i++)
        {
            long packed = own.Length == 1 ? folder.Packed.Length : -1;
            context.Member(own[i], folder.Packed.Offset, packed, files[i].Content.Length, method, folder.IsEncrypted, files[i].Crc);
        }

        if (!folder.IsSupported)
        {
            if (folder.IsEncrypted)
            {
                MemberNotes.TellEncrypted(context, folder.Packed, $"\"{first}\" and what is packed with it are encrypted.");
                return;
            }

            string methods = string.Join(", ", folder.Chain.Select(c => c.Method.ToString("X", System.Globalization.CultureInfo.InvariantCulture)));
            context.Unread(
                UnreadCause.NotSupported, folder.Packed.Offset, folder.Packed.Length, $"\"{first}\" is packed by methods {methods}, which are not supported.");
            return;
        }

        InflatedSoFar soFar = CoderChain.Inflate(folder.Chain, artifact.Bytes, folder.Packed, context.Budget, context.Scratch);
        using ByteSource bytes = soFar.Result.Bytes;
        using IDisposable lent = bundle.Lend(number, bytes);
        MemberNotes.TellEnd(context, soFar with { Capped = false }, first, folder.Packed.Offset, folder.Packed.Length);
        for (int i = 0; i < own.Length; i++)
        {
            SevenZipFile file = files[i];
            if (file.Content.Offset >= bytes.Length && file.Content.Length > 0)
            {
                context.Unread(UnreadCause.Truncated, folder.Packed.Offset, 0, $"\"{file.Name}\" lies behind a break.");
                continue;
            }

            ByteSource content = bytes.Slice(file.Content);
            if (file.Crc is { } crc && content.Length == file.Content.Length && ContentChecksum.Crc32(content, context.Budget) != crc)
            {
                crcs.Add("7z.crc-mismatch", folder.Packed.Offset, folder.Packed.Length, $"\"{file.Name}\" has another CRC-32 than the header says.");
            }

            MemberNotes.TellLink(crcs, file.Name, file.UnixMode, content);
            context.Submit(new Artifact(own[i], content, artifact) { In = new BundlePlace(bundle, file.Name) });
        }

        if (soFar.Stop is { } stop && MemberNotes.IsFinal(stop, context.Budget))
        {
            throw stop;
        }
    }

    private static string Unique(HashSet<string> names, string name)
    {
        if (names.Add(name))
        {
            return name;
        }

        string other = $"{name}@{names.Count}";
        names.Add(other);
        return other;
    }
}
