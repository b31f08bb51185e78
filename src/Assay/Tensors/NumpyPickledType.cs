// The element type that a pickled numpy.dtype becomes once its state is in.
using System.Globalization;
using Assay.Artifacts;

namespace Assay.Tensors;

/// <summary>
/// A pickled <c>numpy.dtype</c>: the call's arguments name a type, and the state (version, byte order, sub-array, names, fields,
/// item size, alignment, flags) overrides much of it. NumPy believes the flags: a float type with the flags of an object type
/// counts as one, and a loader that asks for <c>hasobject</c> then reads a pickle where the floats should be.
/// </summary>
internal static class NumpyPickledType
{
    private const int ObjectFlag = 1;
    private const int MaxTypes = 10_000;

    public static NumpyElementType Parse(ValueShape value)
    {
        // An element type may also stand in for itself as a class: numpy.float64, or a class of the file's own.
        if (value.Kind == ShapeKind.Import)
        {
            return FromClass(value.Text);
        }

        if (value.Kind != ShapeKind.Result || !IsDtype(value.Text) || value.Items.Count == 0)
        {
            return NumpyElementType.Unknown("The element type is no numpy.dtype.");
        }

        ValueShape named = value.Items[0];
        NumpyElementType made = named.Kind switch
        {
            ShapeKind.Str or ShapeKind.Bytes when !named.Elided => NumpyTypeCode.Parse(named.Text),
            ShapeKind.Import => FromClass(named.Text),
            ShapeKind.List or ShapeKind.Tuple => NumpyDescriptor.Parse(named),
            ShapeKind.Result when value.State is null && named.State is null && IsDtype(named.Text)
                && named.Items is [{ Kind: ShapeKind.Str, Elided: false } inner, ..] => NumpyTypeCode.Parse(inner.Text),
            _ => NumpyElementType.Unknown("What numpy.dtype was called with is not known."),
        };
        if (made.Error is not null || value.State is null)
        {
            return made;
        }

        return WithState(made, named, value, value.State);
    }

    private static bool IsDtype(string name) => name is "numpy.dtype" or "numpy.core.multiarray.dtype" or "numpy._core.multiarray.dtype"
        or "numpy.core.numerictypes.dtype" or "numpy.core._multiarray_umath.dtype" or "numpy._core._multiarray_umath.dtype";

    private static NumpyElementType WithState(NumpyElementType made, ValueShape named, ValueShape call, ValueShape state)
    {
        // The layouts that arraydescr_setstate accepts, newest first: 9 adds metadata, 7 lacks flags, 6 lacks names, 5 the version.
        int count = state.Items.Count;
        if (state.Kind != ShapeKind.Tuple || state.Elided || count is < 5 or > 9)
        {
            return NumpyElementType.Unknown("The state of numpy.dtype is not known.");
        }

        long version = 0;
        int fieldsAt = count switch { 5 => 2, 6 => 3, _ => 4 };
        if ((count > 5 && !ArrayExtent.TryInteger(state.Items[0], out version, out _))
            || !ArrayExtent.TryInteger(state.Items[fieldsAt + 1], out long itemSize, out _))
        {
            return NumpyElementType.Unknown("The state of numpy.dtype holds no version or item size.");
        }

        ValueShape fields = state.Items[fieldsAt];
        bool? structure = HoldsObject(made, fields, state.Items[count == 5 ? 1 : 2]);
        bool? flagged = structure;
        if (version >= 3)
        {
            long flags = 0;
            flagged = count < 8 || ArrayExtent.TryInteger(state.Items[7], out flags, out _) ? (flags & ObjectFlag) != 0 : null;
        }

        // Types with a size of their own keep it; S, U and V take the state's.
        bool flexible = IsFlexible(named);
        if (flexible && itemSize is < 0 or > int.MaxValue)
        {
            return NumpyElementType.Unknown("The state of numpy.dtype holds an item size that NumPy does not allow.");
        }

        // Without a copy the state of a built-in type is ignored, and the type is what it was.
        bool ignored = !flexible && call.Items.Count >= 3 && IsFalse(call.Items[2]);
        bool? hasObject = ignored ? made.HasObject : flagged;
        return made with
        {
            ItemSize = flexible ? itemSize : made.ItemSize,
            HasObject = hasObject ?? structure ?? made.HasObject,
            IsStructured = fields.Kind == ShapeKind.Dict,
            IsDisputed = made.IsDisputed || flagged is null || structure is null || flagged != structure,
        };
    }

