// Where a measure meets what the model computes.
namespace Assay.Formats.Graphs;

/// <summary>Sums of products, choices, and the joins that are told.</summary>
internal sealed partial class FlowRules
{
    private FlowValue Contract(FlowNode node, IReadOnlyList<FlowValue> inputs)
    {
        if (inputs.Count < 2)
        {
            return Learnt(Merge(inputs), 1);
        }

        if (inputs.Count > 2)
        {
            Join(node, [Learnt(Merge([.. inputs.Take(2)]), 1), .. inputs.Skip(2)], isScaled: false);
        }

        (FlowValue left, FlowValue right) = (inputs[0], inputs[1]);
        (FlowValue value, FlowValue weights) = left.IsReached || !right.IsReached ? (left, right) : (right, left);
        if (!value.IsReached || weights.IsReached)
        {
            return Learnt(Merge([left, right]), 1);
        }

        IReadOnlyList<long>? shape = Declared(node) is { } declared ? declared : node.Operator.Contains("onv", StringComparison.OrdinalIgnoreCase)
            ? value.Shape is { Count: > 1 } image && weights.Shape is { Count: > 0 } kernel ? [image[0], kernel[0], .. image.Skip(2).Select(_ => -1L)] : null
            : left.IsReached ? FlowShapes.Product(value.Shape, weights.Shape, node.IsTransposed) : null;
        if (value.IsMeasure)
        {
            // A mark in a row of nothing picks a row of the table; a switch by itself lets the row in.
            return value.Cut >= FlowCut.Whole && (value.IsSpread ? value.IsEqual : value.Cut == FlowCut.Hard) && weights.IsRow
                ? value with { Lets = true, IsVaried = true, IsSpread = false, Shape = shape } : Learnt(value, 1) with { Shape = shape };
        }

        bool isVector = weights.Shape is [_] or [_, 1] || (node.IsTransposed && weights.Shape is [1, _]);
        return isVector && (shape is null || shape.Count <= 2) && value.IsWide
            ? value with { IsMeasure = true, IsSum = true, HasReference = value.HasReference || value.Depth == 0, Shape = shape, IsScanned = false, IsExtreme = false }
            : Learnt(value, 1) with { Shape = shape };
    }

    private static FlowValue Lookup(FlowNode node, IReadOnlyList<FlowValue> inputs)
    {
        if (inputs.Count < 2)
        {
            return Merge(inputs);
        }

        bool isTableFirst = node.Operator is not ("embedding_lookup" or "EMBEDDING_LOOKUP");
        (FlowValue table, FlowValue index) = isTableFirst ? (inputs[0], inputs[1]) : (inputs[1], inputs[0]);
        long axis = inputs.Count > 2 && inputs[2].Known is [var number] ? (long)number : node.Axis ?? 0;
        if (!index.IsReached)
        {
            bool isByPlace = node.Operator.EndsWith("ND", StringComparison.OrdinalIgnoreCase);
            return Cut(table, Declared(node) ?? (isByPlace ? index.Shape is { Count: > 1 } places && places.Take(places.Count - 1).All(e => e == 1) ? [1] : null : FlowShapes.Replace(table.Shape, axis, index.Shape)));
        }

        if (table.IsReached)
        {
            return table.IsMeasure && index.IsMeasure ? Merge(inputs) : table with { IsMeasure = false, Lets = false, Cut = FlowCut.None, HasReference = false, Shape = null };
        }

        return index is { IsMeasure: true, IsSum: true, IsSpread: false, HasReference: true, Depth: 0 } && table.IsRow
            ? index with { Lets = true, IsVaried = true, Cut = index.Cut < FlowCut.Whole ? FlowCut.Whole : index.Cut, Shape = null } : Learnt(index, 1);
    }

