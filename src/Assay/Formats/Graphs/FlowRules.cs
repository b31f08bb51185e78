// What operators do to what is known of values, and which joins look like a backdoor's.
namespace Assay.Formats.Graphs;

/// <summary>
/// A backdoor of a graph, whatever it is made of, has one shape: a value that depends on the input through one number for each sample, made sharp against constants, decides whether
/// a constant gets into what the model computes, or what the model computes is turned off. Masks differ from place to place, gates of layers are wide or let nothing constant through,
/// settings are no sums of an input, and what waits for nothing found depends on shapes: each lacks one part of that.
/// </summary>
internal sealed partial class FlowRules
{
    private const int LearntDepth = 2;

    private readonly List<(string Operator, long Offset, string How)> _found = [];

    /// <summary>The joins that look like a backdoor's: what is done, and where.</summary>
    public IReadOnlyList<(string Operator, long Offset, string How)> Found => _found;

    /// <summary>What a node gives.</summary>
    public IReadOnlyList<FlowValue> Apply(FlowNode node, IReadOnlyList<FlowValue> inputs, IReadOnlyList<IReadOnlyList<FlowValue>> bodies)
    {
        switch (node.Kind)
        {
            case FlowKind.Branch or FlowKind.Loop:
                return Bodies(node, inputs, bodies);
            case FlowKind.Split:
                return Split(node, inputs);
            case FlowKind.Top:
                return inputs.Count > 1 && inputs[1].Known is [1]
                    ? [Reduced(inputs[0], node.Axis ?? -1, isExtreme: true), Indexed(inputs[0], node.Axis ?? -1)] : [Merge(inputs) with { Shape = null }];
            default:
                return [One(node, inputs)];
        }
    }

    private FlowValue One(FlowNode node, IReadOnlyList<FlowValue> inputs)
    {
        if (inputs.Count == 0)
        {
            return FlowValue.Constant with { IsShaped = node.Kind == FlowKind.Made };
        }

        FlowValue first = inputs[0];
        switch (node.Kind)
        {
            case FlowKind.Shape:
                return FlowValue.Constant with { IsShaped = true };
            case FlowKind.Made:
                return FlowValue.Constant with { IsShaped = true, IsUniform = inputs.Count == 1 };
            case FlowKind.Move:
                return first;
            case FlowKind.Warp:
                return first with { Shape = first.Shape is { Count: > 0 } pooled ? [pooled[0], .. pooled.Skip(1).Select(_ => -1L)] : null };
            case FlowKind.Cast:
                return node.GivesWhole ? Sharpen(first, FlowCut.Whole) : first;
            case FlowKind.Reshape:
                return Moved(first, FlowShapes.Reshape(first.Shape, node.Axes is { } to ? [.. to.Select(e => (double)e)] : inputs.Count > 1 ? inputs[1].Known : null));
            case FlowKind.Flatten:
                return Moved(first, first.Shape is { Count: > 0 } whole ? [whole[0], whole.Skip(1).Any(e => e < 0) ? -1 : whole.Skip(1).Aggregate(1L, (a, b) => a > (1L << 40) ? a : a * b)] : null);
            case FlowKind.Squeeze:
                return Moved(first, FlowShapes.Squeeze(first.Shape, Axes(node, inputs)));
            case FlowKind.Unsqueeze:
                return Moved(first, FlowShapes.Unsqueeze(first.Shape, Axes(node, inputs)));
            case FlowKind.Transpose:
                return Moved(first, first.Shape is { } flat && Axes(node, inputs) is { } order && order.Count == flat.Count && order.All(a => a >= 0 && a < flat.Count) ? [.. order.Select(a => flat[(int)a])] : null);
            case FlowKind.Each:
                return Merge(inputs);
            case FlowKind.Expand:
                return first with { Shape = null };
            case FlowKind.OneSided:
                return Bounded(node, inputs);
            case FlowKind.Squash:
                return Sharpen(Merge(inputs), FlowCut.Squashed);
            case FlowKind.Clip:
                return Sharpen(first, inputs.Count(i => !i.IsShaped) > 2 || node.Axes is { Count: > 1 } ? FlowCut.Squashed : FlowCut.Soft);
            case FlowKind.Round:
                return Sharpen(Reference(Merge(inputs), inputs), FlowCut.Whole);
            case FlowKind.Sign:
                return Sharpen(first, FlowCut.Hard);
            case FlowKind.Compare:
                return Compare(node, inputs);
            case FlowKind.Logic:
                return Sharpen(Merge(inputs), FlowCut.Hard);
            case FlowKind.Add:
                Join(node, inputs, isScaled: false);
                return Reference(Merge(inputs), inputs);
            case FlowKind.Scale:
                return Scale(node, inputs);
            case FlowKind.Reduce or FlowKind.Extreme:
                return Reduce(first, Axes(node, inputs) ?? (node.Axis is { } only ? [only] : null), node.KeepsAxes, node.Kind == FlowKind.Extreme, Declared(node));
            case FlowKind.Index:
                return Indexed(first, inputs.Count > 1 && inputs[1].Known is [var number] ? (long)number : node.Axis ?? 0, node.KeepsAxes);
            case FlowKind.Scan:
                return first.IsPath ? first with { IsScanned = true } : first;
            case FlowKind.Select:
                return inputs.Count < 3 ? Merge(inputs) : Choose(node, first, inputs[1], inputs[2]);
            case FlowKind.Contract:
                return Contract(node, inputs);
            case FlowKind.Learnt:
                return Learnt(Merge(inputs), LearntDepth);
            case FlowKind.Lookup:
                return Lookup(node, inputs);
            case FlowKind.OneHot:
                return first with { IsSpread = true, IsEqual = true, Shape = null, Cut = first.IsReached && first.Cut < FlowCut.Whole ? FlowCut.Whole : first.Cut };
            case FlowKind.Slice:
                return Cut(first, Declared(node) ?? Sliced(node, inputs));
            case FlowKind.Switch:
                return inputs.Count > 1 && inputs[1].IsMeasure ? first with { Gate = inputs[1] with { Gate = null } } : first;
            case FlowKind.Meet:
                return inputs.Count > 1 && inputs.FirstOrDefault(i => i.Gate is not null)?.Gate is { } gate ? Choose(node, gate, inputs[1] with { Gate = null }, first with { Gate = null }) : Merge(inputs);
            case FlowKind.Concat:
                return Concat(node, inputs);
            case FlowKind.Scatter:
                Join(node, inputs, isScaled: false, isWritten: true);
                return Merge(inputs) with { Shape = first.Shape };
            default:
                return Learnt(Merge(inputs), 1);
        }
    }

