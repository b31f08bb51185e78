// The tensors of a model whose index names the files that they lie in.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Scanning;

namespace Assay.Conversion;

/// <summary>
/// Reads the shards that an index names, through the bundle of the index and never past it, as one model. As transformers does, each file is loaded
/// as a whole; beyond that, a tensor that the index looks for in a file must be there, and no name may stand in two files: which one counts
/// depends on the loader.
/// </summary>
internal static class ShardedWeights
{
    private const int MostShards = 10_000;

    /// <summary>The tensors of all shards of <paramref name="index"/>.</summary>
    public static TensorMap Read(TensorGroup index, ReadingOptions options, CancellationToken cancellation)
    {
        List<ByteSource> owned = [];
        try
        {
            TensorGroup all = new(index.Kind);
            Dictionary<string, HashSet<string>> read = new(StringComparer.Ordinal);
            foreach (string file in index.Elsewhere.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                if (read.Count == MostShards)
                {
                    throw ScanBudget.Spent("shards", MostShards, 0);
                }

                read.Add(file, ReadShard(file, all, options, owned, cancellation));
            }

            foreach ((string tensor, string file) in index.Elsewhere.Where(e => !read[e.Value].Contains(e.Key)))
            {
                all.Problem(tensor, $"The index looks for it in {file}, which does not have it.");
            }

            return new TensorMap(all, owned);
        }
        catch
        {
            owned.ForEach(o => o.Dispose());
            throw;
        }
    }

    /// <summary>Adds the tensors of a shard and returns their names.</summary>
    private static HashSet<string> ReadShard(string file, TensorGroup all, ReadingOptions options, List<ByteSource> owned, CancellationToken cancellation)
    {
        BundleOpening opening = options.In is { } place ? place.TryOpen(file) : BundleOpening.Refuse(BundleRefusal.Missing, "Nothing beside the index was handed in.");
        if (opening.Bytes is not { } bytes)
        {
            throw new MalformedException(0, $"The shard {file} cannot be opened: {opening.Detail}");
        }

        owned.Add(bytes);
        ReadingOptions beside = options with { In = options.In is { } index ? index with { Name = BundleName.Resolve(index.Name, file).Name } : null };
        TensorMap? map;
        try
        {
            map = WeightsReader.TryRead(bytes, beside, isShard: true, cancellation);
        }
        catch (MalformedException e)
        {
            throw new MalformedException(e.Offset, $"The shard {file}: {e.Message}");
        }

        if (map is null)
        {
            throw new MalformedException(0, $"The shard {file} is of no kind that tensors can be read from.");
        }

        owned.AddRange(map.TakeOwned());
        if (all.Shards.Count == 0)
        {
            all.Kind = map.Group.Kind;
        }

        all.Take(file, map.Group);
        return [.. map.Tensors.Select(t => t.Name)];
    }
}
