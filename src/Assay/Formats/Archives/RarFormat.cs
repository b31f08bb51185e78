// Reads RAR archives and submits their files.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Codecs;
using Assay.Containers;
using Assay.Containers.Rar;

namespace Assay.Formats.Archives;

/// <summary>RAR archives, versions 1.5 to 5.</summary>
internal sealed class RarFormat : IFormat
{
    public string Id => "rar";

    public string Name => "RAR archive";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".rar"];

    public Claim? Probe(ProbeView view) => view.StartsWith(RarArchive.Signature4) || view.StartsWith(RarArchive.Signature5)
        ? new Claim(view.Range, ClaimStrength.Certain)
        : null;

    public void Read(Claim claim, ReadContext context)
    {
        if (!context.Wants(ReadingParts.Facts))
        {
            // It is no model itself, and unpacking costs.
            return;
        }

        Artifact artifact = context.Artifact;
        RarArchive archive = RarArchive.Read(artifact.Bytes, claim.Range, context.Budget, context.Held);
        foreach (ByteRange structure in archive.Structures)
        {
            context.Cover(structure, CoverageKind.Parsed);
        }

        if (archive.IsHeaderEncrypted)
        {
            MemberNotes.TellEncrypted(context, claim.Range, "The names and contents of the RAR archive are encrypted.");
            context.Cover(claim.Range, CoverageKind.Data);
        }
        else if (!archive.HasEnd && archive.Oddities.Has("rar.broken-block"))
        {
            context.Unread(UnreadCause.Malformed, archive.End, claim.Range.End - archive.End, "A block of the RAR archive is broken; nothing behind it was read.");
        }

        OddityLog oddities = new();
        try
        {
            Files(artifact, claim, archive, oddities, context);
        }
        finally
        {
            context.Tell(archive.Oddities);
            context.Tell(oddities);
        }
    }

    private static void Files(Artifact artifact, Claim claim, RarArchive archive, OddityLog oddities, ReadContext context)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        bool[] done = new bool[archive.Files.Count];
        bool packed = false;
        bool window = false;
        RarBundle bundle = new(archive, claim.Range, context);
        string[] own = [.. archive.Files.Select(f => Unique(names, f))];
        for (int i = 0; i < done.Length; i++)
        {
            RarFile file = archive.Files[i];
            context.Cover(file.Packed, CoverageKind.Data);
            context.Member(own[i], file.Offset, file.PackedSize, file.Size, file.IsStored ? "stored" : "rar", file.IsEncrypted, file.Crc);
            done[i] = true;
            if (file.IsEncrypted)
            {
                MemberNotes.TellEncrypted(context, new ByteRange(file.Offset, file.PackedSize), $"\"{file.Name}\" is encrypted.");
            }
            else if (file.IsSplit)
            {
                context.Unread(UnreadCause.Missing, file.Offset, file.PackedSize, $"A part of \"{file.Name}\" lies in another volume.");
            }
            else if (file.IsStored)
            {
                if (file.Packed.Length < file.PackedSize)
                {
                    context.Unread(UnreadCause.Truncated, file.Offset, file.PackedSize, $"The data of \"{file.Name}\" reach beyond the end of the file.");
                }

                ByteSource bytes = artifact.Bytes.Slice(file.Packed);
                MemberNotes.TellLink(oddities, file.Name, file.UnixMode, bytes);
                context.Submit(new Artifact(own[i], bytes, artifact) { In = new BundlePlace(bundle, file.Name) });
            }
            else
            {
                packed = true;
                done[i] = false;
                window |= file.Window > Codec.MaxWindow;
            }
        }

        if (packed && !window)
        {
            Unpack(artifact, claim, archive, done, own, oddities, bundle, context);
        }

        for (int i = 0; i < done.Length; i++)
        {
            if (!done[i])
            {
                RarFile file = archive.Files[i];
                context.Unread(
                    window ? UnreadCause.Limit : UnreadCause.Malformed,
                    file.Offset,
                    file.PackedSize,
                    window ? $"\"{file.Name}\" was not unpacked: the archive asks for a window over the limit of {Codec.MaxWindow} bytes." : $"\"{file.Name}\" could not be unpacked.");
            }
        }
    }

    private static void Unpack(
        Artifact artifact, Claim claim, RarArchive archive, bool[] done, string[] own, OddityLog oddities, RarBundle bundle, ReadContext context)
    {
        try
        {
            RarUnpacker.Unpack(artifact.Bytes, claim.Range.ClampTo(artifact.Bytes.Length), archive.Files, context.Budget, context.Scratch, (number, soFar) =>
            {
                RarFile file = archive.Files[number];
                if (done[number])
                {
                    return;
                }

                done[number] = true;
                MemberNotes.TellEnd(context, soFar, file.Name, file.Offset, file.PackedSize);
                if (file.Size >= 0 && soFar is { Stop: null, Result.Error: null } && soFar.Result.Bytes.Length != file.Size)
                {
                    oddities.Add("rar.inflated-size", file.Offset, 0, $"\"{file.Name}\" holds {soFar.Result.Bytes.Length} bytes and is said to hold {file.Size}.");
                }

                MemberNotes.TellLink(oddities, file.Name, file.UnixMode, soFar.Result.Bytes);
                context.Submit(new Artifact(own[number], soFar.Result.Bytes, artifact) { In = new BundlePlace(bundle, file.Name) });
                if (soFar.Stop is { } stop && MemberNotes.IsFinal(stop, context.Budget))
                {
                    throw stop;
                }
            });
        }
        catch (MalformedException)
        {
            // What could not be unpacked is reported file by file.
        }
    }

    private static string Unique(HashSet<string> names, RarFile file) => names.Add(file.Name) ? file.Name : $"{file.Name}@0x{file.Offset:X}";
}
