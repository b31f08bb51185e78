// What the attributes and datasets of HDF5 hold that somebody loads: configurations, pickles, files.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Keras;

namespace Assay.Formats.Hdf5;

/// <summary>
/// Hands over what attributes and datasets hold. Keras reads <c>model_config</c> and <c>training_config</c>; PyTables unpickles any attribute that ends as a pickle
/// does, and the rows of datasets of objects; anything else that begins like a file is examined as one.
/// </summary>
internal sealed class Hdf5Contents(Hdf5File file)
{
    private const int MostArtifacts = 1000;
    private const int MostRows = 20_000;
    private const int LongestAttribute = 64 << 20;
    private const int LongestHandle = 1 << 16;
    private const int LongestShown = 256;
    private const int FewRows = 4;
    private int _artifacts;
    private int _missed;

    private ReadContext Context => file.Context;

    /// <summary>Looks at an attribute.</summary>
    public void Attribute(Hdf5Attribute attribute, string path, Hdf5GlobalHeap heap)
    {
        if (attribute.Text(file, heap) is not { } found || found.Bytes.Length > LongestAttribute)
            return;

        ReadOnlySpan<byte> text = found.Bytes;
        ReadOnlySpan<byte> start = text.TrimStart("\uFEFF"u8).TrimStart(" \t\r\n"u8);
        if (path.Length == 0 && text.Length < LongestShown && text.IndexOfAnyInRange((byte)0, (byte)8) < 0)
            Context.Meta(attribute.Name, Encoding.UTF8.GetString(text));

        bool isConfig = attribute.Name is "model_config" or "training_config" or "config";
        if ((isConfig && text.Length > 1 && start is [(byte)'{' or (byte)'[', ..]) || attribute.Name is "model_config" || (start is [(byte)'{', ..] && start.IndexOf("class_name"u8) >= 0))
            Submit(Named(path, attribute.Name), found, KerasConfigFormat.FormatId);
        else if (IsPickleLike(text) || IsFileLike(text))
            Submit(Named(path, attribute.Name), found, null);
    }

    /// <summary>Looks at the elements of a dataset, as far as they may be files.</summary>
    public void Dataset(Hdf5Dataset dataset, string path, Hdf5GlobalHeap heap)
    {
        if (dataset.Type is not { } type)
            return;

        // Rows of bytes of any length: what PyTables and pandas keep objects in.
        if (type is { Class: Hdf5Class.VariableLength } && (type.IsText || type.Items is { Size: 1 }))
            Rows(dataset, path, heap);
        else if (type.Class is Hdf5Class.Opaque or Hdf5Class.Text or Hdf5Class.Array || type.Size == 1)
            Whole(dataset, path);
        else if (type.Size == 2)
            Handle(dataset, path);
    }

    /// <summary>The text of a function's handle, as MATLAB 7.3 keeps characters: two bytes each.</summary>
    private void Handle(Hdf5Dataset dataset, string path)
    {
        byte[] bytes = [];
        if (dataset is { Layout: Hdf5Layout.Compact, Inline: { } inline })
            bytes = inline;
        else if (dataset is { Layout: Hdf5Layout.Contiguous, Address: >= 0, Bytes: > 4 and < LongestHandle } && dataset.Bytes <= file.Length - dataset.Address)
            bytes = file.Take(dataset.Address, dataset.Bytes, "The elements of a dataset");
        else if (dataset is { Layout: Hdf5Layout.Chunked, ChunkBytes: > 4 and < LongestHandle } && dataset.Chunks().FirstOrDefault(c => Array.TrueForAll(c.Offsets, o => o == 0)) is { Size: > 0 } chunk)
            bytes = Hdf5Filters.Undo(file, dataset, chunk) ?? [];

        if (bytes is [(byte)'@', 0, (byte)'(', 0, ..] && Matlab.MatlabCode.Acts(Encoding.Unicode.GetString(bytes)) is { } acts)
            Context.Anomaly("matlab.function-acts", dataset.At, 0, $"The function {path} calls {acts}.");
    }

    private void Whole(Hdf5Dataset dataset, string path)
    {
        if (dataset is { Layout: Hdf5Layout.Compact, Inline: { } inline })
        {
            if (IsPickleLike(inline) || IsFileLike(inline))
                Submit(path, (inline, dataset.At), null);
        }
        else if (dataset is { Layout: Hdf5Layout.Contiguous, Address: >= 0 })
        {
            long length = Math.Min(dataset.Size >= 0 ? dataset.Size : Math.Max(0, dataset.Bytes), file.Length - dataset.Address);
            if (length > 3 && IsFileLike(file.Take(dataset.Address, Math.Min(length, 16), "The elements of a dataset")))
                Submit(path, file.Bytes.Slice(new ByteRange(file.At(dataset.Address), length)), file.At(dataset.Address), null);
        }
        else if (dataset is { Layout: Hdf5Layout.Chunked, ChunkBytes: > 3 and < LongestAttribute })
        {
            foreach (Hdf5Chunk chunk in dataset.Chunks().Where(c => Array.TrueForAll(c.Offsets, o => o == 0)).Take(1))
            {
                if (Hdf5Filters.Undo(file, dataset, chunk) is { } bytes && IsFileLike(bytes))
                    Submit(path, (bytes, file.At(chunk.Address)), null);
            }
        }
    }

