// Items of folded values: of sequences, dicts, texts and the namespaces of modules.
using System.Text;
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Python.Names;

namespace Assay.Evaluation;

internal sealed partial class Folder
{
    /// <summary><c>value[key]</c>.</summary>
    public FoldedValue GetItem(FoldedValue value, FoldedValue key)
    {
        switch (value)
        {
            case FoldedName name when key is FoldedText { Value: { Length: > 0 } text }:
                return (Source is not null && name.Path.EndsWith(Globals, StringComparison.Ordinal) ? Source.Global(text) : null) ?? ItemOfName(name, text);
            case FoldedName { Path: FoldedInstance.CommandLine } or FoldedInstance { Class.Path: FoldedInstance.CommandLine } when Source is not null:
                return new FoldedInstance(new FoldedName("sys", "argv"));
            case FoldedInstanceMethod { Name: "f_builtins" } when key is FoldedText { Value: { Length: > 0 } builtin }:
                return new FoldedName("builtins", builtin);
            case FoldedInstanceMethod { Name: "f_globals" or "f_locals" } when key is FoldedText { Value: { Length: > 0 } own }:
                return Source?.Global(own) ?? FoldedValue.Unknown;
            case FoldedDefined defined:
                return Apply(defined.Attribute("__getitem__"), [key]);
            case FoldedChoice choice:
                return choice.Values.Select(v => GetItem(v, key)).Aggregate(FoldedChoice.Of);
            case FoldedDict { Pairs.Count: > 0 and < 64 } dict when key.IsUnknown:
                return dict.Pairs.Select(p => p.Value).Aggregate(FoldedChoice.Of) is var any && FoldedChoice.Matters(any) ? any : FoldedValue.Unknown;
            case FoldedSequence { Items.Count: > 0 and < 64 } sequence when key.IsUnknown:
                return sequence.Items.Aggregate(FoldedChoice.Of) is var one && FoldedChoice.Matters(one) ? one : FoldedValue.Unknown;
            case FoldedDict dict:
                return ItemOfDict(dict, key, FoldedValue.Unknown);
            case FoldedText text:
                return Budget.Work(text.Value.Length / CharactersRead) ? CharacterOf(text, key) : FoldedValue.Unknown;
            case FoldedBytes bytes:
                return Pick(value, key, bytes.Value.Length, i => new FoldedInt(bytes.Value[i]), many => new FoldedBytes(many.Of(bytes.Value), bytes.IsArray));
            case FoldedSequence { Kind: SequenceKind.List or SequenceKind.Tuple } sequence:
                return Pick(value, key, sequence.Items.Count, i => sequence.Items[i], many => new FoldedSequence(sequence.Kind, many.Of(sequence.Items)));
            default:
                return FoldedValue.Unknown;
        }
    }

    /// <summary>What the field of a format leads to: <c>0.nn.init[key]</c>, by attributes and items.</summary>
    private FoldedValue Field(string field, IReadOnlyList<FoldedValue> arguments)
    {
        string[] steps = field.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        FoldedValue value = int.TryParse(steps[0], out int number)
            ? this.Items(arguments.At(1)) is { } given && number >= 0 && number < given.Count ? given[number] : FoldedValue.Unknown
            : GetItem(arguments.At(2), new FoldedText(steps[0]));
        foreach (string step in steps.Skip(1))
        {
            value = !Budget.Work(AttributeWork) ? FoldedValue.Unknown
                : step is ['[', .., ']'] ? GetItem(value, int.TryParse(step[1..^1], out int index) ? new FoldedInt(index) : new FoldedText(step[1..^1])) : GetAttribute(value, step);
        }

        return value;
    }

