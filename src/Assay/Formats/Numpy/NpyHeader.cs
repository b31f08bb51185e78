// The header of one array in a .npy file, checked but not judged.
using System.Buffers.Binary;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Tensors;

namespace Assay.Formats.Numpy;

/// <summary>
/// The header of one array: six bytes of signature, two of version, the length of a Python literal (16 bits in version 1, 32 in
/// versions 2 and 3, little-endian), and the literal itself: a dict of <c>descr</c>, <c>fortran_order</c> and <c>shape</c>.
/// Specification: NEP 1 and <c>numpy/lib/format.py</c>.
/// </summary>
internal sealed record NpyHeader
{
    /// <summary>The signature.</summary>
    public static ReadOnlySpan<byte> Signature => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Major and minor version.</summary>
    public required (byte Major, byte Minor) Version { get; init; }

    /// <summary>The literal's place in the source.</summary>
    public required ByteRange Literal { get; init; }

    /// <summary>The literal's length in characters.</summary>
    public int Characters { get; init; }

    /// <summary>The element type, or null when the literal holds none.</summary>
    public NumpyElementType? Element { get; init; }

    /// <summary>Whether the description names an object type anywhere, understood or not.</summary>
    public bool NamesObject { get; init; }

    /// <summary>The shape, or null when the literal holds none.</summary>
    public ValueShape? Shape { get; init; }

    /// <summary>The description of the element type as it stands there, or null.</summary>
    public ValueShape? Descriptor { get; init; }

    /// <summary>Whether the first dimension's neighbours lie next to each other (Fortran order).</summary>
    public bool ColumnMajor { get; init; }

    /// <summary>Whether a key stands there twice; the last one counts.</summary>
    public bool HasDuplicateKeys { get; init; }

    /// <summary>Why numpy refuses the literal, at which offset; null when it does not.</summary>
    public (long Offset, string Why)? Refused { get; init; }

    /// <summary>
    /// Reads the header at <paramref name="offset"/>. Null when the source ends inside it; a literal of more than
    /// <paramref name="limit"/> bytes stops the read.
    /// </summary>
    /// <exception cref="ScanStopException">The literal is longer than the limit.</exception>
    public static NpyHeader? TryRead(ByteSource source, long offset, int limit)
    {
        byte[] start = source.ReadUpTo(offset, 12);
        if (start.Length < 10)
        {
            return null;
        }

        (byte Major, byte Minor) version = (start[6], start[7]);
        int lengthSize = version.Major == 1 ? 2 : 4;
        if (start.Length < 8 + lengthSize)
        {
            return null;
        }

        long length = lengthSize == 2
            ? BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(8))
            : BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(8));
        ByteRange literal = new(offset + 8 + lengthSize, length);
        if (literal.End > source.Length)
        {
            return null;
        }

        if (length > limit)
        {
            throw ScanBudget.Spent("line-bytes", limit, literal.Offset);
        }

        byte[] bytes = source.ReadUpTo(literal.Offset, Clamp.Count(length, 1, source.Length - literal.Offset));
        string text = (version.Major >= 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes);
        NpyHeader header = new() { Version = version, Literal = literal, Characters = text.Length };
        PyLiteralResult parsed = PyLiteral.Parse(text);
        return parsed.Value is { } value
            ? header.With(value)
            : header with { Refused = (literal.Offset + Math.Min(parsed.ErrorAt, length), parsed.Error ?? "") };
    }

    private NpyHeader With(ValueShape value)
    {
        if (value.Kind != ShapeKind.Dict)
        {
            return this with { Refused = (Literal.Offset, "The header is a literal, but no dict.") };
        }

        Dictionary<string, ValueShape> keys = new(StringComparer.Ordinal);
        bool twice = false;
        bool strange = false;
        for (int i = 0; i + 1 < value.Items.Count; i += 2)
        {
            string key = value.Items[i].Text;
            bool known = value.Items[i].Kind is ShapeKind.Str or ShapeKind.Bytes && key is "descr" or "fortran_order" or "shape";
            strange |= !known;
            if (known)
            {
                twice |= keys.ContainsKey(key);
                keys[key] = value.Items[i + 1];
            }
        }

        keys.TryGetValue("shape", out ValueShape? shape);
        ValueShape? order = keys.GetValueOrDefault("fortran_order");
        ValueShape? descriptor = keys.GetValueOrDefault("descr");
        bool complete = shape?.Kind == ShapeKind.Tuple && order?.Kind == ShapeKind.Bool && descriptor is not null && !strange;
        return this with
        {
            Element = descriptor is null ? null : NumpyElementType.FromDescriptor(descriptor),
            NamesObject = descriptor is not null && MentionsObject(descriptor),
            Shape = shape,
            Descriptor = descriptor,
            ColumnMajor = order is { Kind: ShapeKind.Bool, Text: "True" },
            HasDuplicateKeys = twice,
            Refused = complete ? null : (Literal.Offset, "The header's keys or their types are not those of an array."),
        };
    }

    // Older releases understood descriptions that newer ones refuse. All of them spell the object type with an O (object0 with a
    // small one): a description without that letter cannot make numpy read a pickle.
    private static bool MentionsObject(ValueShape descriptor)
    {
        Stack<ValueShape> open = new([descriptor]);
        while (open.TryPop(out ValueShape? value))
        {
            if (value.Text.Contains('O', StringComparison.Ordinal) || value.Text.Contains("object", StringComparison.Ordinal))
            {
                return true;
            }

            foreach (ValueShape item in value.Items)
            {
                open.Push(item);
            }
        }

        return false;
    }
}
