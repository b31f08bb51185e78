// A storage of a PyTorch file: its element type and length, as a persistent id or a record names them.
using System.Globalization;
using Assay.Artifacts;
using Assay.Tensors;

namespace Assay.Formats.PyTorch;

/// <summary>A storage as a file refers to it.</summary>
/// <param name="TypeName">The resolved name of the storage class.</param>
/// <param name="ElementSize">The bytes of one element, or null when PyTorch has no such storage.</param>
/// <param name="Count">The number of elements, or null when it is not known.</param>
internal sealed record TorchStorage(string TypeName, int? ElementSize, long? Count)
{
    /// <summary>The storage of the class that <paramref name="type"/> imports.</summary>
    public static TorchStorage Of(ValueShape type, long? count)
    {
        ArgumentNullException.ThrowIfNull(type);
        string name = type.Kind == ShapeKind.Import ? type.Text : "";
        return new TorchStorage(name, TorchStorageTypes.ElementSize(name), count);
    }

    /// <summary>
    /// Takes apart a persistent id <c>('storage', class, key, location, count[, view])</c>. The view, if any, names the key of a
    /// smaller stretch of the same storage and takes no bytes of its own.
    /// </summary>
    public static bool TryFromPersistentId(ValueShape id, out string key, out TorchStorage? storage)
    {
        ArgumentNullException.ThrowIfNull(id);
        ValueShape tuple = id is { Kind: ShapeKind.Persistent, Items.Count: 1 } ? id.Items[0] : id;
        key = "";
        storage = null;
        if (tuple is not { Kind: ShapeKind.Tuple, Elided: false, Items.Count: 5 or 6 } || tuple.Items[0].Text != "storage")
        {
            return false;
        }

        long? count = ArrayExtent.TryInteger(tuple.Items[4], out long declared, out _) ? declared : null;
        key = Key(tuple.Items[2]);
        storage = Of(tuple.Items[1], count);
        return true;
    }

    /// <summary>The key that <paramref name="value"/> is; keys are texts, or numbers in the oldest files.</summary>
    internal static string Key(ValueShape value) =>
        value.Kind == ShapeKind.Int && long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number.ToString(CultureInfo.InvariantCulture)
            : value.Text;
}