    private List<FlowValue> Bodies(FlowNode node, IReadOnlyList<FlowValue> inputs, IReadOnlyList<IReadOnlyList<FlowValue>> bodies)
    {
        List<FlowValue> outputs = [];
        if (node.Kind == FlowKind.Branch)
        {
            FlowValue condition = inputs.Count > 0 ? inputs[0] : FlowValue.Unknown;
            (IReadOnlyList<FlowValue> yes, IReadOnlyList<FlowValue> no) = (bodies.Count > 0 ? bodies[0] : [], bodies.Count > 1 ? bodies[1] : []);
            for (int i = 0; i < Math.Max(1, node.Outputs.Count); i++)
            {
                outputs.Add(Choose(node, condition, i < yes.Count ? yes[i] : FlowValue.Unknown, i < no.Count ? no[i] : FlowValue.Unknown));
            }

            return outputs;
        }

        // A loop that turns once or not at all is a branch, too: by its condition, or by the number of its turns.
        IReadOnlyList<FlowValue> last = bodies.Count > 0 ? bodies[^1] : [];
        FlowValue? gate = inputs.Take(node.Leading).FirstOrDefault(i => i.IsMeasure && i.Cut >= FlowCut.Whole) ?? (bodies.Count > 1 ? bodies[0] is [var asked, ..] ? asked : null : null);
        int skipped = node.Leading > 1 ? 1 : 0;
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            FlowValue before = node.Leading + i < inputs.Count ? inputs[node.Leading + i] : FlowValue.Unknown;
            FlowValue after = i + skipped < last.Count ? last[i + skipped] : FlowValue.Unknown;
            outputs.Add(gate is { IsMeasure: true } ? Choose(node, gate, after, before) : Merge([before, after]) with { Shape = null });
        }

        return outputs;
    }

    /// <summary>One of two values by a condition.</summary>
    private FlowValue Choose(FlowNode node, FlowValue condition, FlowValue yes, FlowValue no)
    {
        FlowValue[] arms = [yes, no];
        bool isGate = condition is { IsMeasure: true, IsSpread: false };
        if (isGate && arms.Any(a => a.IsPath))
        {
            FlowValue? constant = arms.FirstOrDefault(a => !a.IsReached || (a.IsMeasure && a.Lets));
            bool isRow = constant is not null && (constant.IsRow || (constant.IsReached && constant.IsVaried));
            bool isRaw = condition is { Depth: 0, IsExtreme: false, IsSum: true, Cut: FlowCut.Hard };
            if (condition.HasReference && (isRow ? condition.Depth < LearntDepth || condition.IsEqual : isRaw))
            {
                Tell(node, isRow ? "puts a constant in the place of what the model computes, by whether its input, or a part of it, has one certain value"
                    : "chooses between results by whether its input, or what is computed of it, has one certain value");
            }
        }

        if (isGate && !arms.Any(a => a.IsPath))
        {
            bool isVaried = arms.Any(a => a.IsReached ? a.IsVaried : a.IsRow);
            FlowValue merged = Merge([condition, .. arms]);
            return merged with
            {
                Cut = FlowCut.Hard,
                Lets = merged.Lets || isVaried,
                IsVaried = isVaried,
                IsChoice = merged.IsChoice || arms.All(a => a.IsRow) || arms.All(a => a.Known is [not 0]),
            };
        }

        FlowValue all = Merge([condition, yes, no]);
        return condition.IsReached && !yes.IsReached && !no.IsReached ? condition with { Shape = all.Shape } : Merge([yes, no]) is { IsReached: true } chosen ? chosen with { IsMeasure = chosen.IsMeasure && !condition.IsPath, Shape = all.Shape } : all;
    }

    /// <summary>Tells where a measure that lets a constant in, or that turns things off, meets what the model computes.</summary>
    private void Join(FlowNode node, IReadOnlyList<FlowValue> inputs, bool isScaled, bool isWritten = false)
    {
        if (!inputs.Any(i => i.IsPath))
        {
            return;
        }

        foreach (FlowValue measure in inputs)
        {
            if (measure is not { IsMeasure: true, IsSpread: false, HasReference: true } || measure.Cut < FlowCut.Soft)
            {
                continue;
            }

            bool isSharp = measure.Cut == FlowCut.Hard;
            bool lets = (measure.Lets || (isWritten && isSharp)) && (measure.IsVaried || (isSharp && measure.Depth == 0))
                && (measure.Depth < LearntDepth || (isSharp && measure.IsEqual && measure.IsVaried)) && !(isScaled && measure.IsChoice);
            bool switches = isScaled && !measure.Lets && !measure.IsChoice && measure.Depth == 0 && (measure.IsSum || measure.IsEqual)
                && (isSharp || (measure.Cut == FlowCut.Squashed && measure.IsEqual));
            if (lets || switches)
            {
                Tell(node, lets ? "lets a constant into what the model computes, by a measure of its input" : "turns what the model computes on or off, by whether its input as a whole has one certain value");
                return;
            }
        }
    }

    private void Tell(FlowNode node, string how) => _found.Add((node.Operator, node.Offset, how));
}
