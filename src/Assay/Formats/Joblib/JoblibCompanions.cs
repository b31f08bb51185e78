// Arrays that joblib up to 0.9 kept in files beside the pickle.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Codecs;
using Assay.Formats.Joblib;
using Assay.Formats.Numpy;
using Assay.Formats.Pickles;
using Assay.Pickle;
using Assay.Tensors;

namespace Assay.Formats.Joblib;

/// <summary>
/// Arrays that joblib up to 0.9 kept in files beside the pickle: an <c>NDArrayWrapper</c> names a <c>.npy</c> file, a
/// <c>ZNDArrayWrapper</c> a compressed file of the bare bytes and says itself what they are. Specification:
/// <c>joblib/numpy_pickle_compat.py</c>. Only files in the pickle's own folder are read, and the host opens them.
/// </summary>
internal sealed class JoblibCompanions(PickleMachine machine, TensorSource source)
{
    private const int StateBudget = 1 << 12;
    private readonly Dictionary<string, ByteSource?> _open = new(StringComparer.Ordinal);

    /// <summary>Adds the array that a wrapper stands for; false where <paramref name="value"/> is none.</summary>
    public bool TryAdd(string path, PickleValue value)
    {
        if (JoblibArrays.WrapperOf(machine, value) is not { } resolved || !JoblibCompanion.IsWrapper(resolved))
        {
            return false;
        }

        PickleValue state = machine.Call(value).State;
        if (JoblibCompanion.FromState(resolved, machine.WholeShape(state, StateBudget)) is not { } companion)
        {
            source.Tensors.Problem(path, "The state of an array wrapper is not known.");
        }
        else if (companion.LeadsOutside || companion.FileName.Length == 0 || companion.FileName.AsSpan().ContainsAny("/\\\0"))
        {
            source.Tensors.Problem(path, $"Its array lies in the file {companion.FileName}, which is not in the folder of the pickle.");
        }
        else if (Open(companion.FileName) is not { } file)
        {
            source.Tensors.Problem(path, source.Context.Artifact.In is null
                ? $"Its array lies in the file {companion.FileName} beside the pickle, which was not handed in."
                : $"Its array lies in the file {companion.FileName} beside the pickle, which is missing, is no regular file or leads elsewhere.");
        }
        else if (companion.IsRaw)
        {
            AddRaw(path, companion.FileName, file, state);
        }
        else if (!NpyTensors.IsArray(file.ReadUpTo(0, NpyHeader.Signature.Length)))
        {
            source.Tensors.Problem(path, $"The file {companion.FileName} beside the pickle holds no array.");
        }
        else
        {
            NpyTensors.Read(source, file, new ByteRange(0, file.Length), path);
        }

        return true;
    }

    private ByteSource? Open(string name)
    {
        if (!_open.TryGetValue(name, out ByteSource? file))
        {
            file = source.Context.Artifact.In?.TryOpen(name).Bytes;
            _open.Add(name, file);
            if (file is not null)
            {
                source.Context.Own(file);
                source.Tensors.Companion(name);
            }
        }

        return file;
    }

    private void AddRaw(string path, string name, ByteSource file, PickleValue state)
    {
        List<PickleValue> array = machine.AllChildren(Entry(state, "state")) ?? [];

        // NumPy up to 1.0 wrote no version in front; the bytes that would come last are in the file.
        int at = array.Count == 4 ? 1 : 0;
        if (array.Count is not (3 or 4) || machine.TryNumbers(array[at]) is not { } shape
            || NumpyPlainType.FromPickle(machine.WholeShape(array[at + 1], StateBudget)) is not { } type)
        {
            source.Tensors.Problem(path, "The state of a compressed array is not known, or its element type is no plain number.");
            return;
        }

        if (!ZFileFormat.TryHeader(file, 0, out long start, out long declared))
        {
            source.Tensors.Problem(path, $"The file {name} beside the pickle is no compressed file of joblib.");
            return;
        }

        ByteSource bytes = (source with { Bytes = file }).Unpack(CodecKind.Zlib, new ByteRange(start, file.Length - start), $"The file {name}");
        bool columns = array[at + 2].Kind == PickleKind.True || (machine.TryNumber(array[at + 2], out long flag) && flag != 0);
        TensorView view = columns ? TensorView.ColumnMajor(type.Type, shape) : TensorView.RowMajor(type.Type, shape);
        if (bytes.Length != declared || view.Count < 0 || view.Bytes != bytes.Length)
        {
            source.Tensors.Problem(path, $"The file {name} holds {bytes.Length} bytes where its header says {declared}, or the array asks for others.");
            return;
        }

        source.Tensors.Add(path, view, new TensorStorage(name, bytes, new ByteRange(0, bytes.Length), type.BigEndian));
    }

    private PickleValue Entry(PickleValue state, string key)
    {
        PickleValue dict = state.Kind == PickleKind.Tuple && machine.AllChildren(state) is [PickleValue first, ..] ? first : state;
        List<PickleValue> pairs = machine.Children(dict, 64, out _);
        for (int i = 0; i + 1 < pairs.Count; i += 2)
        {
            if (machine.TryText(pairs[i]) == key)
            {
                return pairs[i + 1];
            }
        }

        return default;
    }
}
