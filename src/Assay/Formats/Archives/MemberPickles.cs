// The pickles of an archive out of whose values its tensors are made, while its members are read.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Zip;
using Assay.Formats.Pickles;

namespace Assay.Formats.Archives;

/// <summary>
/// Asks for the values of the pickles in members that tensors are made of. What was unpacked of such a member is left for those who read tensors: its bytes
/// are then the same ones.
/// </summary>
internal sealed class MemberPickles(IReadOnlyList<IZipKind> kinds, ReadContext context) : IDisposable
{
    private readonly AskedPickles _asked = new(context);
    private readonly List<ZipEntry> _kept = [];

    /// <summary>Asks for the pickle in a member, where there is one; whether its bytes are needed once more.</summary>
    public bool Ask(string name, ByteSource bytes)
    {
        bool isAsked = false;
        foreach (IZipKind kind in context.Wants(ReadingParts.Tensors) ? kinds : [])
        {
            isAsked |= kind.PickleIn(name, bytes, context) is { } offset && _asked.Ask(bytes, offset);
        }

        return isAsked;
    }

    /// <summary>Leaves what came out of a compressed member, which the context owns, for those who read tensors.</summary>
    public void Keep(ZipEntry entry, ByteSource bytes)
    {
        if (context.Handed.TryAdd(entry, new Lent(bytes)))
        {
            _kept.Add(entry);
        }
    }

    /// <summary>What was unpacked of a member on the way; null where nothing was kept.</summary>
    public static ByteSource? Unpacked(ReadContext context, ZipEntry entry) => context.Handed.GetValueOrDefault(entry) is Lent lent ? lent.Bytes : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _asked.Dispose();
        _kept.ForEach(e => context.Handed.Remove(e));
    }

    /// <summary>Bytes that the context owns.</summary>
    private sealed class Lent(ByteSource bytes) : IDisposable
    {
        public ByteSource Bytes => bytes;

        public void Dispose()
        {
        }
    }
}
