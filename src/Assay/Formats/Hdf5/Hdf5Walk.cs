// Walks the objects of an HDF5 file from its root, each once.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>
/// Walks the objects of an HDF5 file in breadth, each once however many links lead to it. A part that breaks costs itself alone.
/// </summary>
internal sealed class Hdf5Walk(Hdf5File file)
{
    private const int LongestPath = 1024;
    private const int MostTold = 100;
    private const long Gigabyte = 1L << 30;
    private readonly Queue<(long Address, string Path)> _open = new();
    private readonly HashSet<long> _seen = [];
    private readonly Hdf5GlobalHeap _heap = new(file);
    private readonly Hdf5Contents _contents = new(file);
    private readonly List<(string Path, Hdf5Dataset Dataset)> _datasets = [];
    private readonly Dictionary<string, int> _told = new(StringComparer.Ordinal);
    private long _objects;
    private long _groups;

    private ReadContext Context => file.Context;

    /// <summary>Walks from the root group, and through the superblock's extension.</summary>
    public void Run(Hdf5Superblock superblock)
    {
        if (superblock.Extension >= 0)
            Guard("The superblock's extension", () => Extension(superblock.Extension));

        Reach(superblock.Root, "");
        while (_open.TryDequeue(out (long Address, string Path) next))
        {
            Context.Budget.Poll(file.At(next.Address));
            Guard($"The object {Shown(next.Path)}", () => Object(next.Address, next.Path));
        }
    }

