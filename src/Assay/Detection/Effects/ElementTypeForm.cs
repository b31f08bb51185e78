// Tells element types of NumPy whose state does not fit what they are made of.
using System.Globalization;
using Assay.Artifacts;

namespace Assay.Detection.Effects;

/// <summary>
/// Tells forged element types: <c>numpy.dtype.__setstate__</c> takes the flags as they stand in the file. Elements that are objects must be
/// counted, others must not; fields lie within the element.
/// </summary>
internal static class ElementTypeForm
{
    private const int CountsReferences = 1;
    private const int Subarray = 2;
    private const int Fields = 4;
    private const int Size = 5;
    private const int Flags = 7;
    private const int LongestSize = 1 << 20;

    /// <summary>Whether the state is not what NumPy writes for an element type.</summary>
    public static bool IsForged(ValueShape? made, ValueShape state)
    {
        if (state is not { Kind: ShapeKind.Tuple, Elided: false } || state.Items.Count <= Flags || Number(state.Items[0]) < 3 || made?.Items is not [{ Kind: ShapeKind.Str } code, ..])
            return false;

        bool objects = code.Text.TrimStart('|', '<', '>', '=').StartsWith('O');
        bool known = code.Text.Length > 0;
        foreach (ValueShape field in state.Items[Fields] is { Kind: ShapeKind.Dict } fields ? fields.Items.Where((_, i) => i % 2 == 1) : [])
        {
            if (field is not { Kind: ShapeKind.Tuple, Items: [{ Items: [{ Kind: ShapeKind.Str } type, ..] } inner, var offset, ..] })
            {
                known = false;
                continue;
            }

            objects |= type.Text.TrimStart('|', '<', '>', '=').StartsWith('O');
            known &= inner.State is null or { Items.Count: <= Flags } || inner.State.Items[Fields].Kind is ShapeKind.None;
            if (Number(offset) < 0 || (Number(state.Items[Size]) is > 0 and var size && Number(offset) >= size))
                return true;
        }

        long flags = Number(state.Items[Flags]);
        return known && state.Items[Flags].Kind is ShapeKind.Int && Number(state.Items[Size]) < LongestSize && objects != ((flags & CountsReferences) != 0) && state.Items[Subarray].Kind is ShapeKind.None;
    }

    private static long Number(ValueShape value) =>
        value.Kind is ShapeKind.Int && long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
