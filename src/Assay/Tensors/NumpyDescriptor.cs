// Walks the nested descriptions of element types that array headers hold.
using Assay.Artifacts;

namespace Assay.Tensors;

/// <summary>Walks a <c>descr</c>: type strings, (type, shape) tuples and lists of fields. Iterative, with a stack of its own.</summary>
internal static class NumpyDescriptor
{
    public static NumpyElementType Parse(ValueShape descriptor)
    {
        Stack<Frame> open = new();
        ValueShape? next = descriptor;
        NumpyElementType? done = null;
        while (true)
        {
            if (next is not null)
            {
                if (open.Count >= NumpyElementType.MaxDepth)
                {
                    return NumpyElementType.Unknown("The description is nested too deep.");
                }

                if (next.Kind is ShapeKind.Str or ShapeKind.Bytes && !next.Elided)
                {
                    done = NumpyTypeCode.Parse(next.Text);
                    next = null;
                }
                else if (next is { Kind: ShapeKind.Tuple, Elided: false, Items.Count: 2 })
                {
                    open.Push(new Frame(next) { Shape = next.Items[1] });
                    next = next.Items[0];
                    continue;
                }
                else if (next is { Kind: ShapeKind.List, Elided: false })
                {
                    open.Push(new Frame(next));
                    next = null;
                }
                else
                {
                    return NumpyElementType.Unknown("The description is no type string, tuple of type and shape, or list of fields.");
                }
            }

            if (done?.Error is not null)
            {
                return done;
            }

            if (open.Count == 0)
            {
                return done!;
            }

            Frame frame = open.Peek();
            if (done is not null && frame.Shape is not null)
            {
                done = Shaped(done, frame.Shape);
                frame.Shape = null;
                if (done.Error is not null)
                {
                    return done;
                }
            }

            if (frame.Node.Kind == ShapeKind.Tuple)
            {
                open.Pop();
                continue;
            }

            if (done is not null)
            {
                frame.Size += done.ItemSize;
                frame.HasObject |= done.HasObject;
                done = null;
                if (frame.Size > int.MaxValue)
                {
                    return NumpyElementType.Unknown("The element is larger than NumPy allows.");
                }
            }

            if (frame.Field == frame.Node.Items.Count)
            {
                open.Pop();
                done = new NumpyElementType { ItemSize = frame.Size, HasObject = frame.HasObject, IsStructured = true };
                continue;
            }

            ValueShape field = frame.Node.Items[frame.Field++];
            if (field.Elided || field.Kind is not (ShapeKind.Tuple or ShapeKind.List) || field.Items.Count is not (2 or 3))
            {
                return NumpyElementType.Unknown("A field is no tuple of name, type and shape.");
            }

            frame.Shape = field.Items.Count == 3 ? field.Items[2] : null;
            next = field.Items[1];
        }
    }

    // A number is the size of a type that has none of its own (S, U, V), and a one-dimensional shape of all others.
    internal static NumpyElementType Shaped(NumpyElementType type, ValueShape shape)
    {
        if (type.Error is not null)
        {
            return type;
        }

        if (ArrayExtent.TryInteger(shape, out long count, out _))
        {
            return count < 0 ? NumpyElementType.Unknown("A shape in the description is negative.")
                : type.UnitSize > 0 ? (type with { ItemSize = type.UnitSize }).Times(count)
                : type.Times(count);
        }

        ArrayExtent extent = ArrayExtent.Of(shape, 1);
        return extent.Error == ExtentError.None
            ? type.Times(extent.Count)
            : NumpyElementType.Unknown("A shape in the description is no tuple of numbers, or too large.");
    }

    private sealed class Frame(ValueShape node)
    {
        public ValueShape Node { get; } = node;

        public ValueShape? Shape { get; set; }

        public int Field { get; set; }

        public long Size { get; set; }

        public bool HasObject { get; set; }
    }
}
