// Single compressed streams: what they hold is one child.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Formats.Archives;

/// <summary>A compressed stream; one instance per codec.</summary>
internal sealed class CompressedFormat(string id, string name, CodecKind kind, ClaimStrength strength, IReadOnlyList<string> extensions) : IFormat
{
    private const long TrialBytes = 64;

    /// <summary>The child's name; the same whatever the file is called, so that findings keep their fingerprints.</summary>
    private const string Child = "content";

    /// <summary>One instance per codec whose streams have a signature.</summary>
    public static IReadOnlyList<CompressedFormat> All { get; } =
    [
        new("gzip", "gzip", CodecKind.Gzip, ClaimStrength.Certain, [".gz", ".tgz"]),
        new("zlib", "zlib", CodecKind.Zlib, ClaimStrength.Likely, [".z", ".zlib"]),
        new("bzip2", "bzip2", CodecKind.Bzip2, ClaimStrength.Certain, [".bz2", ".tbz2"]),
        new("xz", "xz", CodecKind.Xz, ClaimStrength.Certain, [".xz", ".txz"]),
        new("lzma", "LZMA", CodecKind.LzmaAlone, ClaimStrength.Likely, [".lzma"]),
        new("zstd", "Zstandard", CodecKind.Zstd, ClaimStrength.Certain, [".zst", ".zstd"]),
        new("lz4", "LZ4", CodecKind.Lz4, ClaimStrength.Certain, [".lz4"]),
    ];

    public string Id => id;

    public string Name => name;

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions => extensions;

    public Claim? Probe(ProbeView view)
    {
        if (Codec.Sniff(view.Head.Span) != kind)
        {
            return null;
        }

        // Two bytes that add up, or a plausible number, are no signature: see whether the stream starts at all.
        return strength == ClaimStrength.Certain || Starts(view) ? new Claim(view.Range, strength) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        Artifact artifact = context.Artifact;
        InflatedSoFar soFar = Codec.InflateSoFar(kind, artifact.Bytes, claim.Range, context.Budget, context.Scratch);
        ByteSource bytes = soFar.Result.Bytes;
        using IDisposable owned = context.Own(bytes);
        long used = soFar.Stop is null ? soFar.Result.Consumed : claim.Range.Length;
        if (soFar.Result is { Error: not null, OnlyChecksum: false } && bytes.Length > 0)
        {
            // Behind the break nothing can be told apart from the stream itself.
            used = claim.Range.Length;
        }

        context.Cover(new ByteRange(claim.Range.Offset, used), CoverageKind.Data);
        MemberNotes.TellEnd(context, soFar, Child, claim.Range.Offset, claim.Range.Length);
        if (soFar is { Stop: null, Result.Error: null } && used < claim.Range.Length)
        {
            context.Anomaly("codec.trailing-data", claim.Range.Offset + used, claim.Range.Length - used, $"Bytes follow the {name} stream.");
        }

        if (bytes.Length > 0 || soFar.Result.Error is null)
        {
            context.Member(Child, claim.Range.Offset, used, bytes.Length, id);
            context.Submit(new Artifact(Child, bytes, artifact) { Hint = Stem(artifact.Hint ?? artifact.Name), IsContent = true, MayBeOpaque = artifact.MayBeOpaque || Zarr.ZarrChunkFormat.IsChunk(artifact), Damage = soFar.Stop?.Message ?? soFar.Result.Error });
        }

        if (soFar.Stop is { } stop && MemberNotes.IsFinal(stop, context.Budget))
        {
            throw stop;
        }
    }

    /// <summary>What the name says that the content is: <c>model.pkl</c> for <c>model.pkl.gz</c>, and also where the codec is another one, because loaders do not ask.</summary>
    private static string Stem(string own)
    {
        int slash = own.LastIndexOfAny(['/', '\\']);
        string file = own[(slash + 1)..];
        foreach (string extension in All.SelectMany(f => f.Extensions))
        {
            if (file.Length > extension.Length && file.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            {
                string stem = file[..^extension.Length];
                return extension.StartsWith(".t", StringComparison.Ordinal) ? stem + ".tar" : stem;
            }
        }

        return file;
    }

    private bool Starts(ProbeView view)
    {
        InflatedSoFar trial = Codec.InflateSoFar(
            kind, new MemorySource(view.Head), new ByteRange(0, view.Head.Length), view.Budget, new MemoryScratch(), TrialBytes);
        using ByteSource bytes = trial.Result.Bytes;
        bool ended = trial.Result.Error is null || trial.Result.OnlyChecksum;
        return trial.Capped || ended || (trial.Result.Truncated && bytes.Length > 0);
    }
}
