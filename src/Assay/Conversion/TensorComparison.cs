// Compares the tensors of two files bit by bit.
using System.Globalization;
using Assay.Artifacts;
using Assay.Tensors;

namespace Assay.Conversion;

/// <summary>The first difference between the tensors of two files.</summary>
/// <param name="Tensor">The tensor's name.</param>
/// <param name="What">One plain sentence.</param>
public sealed record TensorDifference(string Tensor, string What);

/// <summary>
/// Compares the tensors of two files bit by bit, each as its conversion would be: strides, byte order, ties and the container do not
/// matter, names, types, shapes and elements do.
/// </summary>
public static class TensorComparison
{
    /// <summary>The first difference in the order of the first file, or null when there is none.</summary>
    /// <exception cref="Bytes.ScanStopException">Bytes went away, or the host cancelled.</exception>
    public static TensorDifference? FirstDifference(
        TensorMap first, TensorMap second, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        Dictionary<string, StoredTensor> left = Named(first);
        Dictionary<string, StoredTensor> right = Named(second);
        long total = left.Values.Sum(t => t.View.Bytes);
        long done = 0;
        foreach ((string name, StoredTensor tensor) in left)
        {
            if (cancellation.IsCancellationRequested)
            {
                throw new Bytes.ScanStopException(Bytes.StopReason.Cancelled, "The comparison was cancelled.");
            }

            if (!right.TryGetValue(name, out StoredTensor? other))
            {
                return new TensorDifference(name, "It is only in the first file.");
            }

            if (Different(tensor, other) is { } what)
            {
                return new TensorDifference(name, what);
            }

            done += tensor.View.Bytes;
            progress?.Report(new ConversionProgress(done, total, name));
        }

        return right.Keys.FirstOrDefault(n => !left.ContainsKey(n)) is { } more ? new TensorDifference(more, "It is only in the second file.") : null;
    }

    /// <summary>The tensors by name; in safetensors, a text of the metadata that names a tensor is another name of it.</summary>
    private static Dictionary<string, StoredTensor> Named(TensorMap map)
    {
        Dictionary<string, StoredTensor> named = map.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach ((string name, string target) in map.Metadata)
        {
            if (named.TryGetValue(target, out StoredTensor? tensor))
            {
                named.TryAdd(name, tensor);
            }
        }

        return named;
    }

    private static string? Different(StoredTensor first, StoredTensor second)
    {
        (string leftType, IReadOnlyList<long> leftShape) = first.Written;
        (string rightType, IReadOnlyList<long> rightShape) = second.Written;
        if (leftType != rightType)
        {
            return $"Its type is {leftType} in the first file and {rightType} in the second.";
        }

        if (!leftShape.SequenceEqual(rightShape))
        {
            return $"Its shape is [{string.Join(", ", leftShape)}] in the first file and [{string.Join(", ", rightShape)}] in the second.";
        }

        using TensorBytes left = new(first.Storage, first.View);
        using TensorBytes right = new(second.Storage, second.View);
        ReadOnlySpan<byte> a = left.Next();
        ReadOnlySpan<byte> b = right.Next();
        long at = 0;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            int count = Math.Min(a.Length, b.Length);
            int same = a[..count].CommonPrefixLength(b[..count]);
            if (same < count)
            {
                return string.Create(CultureInfo.InvariantCulture, $"Element {(at + same) / first.View.Type.SwapUnit()} differs: byte {at + same} is 0x{a[same]:X2} in the first file and 0x{b[same]:X2} in the second.");
            }

            at += count;
            a = count == a.Length ? left.Next() : a[count..];
            b = count == b.Length ? right.Next() : b[count..];
        }

        return null;
    }
}