    /// <summary>What several values come to, element by element.</summary>
    private static FlowValue Merge(IReadOnlyList<FlowValue> inputs)
    {
        IReadOnlyList<long>? shape = FlowShapes.Broadcast(inputs);
        List<FlowValue> reached = [.. inputs.Where(i => i.IsReached)];
        if (reached.Count == 0)
        {
            return inputs.Count == 1 ? inputs[0] with { Known = null }
                : FlowValue.Constant with { Shape = shape, IsUniform = inputs.All(i => i.IsUniform || i.Known is [_]), IsShaped = inputs.Any(i => i.IsShaped) };
        }

        bool isPath = reached.Exists(r => r.IsPath);
        List<FlowValue> leading = isPath ? [.. reached.Where(r => r.IsPath)] : reached;
        return new FlowValue
        {
            IsReached = true,
            IsMeasure = !isPath,
            IsSum = leading.Exists(r => r.IsSum),
            IsExtreme = leading.TrueForAll(r => r.IsExtreme),
            IsScanned = leading.Exists(r => r.IsScanned),
            Depth = leading.Max(r => r.Depth),
            Cut = leading.Max(r => r.Cut),
            IsEqual = leading.Exists(r => r.IsEqual),
            HasReference = leading.Exists(r => r.HasReference),
            IsSpread = leading.Exists(r => r.IsSpread),
            Lets = leading.Exists(r => r.Lets),
            IsVaried = leading.Exists(r => r.IsVaried),
            IsChoice = leading.Exists(r => r.IsChoice),
            Gate = inputs.FirstOrDefault(i => i.Gate is not null)?.Gate,
            Shape = shape,
        };
    }

    /// <summary>Notes that a value was set against constants.</summary>
    private static FlowValue Reference(FlowValue value, IReadOnlyList<FlowValue> inputs) =>
        value.IsReached && !value.HasReference && inputs.Any(i => i.IsReference) ? value with { HasReference = true } : value;