    /// <summary>A character of a text, or several.</summary>
    private FoldedValue CharacterOf(FoldedText text, FoldedValue key)
    {
        if (PythonCharacters.IsSimple(text.Value))
        {
            return Pick(text, key, text.Value.Length, i => new FoldedText(text.Value[i].ToString()), many => new FoldedText(many.Of(text.Value)));
        }

        if (!Budget.Room(text.Value.Length * 2L))
        {
            return FoldedValue.Unknown;
        }

        int[] starts = PythonCharacters.Starts(text.Value);
        return Pick(text, key, starts.Length - 1, i => new FoldedText(text.Value[starts[i]..starts[i + 1]]), many =>
        {
            StringBuilder made = new();
            foreach (int i in many)
            {
                made.Append(text.Value, starts[i], starts[i + 1] - starts[i]);
            }

            return new FoldedText(made.ToString());
        });
    }

    private static FoldedValue ItemOfName(FoldedName name, string key)
    {
        string path = CanonicalName.Of(name.Path);
        if (path == "sys.modules")
        {
            return new FoldedName(key, "");
        }

        if (path is "os.environ" && key is "HOME" or "USERPROFILE")
        {
            return new FoldedText("~");
        }

        if (key == "__builtins__" && IsNamespace(path))
        {
            return new FoldedName("builtins", "");
        }

        if (path == "builtins")
        {
            return new FoldedName("builtins", key);
        }

        foreach (string end in (ReadOnlySpan<string>)[".__dict__", ".__globals__", ".f_globals"])
        {
            if (path.EndsWith(end, StringComparison.Ordinal))
            {
                if (end is not ".__dict__" && key.Length > 1 && key[0] is '_' && KnownModules.IsStandard(key[1..]))
                {
                    // Modules import others under names of their own.
                    return new FoldedName(key[1..], "");
                }

                // The globals of a function are those of its module; nearly always that is the path without the last step.
                string owner = path[..^end.Length];
                int dot = owner.LastIndexOf('.');
                return new FoldedName(end == ".__dict__" || dot < 0 ? owner : owner[..dot], key);
            }
        }

        return FoldedValue.Unknown;
    }

    /// <summary>The value of a key, <paramref name="missing"/> where the dict does not have it; unknown where that cannot be told.</summary>
    public FoldedValue ItemOfDict(FoldedDict dict, FoldedValue key, FoldedValue missing)
    {
        if (!Budget.Work(PairWork * (long)dict.Pairs.Count))
        {
            return FoldedValue.Unknown;
        }

        for (int i = dict.Pairs.Count - 1; i >= 0; i--)
        {
            if (Same(dict.Pairs[i].Key, key) is not { } same)
            {
                return FoldedValue.Unknown;
            }

            if (same)
            {
                return dict.Pairs[i].Value;
            }
        }

        return missing;
    }

    /// <summary>Whether two values are equal for Python; null where that cannot be told, or would cost too much.</summary>
    public bool? Same(FoldedValue left, FoldedValue right)
    {
        long length = (left, right) switch
        {
            (FoldedText x, FoldedText y) when x.Value.Length == y.Value.Length && !ReferenceEquals(x.Value, y.Value) => x.Value.Length,
            (FoldedBytes x, FoldedBytes y) when x.Value.Length == y.Value.Length && !ReferenceEquals(x.Value, y.Value) => x.Value.Length,
            _ => 0,
        };
        return length <= ShortCompare || Budget.Work(length / CharactersRead) ? Arguments.Same(left, right) : null;
    }

    private FoldedValue Pick(FoldedValue from, FoldedValue key, int length, Func<int, FoldedValue> one, Func<SlicePositions, FoldedValue> many)
    {
        if (key is FoldedSlice slice)
        {
            if (PythonSlice.Positions(slice, length) is not { } taken || !Budget.Room(taken.Count))
            {
                return FoldedValue.Unknown;
            }

            return many(new SlicePositions(taken.Start, taken.Step, taken.Count)) with { Layers = from.Layers };
        }

        if (Arguments.IntOf(key) is not { } index || PythonSlice.Index(index, length) is not (>= 0 and var at))
        {
            return FoldedValue.Unknown;
        }

        FoldedValue picked = one(at);
        return picked.IsUnknown || picked.Layers.Count > 0 || from.Layers.Count == 0 ? picked : picked with { Layers = from.Layers };
    }
}
