// Methods by which source changes its lists and dicts in place.
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>
/// Lists and dicts that folded source makes, and changes. They are changed in place, as Python does, so that whoever holds one sees the change; what a pickle makes is never changed here.
/// </summary>
internal static class ChangedContainers
{
    /// <summary>A list that can be changed.</summary>
    public static FoldedSequence List(List<FoldedValue> items) => new(SequenceKind.List, items);

    /// <summary>Calls a method that changes what it belongs to; null for all others, and where the value cannot be changed.</summary>
    public static FoldedValue? Change(Folder folder, FoldedMethod method, IReadOnlyList<FoldedValue> arguments)
    {
        switch (method.Self)
        {
            case FoldedSequence { Kind: SequenceKind.List or SequenceKind.Set, Items: List<FoldedValue> items }:
                return Change(folder, items, method.Name, arguments);
            case FoldedDict { Pairs: List<(FoldedValue, FoldedValue)> pairs } dict:
                switch (method.Name)
                {
                    case "update" when arguments.At(0) is FoldedDict more && folder.Budget.Items(pairs.Count + (long)more.Pairs.Count):
                        pairs.AddRange([.. more.Pairs]);
                        return FoldedValue.None;
                    case "__setitem__" when arguments.Count == 2:
                        return Set(folder, dict, arguments[0], arguments[1]) ? FoldedValue.None : FoldedValue.Unknown;
                    case "setdefault" when arguments.Count > 0 && folder.ItemOfDict(dict, arguments[0], FoldedValue.None) is FoldedNone:
                        Set(folder, dict, arguments[0], arguments.Count > 1 ? arguments[1] : FoldedValue.None);
                        return arguments.Count > 1 ? arguments[1] : FoldedValue.None;
                    default:
                        return null;
                }

            default:
                return null;
        }
    }

    /// <summary><c>value[key] = item</c>; false where the value cannot be changed.</summary>
    public static bool Set(Folder folder, FoldedValue value, FoldedValue key, FoldedValue item)
    {
        switch (value)
        {
            case FoldedDict { Pairs: List<(FoldedValue, FoldedValue)> pairs } when folder.Budget.Items(pairs.Count / 16 + 1) && pairs.Count < FoldBudget.MaxItems:
                pairs.Add((key, item));
                return true;
            case FoldedSequence { Kind: SequenceKind.List, Items: List<FoldedValue> items } when Arguments.IntOf(key) is { } index && PythonSlice.Index(index, items.Count) is >= 0 and int at && at < items.Count:
                items[at] = item;
                return true;
            default:
                return false;
        }
    }

    private static FoldedValue? Change(Folder folder, List<FoldedValue> items, string name, IReadOnlyList<FoldedValue> arguments)
    {
        if (!folder.Budget.Step() || items.Count >= FoldBudget.MaxItems)
        {
            return FoldedValue.Unknown;
        }

        switch (name)
        {
            case "append" or "add" or "appendleft" when arguments.Count == 1 && folder.Budget.Holds(arguments[0]):
                items.Add(arguments[0]);
                return FoldedValue.None;
            case "insert" when arguments.Count == 2 && Arguments.IntOf(arguments[0]) is { } at && folder.Budget.Items(items.Count):
                items.Insert((int)System.Numerics.BigInteger.Max(0, System.Numerics.BigInteger.Min(items.Count, at.Sign < 0 ? items.Count + at : at)), arguments[1]);
                return FoldedValue.None;
            case "extend" or "update" when arguments.Count == 1 && folder.Items(arguments[0]) is { } more && folder.Budget.Items(items.Count + (long)more.Count):
                items.AddRange([.. more]);
                return FoldedValue.None;
            case "reverse" when arguments.Count == 0 && folder.Budget.Items(items.Count):
                items.Reverse();
                return FoldedValue.None;
            case "pop" when arguments.Count == 0 && items.Count > 0:
                FoldedValue last = items[^1];
                items.RemoveAt(items.Count - 1);
                return last;
            case "clear" when arguments.Count == 0:
                items.Clear();
                return FoldedValue.None;
            default:
                return null;
        }
    }
}
