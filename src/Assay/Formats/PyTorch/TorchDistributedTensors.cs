// Puts the tensors of a distributed checkpoint together from the parts that its files hold.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Archives;
using Assay.Formats.Pickles;
using Assay.Pickle;
using Assay.Tensors;

namespace Assay.Formats.PyTorch;

/// <summary>
/// Puts the tensors of a distributed checkpoint together. Each part is a file of <c>torch.save</c> of its own, at a place in a file beside the metadata, and is read as such a file is.
/// The parts of a tensor have to be all of it and nothing twice: what PyTorch would leave as it was in memory, or write over, is refused.
/// </summary>
internal sealed class TorchDistributedTensors(TensorSource source, TorchDistributedMetadata metadata)
{
    private const int MostFiles = 10_000;
    private readonly Dictionary<string, (ByteSource? Bytes, string Detail)> _open = new(StringComparer.Ordinal);

    private TensorGroup Group => source.Tensors;

    /// <summary>Reads the checkpoint whose metadata a pickle made.</summary>
    public static void Read(TensorSource source, PickleRun run)
    {
        TorchDistributedMetadata metadata = TorchDistributedMetadata.Read(run.Machine, run.Value, source.Budget);
        new TorchDistributedTensors(source, metadata).Read();
    }

    private void Read()
    {
        foreach (DistributedTensor tensor in metadata.Tensors)
        {
            source.Budget.Poll();
            Add(tensor);
        }

        foreach (string name in metadata.Objects)
        {
            source.Budget.Poll();
            if (Bytes(name, null) is { } bytes)
            {
                Tried(name, () => TorchSavedFile.Read(source with { Bytes = bytes, Depth = source.Depth + 1 }, name));
            }
        }
    }

    private void Add(DistributedTensor tensor)
    {
        if (TorchElementTypes.OfDtype(tensor.Dtype) is not { } type || TorchElementTypes.PackedBits(tensor.Dtype) > 0)
        {
            Group.Problem(tensor.Name, $"Its element type {(tensor.Dtype.Length > 0 ? tensor.Dtype : "is not said and")} is none that can be put together.");
            return;
        }

        if (TiledSource.Refusal(tensor.Shape, type.Size(), tensor.Parts, source.Budget) is { } refusal)
        {
            Group.Problem(tensor.Name, $"Its parts are not all of it once: {refusal}.");
            return;
        }

        List<Tile> tiles = [];
        foreach ((long[] start, long[] shape) in tensor.Parts)
        {
            if (Part(tensor.Name, start) is not { } part)
            {
                return;
            }

            if (part.View.Type != type || !part.View.Shape.SequenceEqual(shape) || part.Packing is not null)
            {
                Group.Problem(tensor.Name, $"The part at {Text(start)} is {part.View.Type.SafetensorsName()} {Text(part.View.Shape)} in its file and {type.SafetensorsName()} {Text(shape)} in the metadata.");
                return;
            }

            tiles.Add(new Tile(start, part.View, part.Storage));
        }

        if (tiles is [var only])
        {
            Group.Add(tensor.Name, only.View, only.Storage);
            return;
        }

        tiles.RemoveAll(t => t.View.Count == 0);
        if (tiles.Exists(t => t.View.Flips != SignFlips.None || t.Storage.BigEndian != tiles[0].Storage.BigEndian))
        {
            Group.Problem(tensor.Name, "Its parts differ in the order of bytes, or have signs that are flipped when they are read.");
            return;
        }

        TiledSource whole = new(tensor.Shape, type.Size(), tiles);
        Group.Add(tensor.Name, TensorView.RowMajor(type, tensor.Shape), new TensorStorage("", whole, new ByteRange(0, whole.Length), tiles.Count > 0 && tiles[0].Storage.BigEndian));
    }

    /// <summary>The only tensor of the file at a place; null where there is none, which is told.</summary>
    private StoredTensor? Part(string name, long[] start)
    {
        if (Bytes(name, start) is not { } bytes)
        {
            return null;
        }

        TensorGroup inner = new(Group.Kind);
        if (!Tried(name, () => TorchSavedFile.Read(source with { Bytes = bytes, Tensors = inner, Depth = source.Depth + 1 })))
        {
            return null;
        }

        if (inner is { Tensors: [var part], Problems.Count: 0 })
        {
            Group.Checksums.AddRange(inner.Checksums);
            return part;
        }

        Group.Problem(name, inner.Problems is [var problem, ..] ? problem.What : $"The part at {Text(start)} holds {inner.Tensors.Count} tensors.");
        return null;
    }

    private bool Tried(string name, Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (MalformedException e)
        {
            Group.Problem(name, $"The file that it lies in is broken: {e.Message}");
            return false;
        }
    }

    /// <summary>The bytes at a place; null where they are not there, which is told.</summary>
    private ByteSource? Bytes(string name, long[]? start)
    {
        if (metadata.Place(name, start) is not { } place)
        {
            Group.Problem(name, start is null ? "The metadata do not say where it lies." : $"The metadata do not say where the part at {Text(start)} lies.");
            return null;
        }

        (ByteSource? file, string detail) = Open(place.File);
        string? problem = place.IsTransformed ? $"In {place.File} it is changed by an extension, which is not undone."
            : file is null ? $"It lies in the file {place.File}, which cannot be opened: {detail}"
            : place.Offset < 0 || place.Length <= 0 || place.Offset > file.Length || place.Length > file.Length - place.Offset ? $"It lies beyond the end of {place.File}."
            : null;
        if (problem is not null)
        {
            Group.Problem(name, problem);
            return null;
        }

        return file!.Slice(new ByteRange(place.Offset, place.Length));
    }

    private (ByteSource? Bytes, string Detail) Open(string name)
    {
        if (!_open.TryGetValue(name, out (ByteSource? Bytes, string Detail) file))
        {
            if (_open.Count == MostFiles)
            {
                throw ScanBudget.Spent("shards", MostFiles, 0);
            }

            BundleOpening opening = source.Context.Artifact.In is { } place ? place.TryOpen(name) : BundleOpening.Refuse(BundleRefusal.Missing, "Nothing beside the metadata was handed in.");
            file = (opening.Bytes, opening.Detail);
            _open.Add(name, file);
            if (opening.Bytes is { } bytes)
            {
                source.Context.Own(bytes);
                Group.Companion(name);
            }
        }

        return file;
    }

    private static string Text(IEnumerable<long> numbers) => "[" + string.Join(", ", numbers.Select(n => n.ToString(CultureInfo.InvariantCulture))) + "]";
}
