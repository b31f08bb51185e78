// Steps over the raw storages at the end of a legacy PyTorch file.
using System.Globalization;
using System.Numerics;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.PyTorch;

/// <summary>
/// The legacy format of <c>torch.save</c> (0.1.2 to 1.5, and later without zip): five pickles (magic number, protocol version,
/// system, object, keys) and then, for each key in order, a 64-bit count of elements and the elements. Specification:
/// <c>torch/serialization.py</c>, <c>_legacy_load</c>.
/// </summary>
/// <remarks>
/// Anomalies: <c>torch.storage-size</c>, <c>torch.storage-unknown</c>, <c>torch.storage-unused</c>.
/// </remarks>
internal static class TorchLegacyLayout
{
    /// <summary>How many pickles <c>torch.load</c> reads, one after the other, once the first one is the magic number.</summary>
    internal const int Pickles = 5;

    private const int MagicBytes = 10;

    /// <summary>The first pickle's number, 0x1950A86A20F9469CFC6C, in decimal.</summary>
    private static readonly BigInteger Magic = BigInteger.Parse("01950A86A20F9469CFC6C", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>The first pickle as PyTorch writes it: PROTO 2, LONG1 of ten bytes, STOP.</summary>
    public static ReadOnlySpan<byte> Signature =>
        [0x80, 0x02, 0x8A, MagicBytes, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E];

    /// <summary>
    /// Whether <paramref name="value"/> is the first pickle's number. A value that was made by a call equals it as well as a plain
    /// number does, so anything that is not plain may be it.
    /// </summary>
    public static bool MayBeMagic(ValueShape value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Kind == ShapeKind.Int
            ? BigInteger.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger number) ? number == Magic : value.Elided
            : !value.IsPlain;
    }

    /// <summary>The keys in the fifth pickle, or null when it is no list of keys or was not kept whole.</summary>
    public static IReadOnlyList<string>? Keys(ValueShape value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Kind is not (ShapeKind.List or ShapeKind.Tuple) || value.Elided || value.Items.Count != value.Count
            || value.Items.Any(i => i.Kind is not (ShapeKind.Str or ShapeKind.Bytes or ShapeKind.Int))
            ? null
            : [.. value.Items.Select(TorchStorage.Key)];
    }

    /// <summary>
    /// Steps over the storages that begin at <paramref name="offset"/> and returns the offset after the last one that could be
    /// placed. What follows stays uncovered.
    /// </summary>
    /// <param name="source">The bytes; the layout ends where they end.</param>
    /// <param name="offset">The offset after the fifth pickle.</param>
    /// <param name="keys">The keys, in the order of the fifth pickle.</param>
    /// <param name="storages">What the object's persistent ids say of each key.</param>
    /// <param name="context">Where to tell.</param>
    public static long StepOver(
        ByteSource source, long offset, IReadOnlyList<string> keys, IReadOnlyDictionary<string, TorchStorage> storages, ReadContext context)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(storages);
        ArgumentNullException.ThrowIfNull(context);
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int i = 0; i < keys.Count; i++)
        {
            if ((i & 0xFF) == 0)
            {
                context.Budget.Poll(offset);
            }

            seen.Add(keys[i]);
            if (!storages.TryGetValue(keys[i], out TorchStorage? storage) || storage.ElementSize is not int size)
            {
                context.Anomaly("torch.storage-unknown", offset, 0, $"The element size of the storage {keys[i]} is not known.");
                context.Unread(UnreadCause.NotSupported, offset, source.Length - offset,
                    "The raw storages cannot be told apart: an element size is not known.");
                return offset;
            }

            if (TorchRawStorage.StepOver(source, offset, size, storage.Count, $"The storage {keys[i]}", context) is not long next)
            {
                return offset;
            }

            offset = next;
        }

        int unused = storages.Keys.Count(k => !seen.Contains(k));
        if (unused > 0)
        {
            context.Anomaly("torch.storage-unused", offset, 0, $"{unused} storages are referred to and not in the list of keys.");
        }

        return offset;
    }
}
