// Reads the arrays of .npy and .npz files as tensors.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Archives;
using Assay.Formats.Pickles;
using Assay.Formats.PyTorch;
using Assay.Tensors;

namespace Assay.Formats.Numpy;

/// <summary>Reads the arrays of <c>.npy</c> files and of the zips of them that <c>numpy.savez</c> writes.</summary>
internal static class NpyTensors
{
    private const string Extension = ".npy";

    /// <summary>Whether a file begins as an array does.</summary>
    public static bool IsArray(ReadOnlySpan<byte> head) => head.StartsWith(NpyHeader.Signature);

    /// <summary>Where the pickle of an array of objects begins; null for any other array.</summary>
    public static long? PickleIn(ByteSource file, ReadContext context) =>
        IsArray(file.ReadUpTo(0, NpyHeader.Signature.Length)) && NpyHeader.TryRead(file, 0, context.Limits.LineBytes) is { Element.HasObject: true } header ? header.Literal.End : null;

    /// <summary>Reads the members of a zip.</summary>
    public static void ReadZip(TensorSource source, ZipContent zip)
    {
        foreach (string name in zip.Names.Where(n => !n.EndsWith('/')))
        {
            string path = name[..^Extension.Length];
            if (zip.Open(name, out string? problem) is not { } member)
            {
                source.Tensors.Problem(path, $"The array cannot be read: {problem}.");
            }
            else if (!IsArray(member.Source.ReadUpTo(member.Range.Offset, 6)))
            {
                source.Tensors.Leave(path, "members that are no arrays", "numpy gives their bytes as they are.");
            }
            else
            {
                Read(source, member.Source, member.Range, path, name);
            }
        }
    }

    /// <summary>Reads the array in a range of <paramref name="bytes"/>, which the file calls <paramref name="key"/>.</summary>
    public static void Read(TensorSource source, ByteSource bytes, ByteRange range, string path, string key = "")
    {
        ByteSource file = range.Offset == 0 && range.Length == bytes.Length ? bytes : bytes.Slice(range);
        NpyHeader? header = NpyHeader.TryRead(file, 0, source.Budget.Limits.LineBytes);
        if (header?.Refused is not null || header?.Element is null || header.Shape is null || header.HasDuplicateKeys
            || header.Version is not ((1 or 2 or 3), 0))
        {
            source.Tensors.Problem(path, "The array's header is broken, or loaders read it in different ways.");
            return;
        }

        if (header.Element.HasObject)
        {
            source.Tensors.Leave(path, "arrays of objects", "Their elements are Python objects; tensors among them are carried over.");
            TensorSource inner = source with { Bytes = file };
            using PickleRun run = PickleRun.Of(inner, header.Literal.End, "An array of objects");
            new WeightWalk(run, new NoStorages(), inner).Run(run.Value, path);
            return;
        }

        if (header.Element.Error is not null || header.Descriptor is null || NumpyPlainType.FromDescriptor(header.Descriptor) is not { } type)
        {
            source.Tensors.Leave(path, $"arrays of {header.Descriptor?.Text}", "Their element type is no plain number that safetensors has.");
            return;
        }

        if (ArrayExtent.TryDimensions(header.Shape) is not { } shape)
        {
            source.Tensors.Problem(path, "The array's shape is no tuple of whole numbers.");
            return;
        }

        TensorView view = header.ColumnMajor ? TensorView.ColumnMajor(type.Type, shape) : TensorView.RowMajor(type.Type, shape);
        source.Tensors.Add(path, view, new TensorStorage(key, file, new ByteRange(header.Literal.End, file.Length - header.Literal.End), type.BigEndian));
        if (view.Count >= 0 && view.Bytes < file.Length - header.Literal.End)
        {
            source.Tensors.Leave(path, "bytes behind an array", "numpy.load does not read them.");
        }
    }
}
