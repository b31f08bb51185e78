// Reads tars and submits their members.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Tar;

namespace Assay.Formats.Archives;

/// <summary>Tar archives; among them the format of torch.save before 0.1.2 and NeMo's.</summary>
internal sealed class TarFormat : IFormat
{
    /// <summary>A sparse member that would grow by more than this factor is not expanded.</summary>
    private const long SparseRatio = 1024;

    private const long SparseAlways = 64L << 20;

    private static readonly TorchTarKind s_torch = new();
    private static readonly NemoKind s_nemo = new();

    public string Id => "tar";

    public string Name => "Tar archive";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".tar"];

    public IReadOnlyList<IFormatKind> Kinds { get; } = [s_torch, s_nemo];

    public Claim? Probe(ProbeView view)
    {
        if (TarReader.IsHeader(view.Head.Span, out bool magic))
        {
            return new Claim(view.Range, magic ? ClaimStrength.Certain : ClaimStrength.Likely);
        }

        return magic ? new Claim(view.Range, ClaimStrength.Weak) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        Artifact artifact = context.Artifact;
        TarReader reader = new(artifact.Bytes, claim.Range, context.Budget);
        HashSet<string> names = new(StringComparer.Ordinal);
        try
        {
            while (reader.Next() is { } entry)
            {
                Member(artifact, entry, names, context);
            }
        }
        catch (ScanStopException e) when (e.Reason == StopReason.Limit && !MemberInflater.IsFinal(e, context.Budget))
        {
            context.Unread(UnreadCause.Limit, e.Offset, 0, e.Message);
        }
        finally
        {
            foreach (ByteRange structure in reader.Structures)
            {
                context.Cover(structure, CoverageKind.Parsed);
            }

            context.Tell(reader.Oddities);
        }

        if (names.Count == 0 && reader.Oddities.Has("tar.checksum"))
        {
            throw new MalformedException(claim.Range.Offset, "No header of the tar has a good checksum.");
        }

        if (!reader.HasEndMark)
        {
            context.Anomaly("tar.no-end", claim.Range.End, 0, "The tar has no end mark.");
        }

        if (names.Contains("pickle") && names.Contains("storages") && names.Contains("tensors"))
        {
            context.Recognise(s_torch);
        }

        if (names.Any(n => n is "model_config.yaml" or "./model_config.yaml"))
        {
            context.Recognise(s_nemo);
            context.Unread(UnreadCause.NotSupported, claim.Range.Offset, 0, $"{s_nemo.Name} is recognised and not yet supported; its members were examined one by one.");
        }
    }

    private static void Member(Artifact artifact, TarEntry entry, HashSet<string> names, ReadContext context)
    {
        string name = names.Add(entry.Name) ? entry.Name : $"{entry.Name}@0x{entry.Offset:X}";
        ByteRange padded = entry.Data with { Length = (entry.Data.Length + 511) & ~511L };
        context.Cover(padded, CoverageKind.Data);
        context.Member(new StoredMember(name, entry.Offset, entry.Size, entry.Extents is null ? entry.Size : entry.RealSize, entry.Kind switch
        {
            TarKind.File => entry.Extents is null ? "stored" : "sparse",
            TarKind.Directory => "directory",
            TarKind.HardLink => "hard-link",
            TarKind.SymbolicLink => "symbolic-link",
            _ => "device",
        }));
        if (entry.Kind != TarKind.File)
        {
            return;
        }

        if (entry.Data.Length < entry.Size)
        {
            context.Unread(UnreadCause.Truncated, entry.Data.Offset, entry.Data.Length, $"The data of \"{name}\" reach beyond the end of the file.");
        }

        ByteSource bytes = artifact.Bytes.Slice(entry.Data);
        if (entry.Extents is { } extents)
        {
            bool grows = entry.RealSize > SparseAlways && entry.RealSize / SparseRatio > entry.Data.Length;
            if (grows)
            {
                context.Anomaly("archive.bomb", entry.Offset, 0, $"\"{name}\" holds {entry.Data.Length} bytes and would grow to {entry.RealSize}.");
                context.Unread(UnreadCause.Limit, entry.Offset, 0, $"The zeros of the sparse member \"{name}\" were not read.");
            }
            else
            {
                bytes = new SparseSource(artifact.Bytes, extents, entry.RealSize);
            }
        }
        else if (entry.UnknownSparse)
        {
            context.Unread(UnreadCause.NotSupported, entry.Offset, 0, $"The sparse map of \"{name}\" could not be worked out; its stored bytes were read as they lie.");
        }

        context.Submit(new Artifact(name, bytes, artifact));
    }
}

/// <summary>torch.save before 0.1.2: a tar of <c>sys_info</c>, <c>pickle</c>, <c>storages</c> and <c>tensors</c>.</summary>
internal sealed class TorchTarKind : IFormatKind
{
    public string Id => "torch-tar";

    public string Name => "PyTorch (legacy tar)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pt", ".pth"];
}

/// <summary>NeMo: a tar of checkpoints and <c>model_config.yaml</c>, whose <c>_target_</c> entries name callables that are called.</summary>
internal sealed class NemoKind : IFormatKind
{
    public string Id => "nemo";

    public string Name => "NeMo model";

    public FormatSupport Support => FormatSupport.Recognised;

    public IReadOnlyList<string> Extensions { get; } = [".nemo"];
}