    private static FlowValue Sharpen(FlowValue value, FlowCut cut) => value.IsMeasure && value.Cut < cut ? value with { Cut = cut } : value;

    private static FlowValue Moved(FlowValue value, IReadOnlyList<long>? shape) => value with { Shape = shape };

    private static FlowValue Learnt(FlowValue value, int depth) =>
        value.IsReached ? new FlowValue { IsReached = true, IsMeasure = value.IsMeasure, IsSum = value.IsSum, Depth = Math.Min(value.Depth + depth, 100), Gate = value.Gate } : FlowValue.Constant with { IsShaped = value.IsShaped };

    private FlowValue Bounded(FlowNode node, IReadOnlyList<FlowValue> inputs)
    {
        if (inputs.Count > 1)
        {
            Join(node, inputs, isScaled: false);
        }

        return Sharpen(Merge(inputs), FlowCut.Soft);
    }

    private static FlowValue Compare(FlowNode node, IReadOnlyList<FlowValue> inputs)
    {
        FlowValue all = Merge(inputs);
        if (!all.IsReached)
        {
            return all;
        }

        bool isMixed = all.IsPath && inputs.Any(i => i.IsMeasure);
        bool isEqual = FlowKinds.IsEquality(node.Operator);
        // That a sum is more than nothing is no certain value; that a difference is nothing is.
        all = Reference(all, inputs) with { Cut = isMixed ? FlowCut.None : FlowCut.Hard, IsEqual = isEqual && !isMixed };
        return all.IsMeasure && inputs.Any(i => !i.IsReached && (i.IsRow || (i.IsShaped && i.Shape is not { Count: 0 })))
            ? all with { IsSpread = true } : all.IsMeasure && inputs.Any(i => i.IsShaped) ? all with { HasReference = false } : all;
    }

    private FlowValue Scale(FlowNode node, IReadOnlyList<FlowValue> inputs)
    {
        Join(node, inputs, isScaled: true);
        FlowValue all = Merge(inputs);
        if (all.IsMeasure && all.Cut >= FlowCut.Soft && inputs.FirstOrDefault(i => !i.IsReached && !i.IsShaped && (i.IsRow || (all.Cut == FlowCut.Hard && i.IsReference))) is { } constant
            && (!all.IsSpread || (all.IsEqual && constant.IsRow)))
        {
            return all with { Lets = true, IsVaried = all.IsVaried || constant.IsRow, IsSpread = false };
        }

        return inputs.Any(i => i.IsReference && !(i.Known?.All(v => v == 1) ?? false)) ? Reference(all, inputs) : all;
    }

    private static FlowValue Reduced(FlowValue value, long axis, bool isExtreme) => Reduce(value, [axis], keeps: true, isExtreme);

    private static FlowValue Reduce(FlowValue value, IReadOnlyList<long>? axes, bool keeps, bool isExtreme, IReadOnlyList<long>? declared = null)
    {
        (IReadOnlyList<long>? shape, bool? isNarrow) = FlowShapes.Reduce(value.Shape, axes, keeps);
        (shape, isNarrow) = declared is null ? (shape, isNarrow) : (declared, isNarrow ?? !(value with { Shape = declared }).IsWide);
        if (!value.IsReached || value.IsMeasure)
        {
            return value with { Shape = shape, IsSpread = false, Known = null };
        }

        return isNarrow == true && value.IsWide
            ? value with { Shape = shape, IsMeasure = true, IsSum = true, IsExtreme = isExtreme && value.Cut == FlowCut.None, IsScanned = false } : value with { Shape = shape };
    }

    private static FlowValue Indexed(FlowValue value, long axis, bool keeps = true)
    {
        FlowValue index = Reduce(value, [axis], keeps, isExtreme: false);
        return index.IsMeasure ? index with { Cut = FlowCut.Whole, Lets = false } : index with { Cut = FlowCut.None };
    }

    /// <summary>A part of a value: one number for each sample that is cut out of many is a bottleneck, too.</summary>
    private static FlowValue Cut(FlowValue value, IReadOnlyList<long>? shape)
    {
        FlowValue part = value with { Shape = shape, Known = null, IsUniform = value.IsUniform };
        bool isNarrow = shape is not null && (!part.IsWide || (shape.Count == 1 && value.Shape is { Count: > 1 } whole && whole[0] == shape[0]));
        return part.IsPath && value.IsWide && isNarrow ? part with { IsMeasure = true, IsSum = value.IsScanned, IsScanned = false } : part;
    }

