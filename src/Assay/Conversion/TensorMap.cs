// The tensors of a file, by name, with the places of their bytes; and what the file holds beside them.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Conversion;

/// <summary>The tensors of a file and what stands beside them. It owns what had to be unpacked to reach them.</summary>
public sealed class TensorMap : IDisposable
{
    private IReadOnlyList<ByteSource> _owned;

    internal TensorMap(TensorGroup group, IReadOnlyList<ByteSource> owned)
    {
        Group = group;
        _owned = owned;
        Tensors = [.. group.Tensors.Where(t => !t.IsUnsaved)];
        Dictionary<StoredTensor, StoredTensor> ties = TensorGroup.Ties([.. Tensors, .. group.Tensors.Where(t => t.IsUnsaved)], new HashSet<string>());
        Unsaved = [.. group.Tensors.Where(t => t.IsUnsaved && !(ties.TryGetValue(t, out StoredTensor? first) && !first.IsUnsaved))];
    }

    /// <summary>The format that the tensors were read as, as <c>assay formats</c> lists it: <c>torch-zip</c>, <c>npy</c>, <c>safetensors</c> ...</summary>
    public string Format => Group.Kind;

    /// <summary>The tensors, in the order of the file. Names are unique. Of a module, those that its <c>state_dict()</c> gives.</summary>
    public IReadOnlyList<StoredTensor> Tensors { get; }

    /// <summary>
    /// Tensors that modules hold outside of what their <c>state_dict()</c> gives (plain attributes, buffers that are not persistent) and that are none of
    /// <see cref="Tensors"/> under another name. Names are unique.
    /// </summary>
    public IReadOnlyList<StoredTensor> Unsaved { get; }

    /// <summary>What is in the file and is no tensor.</summary>
    public IReadOnlyList<NotCarried> NotCarried => Group.NotCarried;

    /// <summary>Why tensors of the file cannot be read. Nothing is converted while there is one.</summary>
    public IReadOnlyList<TensorProblem> Problems => Group.Problems;

    /// <summary>Texts that belong to the file as a whole.</summary>
    public IReadOnlyDictionary<string, string> Metadata => Group.Metadata;

    /// <summary>Tensors that could not keep their name, because another has it or it is no text: the name they have, and the one in the file.</summary>
    public IReadOnlyDictionary<string, string> Renamed => Group.Renamed;

    /// <summary>Files beside this one that were read, by name: where joblib up to 0.9 kept arrays.</summary>
    public IReadOnlyCollection<string> Companions => Group.Companions;

    /// <summary>The files that the tensors lie in, as the index names them; empty where the file holds them itself.</summary>
    public IReadOnlyCollection<string> Shards => Group.Shards;

    /// <summary>The tensors as the reading gave them.</summary>
    internal TensorGroup Group { get; }

    /// <summary>Hands over what had to be unpacked.</summary>
    internal IReadOnlyList<ByteSource> TakeOwned()
    {
        IReadOnlyList<ByteSource> owned = _owned;
        _owned = [];
        return owned;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ByteSource source in _owned)
        {
            source.Dispose();
        }
    }
}
