// Texts that calls make, as the texts that they are.
using Assay.Artifacts;
using Assay.Detection.Callables;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>
/// Puts texts and bytes in the place of the calls that only make them of a text (<c>str</c>, <c>numpy.str_</c>), so that all that weighs a text weighs these. What a call puts
/// together stays a call, of which it is known that it makes a text.
/// </summary>
internal sealed class TextValues(PathKnowledge names)
{
    private const int MaxDepth = 24;
    private static readonly string[] s_keeping = ["latin1", "latin-1", "iso-8859-1"];
    private static readonly string[] s_ascii = ["utf-8", "utf8", "ascii"];

    /// <summary>The facts that <paramref name="wanted"/> gives of <paramref name="facts"/>, with the texts in their values.</summary>
    public IReadOnlyList<CallableFact> In(IReadOnlyList<CallableFact> facts, Func<IEnumerable<CallableFact>> wanted) =>
        wanted().Any(f => f.Use is CallableUse.Called or CallableUse.Constructed && Makes(names.Of(f))) ? [.. wanted().Select(Of)] : facts;

    private static bool Makes(KnownPath name) => name.Entry is { Returns.Kind: ReturnKind.TextOf or ReturnKind.BytesOf };

    private CallableFact Of(CallableFact fact)
    {
        IReadOnlyList<ValueShape> arguments = Of(fact.Arguments, 0);
        ValueShape? keywords = fact.Keywords is null ? null : Of(fact.Keywords, 0);
        ValueShape? target = fact.Target is null ? null : Of(fact.Target, 0);
        return ReferenceEquals(arguments, fact.Arguments) && ReferenceEquals(keywords, fact.Keywords) && ReferenceEquals(target, fact.Target)
            ? fact
            : fact with { Arguments = arguments, Keywords = keywords, Target = target };
    }

    private IReadOnlyList<ValueShape> Of(IReadOnlyList<ValueShape> values, int depth)
    {
        List<ValueShape>? changed = null;
        for (int i = 0; i < values.Count; i++)
        {
            ValueShape now = Of(values[i], depth);
            if (changed is null && !ReferenceEquals(now, values[i]))
                changed = [.. values.Take(i)];

            changed?.Add(now);
        }

        return changed ?? values;
    }

    /// <summary>Whether a text keeps its characters: no encoding is named beside it, or one that keeps these.</summary>
    private static bool IsPlain(IReadOnlyList<ValueShape> given, int at) => given.Count <= at + 1
        || (given.Count == at + 2 && given[at].Text is var text && given[at + 1] is { Kind: ShapeKind.Str, Text: var encoding }
            && (s_keeping.Contains(encoding) || (s_ascii.Contains(encoding) && text.All(char.IsAscii))));

    // Shapes are cut at a depth far below this one where they are made.
    private ValueShape Of(ValueShape value, int depth)
    {
        if (depth > MaxDepth)
            return value;

        IReadOnlyList<ValueShape> items = Of(value.Items, depth + 1);
        ValueShape? state = value.State is null ? null : Of(value.State, depth + 1);
        ValueShape? keywords = value.Keywords is null ? null : Of(value.Keywords, depth + 1);
        if (value is { Kind: ShapeKind.Result or ShapeKind.Instance, Callee: null, State: null, Keywords: null, Text.Length: > 0 } && items.Count > 0 && names.Of(value.Text) is { Entry.Returns: var returns } && IsPlain(items, returns.First.Index))
        {
            ValueShape? of = returns.First.Index < items.Count ? items[returns.First.Index] : null;
            switch (returns.Kind)
            {
                case ReturnKind.TextOf when of is { Kind: ShapeKind.Str or ShapeKind.Bytes or ShapeKind.ByteArray }:
                    return of with { Kind = ShapeKind.Str };
                case ReturnKind.BytesOf when of is { Kind: ShapeKind.Str or ShapeKind.Bytes or ShapeKind.ByteArray }:
                    return of with { Kind = ShapeKind.Bytes };
                default:
                    break;
            }
        }

        return ReferenceEquals(items, value.Items) && ReferenceEquals(state, value.State) && ReferenceEquals(keywords, value.Keywords)
            ? value
            : value with { Items = items, State = state, Keywords = keywords };
    }
}