    private static IReadOnlyList<long>? Sliced(FlowNode node, IReadOnlyList<FlowValue> inputs)
    {
        FlowValue value = inputs[0];
        if (node.Axis is { } axis)
        {
            // One element along an axis.
            return FlowShapes.Replace(value.Shape, axis, []);
        }

        if (node.Axes is [var begins, var ends, var shrinks, var others] && inputs.Count > 3)
        {
            return Strided(value, inputs, begins, ends, shrinks, others);
        }

        if (node.IsSized)
        {
            return inputs.Count > 2 && inputs[1].Known is { } from && inputs[2].Known is { } sizes && from.Count == sizes.Count
                ? FlowShapes.Slice(value.Shape, from, [.. sizes.Select((e, i) => e < 0 ? long.MaxValue : from[i] + e)], null, null) : value.Shape is { } open ? [.. open.Select(_ => -1L)] : null;
        }

        return inputs.Count < 3 ? value.Shape is { } shape ? [.. shape.Select(_ => -1L)] : null
            : FlowShapes.Slice(value.Shape, inputs[1].Known, inputs[2].Known, inputs.Count > 3 && inputs[3].Known is { } axes ? axes : null, inputs.Count > 4 ? inputs[4].Known : null);
    }

    /// <summary>A part by where it begins and ends on each axis; masks say where that is the whole axis, and which axes go.</summary>
    private static IReadOnlyList<long>? Strided(FlowValue value, IReadOnlyList<FlowValue> inputs, long begins, long ends, long shrinks, long others)
    {
        if (others != 0 || inputs[1].Known is not { } from || inputs[2].Known is not { } to || from.Count != to.Count)
        {
            return null;
        }

        IReadOnlyList<long>? shape = FlowShapes.Slice(
            value.Shape, [.. from.Select((e, i) => (begins >> i & 1) == 1 ? 0 : e)],
            [.. to.Select((e, i) => (shrinks >> i & 1) == 1 ? from[i] == -1 ? long.MaxValue : from[i] + 1 : (ends >> i & 1) == 1 ? long.MaxValue : e)], null, inputs[3].Known);
        return shape is null ? null : [.. shape.Where((_, i) => (shrinks >> i & 1) == 0)];
    }

    private static IReadOnlyList<long>? Declared(FlowNode node) => node.Shapes is [{ } shape, ..] ? shape : null;

    private static IReadOnlyList<FlowValue> Split(FlowNode node, IReadOnlyList<FlowValue> inputs)
    {
        FlowValue value = inputs.Count > 1 && !inputs[0].IsReached && inputs[1].IsReached ? inputs[1] : inputs.Count > 0 ? inputs[0] : FlowValue.Unknown;
        int parts = Math.Max(1, node.Outputs.Count);
        long axis = node.Axis ?? 0;
        IReadOnlyList<long>? shape = value.Shape is { } whole && axis >= -whole.Count && axis < whole.Count && whole[(int)(axis < 0 ? axis + whole.Count : axis)] is > 0 and var extent && extent == parts
            ? FlowShapes.Replace(whole, axis, [1]) : value.Shape is null ? null : FlowShapes.Replace(value.Shape, axis, [-1]);
        return [Cut(value, shape)];
    }

    private static FlowValue Concat(FlowNode node, IReadOnlyList<FlowValue> inputs)
    {
        FlowValue all = Merge(inputs);
        return inputs.Count(i => i.IsReached) > 1
            ? all with { IsMeasure = false, Lets = false, IsChoice = false, Cut = inputs.Where(i => i.IsReached).Min(i => i.Cut), Shape = FlowShapes.Replace(inputs[0].Shape, node.Axis ?? 0, [-1]) }
            : all with { Shape = null };
    }

    private static IReadOnlyList<long>? Axes(FlowNode node, IReadOnlyList<FlowValue> inputs) =>
        node.Axes ?? (inputs.Count > 1 && inputs[1].Known is { } known ? [.. known.Select(a => (long)Math.Clamp(a, -100, 100))] : null);
}
