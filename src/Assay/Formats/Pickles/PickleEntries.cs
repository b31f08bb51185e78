// Finds values of a pickle that frameworks take for names of code.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>
/// Adds entries of the tree of values that a pickle gives: texts under keys by which frameworks name what they import. The pickle itself runs
/// nothing there; the framework that gets the values does.
/// </summary>
internal static class PickleEntries
{
    private const int MaxNodes = 50_000;
    private const int MaxEntries = 1024;
    private const int LongestKey = 64;
    private const int LongestValue = 256;
    private const int LongestPath = 512;
    private const int NodeWork = 20;
    private static readonly Lazy<HashSet<string>> s_keys = new(() => new(EmbeddedTable.Rows("pickle/resolving-keys.txt").Select(r => r[0]), StringComparer.Ordinal));

    /// <summary>Adds the entries of what the pickle gives.</summary>
    public static void Add(PickleMachine machine, ReadContext context)
    {
        if (machine.Ending is not PickleEnding.Stop)
        {
            return;
        }

        Queue<(PickleValue Value, string Path)> open = new([(machine.Result, "")]);
        int found = 0;

        // Values may hold themselves; what is reached twice has its first path.
        HashSet<PickleValue> known = [];
        for (int seen = 0; seen < MaxNodes && found < MaxEntries && open.TryDequeue(out (PickleValue Value, string Path) next); seen++)
        {
            context.Budget.SpendWork(NodeWork);
            if (next.Path.Length > LongestPath || !known.Add(next.Value))
            {
                continue;
            }

            switch (next.Value.Kind)
            {
                case PickleKind.Dict:
                    found += Pairs(machine, next.Value, next.Path, open, context);
                    break;
                case PickleKind.List or PickleKind.Tuple:
                    List<PickleValue> items = machine.Children(next.Value, MaxNodes, out _);
                    for (int i = 0; i < items.Count && open.Count < MaxNodes; i++)
                    {
                        if (HasInside(machine, items[i]))
                        {
                            open.Enqueue((items[i], KeyPath.Append(next.Path, i)));
                        }
                    }

                    break;
                case PickleKind.Instance or PickleKind.Result when machine.Call(next.Value).State is { IsEmpty: false } state:
                    open.Enqueue((state, next.Path));
                    break;
                default:
                    break;
            }
        }
    }

    private static int Pairs(PickleMachine machine, PickleValue map, string path, Queue<(PickleValue Value, string Path)> open, ReadContext context)
    {
        int found = 0;
        List<PickleValue> pairs = machine.Children(map, MaxNodes, out _);
        for (int i = 0; i + 1 < pairs.Count; i += 2)
        {
            bool isInside = HasInside(machine, pairs[i + 1]);
            if (pairs[i].Kind is not (PickleKind.Str or PickleKind.PyString) || !(isInside || pairs[i + 1].Kind is PickleKind.Str or PickleKind.PyString))
            {
                continue;
            }

            string key = machine.GetText(pairs[i], LongestKey, out _);
            if (isInside && open.Count < MaxNodes)
            {
                open.Enqueue((pairs[i + 1], KeyPath.Append(path, key)));
            }
            else if (!isInside && s_keys.Value.Contains(key))
            {
                string value = machine.GetText(pairs[i + 1], LongestValue, out long length);
                context.Add(new EntryFact
                {
                    Path = context.Artifact.Path, Offset = pairs[i + 1].Payload, Source = "pickle", Key = KeyPath.Append(path, key), Value = value, IsCut = length > value.Length,
                });
                found++;
            }
        }

        return found;
    }

    private static bool HasInside(PickleMachine machine, PickleValue value) => value.Kind switch
    {
        PickleKind.Dict or PickleKind.List or PickleKind.Tuple => true,
        PickleKind.Instance or PickleKind.Result => machine.Call(value).States > 0,
        _ => false,
    };
}
