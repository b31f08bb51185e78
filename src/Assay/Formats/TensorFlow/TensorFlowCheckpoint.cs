// Reads checkpoints of TensorFlow: an index of tensors, and the files with their elements.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.TensorFlow;

/// <summary>One tensor of a checkpoint.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Type">The number of its element type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Shard">The number of the file with its elements.</param>
/// <param name="Offset">Where they start there.</param>
/// <param name="Size">How many bytes they take.</param>
internal sealed record TensorFlowCheckpointEntry(string Key, long Type, List<long> Shape, long Shard, long Offset, long Size);

/// <summary>What the index of a checkpoint says. Specification: <c>tensor_bundle.proto</c>.</summary>
internal sealed class TensorFlowCheckpoint
{
    /// <summary>How many files hold elements; 0 in a checkpoint of version 1, which holds them itself.</summary>
    public long Shards { get; private set; }

    /// <summary>The tensors.</summary>
    public List<TensorFlowCheckpointEntry> Entries { get; } = [];

    /// <summary>Reads an index; <paramref name="onRead"/> gets what was read.</summary>
    public static TensorFlowCheckpoint Read(ByteSource bytes, ByteRange range, ScanBudget budget, HeldMemory held, Action<ByteRange>? onRead)
    {
        TensorFlowCheckpoint checkpoint = new();
        SortedTable table = new(bytes, range, budget, held) { OnRead = onRead };
        bool isBundle = true;
        table.Read((key, value) =>
        {
            ProtobufWire wire = new(new MemorySource(value), budget);
            ByteRange all = new(0, value.Length);
            if (key.Length == 0)
            {
                checkpoint.Shards = new ProtobufMessage(wire, TensorFlowFormat.Schema["BundleHeader"], all).Number("num_shards") ?? 0;
                isBundle = checkpoint.Shards > 0;
            }
            else if (isBundle && checkpoint.Entries.Count < budget.Limits.Entries)
            {
                ProtobufMessage entry = new(wire, TensorFlowFormat.Schema["BundleEntry"], all);
                held.Add(256 + (2L * key.Length));
                checkpoint.Entries.Add(new TensorFlowCheckpointEntry(key, entry.Number("dtype") ?? 0, TensorFlowTensors.ShapeOf(entry.Message("shape")),
                    entry.Number("shard_id") ?? 0, entry.Number("offset") ?? 0, entry.Number("size") ?? 0));
            }
        });
        return checkpoint;
    }
}

/// <summary>The index of a checkpoint: a sorted table with a header and an entry a tensor. Nothing of it is run.</summary>
internal sealed class TensorFlowCheckpointIndexFormat : IFormat
{
    public string Id => "tf-checkpoint-index";

    public string Name => "TensorFlow checkpoint index";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && view.Range.Length >= SortedTable.FooterSize && view.Artifact.Bytes.ReadUpTo(view.Range.End - 8, 8).AsSpan().SequenceEqual(SortedTable.Magic)
            ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        TensorFlowCheckpoint checkpoint = TensorFlowCheckpoint.Read(context.Artifact.Bytes, claim.Range, context.Budget, context.Held, range => context.Cover(range, CoverageKind.Parsed));
        context.Meta("shards", checkpoint.Shards.ToString(CultureInfo.InvariantCulture));
        context.Meta("tensors", checkpoint.Entries.Count.ToString(CultureInfo.InvariantCulture));
        Dictionary<long, ByteSource?> shards = [];
        List<(TensorFlowCheckpointEntry Entry, ByteSource Bytes)> found = [];
        foreach (TensorFlowCheckpointEntry entry in checkpoint.Entries)
        {
            ByteSource? shard = Open(entry.Shard, checkpoint.Shards, shards, context);
            if (entry.Offset < 0 || entry.Size < 0 || entry.Shard < 0 || entry.Shard >= Math.Max(1, checkpoint.Shards) || (shard is { Length: > 0 } && (entry.Offset > shard.Length || entry.Size > shard.Length - entry.Offset)))
            {
                context.Anomaly("tf.checkpoint-range", 0, 0, $"The elements of {(entry.Key.Length > 200 ? entry.Key[..200] : entry.Key)} lie outside of the checkpoint's files.");
                break;
            }

            if (shard is { Length: > 0 } && context.Wants(ReadingParts.Tensors))
            {
                found.Add((entry, shard));
            }
        }

