// The links of a group, old and new, compact and dense.
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>What a link leads to.</summary>
internal enum Hdf5LinkKind
{
    /// <summary>An object of the file.</summary>
    Hard = 0,

    /// <summary>A path in the file.</summary>
    Soft = 1,

    /// <summary>An object of another file.</summary>
    External = 64,

    /// <summary>Something that only a library of somebody else can follow.</summary>
    User = 255,
}

/// <summary>A link.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it leads to.</param>
/// <param name="Address">The object header, of a hard link.</param>
/// <param name="Target">The path, or the file; of a user link its type.</param>
/// <param name="Inner">The path in another file.</param>
/// <param name="At">Where it stands in the artifact.</param>
internal readonly record struct Hdf5Link(string Name, Hdf5LinkKind Kind, long Address, string Target, string Inner, long At);

/// <summary>Reads the links of a group.</summary>
internal static class Hdf5Links
{
    /// <summary>The links that the messages of an object header have or lead to.</summary>
    public static IEnumerable<Hdf5Link> Of(IReadOnlyList<Hdf5Message> messages, Hdf5File file)
    {
        foreach (Hdf5Message message in messages)
        {
            switch (message.Type)
            {
                case Hdf5Message.Link:
                    yield return Read(message.Bytes, message.At, file);
                    break;
                case Hdf5Message.LinkInfo:
                    foreach (Hdf5Link link in Dense(message, file))
                        yield return link;

                    break;
                case Hdf5Message.SymbolTable:
                    foreach (Hdf5Link link in Old(message, file))
                        yield return link;

                    break;
                default:
                    break;
            }
        }
    }

    private static Hdf5Link Read(ReadOnlySpan<byte> bytes, long at, Hdf5File file)
    {
        Hdf5Cursor all = new(bytes, at, file);
        all.Skip(1);
        int flags = all.U8();
        int type = (flags & 8) != 0 ? all.U8() : 0;
        all.Skip(((flags & 4) != 0 ? 8 : 0) + ((flags & 0x10) != 0 ? 1 : 0));
        long nameLength = all.Number(1 << (flags & 3));
        string name = Encoding.UTF8.GetString(all.Bytes(nameLength));
        switch (type)
        {
            case 0:
                return new Hdf5Link(name, Hdf5LinkKind.Hard, all.Address(), "", "", at);
            case 1:
                return new Hdf5Link(name, Hdf5LinkKind.Soft, 0, Encoding.UTF8.GetString(all.Bytes(all.U16())), "", at);
            case 64:
                ReadOnlySpan<byte> value = all.Bytes(all.U16());
                value = value.IsEmpty ? value : value[1..];
                int end = value.IndexOf((byte)0);
                return new Hdf5Link(name, Hdf5LinkKind.External, 0, Encoding.UTF8.GetString(end < 0 ? value : value[..end]), end < 0 ? "" : Encoding.UTF8.GetString(value[(end + 1)..].TrimEnd((byte)0)), at);
            default:
                return new Hdf5Link(name, Hdf5LinkKind.User, 0, type.ToString(System.Globalization.CultureInfo.InvariantCulture), "", at);
        }
    }

    private static IEnumerable<Hdf5Link> Dense(Hdf5Message message, Hdf5File file)
    {
        (long heapAddress, long tree) = DenseAddresses(message, file, orderBytes: 8);
        if (heapAddress < 0 || tree < 0)
            yield break;

        Hdf5FractalHeap heap = new(file, heapAddress);
        foreach ((int type, byte[] record, long at) in Hdf5Trees.New(file, tree))
        {
            (byte[] bytes, long where) = heap.Object(record.AsSpan(Math.Min(record.Length, type == 6 ? 8 : 4)), at);
            yield return Read(bytes, where, file);
        }
    }

    /// <summary>The heap and the tree by names of a message about dense links or attributes; the tree by order is accounted for.</summary>
    public static (long Heap, long Tree) DenseAddresses(Hdf5Message message, Hdf5File file, int orderBytes)
    {
        Hdf5Cursor all = new(message.Bytes, message.At, file);
        all.Skip(1);
        int flags = all.U8();
        all.Skip((flags & 1) != 0 ? orderBytes : 0);
        long heap = all.Address();
        long tree = all.Address();
        if ((flags & 2) != 0 && all.Address() is >= 0 and var ordered)
        {
            foreach (var _ in Hdf5Trees.New(file, ordered))
            {
                // Read to account for its nodes; it leads to the same objects.
            }
        }

        return (heap, tree);
    }

    private static IEnumerable<Hdf5Link> Old(Hdf5Message message, Hdf5File file)
    {
        (long tree, long heap) = OldAddresses(message, file);
        byte[] names = LocalHeap(file, heap);
        foreach ((_, long node, _) in Hdf5Trees.Old(file, tree, isChunks: false, file.LengthSize))
        {
            foreach (Hdf5Link link in Symbols(file, node, names))
                yield return link;
        }
    }

    private static (long Tree, long Heap) OldAddresses(Hdf5Message message, Hdf5File file)
    {
        Hdf5Cursor all = new(message.Bytes, message.At, file);
        return (all.Address(), all.Address());
    }

    private static byte[] LocalHeap(Hdf5File file, long address)
    {
        Hdf5Cursor all = file.Open(address, 8 + (2 * file.LengthSize) + file.OffsetSize, "A local heap");
        all.Signature("HEAP"u8, "local heap");
        all.Skip(4);
        long size = all.Length();
        all.LengthOrNone();
        long data = all.Address();
        file.Parsed(data, size);
        return file.Take(data, size, "A local heap");
    }

    private static List<Hdf5Link> Symbols(Hdf5File file, long node, byte[] names)
    {
        int entry = (2 * file.OffsetSize) + 24;
        Hdf5Cursor prefix = file.Open(node, 8, "A symbol node");
        prefix.Signature("SNOD"u8, "symbol node");
        prefix.Skip(2);
        int count = prefix.U16();
        Hdf5Cursor all = file.Open(node + 8, (long)count * entry, "A symbol node");
        file.Parsed(node, 8 + (2L * file.LeafK * entry));
        List<Hdf5Link> links = [];
        for (int i = 0; i < count; i++)
        {
            long at = all.Offset;
            string name = Name(names, all.Number(file.OffsetSize), at);
            long header = all.Address();
            long cache = all.U32();
            all.Skip(4);
            ReadOnlySpan<byte> scratch = all.Bytes(16);
            links.Add(cache == 2
                ? new Hdf5Link(name, Hdf5LinkKind.Soft, 0, Name(names, System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(scratch), at), "", at)
                : new Hdf5Link(name, Hdf5LinkKind.Hard, header, "", "", at));
        }

        return links;
    }

    private static string Name(byte[] names, long offset, long at)
    {
        if (offset >= names.Length)
            throw new MalformedException(at, "The name of a link lies outside of its heap.");

        ReadOnlySpan<byte> rest = names.AsSpan((int)offset);
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
