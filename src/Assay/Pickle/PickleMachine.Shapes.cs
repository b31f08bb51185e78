// How values of the pickle machine are written down for people and for facts.
using Assay.Artifacts;

namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    /// <summary>So many calls of a chain are written out; of longer chains nothing tells the length, so that each call of one is described alike.</summary>
    private const int OriginSteps = 16;

    /// <summary>The texts of the last chains of calls that start from an import, as written and resolved, by their length.</summary>
    private readonly (PickleValue Root, string? Text)[] _origins = new (PickleValue, string?)[2 * (OriginSteps + 2)];

    /// <summary>
    /// Where an object comes from: <c>module.name</c>, <c>X()</c> for the result of calling X, <c>persistent()</c>, <c>extension(N)</c>.
    /// With <paramref name="resolved"/> names are those after the loader's renaming, and empty where they cannot be told.
    /// </summary>
    public string Origin(PickleValue value, bool resolved)
    {
        int calls = 0;
        if (value.Kind is PickleKind.Result or PickleKind.Instance)
        {
            CallRow last = _calls[value.Row];
            calls = Math.Min(last.Depth, OriginSteps + 1);
            value = last.Root;
        }

        // Each call of a chain is described with those before it: the same few texts again and again.
        ref (PickleValue Root, string? Text) known = ref _origins[(2 * calls) + (resolved ? 1 : 0)];
        if (value.Kind == PickleKind.Import && calls > 0 && known.Text is not null && known.Root == value)
        {
            return known.Text;
        }

        string start = value.Kind switch
        {
            PickleKind.Import => resolved ? Import(value).Resolved : Import(value).Written,
            PickleKind.Persistent => "persistent()",
            PickleKind.Extension => $"extension({value.Payload})",
            PickleKind.Buffer => "buffer()",
            _ => Describe(value),
        };
        if (calls == 0 || start.Length == 0)
        {
            return start;
        }

        string tail = string.Concat(Enumerable.Repeat("()", Math.Min(calls, OriginSteps)));
        string text = calls > OriginSteps ? $"{start}{tail}... (more than {OriginSteps} calls)" : start + tail;
        if (value.Kind == PickleKind.Import)
        {
            known = (value, text);
        }

        return text;
    }

    /// <summary>The import that a chain of calls starts from, or an empty value.</summary>
    public PickleValue Root(PickleValue value)
    {
        value = value.Kind is PickleKind.Result or PickleKind.Instance ? _calls[value.Row].Root : value;
        return value.Kind == PickleKind.Import ? value : default;
    }

    /// <summary>What a call comes to, told by whoever computes calls of pure functions: a text or bytes in its place. Null where nobody does; it may give null.</summary>
    public Func<PickleValue, ValueShape?>? Computes { get; set; }

    /// <summary>What a value looks like, with at most <paramref name="budget"/> values inside; the rest is elided.</summary>
    public ValueShape Shape(PickleValue value, ref int budget, int textLimit = 4096, int depth = 0)
    {
        budget--;
        _budget?.SpendWork(ShapeWork);
        switch (value.Kind)
        {
            case PickleKind.None:
                return new ValueShape(ShapeKind.None);
            case PickleKind.True or PickleKind.False:
                return new ValueShape(ShapeKind.Bool, value.Kind == PickleKind.True ? "True" : "False");
            case PickleKind.Int:
                return IsTextBool(value)
                    ? new ValueShape(ShapeKind.Bool, GetNumber(value))
                    : new ValueShape(ShapeKind.Int, GetNumber(value));
            case PickleKind.Float:
                return new ValueShape(ShapeKind.Float, GetNumber(value));
            case PickleKind.Str or PickleKind.PyString:
                return TextShape(ShapeKind.Str, value, textLimit);
            case PickleKind.Bytes:
                return TextShape(ShapeKind.Bytes, value, textLimit);
            case PickleKind.ByteArray:
                return TextShape(ShapeKind.ByteArray, value, textLimit);
            case PickleKind.EmptyTuple:
                return new ValueShape(ShapeKind.Tuple);
            case PickleKind.Tuple: return ContainerShape(ShapeKind.Tuple, value, ref budget, textLimit, depth);
            case PickleKind.List: return ContainerShape(ShapeKind.List, value, ref budget, textLimit, depth);
            case PickleKind.Dict: return ContainerShape(ShapeKind.Dict, value, ref budget, textLimit, depth);
            case PickleKind.Set: return ContainerShape(ShapeKind.Set, value, ref budget, textLimit, depth);
            case PickleKind.FrozenSet: return ContainerShape(ShapeKind.FrozenSet, value, ref budget, textLimit, depth);
            case PickleKind.Import:
                return new ValueShape(ShapeKind.Import, Import(value).Resolved);
            case PickleKind.Result or PickleKind.Instance:
                return CallShape(value, ref budget, textLimit, depth);
            case PickleKind.Persistent:
                ValueShape? id = depth < ShapeDepth && budget > 0 ? Shape(_calls.CalleeOf(value.Row), ref budget, textLimit, depth + 1) : null;
                return new ValueShape(ShapeKind.Persistent) { Items = id is null ? [] : [id], Count = 1, Elided = id is null };
            case PickleKind.Extension:
                return new ValueShape(ShapeKind.Extension, value.Payload.ToString(System.Globalization.CultureInfo.InvariantCulture));
            case PickleKind.Buffer:
                return new ValueShape(ShapeKind.Buffer);
            default:
                return new ValueShape(ShapeKind.Unknown);
        }
    }

    /// <summary>
    /// What a value looks like, wider and deeper than facts need it: for states that decide where a stream goes on, such as an element
    /// type of fifty fields with sub-arrays.
    /// </summary>
    public ValueShape WholeShape(PickleValue value, int budget) => Shape(value, ref budget, depth: -WholeDepth);

    /// <summary>How much deeper whole shapes go; their depth counts from below zero, and while it is there the budget alone bounds their width.</summary>
    private const int WholeDepth = 24;

    /// <summary>Shapes go this deep: the recursion is bounded by it, never by the input.</summary>
    private const int ShapeDepth = 8;

    private const int ShapeWidth = 64;

    /// <summary>Of a key so much is read to tell a special name.</summary>
    private const int SpecialName = 4;
    private const int ShapeWork = 60;

    /// <summary>What a value inside another one looks like: a call that only computes a text is that text.</summary>
    private ValueShape Part(PickleValue value, ref int budget, int textLimit, int depth)
    {
        if (value.Kind is not PickleKind.Result || Computes?.Invoke(value) is not { } computed)
            return Shape(value, ref budget, textLimit, depth);

        budget--;
        return computed.Text.Length <= textLimit ? computed : computed with { Text = computed.Text[..textLimit], Elided = true };
    }

    private ValueShape TextShape(ShapeKind kind, PickleValue value, int limit)
    {
        string text = GetText(value, limit, out long length);
        return new ValueShape(kind, text) { Count = length, Elided = length > limit || IsAssigned(value) };
    }

    private ValueShape ContainerShape(ShapeKind kind, PickleValue value, ref int budget, int textLimit, int depth)
    {
        long count = CountOf(value);
        if (depth >= ShapeDepth || budget <= 0)
        {
            return CutShape(kind, value, count);
        }

        List<PickleValue> children = Children(value, depth < 0 ? Math.Max(ShapeWidth, budget) : ShapeWidth, out bool elided);
        ValueShape?[] shapes = new ValueShape?[children.Count];
        bool isDict = kind is ShapeKind.Dict;
        if (isDict && value.Kind is PickleKind.Dict && IsTainted(value))
        {
            SpecialShapes(children, shapes, ref budget, textLimit, depth);
        }

        for (int i = 0; i < children.Count; i++)
        {
            if (shapes[i] is not null)
            {
                continue;
            }

            if (budget <= 0)
            {
                elided = true;
                Outline(children, shapes, i, isDict, ref budget, textLimit);
                continue;
            }

            if (depth != 0 || kind is not ShapeKind.Tuple)
            {
                shapes[i] = Part(children[i], ref budget, textLimit, depth + 1);
                continue;
            }

            // A large argument does not hide those behind it.
            int share = Math.Max(1, budget / (children.Count - i));
            int left = share;
            shapes[i] = Part(children[i], ref left, textLimit, depth + 1);
            budget -= share - left;
        }

        List<ValueShape> items = new(children.Count);
        foreach (ValueShape? shape in shapes)
        {
            if (shape is not null)
            {
                items.Add(shape);
            }
        }

        return new ValueShape(kind) { Items = items, Count = count < 0 ? items.Count : count, Elided = elided || IsAssigned(value) };
    }

    /// <summary>What stands under special names goes first: Python calls it by itself, and nothing in front may take its room.</summary>
    private void SpecialShapes(List<PickleValue> pairs, ValueShape?[] shapes, ref int budget, int textLimit, int depth)
    {
        for (int i = 0; i + 1 < pairs.Count && budget > 0; i += 2)
        {
            if (IsTainted(pairs[i + 1]) && IsSpecialName(pairs[i]))
            {
                shapes[i] = Part(pairs[i], ref budget, textLimit, depth + 1);
                shapes[i + 1] = Part(pairs[i + 1], ref budget, textLimit, depth + 1);
            }
        }
    }

    // A name that a call gives may be any.
    private bool IsSpecialName(PickleValue key) => key.Kind is PickleKind.Result || (key.Kind is PickleKind.Str or PickleKind.PyString && GetText(key, SpecialName, out _).StartsWith("__", StringComparison.Ordinal));

    /// <summary>Where there is no room, what is more than plain is named and not looked into: of a dictionary with its key.</summary>
    private void Outline(List<PickleValue> children, ValueShape?[] shapes, int at, bool isDict, ref int budget, int textLimit)
    {
        int value = isDict ? at | 1 : at;
        if (value >= children.Count || (!IsTainted(children[value]) && !IsTainted(children[at])))
        {
            return;
        }

        for (int i = isDict ? at & ~1 : at; i <= value; i++)
        {
            shapes[i] ??= Part(children[i], ref budget, textLimit, ShapeDepth);
        }
    }

    /// <summary>A container whose inside is left out; what is more than plain leaves a trace, so that it is not taken for plain.</summary>
    private ValueShape CutShape(ShapeKind kind, PickleValue value, long count) => new(kind)
    {
        Count = Math.Max(0, count),
        Elided = count != 0,
        Items = IsTainted(value) ? [new ValueShape(ShapeKind.Unknown) { Elided = true }] : [],
    };

    private ValueShape CallShape(PickleValue value, ref int budget, int textLimit, int depth)
    {
        CallRow row = _calls[value.Row];
        ShapeKind kind = value.Kind == PickleKind.Result ? ShapeKind.Result : ShapeKind.Instance;
        string callee = Origin(row.Callee, resolved: true);
        if (depth >= ShapeDepth || budget <= 0)
        {
            return new ValueShape(kind, callee) { Elided = true };
        }

        ValueShape? computed = row.Callee.Kind == PickleKind.Import ? null : Shape(row.Callee, ref budget, textLimit, depth + 1);
        ValueShape arguments = Shape(row.Arguments, ref budget, textLimit, depth + 1);
        ValueShape? keywords = row.Keywords.IsEmpty || value.Kind == PickleKind.Persistent ? null : Shape(row.Keywords, ref budget, textLimit, depth + 1);
        ValueShape? state = row.State.IsEmpty || budget <= 0 ? null : Shape(row.State, ref budget, textLimit, depth + 1);
        return new ValueShape(kind, callee)
        {
            Items = arguments.Kind == ShapeKind.Tuple ? arguments.Items : [arguments],
            Count = arguments.Count,
            Elided = arguments.Elided || (!row.State.IsEmpty && state is null),
            State = state,
            Callee = computed,
            Keywords = keywords,
        };
    }
}