        context.ReadTensors(Id, group =>
        {
            foreach ((TensorFlowCheckpointEntry entry, ByteSource bytes) in found)
            {
                if (TensorFlowTensors.TypeOf(entry.Type) is { } type)
                {
                    group.Add(entry.Key, TensorView.RowMajor(type, entry.Shape), new TensorStorage("", bytes, new ByteRange(entry.Offset, entry.Size)));
                }
                else
                {
                    group.Leave("", "texts", "They are no numbers.");
                }
            }
        });
    }

    private static ByteSource? Open(long shard, long count, Dictionary<long, ByteSource?> known, ReadContext context)
    {
        if (known.TryGetValue(shard, out ByteSource? bytes) || context.Artifact.In is not { } place || known.Count > 10_000 || !place.Name.EndsWith(".index", StringComparison.Ordinal))
        {
            return bytes;
        }

        string name = string.Create(CultureInfo.InvariantCulture, $"{place.Name[..^6]}.data-{shard:00000}-of-{count:00000}");
        bytes = place.Bundle.TryOpen(name).Bytes;
        if (bytes is not null)
        {
            context.Own(bytes);
        }

        return known[shard] = bytes;
    }
}

/// <summary>
/// A file with the elements of a checkpoint's tensors. It has no structure of its own: it is told by its name, and by the index beside it. What the
/// index gives to no tensor is not accounted for.
/// </summary>
internal sealed class TensorFlowCheckpointDataFormat : IFormat
{
    private const string Suffix = ".data-00000-of-00000";

    public string Id => "tf-checkpoint-data";

    public string Name => "TensorFlow checkpoint data";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.IsWhole && Shard(view.Artifact.Name) >= 0 ? new Claim(view.Range, ClaimStrength.Weak) : null;

    public void Read(Claim claim, ReadContext context)
    {
        long shard = Shard(context.Artifact.Name);
        if (context.Artifact.In is { } place && Shard(place.Name) >= 0 && place.Bundle.TryOpen(place.Name[..^Suffix.Length] + ".index").Bytes is { } bytes)
        {
            using ByteSource index = bytes;
            try
            {
                TensorFlowCheckpoint checkpoint = TensorFlowCheckpoint.Read(index, new ByteRange(0, index.Length), context.Budget, context.Held, null);
                foreach (TensorFlowCheckpointEntry entry in checkpoint.Entries.Where(e => e.Shard == shard && e.Offset >= 0 && e.Size >= 0))
                {
                    context.Cover(new ByteRange(entry.Offset, entry.Size), CoverageKind.Data);
                }

                return;
            }
            catch (MalformedException)
            {
                // The index says so itself; here all bytes count as elements.
            }
        }

        context.Cover(claim.Range, CoverageKind.Data);
    }

    /// <summary>The number of the shard that a name ends with (<c>.data-00000-of-00001</c>), or -1 where it is no such name.</summary>
    private static long Shard(string name)
    {
        ReadOnlySpan<char> end = name.AsSpan(Math.Max(0, name.Length - Suffix.Length));
        return end.Length == Suffix.Length && end.StartsWith(Suffix.AsSpan(0, 6), StringComparison.Ordinal) && end[11..15].SequenceEqual(Suffix.AsSpan(11, 4))
            && long.TryParse(end[6..11], NumberStyles.None, CultureInfo.InvariantCulture, out long shard)
            && long.TryParse(end[15..], NumberStyles.None, CultureInfo.InvariantCulture, out _) ? shard : -1;
    }
}