    private void Rows(Hdf5Dataset dataset, string path, Hdf5GlobalHeap heap)
    {
        int size = 8 + file.OffsetSize;
        int rows = 0;
        foreach ((byte[] elements, long at) in Elements(dataset))
        {
            for (int i = 0; i + size <= elements.Length; i += size)
            {
                if (rows++ == MostRows)
                {
                    _missed++;
                    return;
                }

                Context.Budget.SpendWork(WorkCosts.NearRead);
                Hdf5Reference reference = Hdf5Reference.Read(elements.AsSpan(i, size), at + i, file);
                if (reference.Length < 3 || heap.Find(reference.Address, reference.Index) is not { } place)
                    continue;

                ByteRange range = new(place.Offset, Math.Min(place.Length, reference.Length));
                byte[] head = file.Bytes.ReadUpTo(range.Offset, 16);
                byte[] last = file.Bytes.ReadUpTo(range.End - 1, 1);
                if (rows <= FewRows && head is [(byte)'{', ..] && range.Length < LongestAttribute && file.Bytes.ReadUpTo(range.Offset, (int)range.Length).AsSpan().IndexOf("class_name"u8) >= 0)
                {
                    Submit(path, file.Bytes.Slice(range), range.Offset, KerasConfigFormat.FormatId);
                    continue;
                }

                if (IsFileLike(head) || (last is [(byte)'.'] && MayBeginPickle(head)))
                    Submit(string.Create(CultureInfo.InvariantCulture, $"{path}[{rows - 1}]"), file.Bytes.Slice(range), range.Offset, null);
            }
        }
    }

    private IEnumerable<(byte[] Bytes, long At)> Elements(Hdf5Dataset dataset)
    {
        if (dataset is { Layout: Hdf5Layout.Compact, Inline: { } inline })
        {
            yield return (inline, dataset.At);
        }
        else if (dataset is { Layout: Hdf5Layout.Contiguous, Address: >= 0 })
        {
            long length = Math.Min(Math.Min(dataset.Size >= 0 ? dataset.Size : Math.Max(0, dataset.Bytes), file.Length - dataset.Address), (long)(MostRows + 1) * (8 + file.OffsetSize));
            yield return (file.Take(dataset.Address, length, "The elements of a dataset"), file.At(dataset.Address));
        }
        else if (dataset.Layout is Hdf5Layout.Chunked && dataset.ChunkBytes < LongestAttribute)
        {
            foreach (Hdf5Chunk chunk in dataset.Chunks())
            {
                if (Hdf5Filters.Undo(file, dataset, chunk) is { } bytes)
                    yield return (bytes, file.At(chunk.Address));
            }
        }
    }

    /// <summary>What PyTables would unpickle: text that ends in a full stop. What begins as no pickle does is not asked.</summary>
    private static bool IsPickleLike(ReadOnlySpan<byte> text) => text is [_, _, .., (byte)'.'] && MayBeginPickle(text);

    private static bool MayBeginPickle(ReadOnlySpan<byte> head) => head is [0x80, <= 5, ..]
        || (head is [(byte)'(' or (byte)']' or (byte)'}' or (byte)'c' or (byte)'V' or (byte)'S' or (byte)'i' or (byte)'I' or (byte)'L' or (byte)'F' or (byte)'N' or (byte)')' or (byte)'X' or (byte)'U' or (byte)'T', ..] && head.IndexOfAny((byte)'\n', (byte)0, (byte)'(') >= 0);

    private static bool IsFileLike(ReadOnlySpan<byte> head) => head is [0x80, >= 2 and <= 5, ..] or [(byte)'P', (byte)'K', 3, 4, ..] or [0x7F, (byte)'E', (byte)'L', (byte)'F', ..]
        or [(byte)'M', (byte)'Z', ..] or [0x89, (byte)'H', (byte)'D', (byte)'F', ..] or [0x1F, 0x8B, 8, ..] or [(byte)'#', (byte)'!', (byte)'/', ..] or [0x93, (byte)'N', (byte)'U', (byte)'M', ..];

    private static string Named(string path, string attribute) => path.Length == 0 ? attribute : $"{path}@{attribute}";

    private void Submit(string name, (byte[] Bytes, long At) found, string? readAs)
    {
        Context.Held.Add(found.Bytes.Length);
        Submit(name, new MemorySource(found.Bytes), found.At, readAs);
    }

    private void Submit(string name, ByteSource bytes, long at, string? readAs)
    {
        if (_artifacts++ < MostArtifacts)
            Context.Submit(new Artifact(name, bytes, Context.Artifact, readAs) { MayBeOpaque = readAs is null, IsLoaded = readAs is null });
        else if (_missed++ == 0)
            Context.Unread(UnreadCause.Limit, at, 0, $"More than {MostArtifacts} attributes and rows look like files; those behind were not examined.");
    }
}
