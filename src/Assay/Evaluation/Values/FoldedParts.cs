// What folded values hold, for whoever walks through them.
namespace Assay.Evaluation.Values;

/// <summary>What folded values hold, for whoever walks through them without recursion.</summary>
internal static class FoldedParts
{
    /// <summary>Puts what a value holds onto a stack, so many of it at most: items, choices, what is bound to a function. Values of tables and of what only one walk knows are left to the walk.</summary>
    public static void Push(FoldedValue value, int most, Stack<FoldedValue> open)
    {
        switch (value)
        {
            case FoldedSequence sequence:
                Push(sequence.Items, most, open);
                break;
            case FoldedChoice choice:
                Push(choice.Values, most, open);
                break;
            case FoldedPartial bound:
                open.Push(bound.Target);
                Push(bound.Arguments, most, open);
                break;
            case FoldedMethod method:
                open.Push(method.Self);
                break;
        }
    }

    /// <summary>Puts values onto a stack, so many at most.</summary>
    public static void Push(IEnumerable<FoldedValue> values, int most, Stack<FoldedValue> open)
    {
        foreach (FoldedValue value in values.Take(most))
        {
            open.Push(value);
        }
    }
}
