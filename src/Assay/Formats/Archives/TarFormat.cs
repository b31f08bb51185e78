// Reads tars and submits their members.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Tar;

namespace Assay.Formats.Archives;

/// <summary>Tar archives, whatever they hold; kinds of model files (PyTorch's oldest, NeMo) are recognised by their members.</summary>
internal sealed class TarFormat(IReadOnlyList<ITarKind> kinds) : IFormat
{
    /// <summary>A sparse member that would grow by more than this factor is not expanded.</summary>
    private const long SparseRatio = 1024;

    private const long SparseAlways = 64L << 20;

    private const int MostSources = 10_000;

    private const int SourceCost = 512;

    public string Id => "tar";

    public string Name => "Tar archive";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".tar"];

    public IReadOnlyList<IFormatKind> Kinds => kinds;

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
        if (context.Wants(ReadingParts.Tensors))
        {
            ReadTensors(claim, context);
            if (!context.Wants(ReadingParts.Facts))
            {
                return;
            }
        }

        TarReader reader = new(artifact.Bytes, claim.Range, context.Budget, context.Held);
        HashSet<string> names = new(StringComparer.Ordinal);
        TarBundle bundle = new(claim.Range, context);
        List<Artifact> sources = [];
        try
        {
            while (reader.Next() is { } entry)
            {
                Member(artifact, entry, names, bundle, context, sources);
            }
        }
        catch (ScanStopException e) when (e.Reason == StopReason.Limit && !MemberNotes.IsFinal(e, context.Budget))
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

        // When source runs is the kind's to say, which is known only now.
        foreach (Artifact source in sources)
        {
            string? readAs = kinds.Where(k => k.Matches(names)).Select(k => k.ReadAs(source.Name)).FirstOrDefault(f => f is not null);
            context.Submit(readAs is null ? source : new Artifact(source.Name, source.Bytes, artifact, readAs) { In = source.In });
        }

        if (names.Count == 0 && reader.Oddities.Has("tar.checksum"))
        {
            throw new MalformedException(claim.Range.Offset, "No header of the tar has a good checksum.");
        }

        if (!reader.HasEndMark)
        {
            context.Anomaly("tar.no-end", claim.Range.End, 0, "The tar has no end mark.");
        }

        foreach (ITarKind kind in kinds.Where(k => k.Matches(names)))
        {
            context.Recognise(kind);
            if (kind.Support == FormatSupport.Recognised)
            {
                context.Unread(UnreadCause.NotSupported, claim.Range.Offset, 0, $"{kind.Name} is recognised and not yet supported; its members were examined one by one.");
            }
        }
    }

    /// <summary>The kinds are recognised by all names, and tensors are read before the members: so the headers are read once before.</summary>
    private void ReadTensors(Claim claim, ReadContext context)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        try
        {
            TarReader reader = new(context.Artifact.Bytes, claim.Range, context.TensorBudget);
            while (reader.Next() is { } entry)
            {
                names.Add(entry.Name);
            }
        }
        catch (ScanStopException e) when (e.Reason == StopReason.Limit)
        {
            // A file of weights has four members; what the limit is about is said where the members are read.
            return;
        }

        foreach (ITarKind kind in kinds.Where(k => k.Matches(names)))
        {
            kind.ReadTensors(context);
        }
    }

    private void Member(Artifact artifact, TarEntry entry, HashSet<string> names, TarBundle bundle, ReadContext context, List<Artifact> sources)
    {
        string name = names.Add(entry.Name) ? entry.Name : $"{entry.Name}@0x{entry.Offset:X}";
        ByteRange padded = entry.Data with { Length = (entry.Data.Length + 511) & ~511L };
        context.Cover(padded, CoverageKind.Data);
        context.Member(name, entry.Offset, entry.Size, entry.Extents is null ? entry.Size : entry.RealSize, entry.Kind switch
        {
            TarKind.File => entry.Extents is null ? "stored" : "sparse",
            TarKind.Directory => "directory",
            TarKind.HardLink => "hard-link",
            TarKind.SymbolicLink => "symbolic-link",
            _ => "device",
        });
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

        Artifact member = new(name, bytes, artifact) { In = new BundlePlace(bundle, entry.Name) };
        if (sources.Count < MostSources && kinds.Any(k => k.ReadAs(entry.Name) is not null))
        {
            context.Held.Add(SourceCost + name.Length);
            sources.Add(member);
        }
        else
        {
            context.Submit(member);
        }
    }
}
