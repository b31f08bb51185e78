// The pickle of a PyTorch zip, which is a member of its own and the map of all tensors.
using Assay.Artifacts;
using Assay.Containers.Zip;
using Assay.Formats.Pickles;

namespace Assay.Formats.Archives;

/// <summary>
/// Asks whoever reads the member <c>data.pkl</c> for its value, so that it is run once for what it would do and for the tensors. A member that is
/// compressed is unpacked by each, and its bytes are not the same ones.
/// </summary>
internal sealed class MainPickle : IDisposable
{
    private readonly ReadContext _context;
    private readonly object _key;

    private MainPickle(ReadContext context, object key)
    {
        _context = context;
        _key = key;
        context.Handed.Add(key, null);
    }

    /// <summary>Asks, where both are wanted and there is such a member; null otherwise.</summary>
    public static MainPickle? Ask(ZipDirectory directory, ReadContext context)
    {
        if (!context.Wants(ReadingParts.Facts | ReadingParts.Tensors))
        {
            return null;
        }

        ZipEntry? entry = directory.Entries.FirstOrDefault(e => e is { Central.Method: 0 } && e.Name.EndsWith("/data.pkl", StringComparison.OrdinalIgnoreCase));
        return entry is not null && PickleRun.Key(context.Artifact.Bytes, entry.DataOffset) is var key && !context.Handed.ContainsKey(key) ? new MainPickle(context, key) : null;
    }

    /// <summary>Frees the value where nobody took it.</summary>
    public void Dispose()
    {
        if (_context.Handed.Remove(_key, out IDisposable? run))
        {
            run?.Dispose();
        }
    }
}
