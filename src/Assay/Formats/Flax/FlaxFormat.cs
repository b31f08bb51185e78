// Reads MessagePack as Flax and NumPy extensions of it write checkpoints.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.MessagePack;

namespace Assay.Formats.Flax;

/// <summary>
/// A tree of MessagePack: maps with names that lead to arrays. Flax writes arrays as the extension 1 (a list of shape, type and bytes), <c>msgpack_numpy</c> as a map with the
/// keys <c>nd</c>, <c>type</c>, <c>kind</c>, <c>shape</c> and <c>data</c>; of the kind <c>O</c> the data is a pickle that its reader unpickles. Nothing else in it is run. Whatever
/// bytes begin as a file does are examined as one. Specification: <c>flax/serialization.py</c>, <c>msgpack_numpy.py</c>.
/// </summary>
internal sealed class FlaxFormat : IFormat
{
    private const int ProbedTokens = 200;

    private const int DeepHead = 1024;

    public string Id => "flax-msgpack";

    public string Name => "Flax and other MessagePack";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".msgpack", ".mpk", ".flax"];

    public Claim? Probe(ProbeView view)
    {
        // An empty map; with a name of something else it is what is left of a file that was cut.
        if (view.IsWhole && view.Head.Span is [0x80] && !view.Artifact.MayBeOpaque && view.Artifact.Extension is "" or ".bin" or ".msgpack")
            return new Claim(view.Range, ClaimStrength.Likely);

        if (view.IsWhole && !view.Artifact.MayBeOpaque && IsDeep(view.Head.Span))
            return new Claim(view.Range, ClaimStrength.Likely);

        // The elements of a tensor may begin with anything, and no loader reads a storage as MessagePack.
        if (!view.IsWhole || view.Artifact.MayBeOpaque || view.Head.Span is not [> 0x80 and <= 0x8F or 0xDE or 0xDF, ..])
            return null;

        return Fits(view) ? new Claim(view.Range, ClaimStrength.Likely) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        FlaxTree tree = new(context, claim.Range);
        MalformedException? broken = null;
        try
        {
            tree.Read();
        }
        catch (MalformedException e)
        {
            broken = e;
            if (tree.DeclaresMore)
                context.Anomaly("msgpack.declares-more", e.Offset, 0, e.Message);

            context.Unread(e.Offset >= claim.Range.End - 1 ? UnreadCause.Truncated : UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }

        tree.Tell(broken is null);
        context.ReadTensors(Id, group =>
        {
            if (broken is not null)
                throw broken;

            tree.Fill(group);
        });
    }

    /// <summary>Whether the head is nothing but lists of one list each: no data nests so, and readers that call themselves run out of stack.</summary>
    private static bool IsDeep(ReadOnlySpan<byte> head) => head.Length >= DeepHead && head[..DeepHead].IndexOfAnyExceptInRange((byte)0x91, (byte)0x9F) < 0;

    /// <summary>
    /// Whether the map begins as those do that spaCy writes: the layers of a model of thinc (<c>nodes</c>), a collection of documents (<c>version</c>, then <c>attrs</c>), and a tokenizer, whose
    /// exceptions are called by any letters.
    /// </summary>
    private static bool IsOfSpacy(ReadOnlySpan<byte> head) =>
        head.Length > 15 && ((head[1] == 0xA5 && head[2..].StartsWith("nodes"u8)) || (head[1] == 0xA7 && head[2..].StartsWith("version"u8)) || (head[1] == 0xAD && head[2..].StartsWith("prefix_search"u8)));

    /// <summary>Whether the head is maps with names, and an array or the name that promises MessagePack.</summary>
    private bool Fits(ProbeView view)
    {
        // Orbax keeps the tree of old checkpoints under this name.
        string name = view.Artifact.Name;
        bool isPromised = IsOfSpacy(view.Head.Span) || Extensions.Contains(view.Artifact.Extension) || name == "checkpoint" || name.EndsWith("/checkpoint", StringComparison.Ordinal);
        bool hasArray = false;
        int read = 0;
        Stack<(long Left, bool IsMap)> open = new();
        MessagePackReader reader = new(view.Artifact.Bytes, view.Range, view.Budget);
        try
        {
            for (int tokens = 0; tokens < ProbedTokens && !hasArray && reader.Read(); tokens++)
            {
                bool isKey = open.TryPop(out (long Left, bool IsMap) holder) && holder.IsMap && holder.Left % 2 == 0;
                if (isKey && reader.Type is not (MessagePackType.Text or MessagePackType.Integer or MessagePackType.Binary))
                    return false;

                if (isKey && !isPromised && reader.Type is MessagePackType.Text && (reader.Payload.Length == 0 || reader.Text(256).AsSpan().IndexOfAnyInRange('\0', '\x1F') >= 0))
                    return false;

                hasArray = (reader.Type is MessagePackType.Extension && reader.Extension is 1 or 3) || (isKey && reader.Payload.Length is 2 or 4 && reader.Text(4) is "nd" or "kind");
                if (holder.Left > 1)
                    open.Push((holder.Left - 1, holder.IsMap));

                read = tokens;
                if (reader.Type is MessagePackType.List or MessagePackType.Map && reader.Count > 0)
                    open.Push((reader.Type is MessagePackType.Map ? 2 * reader.Count : reader.Count, reader.Type is MessagePackType.Map));

                if (open.Count == 0)
                    return hasArray || (isPromised && tokens > 1) || reader.Next == view.Range.End;
            }
        }
        catch (MalformedException)
        {
            return hasArray || isPromised;
        }

        // So many names and values in a row are no accident: spaCy and others keep their tables like this.
        return hasArray || isPromised || read >= ProbedTokens - 1;
    }
}