    // True, false, or null when it cannot be told.
    private static bool? HoldsObject(NumpyElementType made, ValueShape fields, ValueShape subArray)
    {
        bool? answer = made.HasObject;
        Queue<(ValueShape Fields, ValueShape SubArray)> open = new([(fields, subArray)]);
        int left = MaxTypes;
        while (open.TryDequeue(out (ValueShape Fields, ValueShape SubArray) level))
        {
            foreach (ValueShape type in TypesIn(level.Fields, level.SubArray))
            {
                if (--left < 0 || type.Kind != ShapeKind.Result || type.Items.Count == 0
                    || type.Items[0].Kind is not (ShapeKind.Str or ShapeKind.Bytes or ShapeKind.Import))
                {
                    answer = answer == true ? true : null;
                    continue;
                }

                ValueShape named = type.Items[0];
                NumpyElementType inner = named.Kind == ShapeKind.Import ? FromClass(named.Text) : NumpyTypeCode.Parse(named.Text);
                answer = inner.HasObject || answer == true ? true : inner.Error is not null || inner.IsDisputed ? null : answer;
                if (type.State is { Kind: ShapeKind.Tuple } state && state.Items.Count >= 5)
                {
                    int at = state.Items.Count switch { 5 => 2, 6 => 3, _ => 4 };
                    open.Enqueue((state.Items[at], state.Items[state.Items.Count == 5 ? 1 : 2]));
                }
            }

            if (left < 0)
            {
                break;
            }
        }

        return answer;
    }

    private static IEnumerable<ValueShape> TypesIn(ValueShape fields, ValueShape subArray)
    {
        // Named fields are a dict of name to (type, offset[, title]); a sub-array is (type, shape).
        if (fields.Kind == ShapeKind.Dict)
        {
            for (int i = 1; i < fields.Items.Count; i += 2)
            {
                yield return fields.Items[i] is { Kind: ShapeKind.Tuple, Items.Count: > 0 } field ? field.Items[0] : fields.Items[i];
            }

            if (fields.Elided || fields.Items.Count % 2 != 0)
            {
                yield return new ValueShape(ShapeKind.Unknown);
            }
        }
        else if (fields.Kind != ShapeKind.None)
        {
            yield return fields;
        }

        if (subArray.Kind != ShapeKind.None)
        {
            yield return subArray is { Kind: ShapeKind.Tuple, Items.Count: > 0 } ? subArray.Items[0] : subArray;
        }
    }

    private static bool IsFlexible(ValueShape named)
    {
        string name = named.Kind == ShapeKind.Import ? named.Text[(named.Text.LastIndexOf('.') + 1)..] : named.Text.TrimStart('<', '>', '=', '|');
        return named.Kind is ShapeKind.List or ShapeKind.Tuple
            || name is "record" or "void" or "str" or "str_" or "bytes" or "bytes_" or "unicode" or "unicode_" or "string_" or "a"
            || (name.Length > 0 && name[0] is 'S' or 'U' or 'V' or 'a' && name.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0);
    }

    private static bool IsFalse(ValueShape value) =>
        value.Kind == ShapeKind.None || (ArrayExtent.TryInteger(value, out long number, out _) && number == 0);

    private static NumpyElementType FromClass(string resolved)
    {
        string name = resolved[(resolved.LastIndexOf('.') + 1)..];
        if (name == "record" || resolved is "numpy.void")
        {
            return new NumpyElementType { ItemSize = 0, IsStructured = name == "record" };
        }

        bool known = resolved == string.Create(CultureInfo.InvariantCulture, $"numpy.{name}")
            || resolved == string.Create(CultureInfo.InvariantCulture, $"builtins.{name}");
        NumpyElementType type = known ? NumpyTypeCode.Parse(name) : NumpyElementType.Unknown("");

        // For a class that NumPy does not know, numpy.dtype(class) is the object type.
        return type.Error is null ? type : new NumpyElementType { ItemSize = 8, HasObject = true, IsDisputed = true };
    }
}