    /// <summary>Says what was counted.</summary>
    public void Tell()
    {
        Context.Meta("groups", _groups.ToString(CultureInfo.InvariantCulture));
        Context.Meta("datasets", _datasets.Count.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Adds the datasets that are tensors.</summary>
    public void Fill(TensorGroup group)
    {
        Hdf5Tensors tensors = new(file, group);
        foreach ((string path, Hdf5Dataset dataset) in _datasets)
            tensors.Add(path, dataset);
    }

    private void Extension(long address)
    {
        foreach (Hdf5Message message in Hdf5Header.Read(file, address))
        {
            if (message.Type == Hdf5Message.TreeK)
            {
                Hdf5Cursor all = new(message.Bytes, message.At, file);
                all.Skip(1);
                file.ChunkK = Math.Max(1, all.U16());
                file.GroupK = Math.Max(1, all.U16());
                file.LeafK = Math.Max(1, all.U16());
            }
            else if (message.Type == Hdf5Message.SharedTable)
            {
                Context.Unread(UnreadCause.NotSupported, message.At, 0, "The file keeps messages in a table that objects share, which is not read.");
            }
        }
    }

    private void Object(long address, string path)
    {
        List<Hdf5Message> messages = Hdf5Header.Read(file, address);
        foreach (Hdf5Message message in messages)
        {
            if (message.Type == Hdf5Message.Attribute)
                Guard($"An attribute of {Shown(path)}", () => Attribute(Hdf5Shared.Resolve(message, file), path));
            else if (message.Type == Hdf5Message.AttributeInfo)
                Guard($"The attributes of {Shown(path)}", () => DenseAttributes(message, path));
        }

        if (messages.Any(m => m.Type is Hdf5Message.LinkInfo or Hdf5Message.Link or Hdf5Message.SymbolTable))
        {
            _groups++;
            foreach (Hdf5Link link in Hdf5Links.Of(messages, file))
                Link(link, path);
        }

        if (Hdf5Dataset.Of(messages, file) is { } dataset)
            Dataset(dataset, path);
        else if (messages.Find(m => m.Type == Hdf5Message.Datatype && !m.IsShared) is { Type: Hdf5Message.Datatype } named)
            Objects(Hdf5Type.Read(named, file), path, named.At);
    }

    private void Attribute(Hdf5Message message, string path)
    {
        Hdf5Attribute attribute = Hdf5Attribute.Read(message, file);
        Objects(attribute.Type, $"{path}@{attribute.Name}", attribute.At);
        _contents.Attribute(attribute, path, _heap);
    }

    private void DenseAttributes(Hdf5Message message, string path)
    {
        (long heapAddress, long tree) = Hdf5Links.DenseAddresses(message, file, orderBytes: 2);
        if (heapAddress < 0 || tree < 0)
            return;

        Hdf5FractalHeap heap = new(file, heapAddress);
        foreach ((_, byte[] record, long at) in Hdf5Trees.New(file, tree))
        {
            (byte[] bytes, long where) = heap.Object(record.AsSpan(0, Math.Min(8, record.Length)), at);
            int flags = record.Length > 8 ? record[8] : 0;
            Attribute(Hdf5Shared.Resolve(new Hdf5Message(Hdf5Message.Attribute, flags, bytes, where), file), path);
        }
    }

    private void Link(Hdf5Link link, string path)
    {
        string name = path.Length == 0 ? link.Name : $"{path}/{link.Name}";
        if (link.Name is "." or "" || link.Name.AsSpan().IndexOfAny('/', '\0') >= 0 || link.Name.Split('\\').Contains(".."))
            Odd("hdf5.odd-name", link.At, $"A link is called \"{Shown(link.Name)}\".");

        switch (link.Kind)
        {
            case Hdf5LinkKind.Hard:
                Reach(link.Address, name.Length > LongestPath ? name[..LongestPath] : name);
                break;
            case Hdf5LinkKind.Soft:
                Odd("hdf5.soft-link", link.At, $"{Shown(name)} is a link to {Shown(link.Target)}.");
                break;
            case Hdf5LinkKind.External:
                Context.Refer("hdf5-link", link.Target, link.At);
                break;
            default:
                Odd("hdf5.user-link", link.At, $"{Shown(name)} is a link of the type {link.Target}, which only the program that made it can follow.");
                break;
        }
    }

    private void Dataset(Hdf5Dataset dataset, string path)
    {
        _datasets.Add((path, dataset));
        foreach ((string name, long at) in dataset.Files)
        {
            if (name is not ".")
                Context.Refer(dataset.Layout is Hdf5Layout.Virtual ? "hdf5-virtual" : "hdf5-external-data", name, at);
        }

        foreach (Hdf5Filter filter in dataset.Filters.Where(f => f.Id >= Hdf5Filters.FirstForeign))
        {
            bool isKnown = Hdf5Plugins.IsRegistered(filter.Id);
            Odd(isKnown ? "hdf5.filter-plugin" : "hdf5.filter-unknown", dataset.At, $"{Shown(path)} needs the filter {filter.Id} ({(filter.Name.Length > 0 ? Shown(filter.Name) : "without a name")}).");
        }

        Objects(dataset.Type, path, dataset.At);
        long stored = Store(dataset, path);
        long declared = dataset.Bytes;
        if (declared < 0)
            Odd("hdf5.shape-overflow", dataset.At, $"The shape of {Shown(path)} is larger than any file.");
        else if (dataset.Layout is Hdf5Layout.Contiguous && dataset.Address >= 0 && dataset.Size >= 0 && dataset.Size < declared && dataset.Files.Count == 0)
            Odd("hdf5.size-mismatch", dataset.At, string.Create(CultureInfo.InvariantCulture, $"{Shown(path)} has {dataset.Size} bytes and its shape asks for {declared}."));
        else if (dataset.Layout is not Hdf5Layout.Virtual && ((declared >= Gigabyte && declared / 100 > stored) || (declared >= Gigabyte / 8 && declared / 500 > stored)))
            Odd("hdf5.declares-more", dataset.At, string.Create(CultureInfo.InvariantCulture, $"{Shown(path)} has {stored} bytes and would take {declared} in memory."));

        _contents.Dataset(dataset, path, _heap);
    }

    /// <summary>Stored bytes that a reader takes for objects.</summary>
    private void Objects(Hdf5Type? type, string path, long at)
    {
        if (type?.ObjectTag is { } tag)
            Odd("hdf5.stored-objects", at, $"The type of {Shown(path)} is tagged {tag}.");
    }

    /// <summary>Accounts for the elements; how many bytes of them there are.</summary>
    private long Store(Hdf5Dataset dataset, string path)
    {
        switch (dataset.Layout)
        {
            case Hdf5Layout.Contiguous when dataset.Address >= 0:
                long size = dataset.Size >= 0 ? dataset.Size : Math.Max(0, dataset.Bytes);
                if (!file.Data(dataset.Address, size))
                    Truncated(path, dataset.At);

                return size;
            case Hdf5Layout.Chunked:
                long stored = 0;
                foreach (Hdf5Chunk chunk in dataset.Chunks())
                {
                    Context.Budget.SpendWork(WorkCosts.NearRead);
                    if (chunk.Address >= 0 && !file.Data(chunk.Address, chunk.Size))
                        Truncated(path, dataset.At);

                    stored += Math.Max(0, Math.Min(chunk.Size, file.Length));
                }

                return stored;
            default:
                return dataset.Inline?.Length ?? 0;
        }
    }

    private void Truncated(string path, long at)
    {
        if (_told.TryAdd($"truncated {path}", 1))
            Context.Unread(UnreadCause.Truncated, at, 0, $"Elements of {Shown(path)} lie behind the end of the file.");
    }

    private void Reach(long address, string path)
    {
        if (address >= 0 && _seen.Add(address))
        {
            if (++_objects > Context.Limits.Entries)
                throw ScanBudget.Spent("entries", Context.Limits.Entries, file.At(address));

            _open.Enqueue((address, path));
        }
    }

    private void Guard(string what, Action read)
    {
        try
        {
            read();
        }
        catch (MalformedException e)
        {
            file.Broken(e, what);
        }
    }

    private void Odd(string code, long at, string detail)
    {
        int told = _told.GetValueOrDefault(code);
        _told[code] = told + 1;
        if (told < MostTold)
            Context.Anomaly(code, at, 0, detail);
    }

    private static string Shown(string text) => text.Length == 0 ? "the root" : text.Length > 160 ? text[..160] + "..." : text;
}
